"""How the browser looks: one theme of our own, the style sheet, and the looks of what our widgets draw themselves.

Roles and faults have colours; a fault also a sign. The looks are no rules of the style sheet: Textual would match each of
them to each widget several times before the first paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.dom import DOMNode
from textual.theme import Theme

NIGHT: Final = Theme(
    name="sessiontui",
    primary="#7aa2c8",
    secondary="#8f9bb3",
    accent="#e0b05c",
    warning="#e0a45c",
    error="#e5707e",
    success="#8cc084",
    foreground="#d7dae0",
    background="#15181e",
    surface="#1b1f27",
    panel="#2a303b",
    dark=True,
)

WIDTHS: Final[list[tuple[int, str]]] = [(0, "-narrow"), (100, "-wide")]
"""Below 100 columns the list and the transcript take the whole width in turn."""
HEIGHTS: Final[list[tuple[int, str]]] = [(0, "-short"), (20, "-tall")]
"""Below 20 lines the search bar is only there while it is used."""

CSS: Final = """
BrowserScreen { background: $background; color: $foreground; }
* {
    scrollbar-size-vertical: 1; scrollbar-background: $background; scrollbar-color: $panel;
    scrollbar-background-hover: $background; scrollbar-background-active: $background;
    scrollbar-color-hover: $primary; scrollbar-color-active: $accent;
}

TitleLine { height: 1; background: $panel; color: $foreground; }

KeyLine { height: 1; background: $panel; color: $foreground 75%; }

SearchBar, FilterBar { height: 3; border: round $panel; padding: 0 1; background: $background; }
SearchBar:focus, FilterBar:focus { border: round $accent; background-tint: $background 0%; }
SearchBar { border-title-color: $foreground 70%; border-subtitle-color: $foreground 70%; }
FilterBar { display: none; }
FilterBar.-shown { display: block; }

#panes { height: 1fr; }
#side { width: 2fr; max-width: 64; min-width: 36; }
#reading { width: 5fr; }

LineList, Transcript {
    height: 1fr; background: $background; border: round $panel; overflow-x: hidden; overflow-y: scroll;
    border-title-color: $foreground 75%; border-subtitle-color: $foreground 60%;
}
LineList:focus, Transcript:focus { border: round $accent; border-title-color: $accent; }
HitList { display: none; }
#side.-hits SessionList { display: none; }
#side.-hits HitList { display: block; }

.-narrow #side { width: 1fr; max-width: 100%; }
.-narrow #reading { display: none; width: 1fr; }
.-narrow.-reading #side { display: none; }
.-narrow.-reading #reading { display: block; }
.-short SearchBar { display: none; }
.-short SearchBar:focus, .-short SearchBar.-asked { display: block; }

ChangeDialog, HelpScreen { align: center middle; }
#box {
    width: 84; max-width: 96%; height: auto; max-height: 92%; padding: 0 2; background: $surface;
    border: round $accent; border-title-color: $accent; border-title-style: bold;
}
#body { height: auto; margin: 1 0; }
#body Static { width: 100%; height: auto; }
#undo { height: auto; color: $foreground 65%; margin: 0 0 1 0; }
#buttons { height: 1; align-horizontal: right; }
#buttons Button {
    height: 1; min-width: 12; border: none; margin-left: 2; background: $panel; color: $foreground; text-style: none;
}
#buttons Button:focus { background: $accent; color: $background; text-style: bold; }
.-short #body { margin: 0; }
.-short #undo { margin: 0; }

ToastRack { margin-bottom: 2; }
"""


class Look(NamedTuple):
    """Names of the theme's colours or colours of our own, and how much of each is mixed into what lies below it."""

    colour: str = "foreground"
    share: float = 1.0
    bold: bool = False
    ground: str = "background"
    tint: str = ""
    tinted: float = 1.0


Looks = Mapping[str, Look]

TITLE: Final[Looks] = {
    "ground": Look(ground="panel"),
    "name": Look("primary", bold=True, ground="panel"),
    "dim": Look(share=0.65, ground="panel"),
    "fault": Look("error", bold=True, ground="panel"),
    "work": Look("accent", ground="panel"),
}
KEYS: Final[Looks] = {
    "ground": Look(share=0.75, ground="panel"),
    "key": Look("accent", bold=True, ground="panel"),
    "dim": Look(share=0.35, ground="panel"),
}
LIST: Final[Looks] = {
    "ground": Look(),
    "cursor": Look(tint="primary", tinted=0.35),
    "blurred": Look(tint="panel", tinted=0.75),
    "key": Look(),
    "dim": Look(share=0.55),
    "number": Look(share=0.85),
    "fault": Look("error", bold=True),
    "match": Look("accent", bold=True),
    "role": Look("primary"),
}
TRANSCRIPT: Final[Looks] = {
    "ground": Look(),
    "text": Look(),
    "dim": Look(share=0.5),
    "bar": Look("accent"),
    "user": Look("success", bold=True),
    "assistant": Look("primary", bold=True),
    "system": Look("accent", bold=True),
    "tool": Look("#b59ad0", bold=True),
    "other": Look("secondary", bold=True),
    "fault": Look("error", bold=True),
    "damaged": Look("error", share=0.75),
    "caret": Look("accent", bold=True),
    "raw": Look(share=0.8),
    "hit": Look("background", ground="accent"),
    "code": Look("#a9c9a4"),
    "heading": Look(bold=True),
    "strong": Look(bold=True),
}


_KNOWN: Final[dict[tuple[str, int], dict[str, Style]]] = {}


def styles(node: DOMNode, looks: Looks) -> Mapping[str, Style]:
    """Each look as a style, in the colours of the theme that the app has now."""
    app: App[object] = node.app
    known = _KNOWN.get((app.theme, id(looks)))
    if known is None:
        colours = app.get_css_variables()
        known = _KNOWN[app.theme, id(looks)] = {name: _style(look, colours) for name, look in looks.items()}
    return known


def _style(look: Look, colours: Mapping[str, str]) -> Style:
    def named(name: str) -> Color:
        return Color.parse(colours.get(name, name))

    ground = named(look.ground)
    if look.tint:
        ground = ground.blend(named(look.tint), look.tinted)
    colour = ground.blend(named(look.colour), look.share)
    return Style(color=colour.rich_color, bgcolor=ground.rich_color, bold=look.bold or None)
