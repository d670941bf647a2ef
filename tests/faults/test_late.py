"""A message arrives at every single moment of every change: it is there once, behind those that came before it.

A real writer appends it, from a process of its own, and waits in ``open`` where a lease makes it. It may also keep the
file open between the record and its newline until the change has given up or gone on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop
from sessiontui.disk import live_replace, wait_policy
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Refused, UsageError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import databases, matrices
from tests.support.folders import REPLY, TORN, USER, loads, written
from tests.support.moments import Moments
from tests.support.writers import Waiting

OLD = datetime(2026, 1, 1, tzinfo=UTC)
BRIEFLY = WaitPolicy(0.02)
HELLO, YES, OURS, LATE = (
    Message("user", "hello"),
    Message("assistant", "yes"),
    Message("user", "ours"),
    Message("user", "late"),
)
RECORD = b'{"role":"user","content":"late"}'

Messages = list[Message]


@dataclass(frozen=True)
class Case:
    """A change that is made to a session while a message arrives."""

    name: str
    data: bytes
    """The session's file before."""
    run: Callable[[Path], Any]
    allowed: Callable[[Any], list[Messages]]
    """What may be in the session's homes, from what the change gave; None where it was refused."""
    least: int
    """So many moments it has at least, or the test looks away."""


def add(folder: Path) -> object:
    store = JsonlStore(folder)
    return append.make(store, append.plan(store, "k", OURS), BRIEFLY)


def take(folder: Path) -> object:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, "k"), BRIEFLY, latest=True)


def take_this(folder: Path) -> object:
    store = JsonlStore(folder)
    return pop.make(store, pop.plan(store, "k"), BRIEFLY)


def tidy(folder: Path) -> object:
    store = JsonlStore(folder)
    row = compact.make(store, compact.plan(store, ["k"]), patience=BRIEFLY).rows[0]
    return _done(row.status == "compacted")


def clean(folder: Path) -> object:
    store = JsonlStore(folder)
    rows = cleanup.make(store, cleanup.plan(store, 1, OLD + timedelta(days=1), ["k"]), BRIEFLY).rows
    return _done(bool(rows) and rows[0].status == "removed")


def move(folder: Path) -> object:
    row = migrate.make(migrate.plan(folder, ["k"]), patience=BRIEFLY).rows[0]
    return _done(row.status == "migrated")


def back(folder: Path) -> object:
    return undo.make(folder, undo.plan(folder), BRIEFLY)


def again(folder: Path) -> object:
    return undo.make(folder, undo.plan(folder, redo=True), BRIEFLY)


def _done(made: bool) -> object:
    if not made:
        raise Refused("it says so in its row")
    return made


def popped(result: Any) -> list[Messages]:
    """One of the two went: the one that was last when it was made."""
    if result is None:
        return [[HELLO, YES, LATE]]
    return [[HELLO, YES]] if result.removed == LATE else [[HELLO, LATE]]


def either(made: list[Messages], refused: list[Messages]) -> Callable[[Any], list[Messages]]:
    return lambda result: refused if result is None else made


BOTH = USER + REPLY
ALL = [HELLO, YES, LATE]
MADE = [
    Case("append", USER, add, either([[HELLO, OURS, LATE], [HELLO, LATE, OURS]], [[HELLO, LATE]]), 30),
    Case("pop", BOTH, take, popped, 30),
    Case("pop-as-shown", BOTH, take_this, popped, 30),
    Case("pop-by-another-file", BOTH + TORN + b"\n", take, popped, 50),
    Case("compact", USER + TORN + b"\n" + REPLY, tidy, either([ALL], [ALL]), 50),
    Case("cleanup", BOTH, clean, either([[LATE], ALL], [ALL, [LATE]]), 40),
    Case("migrate", BOTH, move, either([ALL], [ALL]), 60),
]
UNDONE = [
    Case("append", USER, add, either([[HELLO, LATE]], [[HELLO, OURS, LATE]]), 30),
    Case("pop", BOTH, take, either([ALL], [[HELLO, LATE]]), 30),
    Case("pop-by-another-file", BOTH + TORN + b"\n", take, either([ALL], [[HELLO, LATE]]), 50),
    Case("compact", USER + TORN + b"\n" + REPLY, tidy, either([ALL], [ALL]), 50),
    Case("cleanup", BOTH, clean, either([ALL], [[LATE]]), 30),
    Case("migrate", BOTH, move, either([ALL], [ALL]), 60),
]
REDONE = [
    Case("append", USER, add, either([[HELLO, OURS, LATE], [HELLO, LATE, OURS]], [[HELLO, LATE]]), 30),
    Case("pop", BOTH, take, either([[HELLO, LATE]], [ALL]), 30),
    Case("pop-by-another-file", BOTH + TORN + b"\n", take, either([[HELLO, LATE]], [ALL]), 50),
    Case("compact", USER + TORN + b"\n" + REPLY, tidy, either([ALL], [ALL]), 50),
    Case("cleanup", BOTH, clean, either([[LATE], ALL], [ALL, [LATE]]), 30),
    Case("migrate", BOTH, move, either([ALL], [ALL]), 60),
]


CASES = {
    f"{ref.name}-{how}-{'stays' if hold else 'writes'}": (ref, how, hold)
    for how, refs in (("made", MADE), ("undone", UNDONE), ("redone", REDONE))
    for ref in refs
    for hold in (False, True)
}


@pytest.fixture(scope="module")
def writer() -> Iterator[Waiting]:
    writer = Waiting()
    yield writer
    writer.close()


@pytest.mark.parametrize(("ref", "how", "hold", "stride"), matrices.at_moments(CASES, matrices.third, 47))
def test_a_message_may_arrive_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: Waiting, ref: Case, how: str, hold: bool, stride: int
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing crashes here; only faster
    monkeypatch.setattr(live_replace, "READERS", 0.01)
    monkeypatch.setattr(wait_policy, "IDLE", 0.05)
    monkeypatch.setattr(journal, "SOON", 0.01)
    for n in count(matrices.first(stride, f"{ref.name}{how}{hold}"), stride):
        folder = tmp_path / str(n)
        run = _prepared(folder, ref, how)
        moments = Moments(n, partial(writer.tell, folder / "k.jsonl", RECORD, hold=hold))
        with moments.passing():
            try:
                result = run(folder)
            except (Refused, UsageError):
                result = None
        if not moments.reached:
            break
        writer.end()
        _next_change(folder)
        assert _homes(folder) in ref.allowed(result), (n, moments.calls[n - 1 :][:3], result)
        assert [name for name in os.listdir(folder) if name.endswith(".tmp")] == []
    assert n > ref.least


def _prepared(folder: Path, ref: Case, how: str) -> Callable[[Path], Any]:
    folder.mkdir()
    written(folder, "k", ref.data, mtime_ns=int(OLD.timestamp()) * 10**9)
    written(folder, "other", USER)
    if how == "made":
        return ref.run
    ref.run(folder)
    if how == "undone":
        return back
    back(folder)
    return again


def _next_change(folder: Path) -> None:
    """Whatever it is, it looks first after what was late."""
    store = JsonlStore(folder)
    append.make(store, append.plan(store, "other", OURS))
    assert journal.waiting(folder) == 0


def _homes(folder: Path) -> Messages:
    """What of the session is in the database, then what is in its file."""
    rows = []
    if (folder / "sessions.db").exists():
        rows = [
            Message(row[2].decode(), row[3].decode())
            for row in databases.contents(folder / "sessions.db")["sessions"]
            if row[1] == b"k"
        ]
    session = folder / "k.jsonl"
    return rows + (loads(session.read_bytes()) if session.exists() else [])
