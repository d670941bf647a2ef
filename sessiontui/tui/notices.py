"""What a person is told: sentences, errors, and how far a task has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.message import Message

from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.visible import visible

if TYPE_CHECKING:  # no page is made before the first paint
    from sessiontui.describe.page import Page


@dataclass
class ErrorPage(Message):
    """An error that is too long for a notice: the browser shows its page in a dialog."""

    page: Page


def tell(node: DOMNode, sentence: str, severity: ink.Severity = "information") -> None:
    """Show a sentence as a notice."""
    ink.notice(node, visible(sentence), severity)


def reply(node: DOMNode, sentence: str) -> None:
    """Show a sentence in place of older notices: why a key leads nowhere."""
    node.app.clear_notifications()
    tell(node, sentence)


def show_error(node: DOMNode, error: Exception) -> None:
    """Show why something was not done: a short refusal as a notice, a long one in a dialog. What is no refusal is a fault of
    ours."""
    if isinstance(error, Cancelled):
        tell(node, "cancelled; you are where you were")
        return
    if not isinstance(error, SessiontuiError):
        title = visible("a fault in sessiontui itself")
        ink.notice(node, visible(f"{type(error).__name__}: {error}"), "error", title)
        node.log.error(error)
        return
    from sessiontui.describe.outcomes import error_page

    page = error_page(error)
    if page is not None:
        node.post_message(ErrorPage(page))
    else:
        ink.notice(node, visible("\n".join(filter(None, (error.sentence, error.hint))), lines=True), "error")


def shown_task(title: TitleLine, name: str, failed: Callable[[Exception], object] | None = None) -> BackgroundTask:
    """A task whose progress and end the title line shows. ``failed`` takes its errors in place of ``show_error``."""
    return BackgroundTask(
        title,
        name,
        failed=failed or partial(show_error, title),
        progressed=title.show_work,
        ended=title.end_work,
    )
