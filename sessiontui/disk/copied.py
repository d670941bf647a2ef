"""What was read of a file, or copied into the one that takes its place, and whether it merely grew since. Writes nothing."""

from __future__ import annotations

from typing import NamedTuple

from sessiontui.disk import lines, stamps
from sessiontui.errors import Changed


class Copied(NamedTuple):
    """All of a file, as it was at that moment."""

    stamp: stamps.Stamp
    guard: str
    """``lines.tail_hash`` at the end."""

    @classmethod
    def of(cls, fd: int) -> Copied:
        """The open file as it is now, before it is read."""
        now = stamps.stamp(fd)
        return cls(now, lines.tail_hash(fd, now.size))

    def linked(self, fd: int) -> Copied:
        """The same for a file that got another name of ours since, which its ``ctime`` tells too."""
        return self._replace(stamp=self.stamp._replace(ctime_ns=stamps.stamp(fd).ctime_ns))

    def stands(self, fd: int) -> bool:
        """Whether the open file is what was seen, or that with something behind."""
        now, then = stamps.stamp(fd), self.stamp
        if now == then:
            return True
        return now[:2] == then[:2] and now.size > then.size and lines.tail_hash(fd, then.size) == self.guard

    def require(self, fd: int, name: str) -> None:
        """Raise ``Changed`` where it is neither."""
        if not self.stands(fd):
            raise Changed(name)
