"""Names of keys as people read them: Ctrl+R, PgDn, Enter, and the characters themselves."""

from __future__ import annotations

from typing import Any, Final

from textual.keys import key_to_character
from textual.screen import Screen

_NAMES: Final = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "delete": "Del",
    "backspace": "Backspace",
    "slash": "/",
}


def shown(key: str) -> str:
    """A key of a binding: ``ctrl+r`` is Ctrl+R, ``slash`` is /."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    name = _NAMES.get(last) or key_to_character(last) or last.upper()
    if held and len(name) == 1:
        name = name.upper()
    return "+".join([*(each.title() for each in held), name])


def live(screen: Screen[Any], action: str) -> str:
    """The name of the key that does this on a screen as it is now, by the last part of its id; empty where none does."""
    for active in screen.active_bindings.values():
        if active.enabled and (active.binding.id or "").rpartition(".")[2] == action:
            return shown(active.binding.key)
    return ""
