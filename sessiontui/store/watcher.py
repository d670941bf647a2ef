"""Tells that somebody touched a store: which sessions, or that it may have been any of them.

The file system says so itself (watchfiles). Where it would not, as on a network, its folder is looked at every two
seconds; so is what a link in it names. Nothing is opened, so no time stamp changes; what is no session, the journal and
our own temporary files among it, is no news. A folder that is gone is waited for, and another one of the same name is
taken for what it is.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.model import Backend
from sessiontui.store.detect import DATABASE
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Store

STEP: Final = 50
"""Milliseconds between two looks at whether more has happened, or the person has left."""
BEAT: Final = 500
"""Milliseconds after which silence is told too."""
POLL: Final = 2000
"""Milliseconds between two looks where the file system tells nothing."""
AWAY: Final = 0.5
"""Seconds between two looks at whether a folder that is gone is back."""
ALL: Final = None

_ADDED, _DELETED = 1, 3
"""How watchfiles says that there is a new name, and that one is gone."""

_REMOTE: Final = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "fuse.",
    "afs",
    "ceph",
    "lustre",
    "gluster",
    "vboxsf",
    "virtiofs",
    "prl_fs",
)
"""How the types of file systems begin of which another machine may change the files."""


class Touch(NamedTuple):
    """What was touched: these sessions; any of them, where ``keys`` is None; and the folder's other home, where it ``appeared``."""

    keys: frozenset[str] | None = frozenset()
    appeared: bool = False


class _Stopping(NamedTuple):
    """What watchfiles asks whether to end."""

    is_set: IsCancelled


def touches(store: Store, cancelled: IsCancelled) -> Iterator[Touch]:
    """What was touched since the touch before, without end; an empty one now and then. ``ALL`` as soon as events come,
    for nobody knows what was missed before, and when the folder comes or goes."""
    folder = store.path if store.backend is Backend.JSONL else store.path.parent
    polling = True if _is_remote(folder) else None
    there = True
    while not cancelled():
        try:
            identity, there = _identity(folder), True
            yield from _watched(store, folder, identity, polling, cancelled)
        except FileNotFoundError:
            if there:
                there = False
                yield Touch(ALL)
            _rest(cancelled)
            yield Touch()
        except (OSError, RuntimeError):  # no more watches, or none here; watchfiles' own error is the latter
            polling = True
            _rest(cancelled)
            yield Touch()


def _watched(
    store: Store, folder: Path, identity: tuple[int, int], polling: bool | None, cancelled: IsCancelled
) -> Iterator[Touch]:
    """The touches of this very folder, as long as it is there."""
    from watchfiles import watch

    known = False
    links = _Links(store)
    for changes in watch(
        folder,
        watch_filter=None,
        debounce=4 * STEP,
        step=STEP,
        stop_event=_Stopping(cancelled),
        rust_timeout=BEAT,
        yield_on_timeout=True,
        raise_interrupt=False,
        force_polling=polling,
        poll_delay_ms=POLL,
        recursive=False,
    ):
        if (_DELETED, os.fspath(folder)) in changes or _identity(folder) != identity:
            return
        touch = _touch(store, folder, changes)
        if touch.keys is not None:
            touch = Touch(touch.keys | links.touched(touch.keys), touch.appeared)
        yield touch if known else Touch(ALL, touch.appeared)
        known = True


class _Links:
    """The sessions that are links: what is written behind one is no event of the folder, so it is looked at."""

    def __init__(self, store: Store) -> None:
        self._folder = store.path
        found: list[str] = []
        if isinstance(store, JsonlStore):
            with os.scandir(store.path) as entries:
                found = [entry.name.removesuffix(SUFFIX) for entry in entries if _is_link(entry, store.only)]
        self._seen = {key: self._look(key) for key in found}
        self._next = time.monotonic()

    def touched(self, news: Iterable[str]) -> frozenset[str]:
        """Those that are not as they were. ``news``: keys that may have become links."""
        for key in news:
            if os.path.islink(self._folder / (key + SUFFIX)):
                self._seen[key] = self._look(key)
        if time.monotonic() < self._next:
            return frozenset()
        self._next = time.monotonic() + POLL / 1000
        before, self._seen = self._seen, {key: self._look(key) for key in self._seen}
        return frozenset(key for key, seen in self._seen.items() if seen != before[key])

    def _look(self, key: str) -> Stamp | None:
        return stamps.stamp_at(self._folder / (key + SUFFIX))


def _is_link(entry: os.DirEntry[str], only: str | None) -> bool:
    return entry.name.endswith(SUFFIX) and only in (None, entry.name.removesuffix(SUFFIX)) and entry.is_symlink()


def _touch(store: Store, folder: Path, changes: Iterable[tuple[int, str]]) -> Touch:
    names = {os.path.basename(path) for _, path in changes}
    added = {os.path.basename(path) for change, path in changes if change == _ADDED}
    files = {name for name in names if name.endswith(SUFFIX)}
    itself = os.fspath(folder) in {path for _, path in changes}
    if not isinstance(store, JsonlStore):
        mine = {store.path.name + suffix for suffix in ("", "-wal", "-journal")}
        return Touch(ALL if itself or names & mine else frozenset(), any(name.endswith(SUFFIX) for name in added))
    if itself or any("\ufffd" in name for name in files):  # a name that is no text is told as some other one
        return Touch(ALL, DATABASE in added)
    keys = frozenset(name.removesuffix(SUFFIX) for name in files)
    return Touch(keys if store.only is None else keys & {store.only}, DATABASE in added)


def _identity(folder: Path) -> tuple[int, int]:
    return stamps.stamp_of(os.stat(folder))[:2]


def _rest(cancelled: IsCancelled) -> None:
    until = time.monotonic() + AWAY
    while time.monotonic() < until and not cancelled():
        time.sleep(STEP / 1000)


def _is_remote(folder: Path) -> bool:
    """Whether the folder lies on a file system that tells only what this machine does, as far as the system says."""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="replace")
    except OSError:
        return False
    kinds = {mount: kind for _, mount, kind, *_ in (line.split(" ") for line in mounts.splitlines())}
    where = Path(os.path.realpath(folder))
    kind = next((kinds[each] for each in map(str, (where, *where.parents)) if each in kinds), "")
    return kind.startswith(_REMOTE)
