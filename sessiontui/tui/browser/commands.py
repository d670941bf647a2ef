"""What the palette offers on the browser: what every key does there, orders of the list, themes, and the sessions.

Keys are taken from the live bindings, so that nothing is offered that a key would not do; what is text to an input is
offered there too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from textual.actions import parse
from textual.binding import ActiveBinding
from textual.screen import Screen

from sessiontui import units
from sessiontui.tui.arrangement import ORDERS
from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.key_bindings import plain
from sessiontui.tui.palette import PaletteScreen
from sessiontui.tui.preferences import Remember
from sessiontui.tui.tasks.background_task import ignore
from sessiontui.tui.theme import themes
from sessiontui.tui.widgets.choice_list import Choice

UNLISTED: Final = ("palette", "back", "focus_next", "focus_previous")
"""Actions that make no sense from a palette."""


def open_palette(screen: Screen[None], changes: ChangeController, opener: SessionOpener) -> None:
    """Offer all that can be done on the browser, and its sessions."""
    keys = list(opener.side.known)
    commands = [*_keys(screen, changes), *_more(screen, opener.side)]
    hint = f"letters find {units.counted(len(keys), 'session')} too"
    _offer(screen, PaletteScreen("Commands and sessions", commands, keys, partial(_session, opener), hint))


def open_themes(screen: Screen[None]) -> None:
    """Offer the themes, ours first, then Textual's, dark before light; the one under the cursor is on the screen already."""
    app, before = screen.app, screen.app.theme
    names = [theme.name for theme in themes.THEMES]
    others = [theme for theme in app.available_themes.values() if theme.name not in names]
    names += [theme.name for theme in sorted(others, key=lambda theme: (not theme.dark, theme.name))]
    commands = [_theme(screen, name) for name in names]
    cursor = names.index(before) if before in names else 0
    _offer(screen, PaletteScreen("Change theme", commands, cursor=cursor), partial(setattr, app, "theme", before))


def _offer(screen: Screen[None], palette: PaletteScreen, undo: Callable[[], object] = ignore) -> None:
    def chosen(choice: Choice | None) -> None:
        (undo if choice is None else choice.run)()

    screen.app.clear_notifications()
    screen.app.push_screen(palette, chosen)


def _keys(screen: Screen[None], changes: ChangeController) -> Iterator[Choice]:
    """A command for each action that has a key, with all its keys; what only moves a cursor is no command."""
    found: dict[str, list[ActiveBinding]] = {}
    for active in _bindings(screen):
        if active.binding.id and active.binding.tooltip and plain(active.binding.action) not in UNLISTED:
            found.setdefault(active.binding.action, []).append(active)
    for action, bound in found.items():
        active, keys = bound[0], dict.fromkeys(screen.app.get_key_display(each.binding) for each in bound)
        about = "" if active.enabled else "not now: it says why"
        does = partial(screen.call_later, screen.app.run_action, action, active.node)
        run = does if active.enabled else partial(changes.explain, active.binding.id or "")
        yield Choice(active.binding.tooltip, run, about, " ".join(keys))


def _bindings(screen: Screen[None]) -> Iterator[ActiveBinding]:
    """What keys do now, and what they do on the screen where the focus has another use for them: typing, say."""
    yield from screen.active_bindings.values()
    for _, binding in screen._bindings:  # noqa: SLF001 - as they were remapped, which no class can tell
        _, name, values = parse(binding.action)
        enabled = screen.check_action(name, values)
        yield ActiveBinding(screen, binding, bool(enabled), binding.tooltip)


def _more(screen: Screen[None], side: SessionPane) -> Iterator[Choice]:
    """What has no key."""
    for order in ORDERS.values():
        yield Choice(f"Sort the list by {order.name}", partial(side.sort_by, order.name), order.words)
    if not screen.app.no_color:
        yield Choice("Change theme", partial(open_themes, screen), screen.app.theme)


def _session(opener: SessionOpener, key: str) -> Choice:
    session = opener.side.known.get(key)
    if session is None:
        about = "gone since"
    else:
        about = units.counted(session.messages, "message") if session.problem is None else session.problem.reason
    return Choice(key or "(no name)", partial(opener.go_to, key), f"session · {about}")


def _theme(screen: Screen[None], name: str) -> Choice:
    app = screen.app
    theme = app.available_themes[name]
    about = "the terminal's own colours" if theme.ansi else "dark" if theme.dark else "light"
    look = partial(setattr, app, "theme", name)

    def choose() -> None:
        look()
        screen.post_message(Remember({"theme": name}))

    return Choice(name, choose, about, look=look)
