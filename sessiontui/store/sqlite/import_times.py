"""Which rows of a SQLite store have the time of an import, and not the one at which they were said. Only reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import Final

from sessiontui.model import Address
from sessiontui.store.sqlite.database_schema import KEY, RECEIPTS, bound, columns, read_time

RUN: Final = 3
"""So many messages of one and the same time did not come one by one."""


def receipt(connection: Connection, key: str) -> datetime | None:
    """When a session was imported, if the database says so."""
    if not columns(connection, RECEIPTS) >= {"session_key", "imported_at"}:
        return None
    (at,) = connection.execute(f"SELECT max(imported_at) FROM {RECEIPTS} WHERE {KEY}", (bound(key),)).fetchone()
    return read_time(at)


def imported_before(connection: Connection, key: str) -> datetime | None:
    """Rows of a time before this one were imported: by a receipt, or because the first ``RUN`` of them, or all, came at
    once. None where none were."""
    at = receipt(connection, key)
    if at is not None:
        return _behind(at, timedelta(seconds=1))
    times = f"SELECT created_at FROM sessions WHERE {KEY} ORDER BY id"
    first = [read_time(at) for (at,) in connection.execute(f"{times} LIMIT {RUN}", (bound(key),))]
    if len(first) < RUN or first[0] is None:
        return None
    if first.count(first[0]) == RUN:
        return _behind(first[0], timedelta(microseconds=1))
    (last,) = connection.execute(f"{times} DESC LIMIT 1", (bound(key),)).fetchone()
    second = first[0].replace(microsecond=0)
    ended = read_time(last)
    at_once = ended is not None and ended.replace(microsecond=0) == second
    return _behind(second, timedelta(seconds=1)) if at_once else None


def dated(address: Address, before: datetime | None) -> Address:
    """The address, which says whether its time is that of an import: it is one ``before``."""
    at = address.created_at
    return address._replace(imported=True) if before is not None and at is not None and at < before else address


def _behind(at: datetime, span: timedelta) -> datetime:
    return at + span if datetime.max.replace(tzinfo=UTC) - at > span else datetime.max.replace(tzinfo=UTC)
