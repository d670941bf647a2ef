"""An error on the screen: a short refusal as a notice, a long one in a dialog; anything else is a fault of ours."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from sessiontui.errors import SessiontuiError
from sessiontui.tui.looks import ink
from sessiontui.visible import visible


def show_error(screen: Screen[Any], error: Exception) -> None:
    """Show why something was not done."""
    if not isinstance(error, SessiontuiError):
        title = visible("a fault in sessiontui itself")
        ink.notice(screen, visible(f"{type(error).__name__}: {error}"), "error", title)
        screen.log.error(error)
        return
    from sessiontui.describe.outcomes import error_page
    from sessiontui.tui.changes.dialog import PageDialog

    page = error_page(error)
    if page is not None:
        screen.app.push_screen(PageDialog(page))
    else:
        sentences = "\n".join(part for part in (error.sentence, error.hint) if part)
        ink.notice(screen, visible(sentences, lines=True), "error")
