"""Rows that come to a database and leave it: one transaction each, recorded between its work and its commit.

What left, and what the rest was like, is in the ``.rows`` file that the transaction writes into the journal; reverting
moves that file's rows the other way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sessiontui.changes.edits.database import extent, require_undamaged
from sessiontui.changes.edits.undo_refusals import require_rows
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.errors import Changed
from sessiontui.model import Address, Message
from sessiontui.store.sqlite import kept_rows, transaction
from sessiontui.store.sqlite.index_faults import metadata_mismatch, mismatch


@dataclass(frozen=True, slots=True)
class Rows(Edit):
    """Rows leave a database or come to it in one transaction; the ``.rows`` file says which, and keeps those that left."""

    keys: tuple[str, ...]
    database: str
    rows: str

    @property
    def sessions(self) -> tuple[str, ...]:
        return self.keys

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether the transaction was committed."""
        return "made" if committed(record.folder, self.database, self.rows) else "void"

    def foresee(self, folder: Folder) -> str:
        require_rows(folder, self.database, self.rows)
        moved = kept_rows.kept(folder.path(self.rows))
        messages = f"{moved.rows} message" if moved.rows == 1 else f"{moved.rows} messages"
        sessions = f"“{self.keys[0]}”" if len(self.keys) == 1 else f"{len(self.keys)} sessions"
        if moved.direction == "added":
            return f"remove {messages} of {sessions} from {self.database}"
        return f"put {messages} of {sessions} back into {self.database}"

    def revert(self, record: ChangeRecord) -> None:
        """Move the rows the other way."""
        require_rows(record.folder, self.database, self.rows)
        with _recorded(record, self.database, self.keys, self.rows) as (writing, file):
            writing.take_back(file)


def begin(record: ChangeRecord, database: str, back: str = "") -> transaction.Writing:
    """A transaction on a database of the store; ``back``: the name of the ``.rows`` file that it will move back."""
    folder = record.folder
    return transaction.Writing(
        folder.sessions / database, wait=record.patience.seconds, back=folder.path(back) if back else None
    )


@contextmanager
def _recorded(
    record: ChangeRecord, database: str, keys: tuple[str, ...], back: str = ""
) -> Iterator[tuple[transaction.Writing, Path]]:
    """A transaction, with the ``.rows`` file that it is to write; recorded and committed when the block ends."""
    name = record.name("rows")
    with begin(record, database, back) as writing:
        yield writing, record.folder.path(name)
        record.write(Rows(keys, database, name))
        writing.commit()
        record.made()


def append(record: ChangeRecord, database: str, key: str, message: Message) -> Address:
    """Add one message at the end of a session, which may be new."""
    now = datetime.now(UTC)
    with _recorded(record, database, (key,)) as (writing, file):
        id = writing.next_id()
        require_undamaged(database, metadata_mismatch(writing.connection))
        writing.add(file, key, [message], now)
    return Address(id=id, created_at=now)


def pop(record: ChangeRecord, database: str, key: str, only: int | None) -> tuple[Message, Address]:
    """Remove the newest message and return it. Raises ``Changed`` when there is none, or it is not the one whose id is
    ``only``; None means any."""
    with _recorded(record, database, (key,)) as (writing, file):
        newest = writing.newest(key)
        message = newest.message() if newest else None
        if newest is None or message is None or only not in (None, newest.id):
            raise Changed(f"session “{key}”")
        writing.remove(file, key, [newest.id])
    return message, newest.address


def remove_sessions(
    record: ChangeRecord, database: str, seen: Mapping[str, object], before: datetime | None
) -> frozenset[str]:
    """Remove those of the sessions whose last activity is older than ``before``, or, where that is None, whose rows are
    those that were seen (``extent``), all in one transaction; return those that were."""
    name = record.name("rows")
    with begin(record, database) as writing:
        require_undamaged(database, mismatch(writing.connection))
        if before is None:
            gone = [key for key, rows in seen.items() if extent(writing.connection, key) == rows]
        else:
            stale = set(writing.stale(before))
            gone = [key for key in seen if key in stale]
        if gone:
            writing.remove_sessions(record.folder.path(name), gone)
            record.write(Rows(tuple(gone), database, name))
            writing.commit()
            record.made()
    return frozenset(gone)


def remove_begun(record: ChangeRecord, database: str, key: str, count: int) -> Step:
    """Remove the rows of an import that was interrupted, which its file holds too. Raises ``Changed`` where they are not
    so many any more."""
    with _recorded(record, database, (key,)) as (writing, file):
        if extent(writing.connection, key).rows != count:
            raise Changed(f"session “{key}”")
        writing.remove_sessions(file, (key,))
    return record.steps[-1]


def committed(folder: Folder, database: str, name: str) -> bool:
    """Whether the transaction of a ``.rows`` file was committed; where it wasn't, the file may be gone already."""
    path, file = folder.sessions / database, folder.path(name)
    return path.exists() and file.exists() and transaction.made(path, file)
