"""What a session is made of, in words: what its file or its metadata say, and what was counted in it. Reads nothing.

A time that nobody knows is said to be unknown; the time of an import is never told as that of a message.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui import paths, units
from sessiontui.describe.page import Fact
from sessiontui.dialects.file_names import is_misnamed, written
from sessiontui.model import Backend, Session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store
from sessiontui.store.session_stats import SessionStats

DAY: Final = 86400
STEPS: Final = {
    60: "a minute",
    600: "in ten minutes",
    3600: "an hour",
    6 * 3600: "in six hours",
    DAY: "a day",
    7 * DAY: "a week",
    28 * DAY: "in four weeks",
    364 * DAY: "in 52 weeks",
    3640 * DAY: "in ten years",
    36400 * DAY: "a century",
    364000 * DAY: "in a thousand years",
}
BACKENDS: Final = {
    Backend.JSONL: "JSONL: a file, one message a line",
    Backend.SQLITE: "SQLite: a database, one message a row",
    Backend.MEMORY: "memory",
}


class Facts(NamedTuple):
    """What is known of a session before it is read."""

    session: Session
    where: str
    """Path of its file or database; hostile text."""
    now: datetime


def path_of(store: Store, session: Session) -> Path:
    """The file of a session, or the database that it is in."""
    return store.file(session.key) if isinstance(store, JsonlStore) else store.path


def where(store: Store, session: Session) -> str:
    """The same for people."""
    return paths.shortened(written(str(path_of(store, session))))


def known(facts: Facts, about: SessionStats | None) -> Iterator[Fact]:
    """What stat and metadata say, and what was counted where it was."""
    session = facts.session
    yield Fact("key", session.key or "(no name)", "match")
    if session.name:
        yield Fact("name", session.name)
    yield Fact("where", facts.where)
    yield Fact("kept as", BACKENDS[session.backend])
    if session.reachable:
        yield Fact("ZeroClaw", "loads it by this key")
    else:
        odd = "the name is not UTF-8, so it never lists it; rename the file"
        why = odd if is_misnamed(session) else "no key leads to this name"
        yield Fact("ZeroClaw", f"! can't load it: {why}", "fault")
    if session.problem is not None:
        yield Fact("trouble", f"× {session.problem.reason}", "fault")
        return
    if session.instead:
        yield Fact("trouble", f"! no session: {session.instead}", "fault")
    yield Fact("size", _size(session))
    yield Fact("holds", _holds(session, about))
    yield from _times(facts, about)


def _size(session: Session) -> str:
    if session.bytes is None:
        return units.UNKNOWN
    what = "" if session.backend is Backend.JSONL else " of roles and texts"
    exact = f" · {session.bytes:,} bytes" if session.bytes >= 1000 else ""
    return units.size(session.bytes) + exact + what


def _holds(session: Session, about: SessionStats | None) -> str:
    if about is None:
        return units.counted(session.messages, "message")
    row = "line" if session.backend is Backend.JSONL else "row"
    parts = [units.counted(about.messages, "message"), f"{about.damaged:,} damaged", f"{about.blank:,} blank"]
    if about.unfinished:
        parts.append(f"{about.unfinished:,} unfinished, perhaps still being written")
    said = parts if session.backend is Backend.JSONL else parts[:1] if not about.damaged else parts[:2]
    return f"{units.counted(about.rows, row)}: {', '.join(said)}"


def _times(facts: Facts, about: SessionStats | None) -> Iterator[Fact]:
    session, now = facts.session, facts.now
    if session.backend is Backend.JSONL:
        yield Fact("created", "not known: JSONL keeps no times")
        yield Fact("last activity", f"{moment(session.last_activity, now)}, when the file was written")
        return
    yield Fact("created", moment(session.created_at, now))
    yield Fact("last activity", moment(session.last_activity, now))
    if about is None:
        return
    if about.timed:
        yield Fact("first message", moment(about.first, now))
        yield Fact("last message", moment(about.last, now))
    if about.imported:
        which = "all messages" if not about.timed else units.counted(about.imported, "message")
        said = f"{which} came by an import, {moment(about.imported_at, now)}; when they were said is not known"
        yield Fact("imported", said)


def moment(at: datetime | None, now: datetime) -> str:
    """A time, and how long ago that is, or how far ahead: ``2026-03-01 11:58 UTC · 2m ago``."""
    return "not known" if at is None else f"{minute(at)} UTC · {ago(at, now)}"


def ago(at: datetime, now: datetime) -> str:
    """``2m ago``, ``in 3d``."""
    age = units.age(at, now)
    return age if age.startswith("in ") else f"{age} ago"


def minute(at: datetime) -> str:
    """A time to the minute."""
    return at.isoformat(sep=" ")[:16]


def percent(part: float) -> str:
    """A share in four cells and its sign."""
    return " <1 %" if 0 < part < 0.005 else f"{part:>4.0%}".replace("%", " %")
