"""Help for what has the focus: its own words, and the keys that work there now. Made of the live bindings, never stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from sessiontui.tui import ink, theme
from sessiontui.visible import visible

KEYS = 22
"""Columns for the names of keys."""


FOCUS = ("app.focus_next", "app.focus_previous")
"""Textual's own actions that belong into help; every one of ours has an id."""


class HelpScreen(ModalScreen[None]):
    """Describes the screen below it."""

    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "close", id="help.close"),
        Binding("down,j", "scroll(1)", "down", show=False, id="help.down"),
        Binding("up,k", "scroll(-1)", "up", show=False, id="help.up"),
        Binding("pagedown,space", "scroll(10)", "page down", show=False, id="help.page_down"),
        Binding("pageup", "scroll(-10)", "page up", show=False, id="help.page_up"),
    ]

    def __init__(self, below: Screen[None]) -> None:
        super().__init__()
        self._lines = tuple(_lines(below))

    def compose(self) -> ComposeResult:
        """A box that scrolls."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = ink.content(visible("Help"))
            box.border_subtitle = ink.content(visible("Esc closes"))
            yield Static(ink.lines(self._lines), id="help")

    def action_scroll(self, lines: int) -> None:
        """Look at the rest."""
        box = self.query_one("#box", VerticalScroll)
        box.scroll_to(y=box.scroll_y + lines, animate=False)


def _lines(below: Screen[None]) -> Iterator[Content]:
    """First what has the focus, then what is around it."""
    for node, bindings in _by_node(below).items():
        about = getattr(node, "HELP", "")
        title = "Everywhere" if node is below or node is below.app else _name(node)
        if not bindings or (not about and not title):
            continue
        yield ink.content((visible(title), "bold $accent"))
        if about:
            yield ink.content(visible(about))
        for keys, words in bindings:
            yield ink.content((visible(f"  {keys:<{KEYS}}"), "$accent"), visible(words))
        yield ink.content(visible(" "))


def _by_node(below: Screen[None]) -> dict[DOMNode, list[tuple[str, str]]]:
    """For each node, its live actions with their keys and words."""
    found: dict[DOMNode, dict[str, tuple[list[str], Binding]]] = {}
    for active in below.active_bindings.values():
        binding = active.binding
        if binding.id is None and binding.action not in FOCUS:
            continue
        keys, _ = found.setdefault(active.node, {}).setdefault(binding.action, ([], binding))
        keys.append(below.app.get_key_display(binding))
    return {
        node: [
            (" ".join(dict.fromkeys(keys)), binding.tooltip or binding.description)
            for keys, binding in actions.values()
        ]
        for node, actions in found.items()
    }


def _name(node: DOMNode) -> str:
    names = {"SessionList": "Sessions", "HitList": "Hits", "Transcript": "Transcript", "SearchBar": "Search"}
    names |= {"AboutSheet": "About this session", "ChangeList": "Changes"}
    return names.get(type(node).__name__, "Filter" if type(node).__name__ == "FilterBar" else "")
