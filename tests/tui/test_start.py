"""What the first paint waits for: nothing is loaded before it that it can do without, and no file is looked at twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from textual import events
from textual.screen import Screen

from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.screens import StillApp, folder, opened, says, settle, talk, typed

_PAINT = """
import json, sys
from sessiontui.cli import verbs
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.app import SessiontuiApp
from sessiontui.tui.tasks import index_update
from sessiontui.tui.widgets.session_list import SessionList

index_update.PAINT_SECONDS = 5.0  # a paint that is slow is no reason to begin before it
store = JsonlStore(__import__("pathlib").Path(sys.argv[1]))
store.sessions()
painted = set()
draw = SessionList.draw

def drawn(self, *arguments):
    if not painted:
        painted.update(sys.modules)
        self.app.exit()
    return draw(self, *arguments)

SessionList.draw = drawn
SessiontuiApp(store).run(headless=True, size=(120, 40))
print(json.dumps(sorted(painted)))
"""

LATE = (
    "orjson",
    "watchfiles",
    "rapidfuzz",
    "markdown_it",
    "multiprocessing",
    "sessiontui.changes",
    "sessiontui.damage",
    "sessiontui.dialects.source",
    "sessiontui.dialects.stream",
    "sessiontui.dialects.strict",
    "sessiontui.dialects.zeroclaw",
    "sessiontui.disk.lines",
    "sessiontui.query.ast",
    "sessiontui.query.fts",
    "sessiontui.query.match",
    "sessiontui.query.parse",
    "sessiontui.store.index.index_process",
    "sessiontui.store.jsonl.session_file",
    "sessiontui.store.jsonl.jsonl_transcript",
    "sessiontui.store.jsonl.unreadable",
    "sessiontui.store.memory",
    "sessiontui.store.index.build",
    "sessiontui.store.index.draft",
    "sessiontui.store.index.proved_rows",
    "sessiontui.store.index.index_rows",
    "sessiontui.store.index.scan",
    "sessiontui.store.index.index_search",
    "sessiontui.store.index.segments",
    "sessiontui.store.sqlite.sqlite_store",
    "sessiontui.query.fuzzy",
    "sessiontui.store.index.search_index",
    "sessiontui.tui.changes.dialog",
    "sessiontui.tui.changes.flow",
    "sessiontui.tui.changes.list",
    "sessiontui.tui.help",
    "sessiontui.tui.palette",
    "sessiontui.tui.widgets.rendered_row",
    "sessiontui.tui.widgets.fault_view",
    "sessiontui.tui.widgets.line_parts",
    "sessiontui.tui.widgets.markdown",
    "sessiontui.tui.widgets.message_view",
    "sessiontui.store.helper_process",
    "sessiontui.tui.tasks.change_task",
    "sessiontui.tui.tasks.row_search",
    "sessiontui.describe.sureness",
    "sessiontui.store.watcher",
)
"""What only a later key, or the work behind the list, has need of."""


@pytest.mark.exhaustive
def test_nothing_is_loaded_before_the_first_paint_that_only_comes_later(tmp_path: Path) -> None:
    store = folder(tmp_path / "sessions", {"one": talk(3)})
    run = subprocess.run(
        [sys.executable, "-c", _PAINT, store], capture_output=True, env={**os.environ, "TERM": "xterm"}, check=True
    )
    loaded = set(json.loads(run.stdout.splitlines()[-1]))
    assert "sessiontui.tui.browser.session_feed" in loaded
    assert sorted(name for name in loaded if name.startswith(LATE)) == []


async def test_a_counted_store_is_read_without_opening_a_session_but_the_shown_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = JsonlStore(folder(tmp_path / "sessions", {f"s{at}": talk(5) for at in range(9)}))
    store.index()
    opened: set[str] = set()
    real = os.open

    def watched(path: str | bytes | Path, *arguments: int, **named: int) -> int:
        opened.add(os.path.basename(os.fsdecode(path)))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", watched)
    app = StillApp(JsonlStore(store.path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.browser.title_line.messages == 45
    assert {name for name in opened if name.endswith(".jsonl")} == {"s0.jsonl"}


class Hurried(StillApp):
    """The browser of somebody who types before there is a screen."""

    keys: tuple[str, ...] = ()

    def get_default_screen(self) -> Screen[None]:
        for key in self.keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))
        return super().get_default_screen()


@pytest.mark.parametrize(
    ("keys", "shows"),
    [
        (("slash", *typed("line 3")), "go to it"),
        (("f", *typed("two")), "1 of 2"),
        pytest.param(("f1",), "Esc closes", marks=pytest.mark.exhaustive),
        pytest.param(("ctrl+p",), "Commands and sessions", marks=pytest.mark.exhaustive),
    ],
    ids=["search", "filter", "help", "palette"],
)
async def test_what_is_typed_before_there_is_a_screen_is_done_as_soon_as_there_is(
    tmp_path: Path, keys: tuple[str, ...], shows: str
) -> None:
    app = Hurried(opened(folder(tmp_path / "sessions", {"one": talk(3), "two": talk(5)})))
    app.keys = keys
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        assert says(app, shows)
