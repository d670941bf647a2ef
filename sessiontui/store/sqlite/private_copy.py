"""A private copy of a database that SQLite may not open where it stands: a live ``-wal`` in a folder that can't be
written. One copy a database, in a folder of our own (0700, files 0600), made anew when the database changed, gone
when the program ends. Nothing is ever written back. Our process opens no file of the database but through SQLite.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Hashable
from contextlib import closing
from pathlib import Path

from sessiontui.errors import Changed, StoreError
from sessiontui.store.sqlite.database_schema import connect

_copies: dict[str, tuple[Hashable, Path]] = {}
_lock = threading.Lock()


def private_copy(path: Path, look: Callable[[], Hashable]) -> Path:
    """The copy of the database as it is now, its journals worked in; ``look`` tells its state.

    Raises ``Changed`` when it changes while it is copied, ``StoreError`` where it can't be read.
    """
    real = os.path.realpath(path)
    with _lock:
        seen = look()
        if real in _copies and _copies[real][0] != seen:
            shutil.rmtree(_copies.pop(real)[1].parent)
        if real not in _copies:
            _copies[real] = seen, _copied(real)
            if look() != seen:
                raise Changed(path.name)
        return _copies[real][1]


def forget() -> None:
    """Remove all copies."""
    with _lock:
        for _, copy in _copies.values():
            shutil.rmtree(copy.parent, ignore_errors=True)
        _copies.clear()


def _copied(real: str) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix="sessiontui-"))
    except OSError as error:
        raise StoreError(
            f"{os.path.basename(real)} needs a private copy, for which there is no place: {error}"
        ) from error
    copy = folder / "copy.db"
    try:
        for suffix in ("", "-wal", "-journal"):
            if os.path.exists(real + suffix):
                _copy(real + suffix, f"{copy}{suffix}")
        with closing(connect(copy, "mode=rw")) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        shutil.rmtree(folder)
        raise
    return copy


def _copy(source: str, target: str) -> None:
    """Copy a file by a process of its own: closing it in ours would drop the locks that SQLite has on it."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    copying = ["cp", "--", source, target]
    done = subprocess.run(copying, env=os.environ | {"LC_ALL": "C"}, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        why = os.fsdecode(done.stderr).strip().rpartition(": ")[2]
        raise StoreError(f"{os.path.basename(source)} can't be read or copied: {why}")


atexit.register(forget)
