"""Files that come and go: cleanup removes them, an append to a new key and an undone cleanup create them.

Nothing is ever written over: where a file of that name exists, it refuses. A file that is removed is kept first, as a
hard link or a copy, and comes back as a fresh copy with its mode, owner and time.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sessiontui.changes.edits.files import Traits, digest, give_traits, link_or_copy, opened, patch, traits
from sessiontui.changes.edits.splices import Splice
from sessiontui.changes.edits.undo_refusals import kept_bytes, require_free
from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk import lines, live_replace, replace, stamps
from sessiontui.disk.attributes import Like
from sessiontui.errors import Changed, Refused
from sessiontui.model import Span


@dataclass(frozen=True, slots=True)
class Remove(Edit):
    """A file goes; its inode or a copy is kept."""

    key: str
    file: str
    old: KeptFile
    was: Traits

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether the file went; one of that name may have come since, and what went stays kept. Where a message
        came in the last instant, the file is brought back."""
        path = record.sessions / self.file
        with suppress(FileNotFoundError), opened(path) as fd:
            if record.folder.is_link(self.old.name, fd) or digest(fd, self.old.length) == self.old.sha256:
                return "void"
        if record.folder.size(self.old.name) <= self.old.length:
            return "made"
        with record.folder.opened(self.old.name) as fd:  # who had to wait has written to it
            _bring_back(record, path, fd, self.was)
        return "void"

    def foresee(self, folder: Folder) -> str:
        self.require_wanted(folder)
        with kept_bytes(folder, self.old):
            return f"bring {self.file} back, {self.old.length} bytes"

    def require_wanted(self, folder: Folder) -> None:
        """Raise ``Refused`` where the file can't come back, or would do harm."""
        require_free(folder, self.file, self._where(folder))
        require_welcome(folder.sessions, self.file, self._where(folder))

    def _where(self, folder: Folder) -> str:
        return f"the bytes are in {folder.path(self.old.name)}"

    def revert(self, record: ChangeRecord) -> None:
        """Bring the file back."""
        require_free(record.folder, self.file, self._where(record.folder))
        create(record, self.key, self.file, self.old, self.was, again=True)


@dataclass(frozen=True, slots=True)
class Create(Edit):
    """A file comes, with the bytes of ``source``, which may be another change's."""

    key: str
    file: str
    source: KeptFile
    was: Traits
    """The traits that it gets; ``mtime_ns`` 0 leaves the time as it comes."""

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether the file came."""
        path = record.sessions / self.file
        try:
            with opened(path) as fd:
                if digest(fd, self.source.length) != self.source.sha256:
                    return "void"
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENAMETOOLONG):
                raise
            return "void"
        give_traits(path, self.was, self.source.length)
        return "made"

    def foresee(self, folder: Folder) -> str:
        found = self._found(folder)
        return found.foresee(folder) if isinstance(found, Splice) else f"remove {self.file}"

    def revert(self, record: ChangeRecord) -> None:
        """Remove the file; where messages came since, only the bytes that it was made with."""
        found = self._found(record.folder)
        if isinstance(found, Splice):
            found.revert(record)
        else:
            remove(record, self.key, self.file, found)

    def _found(self, folder: Folder) -> Splice | stamps.Stamp:
        """The file that holds just the bytes that it was made with; where something stands behind them, the creation as a
        splice into an empty file."""
        try:
            with opened(folder.sessions / self.file) as fd:
                stamp = stamps.stamp(fd)
                if digest(fd, self.source.length) != self.source.sha256:
                    raise Refused(
                        f"{self.file} has changed since it was made",
                        "undo later changes of this session first",
                        unchanged=True,
                    )
                if stamp.size == self.source.length:
                    return stamp
                empty = lines.tail_hash(fd, 0)
        except FileNotFoundError:
            raise Refused(f"{self.file} is already gone", unchanged=True) from None
        return Splice(self.key, self.file, 0, 0, self.source.length, 0, empty, self.source, self.was)


def remove(record: ChangeRecord, key: str, file: str, expect: stamps.Stamp) -> None:
    """Take a file away. Raises ``Changed`` when it is not as ``expect`` says; what a writer appends in the last
    instant brings the file back."""
    path = record.sessions / file
    name = record.name("old")
    with opened(path) as fd:
        if stamps.stamp(fd) != expect:
            raise Changed(path.name)
        kept = link_or_copy(record.folder, path, fd, name, expect.size) or KeptFile(
            name, expect.size, digest(fd, expect.size) or ""
        )
        linked = expect._replace(ctime_ns=stamps.stamp(fd).ctime_ns)
        was = traits(fd)
        record.write(Remove(key, file, kept, was))
        with live_replace.quiet(fd, path, record.patience):
            if not stamps.stamp(fd) == stamps.stamp_of(os.stat(path)) == linked:
                raise Changed(path.name)
            replace.remove(path)
        if os.fstat(fd).st_size != expect.size:
            _bring_back(record, path, fd, was)
            record.void(len(record.steps))
            raise Changed(path.name)
    record.made()


def _bring_back(record: ChangeRecord, path: Path, fd: int, was: Traits) -> None:
    """Give a removed file its name again, in front of what a writer may have put into a new one of that name."""
    whole = Span(0, os.fstat(fd).st_size)
    try:
        replace.create(path, lines.pieces(fd, whole), was.mode, Like(fd, path.name))
    except FileExistsError:
        patch(record, path, Span(0, 0), fd, whole)


def require_welcome(sessions: Path, file: str, hint: str) -> None:
    """Raise ``Refused`` where a new session file of this name would keep ZeroClaw from opening the store."""
    for suffix in (".migrated", ".importing"):
        if os.path.lexists(sessions / (file + suffix)):
            raise Refused(
                f"{file.removesuffix('.jsonl')} was moved into sessions.db ({file}{suffix}); with a new {file} beside it "
                "ZeroClaw would refuse to open the store",
                hint,
                unchanged=True,
            )
    from sessiontui.changes.edits import database  # late: files alone need no SQLite

    if database.has_receipts(sessions / "sessions.db"):
        raise Refused(
            "this store was imported into sessions.db; with a new .jsonl file in it ZeroClaw would refuse to open it",
            hint,
            unchanged=True,
        )


def create(record: ChangeRecord, key: str, file: str, source: KeptFile, was: Traits, *, again: bool = False) -> None:
    """Make a file from kept bytes; ``again``: they are those of a file that was there, whose attributes it gets too.
    Raises ``Refused`` where one of that name exists."""
    path = record.sessions / file
    record.write(Create(key, file, source, was))
    with kept_bytes(record.folder, source) as fd:
        try:
            pieces = lines.pieces(fd, Span(0, source.length))
            replace.create(path, pieces, was.mode, Like(fd, file) if again else None)
        except FileExistsError:
            raise Refused(f"{file} exists by now and is not written over", unchanged=True) from None
    give_traits(path, was, source.length)
    record.made()
