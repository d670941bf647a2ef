"""The keys of the browser, in the order in which the last line of the screen and help show them."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

from sessiontui.tui.browser.copier import Copier
from sessiontui.tui.browser.fault_walk import FaultWalk
from sessiontui.tui.browser.go_to import GoTo
from sessiontui.tui.browser.hits import HitWalk
from sessiontui.tui.browser.row_walk import RowWalk
from sessiontui.tui.browser.search import SearchController
from sessiontui.tui.browser.session_marks import SessionMarks
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.browser.transcript_pane import TranscriptPane
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.pane_keys import CHANGE, FIND, LOOK, of_pane
from sessiontui.tui.widgets.splitter import SplitPanes

BROWSER: Final[list[BindingType]] = [
    *of_pane("changes", ChangeController.KEYS, CHANGE),
    *of_pane("reading", TranscriptPane.KEYS, LOOK),
    Binding(
        "b",
        "pane('feed', 'backend')",
        "backend",
        tooltip="The other backend of this folder",
        id="backend",
        group=LOOK,
    ),
    Binding(
        "i",
        "pane('overlays', 'about')",
        "about",
        tooltip="About this session: roles, damage, activity",
        id="about",
        group=LOOK,
    ),
    *of_pane("side", SessionPane.KEYS, LOOK),
    *of_pane("side.marks", SessionMarks.KEYS, LOOK),
    *of_pane("reading.walk", RowWalk.KEYS, LOOK),
    *of_pane("reading.go_to", GoTo.KEYS, LOOK),
    *of_pane("reading.copier", Copier.KEYS, LOOK),
    Binding(
        "f5",
        "pane('feed', 'refresh')",
        "read again",
        show=False,
        tooltip="Read the list again, all of it",
        id="refresh",
        group=LOOK,
    ),
    *of_pane("search", SearchController.KEYS, FIND),
    *of_pane("hits", HitWalk.KEYS, FIND),
    *of_pane("faults", FaultWalk.KEYS, FIND),
    Binding(
        "ctrl+p",
        "pane('overlays', 'palette')",
        "commands",
        show=False,
        tooltip="Find a command or a session",
        id="palette",
    ),
    *of_pane("panes", SplitPanes.KEYS),
    Binding(
        "x",
        "pane('overlays', 'inspect')",
        "inspect",
        tooltip="Inspect damage: where, why, and what can be had back",
        id="inspect",
    ),
    Binding("q", "app.quit", "quit", tooltip="Quit", id="quit"),
    Binding("escape", "back", "back", show=False, tooltip="Cancel, clear, leave or go back", id="back"),
]
