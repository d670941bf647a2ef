"""Help for what has the focus: its own words, and the keys that work there now. Made of the live bindings, never stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from sessiontui.describe import signs
from sessiontui.tui.key_bindings import CHANGE, FIND, LOOK, bindings, command_key, cursor_key
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.theme import ink

KEYS = 20
"""Columns for the names of keys."""
FOCUS = {"app.focus_next": "Next pane", "app.focus_previous": "Previous pane"}
"""Textual's own actions that belong into help; every one of ours has an id."""
MOUSE = (
    "Mouse: click and wheel everywhere; drag scroll bars and the line between the panes (double click: as it was). "
    "A click beside a box like this closes it."
)
Rows = dict[str, dict[str, None]]
"""For the words of each action the names of its keys, in order."""
TOPICS = (FIND.description, LOOK.description, CHANGE.description, "Everywhere")
"""Headlines for keys of a screen, in the order in which they are shown; each key has its own as its group."""


class HelpScreen(Overlay[None]):
    """Describes the screen below it."""

    BINDINGS = bindings(
        command_key("help.close", "escape,q,question_mark,f1", "dismiss", "Close", "close"),
        cursor_key("help.down", "down,j", "scroll(1)", "down"),
        cursor_key("help.up", "up,k", "scroll(-1)", "up"),
        cursor_key("help.page_down", "pagedown,space", "scroll(10)", "page down"),
        cursor_key("help.page_up", "pageup", "scroll(-10)", "page up"),
        cursor_key("help.start", "home,g", "scroll(-10000)", "start"),
        cursor_key("help.end", "end,G", "scroll(10000)", "end"),
    )

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self._lines = tuple(_lines(below))

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = ink.content("Help")
            box.border_subtitle = ink.content("Esc closes")
            yield Static(ink.lines(self._lines))

    def action_scroll(self, lines: int) -> None:
        self.query_one("#box").scroll_relative(y=lines, animate=False)


def _lines(below: Screen[Any]) -> Iterator[Content]:
    """First what has the focus, then what is around it."""
    told: set[str] = set()
    for title, about, rows in _parts(below):
        yield ink.content((title, "bold $accent"))
        if about and about not in told:
            told.add(about)
            yield ink.content(about)
        for words, keys in rows.items():
            yield ink.content((f"  {' '.join(keys):<{KEYS}}", "$accent"), words)
        yield ink.content(" ")
    yield ink.content(("Signs", "bold $accent"))
    for sign, meaning in signs.MEANINGS.items():
        yield ink.content((f"  {sign:<{KEYS}}", "$accent"), meaning)
    yield ink.content(" ")
    yield ink.content(MOUSE)


def _parts(below: Screen[Any]) -> Iterator[tuple[str, str, Rows]]:
    """Headline, what it is about, and what can be done."""
    here = getattr(below, "HELP_TITLE", "Here")
    around: dict[str, Rows] = {title: {} for title in TOPICS}
    inside: dict[DOMNode, Rows] = {}
    for active in below.active_bindings.values():
        binding = active.binding
        if binding.id is None and binding.action not in FOCUS:
            continue
        if active.node in (below, below.app):
            rows = around.setdefault(here if binding.group is None else binding.group.description, {})
        else:
            rows = inside.setdefault(active.node, {})
        words = FOCUS.get(binding.action) or binding.tooltip or binding.description
        rows.setdefault(words, {})[below.app.get_key_display(binding)] = None
    for node, rows in inside.items():
        if name := getattr(node, "HELP_TITLE", ""):
            yield name, getattr(node, "HELP", ""), rows
    for title, rows in around.items():
        if rows:
            yield title, getattr(below, "HELP", "") if title == here else "", rows
