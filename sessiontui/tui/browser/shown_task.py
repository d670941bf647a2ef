"""Tasks of the browser whose progress and end stand in the title line, and whose errors the person is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.widget import Widget

from sessiontui.errors import Cancelled
from sessiontui.tui import messages
from sessiontui.tui.looks import ink
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.visible import visible


def shown_task(owner: Widget, name: str, failed: Callable[[Exception], object] | None = None) -> BackgroundTask:
    """A task of a widget. ``failed`` takes its errors in place of ``tell_failure``."""
    post = owner.post_message
    return BackgroundTask(
        owner,
        name,
        failed=failed or partial(tell_failure, owner, name),
        progressed=lambda label, done, total: post(messages.Progressed(name, label, done, total)),
        ended=lambda: post(messages.Finished(name)),
    )


def tell_failure(owner: Widget, name: str, error: Exception) -> None:
    """Have the screen tell the error of a task; what the person cancelled needs few words."""
    if isinstance(error, Cancelled):
        ink.notice(owner, visible("cancelled; you are where you were"))
    else:
        owner.post_message(messages.Failed(name, error))
