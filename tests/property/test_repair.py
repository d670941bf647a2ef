"""What holds of repair on real files of any bytes: no message is lost, what goes is kept, undo gives back the very bytes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from sessiontui.changes import undo
from sessiontui.changes.verbs import repair
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.damage.salvage import Wish
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.property.test_damage import ANY
from tests.support.folders import journal_names, loads, state, written

QUICK: Final = "/dev/shm" if os.path.isdir("/dev/shm") else None
LINES: Final = st.frozensets(st.integers(1, 4), max_size=3)
WISH: Final = st.builds(
    Wish,
    lossless=st.booleans(),
    marked=LINES,
    partial=st.booleans(),
    guessed=LINES,
    readings=st.dictionaries(st.integers(1, 4), st.integers(1, 3), max_size=2),
)
SURE: Final = Wish()


@contextmanager
def store(data: bytes, *, settled: bool = True) -> Iterator[tuple[Path, JsonlStore]]:
    """A store with one session."""
    folder = Path(tempfile.mkdtemp(dir=QUICK))
    with mock.patch("os.fsync"):
        try:
            path = written(folder, "k", data)
            if not settled:
                os.utime(path)
            yield path, JsonlStore(folder)
        finally:
            shutil.rmtree(folder)


def mend(store: JsonlStore, wish: Wish = SURE) -> RowsOutcome[repair.RepairRow]:
    return repair.make(store, repair.plan(store, None, wish=wish))


def kept(done: RowsOutcome[repair.RepairRow]) -> list[tuple[int, bytes]]:
    """Offset and bytes of each fragment."""
    path = repair.fragments_path(done.rows)
    if path is None:
        return []
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [(row["offset"], b64decode(row["bytes"])) for row in rows]


@given(ANY, st.booleans())
def test_every_message_is_there_as_before_and_undo_gives_back_the_very_bytes(data: bytes, settled: bool) -> None:
    with store(data, settled=settled) as (path, sessions):
        before = state(path.parent)
        done = mend(sessions)
        (row,) = done.rows
        after = loads(path.read_bytes())
        rest = iter(after)
        assert all(message in rest for message in loads(data))  # a subsequence: `in` consumes
        assert (len(loads(data)), len(after)) == (row.kept, row.kept + row.recovered)
        assert (row.status == "repaired") == (done.change is not None) == (path.read_bytes() != data)
        assert len(kept(done)) == row.dropped
        assert all(data[offset:].startswith(fragment) and fragment for offset, fragment in kept(done))
        if done.change is not None:
            undo.make(path.parent, undo.plan(path.parent))
        assert state(path.parent) == before


@given(ANY)
def test_a_second_run_finds_nothing_to_do(data: bytes) -> None:
    with store(data) as (path, sessions):
        mend(sessions)
        once, names = path.read_bytes(), journal_names(path.parent)
        written(path.parent, "k", once)
        done = mend(sessions)
        assert (done.change, done.rows[0].status, done.rows[0].recovered, done.rows[0].dropped) == (
            None,
            "unchanged",
            0,
            0,
        )
        assert (path.read_bytes(), journal_names(path.parent)) == (once, names)


@given(ANY, WISH)
def test_whatever_is_wished_for_no_message_goes_and_the_plan_tells_what_comes(data: bytes, wish: Wish) -> None:
    with store(data) as (path, sessions):
        plan = repair.plan(sessions, None, wish=wish)
        done = repair.make(sessions, plan)
        planned, made = plan.rows[0], done.rows[0]
        same = ("kept", "recovered", "dropped", "left", "bytes_before", "bytes_after", "status", "outcomes", "faults")
        assert [getattr(planned, name) for name in same] == [getattr(made, name) for name in same]
        rest = iter(loads(path.read_bytes()))
        assert all(message in rest for message in loads(data))
        if planned.status == "refused":
            begin = {outcome.fault.line for outcome in repair.plan(sessions, None).rows[0].outcomes}
            assert wish.lines - begin
        if wish == Wish(lossless=False):
            assert path.read_bytes() == data


@given(ANY, ANY, st.booleans())
def test_what_came_since_the_plan_stands_behind_as_it_came(data: bytes, news: bytes, settled: bool) -> None:
    with store(data, settled=settled) as (path, sessions):
        plan = repair.plan(sessions, None, wish=Wish(partial=True))
        with path.open("ab") as file:
            file.write(news)
        done = repair.make(sessions, plan)
        assert path.read_bytes().endswith(news)
        if done.change is not None:
            last = data.split(b"\n")[-1]
            assert not news or path.read_bytes().endswith(last + news)
            undo.make(path.parent, undo.plan(path.parent))
        assert path.read_bytes() == data + news
