"""Faults on purpose: lets Python's calls to the system work until the n-th watched one, which fails in one of many ways.

A test loops over n until nothing fails any more and asserts how many steps there were: it can't pass by watching
nothing. Watched are the functions of ``os`` and ``fcntl`` that change files, or read them; what is done in C, by SQLite
or by a file object, is not seen.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn
from unittest import mock

ROOM = {"mkdir", "write", "pwrite", "writev", "link", "symlink"}
"""What takes room on a disk, as a file does that is made."""
WRITING = ROOM | {"chmod", "chown", "fchmod", "fchown", "fdatasync", "fsync", "ftruncate", "remove", "rename"}
WRITING |= {"replace", "rmdir", "truncate", "unlink", "utime", "copy_file_range", "sendfile", "lease"}
NAMING = {"chmod", "chown", "lease", "link", "mkdir", "open", "remove", "rename", "replace", "rmdir", "symlink"}
NAMING |= {"truncate", "unlink", "utime"}
READING = {"close", "fcntl", "flock", "lseek", "open", "pread"}

_SETLEASE: int | None = getattr(fcntl, "F_SETLEASE", None)
_REAL_CLOSE = os.close
_REAL_WRITE = os.write


class Crash(BaseException):
    """Stands for a kill: what comes after it does nothing."""


class Call(NamedTuple):
    """A watched call."""

    name: str
    """The function's; ``lease`` for a lease that is taken or given back."""
    path: str
    """What it is done to, the new name where there are two; empty where the system can't tell."""
    makes: bool
    """It opens a file that it makes or empties."""


def any_step(call: Call) -> bool:
    return True


def not_closing(call: Call) -> bool:
    """Whether the system may say no: it lets go of what was only read, always."""
    return call.name != "close"


def writes(call: Call) -> bool:
    """Whether it may change what is on the disk, or bring it there."""
    return call.makes or call.name in WRITING


def needs_rights(call: Call) -> bool:
    """Whether the system asks who does it."""
    return call.name in NAMING


class Watch:
    """Counts those of the watched calls that are ``of`` a sort; its kinds make the n-th, from 1, fail. This one lets all
    work."""

    def __init__(self, n: int = 0, of: Callable[[Call], bool] = any_step) -> None:
        self.n = n
        self.of = of
        self.calls: list[Call] = []
        self.thread: int | None = None
        """Whose calls are counted: a thread of an earlier test may still be at work."""

    @property
    def steps(self) -> list[str]:
        """The counted calls by their names."""
        return [call.name for call in self.calls]

    @property
    def reached(self) -> bool:
        """Whether there was an n-th step, so that it failed."""
        return len(self.calls) >= self.n

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        """Watch while the block runs."""
        watched: list[tuple[ModuleType, str]] = [(os, name) for name in sorted(WRITING | READING) if hasattr(os, name)]
        watched += [(fcntl, "fcntl"), (fcntl, "flock")]
        patches = [
            mock.patch.object(module, name, self._watched(name, getattr(module, name))) for module, name in watched
        ]
        self.thread = threading.get_ident()
        for patch in patches:
            patch.start()
        try:
            yield self
        finally:
            for patch in patches:
                patch.stop()

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self.thread:
                return real(*args, **kwargs)
            return self.meet(_call(name, args, kwargs), lambda: real(*args, **kwargs), args)

        return call

    def meet(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        """What becomes of a call; ``do`` lets it happen."""
        if not self.of(call):
            return do()
        self.calls.append(call)
        return self.step(call, do, args)

    def step(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        """What becomes of one that counts."""
        return do()


class FailAt(Watch):
    """The n-th step raises ``error``; ``after`` lets it happen and fails behind it, as a signal does."""

    def __init__(
        self, n: int, error: BaseException, *, after: bool = False, of: Callable[[Call], bool] = any_step
    ) -> None:
        super().__init__(n, of)
        self.error = error
        self.after = after

    def step(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        return self.fail(call, do, args) if len(self.calls) == self.n else do()

    def fail(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        """The n-th call; a descriptor is closed even when ``close`` fails."""
        if self.after or call.name == "close":
            with suppress(OSError):
                result = do()
                if call.name == "open":
                    _REAL_CLOSE(result)
        raise self.error


class FullAt(FailAt):
    """The disk is full at the n-th step that writes: half of what is written comes there, and the rest of it fails."""

    def __init__(self, n: int) -> None:
        super().__init__(n, _full(), of=writes)
        self.rest = False

    def step(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if self.rest and call.name == "write":
            self.rest = False
            raise self.error
        return super().step(call, do, args)

    def fail(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if call.name == "write" and len(args[1]) > 1:
            self.rest = True
            return _half(args)
        return super().fail(call, do, args)


class FullFrom(Watch):
    """From the n-th step that writes on there is no room for anything more; what needs none goes on."""

    def __init__(self, n: int) -> None:
        super().__init__(n, writes)

    def step(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if self.reached and (call.makes or call.name in ROOM):
            raise _full()
        return do()


class DieAt(Watch):
    """At the n-th step that writes everything ends, with half of a write done: not even a clean-up is. Afterwards
    descriptors are closed, as the system does it for a process that was killed."""

    def __init__(self, n: int) -> None:
        super().__init__(n, writes)
        self._held: dict[int, os.stat_result] = {}

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        with super().watching():
            yield self
        for fd, status in self._held.items():
            with suppress(OSError):
                if os.path.samestat(os.fstat(fd), status):
                    os.close(fd)

    def meet(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if call.name == "close":
            self._held.pop(args[0], None)
            return do()
        if self.reached:
            raise Crash
        result = super().meet(call, do, args)
        if call.name == "open":
            self._held[result] = os.fstat(result)
        return result

    def step(self, call: Call, do: Callable[[], Any], args: tuple[Any, ...]) -> Any:
        if self.reached:
            self.end(call, args)
        return do()

    def end(self, call: Call, args: tuple[Any, ...]) -> NoReturn:
        """The last that happens."""
        if call.name == "write":
            _half(args)
        raise Crash


class KillAt(DieAt):
    """This process is killed at the n-th step that writes, before it is done. For a child of the test's."""

    def end(self, call: Call, args: tuple[Any, ...]) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise Crash


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _half(args: tuple[Any, ...]) -> int:
    return _REAL_WRITE(args[0], bytes(args[1])[: len(args[1]) // 2])


def _call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    if name == "fcntl" and args[1] == _SETLEASE:
        name = "lease"
    flags = (args[1] if len(args) > 1 else kwargs["flags"]) if name == "open" else 0
    return Call(name, _path(name, args, kwargs), bool(flags & (os.O_CREAT | os.O_TRUNC)))


def _path(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    two = name in ("link", "rename", "replace", "symlink")
    path = args[1] if two else args[0]
    folder = kwargs.get("dst_dir_fd" if two else "dir_fd")
    if isinstance(path, int):
        return _opened(path)
    return str(Path(_opened(folder) if folder is not None else "", os.fsdecode(path)))


def _opened(fd: int) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{fd}")
    return ""
