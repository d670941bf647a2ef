"""Pictures of the transcript in every state that has a name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.disk import stamps
from sessiontui.model import Message
from tests.support.screens import StillApp, choose, folder, keys, opened, press, sample, settle, talk, typed

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]

WIDE, USUAL, OLD, SMALL = (140, 40), (100, 30), (80, 24), (60, 15)
ROBOT, TRAIN = "discord_build-robot", "telegram_night-train"
SIZES = pytest.mark.parametrize("size", [WIDE, OLD, SMALL], ids=["wide", "old", "small"])

MARKDOWN = """# What it takes

> A quote that is long enough to go on in the next line of the screen, where it must still look like one.

- a list with `code` in it
  - and one below it, **strong**
1. first, at https://example.com/a?b=c
2. second

| column | another |
|--------|---------|
| a cell | 12 \u20ac    |

---
```python
def f(x):
\treturn x
```
"""


@pytest.fixture
def store() -> Path:
    """The sample store, in the home that every test has of its own."""
    return sample(Path(os.environ["HOME"]))


def pictured(snap: Snap, store: Path, size: tuple[int, int], *presses: str, key: str | None = None) -> bool:
    """Compare the screen after some keys."""
    return snap(StillApp(opened(store)), terminal_size=size, run_before=keys(*presses, session=key))


@SIZES
def test_map_of_hits(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "slash", *typed("thumbnail red"), "enter", "n", "n")


@SIZES
def test_map_of_damage(snap_compare: Snap, size: tuple[int, int]) -> None:
    rows = talk(400)
    for at in (20, 21, 22, 170, 399):
        rows[at] = b'{"role":"user","content":"torn her\n'
    store = folder(Path(os.environ["HOME"]) / "sessions", {"long": rows})
    assert pictured(snap_compare, store, size, "enter", "left_square_bracket", "left_square_bracket")


@SIZES
def test_prompt(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "enter", "colon", *typed("99999"), "enter", key=ROBOT)


def test_copied(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "enter", "y", key=ROBOT)


@SIZES
def test_markdown(snap_compare: Snap, size: tuple[int, int]) -> None:
    rows: list[Message | bytes] = [Message("user", "How?"), Message("assistant", MARKDOWN)]
    store = folder(Path(os.environ["HOME"]) / "sessions", {"marked_down": rows})
    assert pictured(snap_compare, store, size, "enter", "k", "g")


def test_an_empty_session(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, key="matrix_quiet")


def test_a_session_that_cannot_be_read(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, key="matrix_folder")


@pytest.mark.parametrize("size", [USUAL, SMALL], ids=["usual", "small"])
def test_new_below(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await choose(pilot, ROBOT)
        await press(pilot, "enter", "K", "K")
        app = pilot.app
        assert isinstance(app, StillApp)
        transcript = app.browser.reading.transcript
        transcript.grow(transcript.count + 3)
        await pilot.pause()

    assert snap_compare(StillApp(opened(store)), terminal_size=size, run_before=run)


@SIZES
def test_a_torn_record_and_a_whole_one(snap_compare: Snap, store: Path, size: tuple[int, int]) -> None:
    assert pictured(snap_compare, store, size, "enter", "e", key=TRAIN)


@pytest.mark.parametrize(
    "key",
    [
        "discord_editors",
        "gateway_other-program",
        "gateway_redirected",
        "matrix_power-loss",
        "slack_compressed",
        "slack_two-writers",
        "telegram_by-hand",
        "whatsapp_cut-emoji",
    ],
)
def test_damage(snap_compare: Snap, store: Path, key: str) -> None:
    assert pictured(snap_compare, store, (100, 50), "enter", "e", key=key)


def test_damaged_lines_as_they_stand_in_the_file(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "enter", "e", "r", key=TRAIN)


def test_damage_in_a_light_theme(snap_compare: Snap, store: Path) -> None:
    app = StillApp(opened(store))
    app.theme = "textual-light"
    assert snap_compare(app, terminal_size=USUAL, run_before=keys("enter", "e", session=TRAIN))


def test_damage_without_colours(snap_compare: Snap, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert pictured(snap_compare, store, USUAL, "enter", "e", key=TRAIN)


def test_a_long_damaged_line(snap_compare: Snap) -> None:
    row = b'{"role":"user","content":"' + b"some words and then some " * 400 + b'\xff and "}\n'
    store = folder(Path(os.environ["HOME"]) / "sessions", {"long": [*talk(3), row, *talk(2)]})
    assert pictured(snap_compare, store, USUAL, "enter", "e")


def test_a_line_that_may_still_be_being_written(snap_compare: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "is_idle", lambda _: False)
    rows: list[Message | bytes] = [*talk(3), b'{"role":"assistant","content":"Let me th']
    store = folder(Path(os.environ["HOME"]) / "sessions", {"live": rows})
    assert pictured(snap_compare, store, USUAL, "enter")


def test_after_the_last_fault_comes_the_first(snap_compare: Snap, store: Path) -> None:
    assert pictured(snap_compare, store, USUAL, "E", key="gateway_hostile")
