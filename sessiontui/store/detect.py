"""Which store is meant: by a path, by the environment, or by what stands on this machine.

Looks at files, never at ZeroClaw's settings (old versions ignore their own). Opens nothing but databases, and those
read-only; a FIFO or device named on the command line is refused unopened. Makes nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk.names import spelt
from sessiontui.disk.stamps import moment
from sessiontui.errors import SessiontuiError, StoreError, UsageError
from sessiontui.model import Backend
from sessiontui.paths import expanded, known_folders
from sessiontui.store.jsonl import interrupted_imports
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store

DATABASE = "sessions.db"
"""ZeroClaw's database, in the sessions folder."""

ACP_DATABASE = "acp-sessions.db"
"""Sessions of the Agent Client Protocol, in a schema of their own."""

_OURS = (SUFFIX, f"{SUFFIX}.migrated", f"{SUFFIX}.importing")
_OLDEST = datetime.min.replace(tzinfo=UTC)


class StoreLocation(NamedTuple):
    """A store that was found."""

    path: Path
    """The sessions folder, or the database file."""
    backend: Backend
    sessions: int | None
    """How many; None where it can't be read."""
    last_activity: datetime | None
    """None where it can't be read, or nobody has to know."""
    default: bool = False
    """Opens when nobody says which."""
    only: str | None = None
    """The stem of the one session that was asked for, where STORE is a session's file."""
    stray: bool = False
    """Files beside the ``sessions/`` that STORE means: never chosen."""
    read_only: bool = False
    """The person asked that nothing be changed."""

    def open(self) -> Store:
        """Open it."""
        if self.backend is Backend.JSONL:
            return JsonlStore(self.path, self.only)
        from sessiontui.store.sqlite.sqlite_store import SqliteStore

        return SqliteStore(self.path)


class Chosen(NamedTuple):
    """The store that opens, and those that were passed over."""

    location: StoreLocation
    others: tuple[StoreLocation, ...] = ()


def find(store: str | None, backend: Backend | None, env: Mapping[str, str]) -> Chosen:
    """The store that STORE means; without one ``$SESSIONTUI_STORE``, else the known place with the newest activity.

    Raises ``UsageError`` where there is none, or none of this backend; ``StoreError`` where the disk says no.
    """
    named = store if store is not None else env.get("SESSIONTUI_STORE") or None
    if named is not None:
        return _choose(_named(named, timed=False), backend, named)
    found = _known(env)
    if not found:
        looked = ", ".join(str(folder) for folder in known_folders(env))
        raise UsageError(f"no store found; looked in {looked}", "name one, or try `sessiontui demo` for a sample store")
    return _choose(found, backend, "the known places")


def locations(env: Mapping[str, str]) -> list[StoreLocation]:
    """Every store there is: what ``$SESSIONTUI_STORE`` names, then the known places, newest activity first; the first
    of all is the default. Raises what ``find`` raises of a variable that names none."""
    named = env.get("SESSIONTUI_STORE")
    first = [location for location in (_newest_first(_named(named)) if named else ()) if not location.stray]
    return [location._replace(default=at == 0) for at, location in enumerate(_once([*first, *_known(env)]))]


def _known(env: Mapping[str, str]) -> list[StoreLocation]:
    """The stores in the known places, newest activity first."""
    return _newest_first(_once(location for folder in known_folders(env) for location in _if_there(folder)))


def _once(found: Iterable[StoreLocation]) -> Iterable[StoreLocation]:
    """The same without a store to which another way led before."""
    stores: dict[object, StoreLocation] = {}
    for location in found:
        stores.setdefault((os.path.realpath(location.path), location.only), location)
    return stores.values()


def _choose(found: Iterable[StoreLocation], backend: Backend | None, where: str) -> Chosen:
    newest = _newest_first(found)
    fitting = [location for location in newest if backend in (None, location.backend) and not location.stray]
    if not fitting:
        there = " and ".join(sorted({location.backend.value for location in newest if not location.stray}))
        raise UsageError(
            f"there is no {backend} store in {where}", f"there is one of kind {there}: leave --backend away"
        )
    others = tuple(location for location in newest if location is not fitting[0])
    return Chosen(fitting[0]._replace(default=True), others)


def _newest_first(found: Iterable[StoreLocation]) -> list[StoreLocation]:
    """A database that can't be read comes last, whatever the time of its files."""
    return sorted(found, key=lambda p: (p.sessions is not None, p.last_activity or _OLDEST), reverse=True)


def _if_there(folder: Path) -> list[StoreLocation]:
    """A known place that can't be read is shown, as one of unknown content, and does not hide the others."""
    if not folder.is_dir():
        return []
    try:
        return _in_folder(folder)
    except StoreError:
        return [StoreLocation(folder, Backend.JSONL, None, None)]


# ---- one STORE


def _named(text: str, *, timed: bool = True) -> list[StoreLocation]:
    """What stands at a path that a person wrote; never empty. Unless ``timed``, each file is only asked when it was
    written where that decides between several stores."""
    path = expanded(text)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"there is nothing at {text}", "`sessiontui stores` shows the stores of this machine"
        ) from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{text} can't be looked at: {error}") from error
    if stat.S_ISDIR(mode):
        return _folder(path, text, timed)
    if not stat.S_ISREG(mode):
        raise UsageError(f"{text} is neither a folder nor a file", _WHAT_IS_A_STORE)
    return [_file(path, text)]


_WHAT_IS_A_STORE = "a store is a folder that holds sessions/, the sessions folder, a .jsonl file or a .db file"


def _folder(path: Path, text: str, timed: bool) -> list[StoreLocation]:
    """A sessions folder, or one above it; a folder of that name, or an empty one, may hold none yet. ZeroClaw writes
    other .jsonl files beside its ``sessions/``: that wins over what is beside it."""
    is_sessions = "sessions" in map(os.path.basename, (os.path.abspath(path), os.path.realpath(path)))
    itself = _in_folder(path, bare=False, timed=timed)
    if itself and is_sessions:
        return itself
    below = (path / "sessions", path / "data/sessions", path / "workspace/sessions")
    there = [folder for folder in below if folder.is_dir()]
    found = [location for folder in there for location in _in_folder(folder, timed=timed or len(there) > 1)]
    if found:
        return found + [location._replace(stray=True) for location in itself]
    for folder in [*there, path]:
        if (folder / ACP_DATABASE).exists() and (folder != path or not itself):
            raise _acp(folder / ACP_DATABASE)
    if not itself and (is_sessions or not os.listdir(path)):
        itself = _in_folder(path)
    if itself:
        return itself
    raise UsageError(f"there are no sessions in {text}", _WHAT_IS_A_STORE)


def _file(path: Path, text: str) -> StoreLocation:
    if path.name == ACP_DATABASE:
        raise _acp(path)
    if path.name.endswith(SUFFIX):
        stamp = path.stat()
        return StoreLocation(path.parent, Backend.JSONL, 1, moment(stamp.st_mtime_ns), only=spelt(path)[: -len(SUFFIX)])
    if path.name.endswith(".db") or _is_database(path):
        return _database(path)
    if path.name.endswith(_OURS[1:]):
        raise UsageError(f"{text} is not a live session: ZeroClaw took it into sessions.db", f"open {path.parent}")
    raise UsageError(f"{text} is no store", _WHAT_IS_A_STORE)


def _is_database(path: Path) -> bool:
    """Whether SQLite takes it for a database, sound or damaged; it alone may open one that is in use."""
    import sqlite3

    from sessiontui.store.sqlite.database_schema import IMMUTABLE, connect

    if not path.stat().st_size:
        return False
    try:
        with closing(connect(path, IMMUTABLE)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CANTOPEN:
            raise StoreError(f"{path} can't be read", "look at the rights of the file and of its folder") from error
        return error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_NOTADB
    return True


def _acp(path: Path) -> UsageError:
    return UsageError(
        f"{path} holds sessions of the Agent Client Protocol, which are not yet supported",
        "the sessions of chat channels and of the gateway are in sessions.db and in .jsonl files",
    )


# ---- one sessions folder


def _in_folder(folder: Path, bare: bool = True, timed: bool = True) -> list[StoreLocation]:
    """The stores of a sessions folder, up to one a backend; with ``bare`` an empty folder is a store of files. Unless
    ``timed``, files that are all there is are not asked when they were written."""
    try:
        everything = os.listdir(folder)
        files = [name for name in everything if name.endswith(SUFFIX)]
        wanted = timed or DATABASE in everything
        newest = max((_mtime(os.path.join(folder, name)) for name in files), default=None) if wanted else None
    except OSError as error:
        raise StoreError(f"{folder} can't be read: {error.strerror}") from error
    found = [_database(folder / DATABASE)] if DATABASE in everything else []
    ours = any(name.endswith(_OURS) or name == ".sessiontui" for name in everything)
    taken = len(list(interrupted_imports.among(everything)))
    if files or taken or (not found and (ours or (bare and ACP_DATABASE not in everything))):
        found.append(
            StoreLocation(folder, Backend.JSONL, len(files) + taken, None if newest is None else moment(newest))
        )
    return found


def _mtime(path: str) -> int:
    """Of what a link names; of the link where that is gone."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return os.lstat(path).st_mtime_ns


def _database(path: Path) -> StoreLocation:
    """A database that can't be read still stands in the list, with the time of its files."""
    from sessiontui.store.sqlite.sqlite_store import SqliteStore

    try:
        sessions = SqliteStore(path).sessions()
    except SessiontuiError:
        return StoreLocation(path, Backend.SQLITE, None, moment(path.stat().st_mtime_ns))
    times = [session.last_activity for session in sessions if session.last_activity is not None]
    return StoreLocation(path, Backend.SQLITE, len(sessions), max(times, default=None))
