"""What a page says of a key is so while it says it: each key that is named there works there, or it is said where it does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sessiontui.model import Backend
from sessiontui.tui import key_bindings
from tests.support.databases import append, database
from tests.support.screens import TORN, StillApp, browsing, choose, folder, opened, press, settle, shown, talk, typed

GLUED = b'{"role":"user","content":"one"}{"role":"user","content":"two"}\n'
DOES = (
    "accepts|applies|begins|brings|clears|closes|commands|ends|finds|goes|keeps|leaves|looks|marks|moves|opens|puts|quits|redoes"
    "|searches|says|shows|stops|takes|tries|undoes|would"
)
NAMED = re.compile(rf"(?<![\w#./-])(?P<key>Ctrl\+[A-Z]|Esc|Enter|Space|Tab|F\d+|[A-Za-z/:!?*]) (?P<does>{DOES})\b")
"""A key and what it does."""
ELSEWHERE = re.compile(r"([Aa]fterwards|in the browser)[^.·]*")
"""What is said of a key that works later, or somewhere else."""

PAGES: dict[str, tuple[str, ...]] = {
    "browser": (),
    "filter without a session": ("f", *typed("zzz")),
    "search without a hit": ("slash", *typed("zzz")),
    "hits": ("slash", *typed("line"), "enter"),
    "transcript": ("enter",),
    "about": ("i",),
    "changes, empty": ("U",),
    "palette": ("ctrl+p",),
    "pop": ("p",),
    "popped": ("p", "right", "enter"),
    "undone": ("p", "right", "enter", "u"),
    "redone": ("p", "right", "enter", "u", "ctrl+r"),
    "compact": ("c",),
    "compacted": ("c", "right", "enter"),
    "compacted, several": ("ctrl+a", "c", "right", "enter"),
    "repair": ("R",),
    "repaired": ("R", "right", "enter"),
    "repair, several": ("ctrl+a", "R"),
    "repaired, several": ("ctrl+a", "R", "right", "enter"),
    "migrate": ("m",),
    "migrated": ("m", "right", "enter"),
    "cleanup": ("D",),
    "cleanup of all": ("D", *"0", "full_stop", "0", "1"),
    "cleaned up": ("D", "0", "full_stop", "0", "1", "enter", "right", "enter"),
    "delete": ("X",),
    "deleted": ("X", "right", "enter"),
    "changes": ("p", "right", "enter", "U"),
    "changes, undone": ("p", "right", "enter", "U", "u"),
    "inspector": ("x",),
    "inspector, meaning": ("x", "right"),
    "inspector, proposal": ("x", "3"),
    "inspector, notes": ("x", "n"),
    "inspector, all": ("x", "s"),
    "inspector, repaired": ("x", "a", "right", "enter"),
    "inspector, repaired and closed": ("x", "a", "right", "enter", "escape"),
    "inspector, undone": ("x", "a", "right", "enter", "escape", "u"),
    "inspector, plan": ("x", "A"),
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"bad": [*talk(4), GLUED, TORN, *talk(2)], "well": talk(30)})


@asynccontextmanager
async def page(store: Path, name: str) -> AsyncIterator[tuple[StillApp, Pilot[Any]]]:
    async with browsing(store) as (app, pilot):
        await choose(pilot, "bad")
        await press(pilot, *PAGES[name])
        yield app, pilot


def promised(app: StillApp) -> dict[str, str]:
    """The keys that the screen names, each with what is said of it."""
    found = [named for text in columns(app) for named in NAMED.finditer(ELSEWHERE.sub("", text))]
    return {named["key"]: named[0] for named in found}


def columns(app: StillApp) -> list[str]:
    """What the screen says, but for the last line, which is made of the live bindings, and what lies below a dialog; frames
    and gaps part it."""
    box = (
        app.screen.query("#box, #palette, #changes").first()
        if app.screen.query("#box, #palette, #changes")
        else app.screen
    )
    seen = box.region
    cells: dict[int, list[str]] = {}
    for row in shown(app)[seen.y : seen.bottom - (box is app.screen)]:
        for cell in re.finditer(r"\S+(?: \S+)*", re.sub(r"[─-▟]", "  ", row[seen.x : seen.right])):
            cells.setdefault(cell.start(), []).append(cell[0])
    return [*(" ".join(texts) for texts in cells.values()), *(each.message for each in app._notifications)]


def state(app: StillApp) -> object:
    return type(app.screen), app.focused, "\n".join(shown(app)), len(app.notices), app.is_running


async def lives(app: StillApp, pilot: Pilot[Any], key: str) -> bool:
    """Press it, and see whether anything comes of it."""
    names = {key_bindings.shown(name): name for name in app.screen.active_bindings}
    before = state(app)
    await pilot.press(names.get(key, key))
    if app.is_running:
        await settle(pilot)
    return state(app) != before


QUICK = ("repaired", "migrated")


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.exhaustive] * (name not in QUICK)) for name in PAGES]
)
async def test_each_key_that_a_page_names_does_something_there(store: Path, name: str) -> None:
    async with page(store, name) as (app, _):
        named = promised(app)
    for key, text in named.items():
        folder(store, {"bad": [*talk(4), GLUED, TORN, *talk(2)], "well": talk(30)})
        async with page(store, name) as (app, pilot):
            assert await lives(app, pilot, key), f"{name}: {text!r}"


async def test_undo_works_in_the_dialog_that_names_it(store: Path) -> None:
    before = (store / "bad.jsonl").read_bytes()
    async with page(store, "repaired") as (app, pilot):
        assert promised(app)["u"] == "u takes"
        await press(pilot, "u")
        assert app.screen is app.browser
        assert (store / "bad.jsonl").read_bytes() == before
        assert app.notices[-1] == "undone change 1, repair of bad · Ctrl+R redoes it"


@pytest.mark.exhaustive
async def test_redo_works_in_the_inspector_that_names_it(store: Path) -> None:
    async with page(store, "inspector, undone") as (app, pilot):
        assert promised(app)["Ctrl+R"] == "Ctrl+R redoes"
        await press(pilot, "ctrl+r")
        assert app.notices[-1] == "redone change 1, repair of bad · u undoes it"


async def test_a_database_in_the_inspector_names_the_keys_of_the_browser(tmp_path: Path) -> None:
    append(database(tmp_path), "s", "user", "x")
    async with browsing(opened(tmp_path, Backend.SQLITE)) as (app, pilot):
        await press(pilot, "x")
        assert set(promised(app)) == {"Esc"}
