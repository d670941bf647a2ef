"""A store that can't or must not be changed: the keys are dimmed, each says why, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.changes import store_access
from sessiontui.store.protocol import Store
from sessiontui.tui.changes.controller import CHANGES
from tests.support.screens import TORN, StillApp, browsing, folder, opened, press, settle, shown
from tests.tui.test_dialogs import ALICE

WHY = "/mnt is on a file system that is mounted read-only"
KEYS = ("p", "c", "R", "m", "D", "u", "ctrl+r")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"a": [ALICE, TORN]})


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """What is found out of the store from now on."""

    def say(reason: str | None) -> None:
        def unwritable(store: Store) -> str | None:
            return reason

        monkeypatch.setattr(store_access, "unwritable", unwritable)

    return say


def dimmed(app: StillApp) -> set[str]:
    """Ids of the keys that do nothing now."""
    return {str(active.binding.id) for active in app.browser.active_bindings.values() if not active.enabled}


async def test_each_key_says_why_and_opens_nothing(store: Path, validated: Callable[[str | None], None]) -> None:
    validated(WHY)
    async with browsing(store) as (app, pilot):
        assert dimmed(app) == CHANGES
        for key in KEYS:
            await press(pilot, key)
            assert app.screen is app.browser
        assert app.notices == [f"read-only: {WHY}"] * len(KEYS)
    assert not (store / ".sessiontui").exists()


@pytest.mark.exhaustive
async def test_it_is_looked_at_again_when_a_key_is_pressed(
    store: Path, validated: Callable[[str | None], None]
) -> None:
    validated(WHY)
    async with browsing(store) as (app, pilot):
        validated(None)
        await press(pilot, "p")
        assert not dimmed(app)
        await press(pilot, "p")
        assert app.screen is not app.browser


@pytest.mark.exhaustive
async def test_it_is_looked_at_again_when_a_change_is_refused(
    store: Path, validated: Callable[[str | None], None]
) -> None:
    async with browsing(store) as (app, pilot):
        assert not dimmed(app)
        await press(pilot, "p", "right")
        validated(WHY)
        (store / ".sessiontui").write_text("no folder")
        await press(pilot, "enter")
        assert dimmed(app) == CHANGES


async def test_a_click_on_a_dimmed_key_says_why(store: Path, validated: Callable[[str | None], None]) -> None:
    validated(WHY)
    async with browsing(store) as (app, pilot):
        await pilot.click("#keys", offset=(shown(app)[-1].index("migrate"), 0))
        await settle(pilot)
        assert app.notices == [f"read-only: {WHY}"]
    assert not (store / ".sessiontui").exists()


@pytest.mark.exhaustive
async def test_read_only_was_asked_for(store: Path) -> None:
    app = StillApp(opened(store))
    app._read_only = True
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        assert dimmed(app) == CHANGES
        await press(pilot, "p")
        assert app.notices == ["read-only: the browser was opened with --read-only"]


@pytest.mark.exhaustive
async def test_letters_can_still_be_typed(store: Path, validated: Callable[[str | None], None]) -> None:
    validated(WHY)
    async with browsing(store) as (app, pilot):
        await press(pilot, "slash", "p", "c", "m")
        assert app.browser.bar.value == "pcm"
        assert app.notices == []
