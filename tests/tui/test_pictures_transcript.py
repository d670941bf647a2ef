"""Pictures of the transcript in every state that has a name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.model import Message
from tests.support.screens import StillApp, choose, folder, keys, opened, press, sample, settle, talk, typed

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
