"""What all changing verbs do around the change itself: try again while a file is busy, name the change, tell troubles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from sessiontui.changes.outcome import Trouble
from sessiontui.cli import report
from sessiontui.cli.options import Asked, Change
from sessiontui.cli.output import say
from sessiontui.errors import Changed

PAUSE = 0.1
"""Seconds between two attempts at a file that another program is writing."""

Outcome = TypeVar("Outcome")


def persisting(change: Change, attempt: Callable[[], Outcome]) -> Outcome:
    """The outcome of ``attempt``, which is made again, up to ``--wait`` seconds, while the file changes under it."""
    until = time.monotonic() + change.patience.seconds
    while True:
        try:
            return attempt()
        except Changed:
            if time.monotonic() >= until:
                raise
        time.sleep(PAUSE)


def tell_change(asked: Asked, change: str | None) -> None:
    """Name the change that was made, and how to take it back."""
    if change is not None:
        say(f"change {short(change)} · undo with `sessiontui undo{asked.options()} {short(change)}`")


def short(change: str) -> str:
    """A change's id for people, without the zeros before it."""
    return change.lstrip("0") or "0"


def tell_troubles(troubles: Iterable[Trouble], tally: report.Tally) -> int:
    """Tell why sessions were left as they were; return the highest exit code, those tallied before too."""
    for trouble in troubles:
        if trouble.code:
            report.tell(trouble.reason, trouble.hint)
            tally.add(trouble.code)
    return tally.code
