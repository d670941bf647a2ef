"""The journal's folder, ``.sessiontui`` in a sessions folder, by descriptor: its lock and its files.

Refused unless it is a real folder of ours with mode 0700. Every name below is made by the journal itself, relative to
the folder's descriptor, created exclusively and never followed as a link. Knows nothing of what the files mean.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import Final

from sessiontui.changes.journal.location import NAME
from sessiontui.disk import attributes
from sessiontui.disk.replace import sync, write_all
from sessiontui.errors import InTurn, StoreError

LOCK: Final = "lock"

_OWNER: Final = "run this as the owner of the store"

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV, errno.EMLINK, errno.EACCES}
)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the journal, with what it held when it was recorded: a link's inode may have grown since."""

    name: str
    length: int
    sha256: str


class Folder:
    """An open journal folder. ``sessions`` is the real path of the folder that it stands in."""

    def __init__(self, sessions: Path, fd: int) -> None:
        self.sessions = sessions
        self._fd = fd

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)

    def path(self, name: str) -> Path:
        """Where a file of the journal is, for people and for SQLite, which opens nothing by descriptor."""
        return self.sessions / NAME / name

    def names(self) -> list[str]:
        """Every name in the folder."""
        return os.listdir(self._fd)

    def size(self, name: str) -> int:
        """Bytes of a file; 0 where it isn't there."""
        try:
            return os.stat(name, dir_fd=self._fd, follow_symlinks=False).st_size
        except FileNotFoundError:
            return 0

    def is_link(self, name: str, fd: int) -> bool:
        """Whether a file of this name is there, and is the very file that is open as ``fd``."""
        try:
            return os.path.samestat(os.stat(name, dir_fd=self._fd, follow_symlinks=False), os.fstat(fd))
        except FileNotFoundError:
            return False

    def open(self, name: str) -> int:
        """A descriptor for reading."""
        return os.open(name, os.O_RDONLY | _FILE, dir_fd=self._fd)

    @contextmanager
    def opened(self, name: str) -> Iterator[int]:
        """A descriptor for reading, closed in the end."""
        fd = self.open(name)
        try:
            yield fd
        finally:
            os.close(fd)

    def read(self, name: str) -> bytes:
        """A whole file."""
        with open(self.open(name), "rb") as file:
            return file.read()

    def ends(self, name: str, first: int, last: int) -> tuple[bytes, bytes]:
        """Up to so many of the first bytes of a file, and of the last."""
        with self.opened(name) as fd:
            return os.pread(fd, first, 0), os.pread(fd, last, max(0, os.fstat(fd).st_size - last))

    def new(self, name: str) -> int:
        """A descriptor of a file that was not there, for appending."""
        return os.open(name, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | _FILE, 0o600, dir_fd=self._fd)

    def reopen(self, name: str) -> int:
        """A descriptor of a file that is there, for appending."""
        return os.open(name, os.O_RDWR | os.O_APPEND | _FILE, dir_fd=self._fd)

    def keep(self, name: str, chunks: Iterable[bytes], like: attributes.Like | None = None) -> KeptFile:
        """Write bytes into a new file, synced; with the attributes of the file whose copy it is."""
        digest = hashlib.sha256()
        length = 0
        fd = self.new(name)
        try:
            for chunk in chunks:
                write_all(fd, chunk)
                digest.update(chunk)
                length += len(chunk)
            if like is not None:
                attributes.carry(like, fd)
            sync(fd)
        finally:
            os.close(fd)
        return KeptFile(name, length, digest.hexdigest())

    def link(self, path: Path, name: str, fd: int) -> bool:
        """Keep the inode that is open as ``fd`` and stands at ``path``; False where links can't be made or the path
        has become another file's."""
        try:
            os.link(path, name, dst_dir_fd=self._fd, follow_symlinks=False)
        except OSError as error:
            if error.errno in _NO_LINKS:
                return False
            raise
        if self.is_link(name, fd):
            return True
        self.drop(name)
        return False

    def drop(self, name: str) -> None:
        """Remove a file of the journal; nothing where it isn't there."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._fd)

    def drop_change(self, id: str) -> None:
        """Remove every file of a change."""
        for name in self.names():
            if name.startswith(f"{id}."):
                self.drop(name)

    def sync(self) -> None:
        """Make the names durable."""
        sync(self._fd)

    def busy(self) -> bool:
        """Whether a change is being made right now. Writes nothing."""
        with suppress(FileNotFoundError), self.opened(LOCK) as fd:
            try:
                fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:  # a file system without locks: nobody can have one, and ``locked`` says so
                return False
        return False

    @contextmanager
    def locked(self, wait: float) -> Iterator[None]:
        """Be the only one that changes this store. Raises ``InTurn`` after ``wait`` seconds."""
        fd = os.open(LOCK, os.O_RDWR | os.O_CREAT | _FILE, 0o600, dir_fd=self._fd)
        try:
            _flock(fd, wait)
            yield
        finally:
            os.close(fd)


def _flock(fd: int, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise InTurn from None
        except OSError as error:
            raise StoreError(f"the journal can't be locked: {error.strerror}", unchanged=True) from error
        time.sleep(0.02)


@contextmanager
def making(sessions: Path) -> Iterator[Folder]:
    """The journal of a sessions folder, made where there is none. Raises ``StoreError``, having changed nothing."""
    with _parent(sessions) as parent:
        if os.geteuid() == 0 and os.fstat(parent).st_uid != 0:
            raise StoreError(f"{sessions} belongs to another user and is not changed as root", _OWNER)
        try:
            with suppress(FileExistsError):
                os.mkdir(NAME, 0o700, dir_fd=parent)
                sync(parent)
        except OSError as error:
            raise StoreError(f"{sessions} can't be written: {error.strerror}", unchanged=True) from error
        folder = _opened(sessions, parent)
    with closing(folder):
        yield folder


@contextmanager
def reading(sessions: Path) -> Iterator[Folder | None]:
    """The journal of a sessions folder for reading; None where there is none."""
    folder = None
    with _parent(sessions) as parent, suppress(FileNotFoundError):
        folder = _opened(sessions, parent)
    with nullcontext() if folder is None else closing(folder):
        yield folder


@contextmanager
def _parent(sessions: Path) -> Iterator[int]:
    try:
        fd = os.open(sessions, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StoreError(f"{sessions} can't be opened: {error.strerror}") from error
    try:
        yield fd
    finally:
        os.close(fd)


def _opened(sessions: Path, parent: int) -> Folder:
    """Open and judge the journal folder. Raises FileNotFoundError where there is none."""
    where = sessions / NAME
    try:
        fd = os.open(NAME, _FOLDER, dir_fd=parent)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise _planted(where, "it is not a real folder") from error
        if isinstance(error, PermissionError):
            raise StoreError(f"the journal {where} can't be opened: {error.strerror}", _OWNER) from error
        raise _planted(where, f"it can't be opened: {error.strerror}") from error
    status = os.fstat(fd)
    wrong = ""
    if status.st_uid != os.geteuid():
        wrong = "it belongs to another user"
    elif S_IMODE(status.st_mode) != 0o700:
        wrong = f"its mode is {S_IMODE(status.st_mode):04o}, not 0700"
    if wrong:
        os.close(fd)
        raise _planted(where, wrong)
    return Folder(Path(os.path.realpath(sessions)), fd)


def _planted(where: Path, wrong: str) -> StoreError:
    return StoreError(f"the journal {where} is not trusted: {wrong}", "look at it and move it away", unchanged=True)
