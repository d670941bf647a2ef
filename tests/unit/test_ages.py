"""Ages, behind and ahead, for both front ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sessiontui import units
from sessiontui.changes.outcome import Change
from sessiontui.changes.verbs.cleanup import CleanupPlan, CleanupRow
from sessiontui.changes.verbs.request import ChangeRequest
from sessiontui.describe import about, removal
from sessiontui.store.memory import MemoryStore
from sessiontui.tui.changes import change_rows
from sessiontui.tui.changes.page_box import contents

NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "days", "years", "short"),
    [
        (timedelta(0), "0s", "0s", "0s"),
        (timedelta(seconds=0.9), "0s", "0s", "0s"),
        (timedelta(seconds=-59), "59s", "59s", "59s"),
        (timedelta(days=-400), "400d", "1y", "1y"),
        (timedelta(seconds=5), "in 5s", "in 5s", "+5s"),
        (timedelta(minutes=59), "in 59m", "in 59m", "+59m"),
        (timedelta(days=3), "in 3d", "in 3d", "+3d"),
        (timedelta(days=59), "in 59d", "in 59d", "+59d"),
        (timedelta(days=99), "in 99d", "in 3mo", "+99d"),
        (timedelta(days=150), "in 150d", "in 5mo", "+5mo"),
        (timedelta(days=330), "in 330d", "in 11mo", "+1y"),
        (timedelta(days=365 * 99), "in 36135d", "in 99y", "+99y"),
        (timedelta(days=365 * 274), "in 100010d", "in 274y", ">99y"),
    ],
)
def test_a_moment_ahead_is_no_moment_now(ahead: timedelta, days: str, years: str, short: str) -> None:
    assert units.age(NOW + ahead, NOW) == years
    assert units.short_age(NOW + ahead, NOW) == short
    assert len(short) <= 4


def test_what_is_ahead_is_not_ago() -> None:
    assert about.moment(NOW - timedelta(days=3), NOW) == "2026-03-13 12:00 UTC · 3d ago"
    assert about.moment(NOW + timedelta(days=3), NOW) == "2026-03-19 12:00 UTC · in 3d"
    assert about.moment(None, NOW) == "not known"


def test_a_change_that_lies_ahead_is_not_of_now() -> None:
    change = Change("00000007", "pop", ("k",), NOW + timedelta(days=3), "done", None, 812)
    for width in (40, 80):
        (row,) = change_rows.listed([change], NOW, width)
        assert row.right[-1][0] == "  +3d "


def test_the_dialog_says_what_stays_for_want_of_a_time() -> None:
    wanted = ChangeRequest("cleanup", MemoryStore(), NOW, hours=24.0)
    stays = ["! odd  stays: its last activity can't be read", " "]
    nothing = removal.cleanup_question(CleanupPlan((), NOW, ("odd",)), wanted)
    assert [each.plain for each in contents(nothing.body)][1:] == stays
    some = removal.cleanup_question(CleanupPlan((CleanupRow("old", NOW, 1),), NOW, ("odd",)), wanted)
    assert [each.plain for each in contents(some.body)][2:4] == stays
