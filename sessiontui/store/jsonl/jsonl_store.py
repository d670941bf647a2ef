"""A folder of session files, as ZeroClaw keeps them: one ``<key>.jsonl`` a session.

Every name that ends in ``.jsonl`` is shown; one that ZeroClaw can't read (a folder makes it hang) carries its trouble.
A list looks once at the folder and each file, and opens none. Only the person's cache is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sessiontui.dialects import file_names
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import stamps
from sessiontui.errors import Changed, Held, StoreError, UnknownKey
from sessiontui.model import Address, Backend, Entry, Fault, Found, Message, Session, Span
from sessiontui.paths import cache_folder
from sessiontui.store.jsonl import folder_list
from sessiontui.store.jsonl.counts import Count
from sessiontui.store.jsonl.folder_list import SessionStat
from sessiontui.store.protocol import IsCancelled, Progress, Report, Store, never, parts, silent, stop_if

if TYPE_CHECKING:  # a list is on the screen before a file is opened: what reads files is loaded by whoever reads
    from sessiontui.query.ast import Query
    from sessiontui.store.index.search_index import SearchIndex
    from sessiontui.store.jsonl.jsonl_transcript import JsonlTranscript
    from sessiontui.store.jsonl.session_file import OpenFile

_T = TypeVar("_T")


class JsonlStore(Store):
    """The sessions of one folder; ``only``, a stem, leaves one of them."""

    backend = Backend.JSONL

    def __init__(self, folder: Path, only: str | None = None) -> None:
        self.path = folder
        self.only = only
        self._search_index: SearchIndex | None = None
        self._before: dict[str, SessionStat] = {}
        """The readable sessions as they were listed last."""
        self._open: dict[str, int] = {}
        """When those were written to of which a last line is not counted yet, for it may be still being written."""

    @property
    def search_index(self) -> SearchIndex:
        """What is remembered of this folder in the cache; made when it is first asked for."""
        if self._search_index is None:
            from sessiontui.store.index.search_index import SearchIndex

            self._search_index = SearchIndex(self.path, only=None if self.only is None else self.only + SUFFIX)
        return self._search_index

    def _refresh(self, names: Iterable[str] | None = None) -> None:
        """Take note of what is remembered; where nothing can be, what reads it is not loaded."""
        if self._search_index is not None or os.path.exists(cache_folder()):
            self.search_index.refresh(names)

    def file(self, key: str) -> Path:
        """Where the session of this very key, a stem, is; whether it is there is not looked at."""
        return self.path / (key + SUFFIX)

    def resolve(self, key: str) -> str:
        r"""The stem that a person's KEY means: the exact one, one with its bytes as ``\xNN``, else the sanitised one.

        Raises ``UnknownKey`` where none of them is there.
        """
        for stem in dict.fromkeys((key, file_names.read_back(key), file_names.sanitised(key))):
            if self.only in (None, stem) and (there := folder_list.there(self.path, stem)) is not None:
                return there
        raise UnknownKey(key)

    # ---- the list

    def sessions(self) -> list[Session]:
        """All sessions, the file written last first. Counts only where they are remembered of these very bytes.

        Of a file that is as it was the last time, the session is the very same object.
        """
        self._refresh()
        before, self._before = self._before, {}
        entries = folder_list.entries(self.path) if self.only is None else [self.file(self.only)]
        found = [looked for entry in entries if (looked := self._look(entry, before)) is not None]
        found.sort()
        return [session for _, _, session in found]

    def looked(self, keys: Iterable[str]) -> list[Session]:
        """The sessions of these very stems, from stat alone; those that are there."""
        stems = [key for key in keys if self.only in (None, key) and folder_list.is_stem(key)]
        self._refresh(stem + SUFFIX for stem in stems)
        found = (self._look(self.file(stem), self._before) for stem in stems)
        return [looked[2] for looked in found if looked is not None]

    def _look(
        self, entry: os.DirEntry[str] | Path, before: Mapping[str, SessionStat]
    ) -> tuple[float, str, Session] | None:
        """A session by stat alone, behind what orders it: last comes one whose time can't be read. None where it is gone
        by now."""
        name = entry.name
        try:
            status, broken = folder_list.status(entry)
            seen = stamps.stamp_of(status)
            if broken or not folder_list.is_readable(status, entry):
                from sessiontui.store.jsonl import unreadable

                session = folder_list.session(name, seen, None, unreadable.of_entry(Path(entry)))
            else:
                recall = None if self._search_index is None else self._search_index.remembered
                look = self._before[name] = folder_list.look(name, seen, before.get(name), recall)
                session = look.session
                if look.waits:
                    self._open[session.key] = seen.mtime_ns
        except FileNotFoundError:
            return None
        return inf if session.last_activity is None else -seen.mtime_ns, session.key, session

    def settled(self) -> frozenset[str]:
        """The keys of sessions of which a last line counts by now, for nobody went on with it; each is told once."""
        settled = [key for key, mtime_ns in list(self._open.items()) if stamps.is_idle(mtime_ns)]
        return frozenset(key for key in settled if self._open.pop(key, None) is not None)

    def counted(
        self, sessions: Sequence[Session], cancelled: IsCancelled = never, progress: Progress = silent
    ) -> Iterator[Session]:
        """The same sessions, counted; reads only files of which nothing is remembered. ``progress`` in bytes.

        What was counted is remembered. A file that can't be read comes with its trouble and without counts; one on which
        another program has a lease, with neither.
        """
        try:
            for session, part in parts(sessions, [session.bytes or 0 for session in sessions], progress):
                stop_if(cancelled)
                yield self._counted(session, cancelled, part)
        finally:
            self.search_index.flush()

    def _counted(self, session: Session, cancelled: IsCancelled, progress: Progress) -> Session:
        """Not what was indexed of a large file before it grew."""
        if session.messages is not None or session.problem is not None:
            return session
        from sessiontui.store.jsonl import file_faults

        name = session.key + SUFFIX

        def read(file: OpenFile) -> Count:
            start, before = self.search_index.before(name, file.fd, file.stamp)
            return file_faults.counted(before, file.fd, file.stamp.size, cancelled, progress, start)

        try:
            return self._read(session, read)
        except Held:
            return session

    def examine(
        self,
        session: Session,
        found: Report,
        cancelled: IsCancelled = never,
        progress: Progress = silent,
        *,
        notes: bool = False,
    ) -> Session:
        """Read one file whole, whatever is remembered of it."""
        from sessiontui.store.jsonl import file_faults, unreadable

        path = self.file(session.key)
        for fault in unreadable.of_name(path, notes=notes):
            found(fault)
        if session.problem is None:
            session = self._read(session, lambda file: file_faults.told(file, found, cancelled, progress, notes=notes))
        if session.problem is not None:
            found(session.problem)
        elif notes and (emptied := unreadable.emptied(path, session)):
            found(emptied)
        return session

    def _read(self, session: Session, read: Callable[[OpenFile], Count]) -> Session:
        """The session as ``read`` counts it; what can't be read, or is gone by now, has its trouble. Raises ``Held``."""
        from sessiontui.store.jsonl import session_file, unreadable

        try:
            with session_file.opened(self.file(session.key), session.key) as file:
                count, stamp = read(file), file.stamp
        except Held:
            raise
        except (StoreError, UnknownKey, Changed) as error:
            return session._replace(problem=unreadable.of_error(error))
        name = session.key + SUFFIX
        self.search_index.learn(name, stamp, count)
        if count.waits(stamp.mtime_ns):
            self._open[session.key] = stamp.mtime_ns
        return folder_list.session(name, stamp, count)

    def session(self, key: str) -> Session:
        """One session, counted; one that can't be read has its trouble and no counts."""
        found = self.looked([self.resolve(key)])
        if not found:
            raise UnknownKey(key)
        return self._counted(found[0], never, silent)

    # ---- one session

    def messages(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[Message]:
        """The valid messages start to stop, as ZeroClaw loads them."""
        from sessiontui.store.jsonl import session_file

        stem = self.resolve(key)
        return self._each(stem, lambda file: islice(session_file.messages(file.fd, file.stamp.size), start, stop))

    def entries(self, key: str) -> Iterator[Entry]:
        """Every line in order. Huge ones are clipped; their address says where the rest is."""
        from sessiontui.store.jsonl.entries import entries

        return self._each(self.resolve(key), entries)

    def faults(self, key: str) -> Iterator[Fault]:
        """What is wrong in this session; where it is no readable file, that one thing."""
        from sessiontui.store.jsonl import file_faults, unreadable

        stem = self.resolve(key)
        problem = unreadable.of_entry(self.file(stem))
        found = self._each(stem, file_faults.of_file) if problem is None else (problem,)
        return chain(unreadable.of_name(self.file(stem)), found)

    def last(self, key: str) -> tuple[Message, Address] | None:
        """The last valid message, found from the end; its line number is not known."""
        from sessiontui.disk import lines
        from sessiontui.store.jsonl import session_file

        stem = self.resolve(key)
        with session_file.opened(self.file(stem), stem) as (fd, stamp):
            for offset, line in lines.backwards(fd, stamp.size):
                message = session_file.message(fd, offset, line)
                if message is not None:
                    return message, Address(span=Span(offset, len(line)))
        return None

    def transcript(self, key: str) -> JsonlTranscript:
        """Open one session for the screen."""
        from sessiontui.store.jsonl.jsonl_transcript import JsonlTranscript

        stem = self.resolve(key)
        return JsonlTranscript(self.file(stem), stem, lambda stamp: self.search_index.odd(stem + SUFFIX, stamp))

    def _each(self, stem: str, read: Callable[[OpenFile], Iterator[_T]]) -> Iterator[_T]:
        """What ``read`` gives of the open file."""
        from sessiontui.store.jsonl import session_file

        with session_file.opened(self.file(stem), stem) as file:
            yield from read(file)

    # ---- search

    def search(
        self,
        query: Query,
        *,
        limit: int | None = 50,
        relevance: bool = False,
        key: str | None = None,
        keys: Collection[str] | None = None,
        cancelled: IsCancelled = never,
        scan: Progress | None = None,
    ) -> Found:
        """Messages that match, from the index; ``key`` is a stem."""
        names = folder_list.names(keys if key is None else [key])
        return self.search_index.search(query, limit=limit, relevance=relevance, names=names, cancelled=cancelled)

    def index(
        self, cancelled: IsCancelled = never, progress: Progress = silent, keys: Collection[str] | None = None
    ) -> None:
        """Bring the index up to what the folder holds now."""
        self.search_index.update(progress=progress, cancelled=cancelled, names=folder_list.names(keys))
