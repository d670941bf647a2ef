"""The home of sessions in a SQLite file, ``sessions.db`` of any era: reading only.

No byte, no time stamp and no file beside the database changes by it. Every call opens its own connection, so it may
be made from any thread. What writes is called by ``changes`` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from sqlite3 import Connection

from sessiontui.errors import Refused, UnknownKey
from sessiontui.model import Address, Backend, Entry, Found, Message, Session
from sessiontui.query.ast import Query
from sessiontui.store.protocol import IsCancelled, Progress, Report, Store, never, silent, stop_if
from sessiontui.store.sqlite.database_schema import is_bindable
from sessiontui.store.sqlite.import_times import imported_before
from sessiontui.store.sqlite.index_health import IndexHealth, mark, standing, way
from sessiontui.store.sqlite.open_read import State, read, state
from sessiontui.store.sqlite.session_totals import listed, stale_keys, totals
from sessiontui.store.sqlite.sqlite_search import search_rows
from sessiontui.store.sqlite.sqlite_transcript import SqliteTranscript, newest, rows


class SqliteStore(Store):
    """The sessions of one database."""

    backend = Backend.SQLITE

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice = ""
        """What a person should know about how the database is read; empty where nothing is odd."""
        self._standing: tuple[object, IndexHealth] | None = None

    def sessions(self) -> list[Session]:
        """All sessions, newest activity first, not counted; those without metadata too."""
        return read(self.path, listed, self._notice)

    def looked(self, keys: Iterable[str]) -> list[Session]:
        """These sessions, not counted; those that are there."""
        wanted = [key for key in keys if is_bindable(key)]
        return read(self.path, lambda c: [session for key in wanted for session in listed(c, key)], self._notice)

    def counted(
        self, sessions: Sequence[Session], cancelled: IsCancelled = never, progress: Progress = silent
    ) -> Iterator[Session]:
        """The same sessions with messages and bytes: those of role and content. Reads all their text at once."""
        keys = [session.key for session in sessions]
        messages, sizes = read(self.path, lambda c: totals(c, keys, cancelled, progress), self._notice)
        for session in sessions:
            yield session._replace(messages=messages[session.key], bytes=sizes[session.key])

    def examine(
        self,
        session: Session,
        found: Report,
        cancelled: IsCancelled = never,
        progress: Progress = silent,
        *,
        notes: bool = False,
    ) -> Session:
        """Tell ``found`` of every row that ZeroClaw leaves out, and count the others."""
        self._known(session.key)
        messages = size = 0
        for row in rows(self.path, session.key, self._notice, whole=False):  # ``check`` compares whole tables, once
            stop_if(cancelled)
            messages += row.message() is not None
            size += row.size
            if (fault := row.fault()) is not None:
                found(fault)
        return session._replace(messages=messages, bytes=size)

    def session(self, key: str) -> Session:
        """One session, counted. Raises ``UnknownKey``."""
        return next(self.counted([self._known(key)]))

    def messages(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[Message]:
        """The messages start to stop, as ZeroClaw loads them: rows that it leaves out are left out."""
        self._known(key)
        loaded = (message for row in rows(self.path, key, self._notice) if (message := row.message()) is not None)
        return islice(loaded, start, stop)

    def entries(self, key: str) -> Iterator[Entry]:
        """Every row in order; those that ZeroClaw leaves out carry a fault."""
        self._known(key)
        return self._entries(key)

    def transcript(self, key: str) -> SqliteTranscript:
        """Open one session for the screen. Raises ``UnknownKey``."""
        self._known(key)
        return SqliteTranscript(self.path, key, self._notice)

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
        """Messages that match, by the database's own full-text index."""
        wanted = keys if key is None else [key]
        look = partial(self._looked, state(self.path))
        return read(
            self.path, lambda c: search_rows(c, query, limit, relevance, cancelled, wanted, scan, look), self._notice
        )

    def last(self, key: str) -> tuple[Message, Address] | None:
        """The last message, found from the end. Raises ``Refused`` where the indexes may hide a later one."""
        self._known(key)
        if wrong := read(self.path, lambda c: way(c, key), self._notice).wrong:
            raise Refused(
                f"the index {wrong} of {self.path.name} is damaged, so the last message can't be removed safely",
                "`sessiontui check` says what is wrong; nothing was changed",
            )
        row = read(self.path, lambda c: newest(c, key), self._notice)
        message = row.message() if row else None
        return (message, row.address) if row and message else None

    def stale(self, before: datetime) -> list[Session]:
        """Sessions whose ``last_activity`` is older, by ZeroClaw's comparison of text too; never one without
        metadata, or without a time that can be read."""
        keys = set(read(self.path, lambda c: stale_keys(c, before), self._notice))
        return [session for session in self.sessions() if session.key in keys]

    def _looked(self, at: State, connection: Connection) -> IndexHealth:
        """The standing of the indexes, looked at once for each state of the database."""
        seen = [each and each[:4] for each in at], mark(connection)
        if self._standing is None or self._standing[0] != seen:
            self._standing = seen, standing(connection)
        return self._standing[1]

    def _entries(self, key: str) -> Iterator[Entry]:
        ordinal = 1
        before = read(self.path, lambda c: imported_before(c, key))
        for position, row in enumerate(rows(self.path, key, self._notice)):
            entry = row.entry(position, ordinal, before)
            ordinal += entry.message is not None
            yield entry

    def _known(self, key: str) -> Session:
        """The session, not counted. Raises ``UnknownKey``."""
        found = self.looked([key])
        if not found:
            raise UnknownKey(key)
        return found[0]

    def _notice(self, text: str) -> None:
        if text not in self.notice:
            self.notice = f"{self.notice}; {text}" if self.notice else text
