"""Our own themes, and what is made of the colours of any theme so that all of them can be read.

Colours are chosen so that people who see red and green alike can tell them apart; who speaks is blue or amber.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.color import Color
from textual.theme import Theme

from sessiontui.tui.theme.contrast import TEXT, contrast, readable

NIGHT: Final = Theme(
    name="sessiontui",
    primary="#7aa2c8",
    secondary="#8f9bb3",
    accent="#e0b05c",
    warning="#e0a45c",
    error="#ec7482",
    success="#8cc084",
    foreground="#d7dae0",
    background="#15181e",
    surface="#1b1f27",
    panel="#2a303b",
    dark=True,
    variables={
        "role-user": "#79b4f2",
        "role-assistant": "#e8b878",
        "role-system": "#aab3c2",
        "role-tool": "#b59ad0",
        "code": "#a9c9a4",
    },
)
DAY: Final = Theme(
    name="sessiontui-day",
    primary="#1f5f99",
    secondary="#59657a",
    accent="#8f5300",
    warning="#8a5a00",
    error="#b3203c",
    success="#2c6e3f",
    foreground="#22262d",
    background="#fbfaf7",
    surface="#f1f0ec",
    panel="#dcdfe3",
    dark=False,
    variables={
        "role-user": "#0b5cad",
        "role-assistant": "#8f5300",
        "role-system": "#59657a",
        "role-tool": "#7a4a9e",
        "code": "#3a6a35",
    },
)
TERMINAL: Final = Theme(
    name="sessiontui-terminal",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_default",
    accent="ansi_cyan",
    warning="ansi_magenta",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border": "ansi_cyan",
        "border-blurred": "ansi_default",
        "scrollbar": "ansi_default",
        "scrollbar-hover": "ansi_cyan",
        "scrollbar-active": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
    },
)
"""The terminal's own colours: for those who chose them, for terminals of 16 colours and for NO_COLOR."""

THEMES: Final = (NIGHT, DAY, TERMINAL)

_ROLES: Final = {
    "role-user": "primary",
    "role-assistant": "warning",
    "role-system": "secondary",
    "role-tool": "success",
    "code": "success",
}
"""Colours that our own themes have, and what takes their place in others."""
_READ: Final = ("primary", "secondary", "accent", "warning", "error", "success", "foreground")
_GROUNDS: Final = ("background", "surface", "panel")
FRAME: Final = 1.5
"""The least contrast of the frame around what has no focus: seen, and no more than that."""


def variables(colours: Mapping[str, str]) -> dict[str, str]:
    """The variables of a theme for style sheets, such that each of its colours can be read on each of its grounds."""
    ours = dict(colours) | {name: colours.get(name, colours[other]) for name, other in _ROLES.items()}
    if colours["background"].startswith("ansi"):
        return ours | dict.fromkeys((*_GROUNDS, "frame"), "ansi_default")
    grounds = [Color.parse(ours[name]) for name in _GROUNDS]
    ours["frame"] = readable(grounds[-1], grounds[0], FRAME).hex
    for name in (*_READ, *_ROLES):
        colour = Color.parse(ours[name])
        for ground in sorted(grounds, key=lambda ground: contrast(colour, ground), reverse=True):
            colour = readable(colour, ground, TEXT)
        ours[name] = colour.hex
    return ours
