"""Pictures of the inspector: kinds of damage in each of the three views, and what there may be instead of damage."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.dialects.zeroclaw import write
from sessiontui.model import Backend, Message
from sessiontui.tui.preferences import Remembered
from sessiontui.tui.tasks import fault_task
from tests.support.databases import append, database
from tests.support.screens import StillApp, folder, keys, opened, talk

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]

WIDE, USUAL, NARROW, SMALL = (140, 40), (100, 30), (80, 24), (60, 20)
ASKS = Message("user", "When does the night train leave for the sea?")
ANSWERS = Message("assistant", "At ten past nine, from platform four.")
NEXT = write(Message("user", "And when is it back?"))
LINES = {
    "fused": b'{"role":"assistant","content":"It comes b' + NEXT,
    "glued": write(ASKS)[:-1] + NEXT,
    "nul-run": b"\0" * 700 + NEXT,
    "invalid-utf8": b'{"role":"user","content":"one \xe6\x87 of these"}\n',
    "split-record": b'{"role":"user","content":"first this,\nthen that,\nand\tthen home"}\n',
    "trailing-comma": b'{"role":"user","content":"two tickets, please",}\n',
    "python-repr": b"{'role': 'user', 'content': 'one ticket, please'}\n",
    "log-text": b"2026-03-16T12:23:18Z ERROR panicked at src/main.rs:42\n",
    "torn": b'{"role":"assistant","content":"The last train\n',
}
"""A line of each kind."""


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fault_task, "PAUSE", 0)


@pytest.fixture
def home() -> Path:
    return Path(os.environ["HOME"])


def store(home: Path) -> Path:
    """A session with a line of each kind, one in UTF-16, and one that is well."""
    rows: list[Message | bytes] = [ASKS, ANSWERS]
    for line in LINES.values():
        rows += [line, ANSWERS]
    wide = "".join(write(each).decode() for each in (ASKS, ANSWERS)).encode("utf-16")
    return folder(home / "sessions", {"telegram_alice": rows, "telegram_bob": [wide], "telegram_carol": talk(4)})


def pictured(snap: Snap, path: Path, size: tuple[int, int], *presses: str, **how: object) -> bool:
    return snap(StillApp(opened(path)), terminal_size=size, run_before=keys("x", *presses, **how))  # type: ignore[arg-type]


def at(kind: str) -> list[str]:
    """The keys to a kind of damage."""
    return ["g", *["j"] * list(LINES).index(kind)]


@pytest.mark.parametrize("kind", ["fused", "glued", "nul-run", "split-record", "torn"])
def test_a_fault_seen_in_three_ways(snap_compare: Snap, home: Path, kind: str) -> None:
    assert pictured(snap_compare, store(home), WIDE, *at(kind))


@pytest.mark.parametrize("size", [USUAL, NARROW, SMALL], ids=["usual", "narrow", "small"])
@pytest.mark.parametrize("view", ["1", "2", "3"], ids=["bytes", "meaning", "proposal"])
def test_a_view(snap_compare: Snap, home: Path, size: tuple[int, int], view: str) -> None:
    assert pictured(snap_compare, store(home), size, *at("fused"), view)


def test_no_proposal(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, store(home), USUAL, *at("invalid-utf8"), "3")


def test_a_session_in_utf_16(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, store(home), WIDE, session="telegram_bob")


def test_some_are_marked(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, store(home), USUAL, "g", "space", "space", "j", "space")


def test_the_whole_plan_once_more(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, store(home), USUAL, "g", "space", "space", "enter")


def test_all_sessions_with_notes(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, store(home), USUAL, "s", "n")


def test_nothing_is_damaged(snap_compare: Snap, home: Path) -> None:
    assert pictured(snap_compare, store(home), USUAL, session="telegram_carol")


def test_no_file(snap_compare: Snap, home: Path) -> None:
    (folder(home / "sessions", {}) / "telegram_dora.jsonl").mkdir()
    assert pictured(snap_compare, home / "sessions", USUAL)


def test_a_database(snap_compare: Snap, home: Path) -> None:
    path = home / "sessions"
    path.mkdir(parents=True)
    append(database(path), "telegram_alice", "user", "hello", "2026-02-01T12:00:00.000000+00:00")
    app = StillApp(opened(path, Backend.SQLITE))
    assert snap_compare(app, terminal_size=USUAL, run_before=keys("x"))


def test_by_day(snap_compare: Snap, home: Path) -> None:
    app = StillApp(opened(store(home)), remembered=Remembered(theme="sessiontui-day"))
    assert snap_compare(app, terminal_size=WIDE, run_before=keys("x", *at("fused")))


def test_without_colours(snap_compare: Snap, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert pictured(snap_compare, store(home), WIDE, *at("fused"))
