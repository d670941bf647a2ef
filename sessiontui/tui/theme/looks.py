"""How the browser looks: the style sheets, and the looks of what our widgets draw themselves, in the colours of any theme.

Roles and faults have colours; a fault also a sign. No theme makes anything hard to read: colours are moved until they
stand out from their ground. The looks are no rules of a style sheet: Textual would match each of
them to each widget several times before the first paint.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.dom import DOMNode

from sessiontui.tui.theme.contrast import SIGN, TEXT, contrast, readable

WIDTHS: Final = [(0, "-narrow"), (100, "-wide")]
"""Below 100 columns the list and the transcript take the whole width in turn."""
HEIGHTS: Final = [(0, "-short"), (20, "-tall")]
"""Below 20 lines the search bar is only there while it is used."""

BROWSER: Final = Path(__file__).with_name("browser.tcss")
"""The style sheet of the browser."""
OVERLAYS: Final = Path(__file__).with_name("overlays.tcss")
"""That of what stands above it, which is read with the first of it."""


class Look(NamedTuple):
    """How something is drawn: in colours of the theme, and where there are few colours or none, in ``plain`` ways.

    A colour is the name of one of the theme's; ``share`` of it is mixed into the ground, but never so little of it that
    less than the ``least`` contrast remains. Colour alone says nothing: what matters has a sign or another weight too.
    """

    colour: str = "foreground"
    plain: str = ""
    """A style of the terminal's own colours; none of it may rest on the colour."""
    share: float = 1.0
    bold: bool = False
    ground: str = "background"
    tint: str = ""
    tinted: float = 1.0
    least: float = TEXT


Looks = Mapping[str, Look]

TITLE: Final[Looks] = {
    "ground": Look(ground="panel", plain="reverse"),
    "name": Look("primary", "bold reverse", bold=True, ground="panel"),
    "dim": Look(share=0.7, ground="panel", plain="reverse"),
    "fault": Look("error", "bold reverse", bold=True, ground="panel"),
    "note": Look("warning", "bold reverse", ground="panel"),
    "work": Look("accent", "reverse", ground="panel"),
}
KEYS: Final[Looks] = {
    "ground": Look(share=0.8, ground="panel"),
    "key": Look("accent", "bold", bold=True, ground="panel"),
    "dim": Look(share=0.35, ground="panel", least=SIGN, plain="dim"),
}
SPLITTER: Final[Looks] = {
    "ground": Look(),
    "dim": Look(share=0.4, least=SIGN, plain="dim"),
    "held": Look("accent", "bold", bold=True),
}
LIST: Final[Looks] = {
    "ground": Look(),
    "cursor": Look(tint="primary", tinted=0.35, plain="reverse"),
    "blurred": Look(tint="panel", tinted=0.75, plain="reverse"),
    "key": Look(),
    "dim": Look(share=0.55, least=SIGN),
    "number": Look(share=0.85),
    "fault": Look("error", "bold red", bold=True),
    "match": Look("accent", "bold underline cyan", bold=True),
    "role": Look("primary", "cyan"),
}
TRANSCRIPT: Final[Looks] = {
    "ground": Look(),
    "text": Look(),
    "dim": Look(share=0.5, least=SIGN, plain="dim"),
    "bar": Look("accent", "bold cyan"),
    "user": Look("role-user", "bold cyan", bold=True),
    "assistant": Look("role-assistant", "bold magenta", bold=True),
    "system": Look("role-system", "bold", bold=True),
    "tool": Look("role-tool", "bold green", bold=True),
    "other": Look("secondary", "bold", bold=True),
    "fault": LIST["fault"],
    "damaged": Look("error", "red", share=0.8),
    "whole": Look("success", "green"),
    "offered": Look("accent", "cyan", share=0.9),
    "torn": Look("warning", "yellow", share=0.85),
    "fragment": Look("error", "red", share=0.8),
    "readable": Look(share=0.65),
    "waiting": Look(share=0.8, bold=True, plain="bold"),
    "caret": Look("accent", "bold cyan", bold=True),
    "raw": Look(share=0.8),
    "hit": Look("background", "reverse", ground="accent"),
    "code": Look("code", "green"),
    "heading": Look(bold=True, plain="bold underline"),
    "strong": Look(bold=True, plain="bold"),
    "quote": Look(share=0.75),
    "marker": Look("accent", "bold"),
    "link": Look("primary", "underline"),
}
MAP: Final[Looks] = {
    "ground": Look(),
    "view": LIST["cursor"],
    "under": Look("background", "reverse", ground="primary"),
    "held": Look("background", "reverse", ground="accent"),
    "fault": LIST["fault"],
    "hit": Look("accent", "bold cyan", bold=True),
}

Styles = Mapping[str, Style]

_KNOWN: Final[dict[tuple[str, int, str], Styles]] = {}


def styles(node: DOMNode, looks: Looks, ground: str = "ground") -> Styles:
    """Each look as a style, in the colours of the theme that the app has now. ``ground`` names the look that they lie on,
    as that of the row under the cursor; a look with another ground than most keeps it."""
    app: App[object] = node.app
    key = app.theme, id(looks), ground
    if key not in _KNOWN:
        colours = {} if app.current_theme.ansi else app.get_css_variables()
        made = {name: _style(look, colours) for name, look in looks.items()}
        if ground != "ground":
            lying = [name for name, look in looks.items() if look.ground == looks["ground"].ground]
            made |= {name: on(made[name], made[ground]) for name in lying} | {"ground": made[ground]}
        _KNOWN[key] = made
    return _KNOWN[key]


def on(look: Style, ground: Style) -> Style:
    """A look on another ground, as of the row under the cursor; as easy to read there."""
    weight = Style(bold=look.bold, underline=look.underline or ground.underline, reverse=ground.reverse, dim=look.dim)
    if ground.reverse:
        return weight  # colours would become grounds
    if look.color is None or look.bgcolor is None or ground.bgcolor is None:
        return weight + Style(color=look.color, bgcolor=ground.bgcolor)
    colour, below = Color.from_rich_color(look.color), Color.from_rich_color(ground.bgcolor)
    least = min(TEXT, contrast(colour, Color.from_rich_color(look.bgcolor)))
    return weight + Style(color=readable(colour, below, least).rich_color, bgcolor=ground.bgcolor)


def _style(look: Look, colours: Mapping[str, str]) -> Style:
    if not colours:
        return Style.parse(look.plain)
    ground = Color.parse(colours[look.ground])
    if look.tint:
        ground = ground.blend(Color.parse(colours[look.tint]), look.tinted)
    colour = readable(ground.blend(Color.parse(colours[look.colour]), look.share), ground, look.least)
    return Style(color=colour.rich_color, bgcolor=ground.rich_color, bold=look.bold or None)
