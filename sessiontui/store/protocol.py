"""The one protocol that every home of sessions keeps: memory, a JSONL folder, a SQLite file.

Reading never writes: no byte and no time stamp of a session file or database changes. What writes goes through
``changes``, which records first and then calls the primitives of the home. Errors: ``UnknownKey`` for a key that
is not there, ``StoreError`` where the disk says no. A damaged line is an ``Entry`` with a fault, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from sessiontui.errors import Cancelled
from sessiontui.model import Address, Backend, Entry, Fault, Found, Message, Session

if TYPE_CHECKING:
    from sessiontui.query.ast import Query

_T = TypeVar("_T")

IsCancelled = Callable[[], bool]
"""Asked between steps of long work; True ends it with ``errors.Cancelled``."""

Progress = Callable[[int, int], None]
"""Told (done, total) now and then during long work, in units of the work's own choice."""


Report = Callable[[Fault], object]
"""Is given each fault when it is found."""


def never() -> bool:
    """An ``IsCancelled`` for work that nobody cancels."""
    return False


def stop_if(cancelled: IsCancelled) -> None:
    """Raise ``Cancelled`` where the work is to end."""
    if cancelled():
        raise Cancelled


def silent(done: int, total: int) -> None:
    """A ``Progress`` that nobody watches."""


def within(progress: Progress, before: int, total: int) -> Progress:
    """Progress in one part, which begins at ``before``, as progress in all."""
    return lambda done, _: progress(min(before + done, total), total)


def parts(items: Sequence[_T], sizes: Iterable[int], progress: Progress) -> Iterator[tuple[_T, Progress]]:
    """Each item with the progress of its part of the whole."""
    *begins, total = accumulate(sizes, initial=0)
    for item, done in zip(items, begins, strict=True):
        yield item, within(progress, done, total)
    progress(total, total)


class TranscriptRows(Protocol):
    """The rows of a transcript that are known, a frozen view; costs nothing to keep.

    ``complete`` is False for a view of the newest rows only: then ``start`` says nothing of the file, positions
    count from the first known row, and lines and ordinals may be unknown.
    """

    @property
    def complete(self) -> bool: ...

    @property
    def damaged(self) -> Sequence[int] | None:
        """The rows that are damaged, ascending; None where that is not known (yet)."""
        ...

    def __len__(self) -> int: ...

    def row_of(self, ordinal: int) -> int | None:
        """The row of message ``ordinal`` (from 1); None where there is none such, or it is not known (yet)."""
        ...

    def load(self, start: int, stop: int) -> Sequence[Entry]:
        """The entries of rows start to stop (from 0). Reads the disk; raises ``errors.Changed`` when the bytes
        that the view was made from are no longer there."""
        ...


class SessionTranscript(Protocol):
    """One session, opened for reading at any size."""

    @property
    def key(self) -> str: ...

    def tail(self, count: int = 200) -> TranscriptRows:
        """The newest rows, read from the end: the same cost at any size."""
        ...

    def scan(self, cancelled: IsCancelled = never) -> TranscriptRows:
        """All rows."""
        ...

    def known(self, rows: TranscriptRows) -> TranscriptRows:
        """The same rows, with what was learned of them since: ordinals, which are damaged. The very same view where
        that is nothing. Reads none of the rows."""
        ...

    def grown(self, rows: TranscriptRows, cancelled: IsCancelled = never) -> TranscriptRows:
        """The same rows and those that were appended since; a last row that was unfinished is as it is now.

        Reads what is new only; the very same view where nothing is. Raises ``errors.Changed`` where more happened
        than appending.
        """
        ...


class Store(Protocol):
    """Where sessions live. A home derives from it, and gives what is not the same in all of them."""

    backend: Backend
    path: Path
    """The sessions folder, or the database file."""

    def sessions(self) -> list[Session]:
        """All sessions, newest activity first, from stat or metadata alone: counts may be None."""
        ...

    def looked(self, keys: Iterable[str]) -> list[Session]:
        """The sessions of these very keys, in this order, as ``sessions`` would give them now; what isn't there is
        left out. For a few: the others are not looked at."""
        ...

    def counted(
        self, sessions: Sequence[Session], cancelled: IsCancelled = never, progress: Progress = silent
    ) -> Iterator[Session]:
        """The same sessions with messages and faults exactly known, in the order given; reads what it must."""
        ...

    def examine(
        self,
        session: Session,
        found: Report,
        cancelled: IsCancelled = never,
        progress: Progress = silent,
        *,
        notes: bool = False,
    ) -> Session:
        """Read one session whole, whatever is remembered of it: each fault goes to ``found``, and with ``notes`` what
        is no damage but worth a note; the counts come back."""
        for fault in self.faults(session.key):
            found(fault)
        return self.session(session.key)

    def session(self, key: str) -> Session:
        """One session, counted. Raises ``UnknownKey``."""
        ...

    def messages(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[Message]:
        """The valid messages start to stop (ordinal less one), as ZeroClaw loads them. Raises ``UnknownKey``."""
        ...

    def entries(self, key: str) -> Iterator[Entry]:
        """Every line or row in order, faulty and blank ones too, lazily. Raises ``UnknownKey``."""
        ...

    def faults(self, key: str) -> Iterator[Fault]:
        """What is wrong in this session, in file order; nothing in a home that has no lines."""
        return (entry.fault for entry in self.entries(key) if entry.fault is not None)

    def transcript(self, key: str) -> SessionTranscript:
        """Open one session for the screen. Raises ``UnknownKey``."""
        ...

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
        """Messages that match, newest first or by relevance. ``limit`` None means all, 0 asks for their number alone
        and is told it, however large, by an index of words; ``key`` leaves those of one session, ``keys`` those of several,
        in the same order: none, where it isn't there. Covers what is indexed; ``Found.note`` says when that is not
        everything. Where the answer would be ``pending``, ``scan`` has all messages read, is told how far that is, and may
        give more hits than ``limit``: those that the index gave are among them."""
        ...

    def index(
        self, cancelled: IsCancelled = never, progress: Progress = silent, keys: Collection[str] | None = None
    ) -> None:
        """Make ``search`` cover all that is there now; nothing to do in a home that keeps its own index. ``keys``: only
        these sessions have changed since it did, and no others need to be looked at."""
        stop_if(cancelled)

    def last(self, key: str) -> tuple[Message, Address] | None:
        """The last valid message, found from the end; None when there is none."""
        ...

    def stale(self, before: datetime) -> list[Session]:
        """Sessions whose last activity is older; what cleanup would remove. Never one that can't be read."""
        readable = (session for session in self.sessions() if session.problem is None)
        return [session for session in readable if session.last_activity and session.last_activity < before]
