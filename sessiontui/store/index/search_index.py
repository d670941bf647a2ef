"""The search index of a JSONL store, kept in the person's cache folder and made anew whenever it is no good.

Nothing depends on it: without one, search reads the store and says so. One process at a time brings it up to date,
under a lock; all may read. It never writes to the store.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Final, TypeVar

from sessiontui.disk import stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import StoreError
from sessiontui.model import Found
from sessiontui.paths import cache_folder
from sessiontui.store.index import file_facts, index_schema
from sessiontui.store.index.file_facts import Known
from sessiontui.store.index.index_schema import Unusable
from sessiontui.store.jsonl.counts import Count, OddLines
from sessiontui.store.protocol import IsCancelled, Progress, never, silent

if TYPE_CHECKING:  # what makes the index and what searches it is loaded for that, not for the list
    from sessiontui.query.ast import Query
    from sessiontui.store.index.build import ListedFile

_T = TypeVar("_T")

SUFFIX: Final = b".jsonl"

LARGE: Final = 1024 * 1024
"""A file of more bytes is not read again from its beginning when it has grown."""

LEARNED: Final = 256
"""So many learned facts are kept in memory before they are written."""
LEARNED_ODD: Final = 100_000
"""So many odd lines in them too."""


class SearchIndex:
    """The index of the sessions in ``folder``; of one of them only, where ``only`` is a file's name.

    Making one costs nothing and touches no disk.
    """

    def __init__(self, folder: Path, cache: Path | None = None, only: str | None = None) -> None:
        self.folder = folder
        self.only = only
        self._cache = cache
        self._facts: Known = {}
        self._facts_of: object = None
        self._learned: Known = {}
        self._odd = 0
        """About how many odd lines these hold."""
        self._problem = "it was not made yet"

    @property
    def path(self) -> Path:
        """Where the index is, or would be: its name is a hash of the folder's real path, and of the one file's name."""
        store = os.fsencode(os.path.realpath(self.folder)) + (b"/" + os.fsencode(self.only) if self.only else b"")
        return (self._cache or cache_folder()) / f"{hashlib.sha256(store).hexdigest()[:32]}.index"

    # ---- making

    def update(
        self,
        progress: Progress = silent,
        cancelled: IsCancelled = never,
        wait: float = 2.0,
        names: Collection[bytes] | None = None,
    ) -> bool:
        """Index what is new; ``progress`` in bytes. False where another process is at it, or there can be no index.

        ``names``: only these files are looked at, where all were indexed before.

        Raises ``errors.Cancelled`` (what was indexed stays) and ``StoreError`` where the folder can't be read.
        """
        listed = self.listed(names)
        try:
            with index_schema.locked(self.path, wait) as ours:
                if ours:
                    self._update(listed, names, progress, cancelled)
                return ours
        except Unusable as error:
            self._problem = str(error)
            return False

    def _update(
        self, listed: list[ListedFile], names: Collection[bytes] | None, progress: Progress, cancelled: IsCancelled
    ) -> None:
        from sessiontui.store.index.build import Build

        for last in (False, True):
            try:
                with self._writable() as connection:
                    build = Build(connection, os.fsencode(self.folder), progress, cancelled)
                    if names is not None and not build.is_sound:
                        listed, names = self.listed(), None
                    build.run(listed, names)
                return
            except index_schema.ERRORS as error:
                if last or not index_schema.is_broken(error):
                    raise Unusable(str(error)) from error
                index_schema.discard(self.path)

    def _writable(self) -> AbstractContextManager[Connection]:
        """The index, made where there is none; whoever calls holds the lock."""
        if not os.path.lexists(self.path):
            index_schema.create(self.path)
        return index_schema.connect(self.path, write=True)

    def listed(self, names: Collection[bytes] | None = None) -> list[ListedFile]:
        """The session files of the folder; those of these names, where any are given. Raises ``StoreError``."""
        from sessiontui.store.index.build import ListedFile

        folder, listed = os.fsencode(self.folder), []
        try:
            found = os.listdir(folder) if names is None else names
        except OSError as error:
            raise StoreError(f"{self.folder} can't be read: {error.strerror}") from error
        for name in found:
            is_ours = name.endswith(SUFFIX) if self.only is None else name == os.fsencode(self.only)
            if is_ours:
                with suppress(OSError):  # gone by now, or a link to nowhere
                    status = os.stat(os.path.join(folder, name))
                    if stat.S_ISREG(status.st_mode):
                        listed.append(ListedFile(name, stamps.stamp_of(status)))
        return listed

    def missing(self) -> int:
        """About how many bytes an update would read, as the stamps of the files tell. Raises ``StoreError``."""
        from sessiontui.store.index import index_rows

        known: dict[bytes, index_rows.File] = self._read(index_rows.files, {})
        return sum(e.stamp.size - (known[e.name].covers(e.stamp) if e.name in known else 0) for e in self.listed())

    # ---- asking

    def search(
        self,
        query: Query,
        limit: int | None = 50,
        relevance: bool = False,
        names: Collection[bytes] | None = None,
        cancelled: IsCancelled = never,
    ) -> Found:
        """Messages that match among those that are indexed, of all files or of those of these ``names``; ``Found.note``
        says when that is not all. Raises ``errors.Cancelled``; ``StoreError``: the folder can't be read."""
        from sessiontui.store.index import index_rows
        from sessiontui.store.index.index_search import IndexSearch
        from sessiontui.store.index.scan import scan

        problem = self._problem
        try:
            with index_schema.connect(self.path) as connection:
                if not index_rows.is_empty(connection):
                    search = IndexSearch(connection, os.fsencode(self.folder), cancelled, names)
                    found = search.found(query, limit, relevance=relevance)
                    if search.stale:  # the next update looks at every byte of these files
                        self._write(lambda connection: index_rows.distrust(connection, search.stale))
                    return found
        except FileNotFoundError:
            pass
        except OSError as error:
            problem = f"{self.path} can't be opened: {error.strerror}"
        except Unusable as error:
            problem = str(error)
        except index_schema.ERRORS as error:
            problem = f"it can't be used: {error}"
            if index_schema.is_broken(error):
                self._discard()
        if self._is_being_made():
            return Found((), None, "the search index is being made; nothing is in it yet")
        found = scan(os.fsencode(self.folder), self.listed(names), query, limit, cancelled)
        return found._replace(note=f"all files were read, for there is no search index: {problem}")

    def _is_being_made(self) -> bool:
        with suppress(Unusable), index_schema.locked(self.path) as ours:
            return not ours
        return False

    def _discard(self) -> None:
        with suppress(Unusable), index_schema.locked(self.path) as ours:
            if ours:
                index_schema.discard(self.path)

    # ---- counts

    def refresh(self, names: Iterable[str] | None = None) -> None:
        """Take note of what was written to the index since; of some files only, where their names are given."""
        seen = self._seen()
        if seen == self._facts_of:
            return
        some = None if names is None else [os.fsencode(name) for name in names]
        known: Known = self._read(lambda connection: file_facts.known(connection, some), {})
        if some is None:
            self._facts, self._facts_of = known, seen
        else:
            self._facts.update(known)

    def remembered(self, name: str, stamp: Stamp) -> Count | None:
        """What is known of the file of this name, if it is the one that the stamp shows; as of the last ``refresh``, for
        long lists: touches no disk."""
        key = os.fsencode(name)
        for known in (self._facts, self._learned):
            if key in known and known[key][0] == stamp:
                return known[key][1]
        return None

    def odd(self, name: str, stamp: Stamp) -> OddLines | None:
        """The odd lines of the file of this name, if it still is the file that the stamp shows; reads the index."""
        key = os.fsencode(name)
        learned = self._learned.get(key)
        if learned is not None and learned[0] == stamp:
            return learned[1].odd
        return self._read(lambda connection: file_facts.odd(connection, key, stamp), None)

    def before(self, name: str, fd: int, stamp: Stamp) -> tuple[int, Count]:
        """How much of an open file was indexed before it grew to what the stamp shows, and what that held; nothing of one
        that is not ``LARGE``."""
        nothing = 0, Count(0, 0, OddLines())
        if stamp.size <= LARGE:
            return nothing
        from sessiontui.store.index import index_rows
        from sessiontui.store.index.build import has_grown

        def look(connection: Connection) -> tuple[int, Count]:
            file = index_rows.file(connection, os.fsencode(name))
            if file is None or not has_grown(fd, file, stamp):
                return nothing
            covered = file.covers(stamp)
            return covered, file_facts.held(connection, file.id, covered)

        return self._read(look, nothing)

    def learn(self, name: str, stamp: Stamp, count: Count) -> None:
        """Keep what somebody counted; written when there is enough of it, or by ``flush``."""
        self._learned[os.fsencode(name)] = stamp, count
        self._odd += len(count.odd.marks) if count.odd else 0
        if len(self._learned) >= LEARNED or self._odd >= LEARNED_ODD:
            self.flush()

    def flush(self) -> None:
        """Write what was learned; where that can't be done now, it is forgotten."""
        learned, self._learned, self._odd = self._learned, {}, 0

        def keep(connection: Connection) -> None:
            for name, (stamp, count) in learned.items():
                file_facts.learn(connection, name, stamp, count)

        if learned:
            self._write(keep)

    def _read(self, work: Callable[[Connection], _T], nothing: _T) -> _T:
        """What ``work`` finds in the index; ``nothing`` where there is none that can be used."""
        with suppress(Unusable, OSError, *index_schema.ERRORS), index_schema.connect(self.path) as connection:
            return work(connection)
        return nothing

    def _write(self, work: Callable[[Connection], object]) -> None:
        """Do something that need not be done, if nobody else is writing."""
        with suppress(Unusable, OSError, *index_schema.ERRORS), index_schema.locked(self.path) as ours:
            if ours:
                with self._writable() as connection, connection:
                    connection.execute("BEGIN IMMEDIATE")
                    work(connection)

    def _seen(self) -> object:
        """Differs when something was written to the index."""
        return [stamps.stamp_at(f"{self.path}{suffix}") for suffix in ("", "-wal")]
