"""The primitives that write a SQLite store: one transaction, taken immediately, that keeps what is needed to undo it.

``changes`` drives it: begin, add or remove, record in its journal what that gave, then commit. Until the commit nothing
is visible to anyone, and without one nothing has happened. A commit is on the disk when it returns. The schema of the
database is left as it is; its triggers keep its full-text index.

    with Writing(path) as writing:
        kept = writing.add(journal / "00000001.1.rows", key, messages, now)
        …record it, synced…
        writing.commit()
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple, Self

from sessiontui.errors import Changed, Refused, StoreError
from sessiontui.model import Message
from sessiontui.store.full_text import scalar
from sessiontui.store.sqlite.checkpoints import configure, guarded
from sessiontui.store.sqlite.database_schema import (
    IMMUTABLE,
    KEY,
    LARGEST,
    METADATA,
    MORE,
    RECEIPTS,
    DatabaseShape,
    address,
    bound,
    connect,
    shape,
    write_time,
)
from sessiontui.store.sqlite.kept_rows import OPPOSITE, Keeping, KeptRows, Run, fingerprint, kept, runs_of
from sessiontui.store.sqlite.open_read import ERRORS, read, spoken, state
from sessiontui.store.sqlite.revert_rows import delete, is_moved, lower, require, revert
from sessiontui.store.sqlite.session_totals import stale_keys
from sessiontui.store.sqlite.sqlite_transcript import StoredRow, newest

_ADD = "INSERT INTO sessions (id, session_key, role, content, created_at) VALUES (?, CAST(? AS TEXT), ?, ?, ?)"
_COUNT = f"""
INSERT INTO {METADATA} (session_key, created_at, last_activity, message_count) VALUES (CAST(? AS TEXT), ?, ?, ?)
ON CONFLICT (session_key) DO UPDATE
SET last_activity = excluded.last_activity, message_count = {MORE.format("excluded.message_count")}
"""
_RECEIPT = f"""
INSERT OR REPLACE INTO {RECEIPTS} (source_name, session_key, source_hash, source_len, imported_at)
VALUES (?, CAST(? AS TEXT), ?, ?, ?)
"""
_IDS = f"SELECT id FROM sessions WHERE {KEY} ORDER BY id"
_THERE = f"SELECT count(*) FROM sessions WHERE {KEY} AND id BETWEEN ? AND ?"
_LAST = """
SELECT coalesce((SELECT max(CAST(seq AS INTEGER)) FROM sqlite_sequence WHERE name = 'sessions'), 0),
       coalesce((SELECT max(id) FROM sessions), 0)
"""


class Receipt(NamedTuple):
    """What ZeroClaw wants to know of an imported file."""

    source_name: str
    source_hash: str
    """Lower-case hex SHA-256 of the file's bytes."""
    source_len: int


class Writing:
    """One transaction on one database; ``wait``: seconds that a lock of another program is waited for.

    It takes one ``add``, ``remove``, ``remove_sessions`` or ``take_back``; ``back`` is the ``.rows`` file that the last
    one will move back. Raises ``StoreError`` where the database is locked for longer, or can't be written.
    """

    connection: Connection
    """For reading what must hold within the transaction."""
    shape: DatabaseShape

    def __init__(self, path: Path, *, wait: float = 2.0, back: Path | None = None) -> None:
        self.path = path
        self._wait = wait
        self._back = kept(back) if back else None
        self._file: Path | None = None
        self._settled = False
        self._held = ExitStack()

    def __enter__(self) -> Self:
        state(self.path)
        with self._speaking(), ExitStack() as opening:
            opening.enter_context(guarded(self.path, self._wait))
            self.connection = connect(self.path, "mode=rw", self._wait)
            opening.callback(self.connection.close)
            self._begin()
            self._held = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()
        if self._file is not None and not self._settled:
            self._file.unlink(missing_ok=True)

    def next_id(self) -> int:
        """The id that the next row will have. Raises ``Refused`` where SQLite has no larger one."""
        return following(self.connection, self.path.name)

    def newest(self, key: str) -> StoredRow | None:
        """The last message as it stands in the transaction."""
        with self._speaking():
            return newest(self.connection, key)

    def stale(self, before: datetime) -> list[str]:
        """Keys that are idle since before that time, as it stands in the transaction."""
        with self._speaking():
            return stale_keys(self.connection, before)

    def add(
        self, file: Path, key: str, messages: Iterable[Message], now: datetime, receipt: Receipt | None = None
    ) -> KeptRows:
        """Add messages at the end of a session, which may be new, with its metadata row and, where the database
        records imports, the receipt. All rows get ``now`` as their time."""
        at = write_time(now)
        first = self.next_id()
        receipt = receipt if self.shape.receipts else None
        with self._speaking():
            keeping = self._keeping(file)
            keeping.before((), (key,), (receipt.source_name,) if receipt else ())
            name = bound(key)
            rows = ((id, name, m.role, m.content, at) for id, m in enumerate(messages, first))
            added = max(self.connection.executemany(_ADD, rows).rowcount, 0)
            self.connection.execute(_COUNT, (name, at, at, added))
            if receipt:
                values = (receipt.source_name, name, receipt.source_hash, receipt.source_len, at)
                self.connection.execute(_RECEIPT, values)
            return keeping.after(self.connection, "added", [Run(first, first + added - 1)] if added else [])

    def remove(self, file: Path, key: str, ids: Sequence[int]) -> KeptRows:
        """Remove rows of one session. Raises ``Changed`` when one of them is not there."""
        with self._speaking():
            runs = runs_of(sorted(ids))
            if sum(scalar(self.connection, _THERE, bound(key), *run) for run in runs) != len(ids):
                raise Changed(f"session “{key}”")
            keeping = self._keeping(file)
            keeping.before(runs, (key,))
            delete(self.connection, runs)
            lower(self.connection, key, len(ids))
            return keeping.after(self.connection, "removed", runs)

    def remove_sessions(self, file: Path, keys: Sequence[str]) -> KeptRows:
        """Remove sessions whole: their rows and their metadata. Import receipts stay, as ZeroClaw leaves them."""
        with self._speaking():
            ids = (id for key in keys for (id,) in self.connection.execute(_IDS, (bound(key),)))
            runs = runs_of(sorted(ids))
            keeping = self._keeping(file)
            keeping.before(runs, keys)
            delete(self.connection, runs)
            self.connection.executemany(f"DELETE FROM {METADATA} WHERE {KEY}", ((bound(key),) for key in keys))
            return keeping.after(self.connection, "removed", runs)

    def take_back(self, file: Path) -> KeptRows:
        """Move back what the file ``back`` says: rows that left come again with their ids, rows that came leave.

        Metadata and receipts become what they were, exactly, where they are as that change left them; else counts
        and activity are adjusted. Raises ``Refused`` where the rows are not as that change left them.
        """
        if self._back is None:
            raise ValueError("nothing to take back was named")
        was = self._back
        with self._speaking():
            require(self.connection, was)
            keeping = self._keeping(file)
            receipts = [row.key for row in was.concerned if row.table == RECEIPTS]
            keeping.before(was.runs if was.direction == "added" else (), was.keys, receipts)
            revert(self.connection, was)
            return keeping.after(self.connection, OPPOSITE[was.direction], was.runs)

    def commit(self) -> None:
        """Make it so. Raises ``StoreError`` where that fails; whether it did is then known by ``made``."""
        self._settled = True
        with self._speaking():
            self.connection.execute("COMMIT")

    # ---- within the transaction

    def _begin(self) -> None:
        configure(self.connection)
        for pragma in ("synchronous=FULL", "fullfsync=ON", "temp_store=MEMORY", "mmap_size=0"):
            self.connection.execute(f"PRAGMA {pragma}")
        if self._back is not None:
            self.connection.execute("ATTACH ? AS back", (address(self._back.path, IMMUTABLE),))
        self.connection.execute("BEGIN IMMEDIATE")
        self.shape = shape(self.connection)
        if not self.shape.metadata:
            raise StoreError(f"{self.path.name} has no table {METADATA}; it can only be read")
        # SQLite begins a write transaction on a file that it may only read without a word; this asks.
        self.connection.execute(f"DELETE FROM {METADATA} WHERE 0")

    def _keeping(self, file: Path) -> Keeping:
        if self._file is not None:
            raise ValueError("one move a transaction: what was before is read without it")
        keeping = Keeping(file, self.path, self.connection.execute("PRAGMA encoding").fetchone()[0])
        self._file = file
        return keeping

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except ERRORS as error:
            raise spoken(self.path, error) from error
        except OSError as error:
            raise StoreError(f"what undo needs can't be kept: {error.strerror}", unchanged=True) from error


def following(connection: Connection, name: str) -> int:
    """The id of the next row of the database of this name. Raises ``Refused`` where SQLite has no larger one."""
    sequence, largest = connection.execute(_LAST).fetchone()
    if max(sequence, largest) < LARGEST:
        return int(max(sequence, largest, 0)) + 1
    lower = f"set `seq` in its table sqlite_sequence to {largest}" if largest < LARGEST else ""
    raise Refused(f"{name} has no row number left ({LARGEST} is taken)", lower, unchanged=True)


def made(path: Path, file: Path) -> bool:
    """Whether the transaction that a ``.rows`` file belongs to was committed; for after a crash. Only reads."""
    was = kept(file)
    return read(path, lambda connection: _made(connection, was))


def _made(connection: Connection, was: KeptRows) -> bool:
    if not was.runs:
        return any(fingerprint(connection, c.table, c.key) != c.before for c in was.concerned)
    return is_moved(connection, was)
