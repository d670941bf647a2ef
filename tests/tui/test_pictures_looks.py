"""Pictures of looks: light, sixteen colours, none, ASCII; of the palette, and of the help of whatever has the focus."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessiontui.tui.preferences import Remembered
from sessiontui.tui.theme.terminal import Terminal
from tests.support.screens import StillApp, keys, opened, sample, typed

pytestmark = pytest.mark.exhaustive

Snap = Callable[..., bool]

SIZES = {"wide": (140, 40), "usual": (100, 30), "old": (80, 24), "small": (60, 15)}
TRAIN = "telegram_night-train"


@pytest.fixture
def picture(snap_compare: Snap) -> Callable[..., bool]:
    """Compares the sample store after some keys, at a size, opened in some way."""

    def compare(size: str, *presses: str, key: str | None = None, **how: Any) -> bool:
        store = opened(sample(Path(os.environ["HOME"])))
        run = keys(*presses, session=key)
        return snap_compare(StillApp(store, **how), terminal_size=SIZES[size], run_before=run)

    return compare


Picture = Callable[..., bool]


@pytest.mark.parametrize("name", ["sessiontui-day", "nord", "solarized-light", "sessiontui-terminal"])
def test_theme(picture: Picture, name: str) -> None:
    assert picture("wide", "enter", key=TRAIN, remembered=Remembered(theme=name))


@pytest.mark.parametrize("size", ["old", "small"])
def test_light(picture: Picture, size: str) -> None:
    assert picture(size, remembered=Remembered(theme="sessiontui-day"))


def test_light_hits(picture: Picture) -> None:
    assert picture("wide", "slash", *typed("train"), remembered=Remembered(theme="sessiontui-day"))


def test_light_dialog(picture: Picture) -> None:
    assert picture("usual", "c", key=TRAIN, remembered=Remembered(theme="sessiontui-day"))


@pytest.mark.parametrize("size", ["wide", "old"])
def test_no_color(picture: Picture, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(size, key=TRAIN)


def test_no_color_hits(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture("wide", "slash", *typed("train"))


def test_no_color_dialog(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture("usual", "c", key=TRAIN)


def test_sixteen_colours(picture: Picture) -> None:
    assert picture("usual", key=TRAIN, terminal=Terminal(few_colours=True))


def test_256_colours(picture: Picture) -> None:
    assert picture("usual", key=TRAIN, terminal=Terminal(cube=True))


@pytest.mark.parametrize("size", ["wide", "old"])
def test_ascii(picture: Picture, size: str) -> None:
    assert picture(size, key="matrix_言葉の木", terminal=Terminal("ascii", few_colours=True))


@pytest.mark.parametrize("size", ["wide", "old", "small"])
def test_palette(picture: Picture, size: str) -> None:
    assert picture(size, "ctrl+p")


def test_palette_finds_sessions(picture: Picture) -> None:
    assert picture("usual", "ctrl+p", *typed("tele"))


def test_palette_finds_nothing(picture: Picture) -> None:
    assert picture("old", "ctrl+p", *typed("zzzz"))


def test_palette_of_themes(picture: Picture) -> None:
    assert picture("wide", "ctrl+p", *typed("theme"), "enter", "down")


@pytest.mark.parametrize("where", ["list", "transcript", "search", "filter"])
def test_help(picture: Picture, where: str) -> None:
    presses = {"list": (), "transcript": ("enter",), "search": ("slash",), "filter": ("f",)}[where]
    assert picture("usual", *presses, "f1")


def test_small_help(picture: Picture) -> None:
    assert picture("small", "question_mark")


def test_a_wide_list(picture: Picture) -> None:
    assert picture("wide", remembered=Remembered(side_width=70))
