"""Recovery that comes before a change, put into words: what was interrupted, and what is planned after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from textual.content import Content

from sessiontui import units
from sessiontui.changes.recovery.recover import Interrupted
from sessiontui.errors import AfterRecovery
from sessiontui.tui.looks import ink
from sessiontui.tui.tasks.change_task import ChangeRequest
from sessiontui.tui.words.page import Page, key, limited
from sessiontui.visible import visible

RECOVERED: Final = "Recovery is done; nothing else was changed. This is the plan now."
RECOVER: Final = "Recover"


def first(page: Page, wanted: ChangeRequest, interrupted: Interrupted) -> Page:
    """A question that says that recovery comes first. A page that had nothing to ask asks for that alone."""
    told = (*_told(wanted, interrupted), ink.content(visible(" ")))
    if page.act is not None:
        return replace(page, body=(*told, *page.body))
    return Page(
        visible("Recover what was interrupted first?"),
        told,
        visible("Nothing else is changed before you were asked once more."),
        visible(RECOVER),
    )


def _told(wanted: ChangeRequest, interrupted: Interrupted) -> Iterator[Content]:
    for each in interrupted.changes:
        number = each.id.lstrip("0")
        yield ink.content(
            (visible(f"! Recovery comes first: change {number}, {each.verb}, was interrupted."), "$warning")
        )
    waiting = sum(len(each.messages) for each in interrupted.late)
    if waiting:
        told = f"! Recovery comes first: {units.counted(waiting, 'message')} in the journal."
        yield ink.content((visible(told), "$warning"))
    meant = interrupted.keys if wanted.keys is None else interrupted.keys.intersection(wanted.keys)
    rows = [ink.content((key(each), "bold"), (visible(f"  {AfterRecovery()}"), "$warning")) for each in sorted(meant)]
    yield from limited(iter(rows))
    if rows:
        yield ink.content(visible("If the plan is another one after recovery, you are asked once more."))
