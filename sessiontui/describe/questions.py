"""What a person is asked before a change is made, and what is shown while it is planned and made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sessiontui.changes.recovery.recover import Interrupted
from sessiontui.changes.verbs.plans import only, rows_of
from sessiontui.changes.verbs.request import ChangeRequest
from sessiontui.changes.verbs.table import VERBS
from sessiontui.describe import compact, migrate, pop, recovery, removal, repair
from sessiontui.describe.page import BLANK, Page, warning, which

RENEWED: Final = "! It changed after you were asked, so nothing was done. This is how it is now."


class Planned(NamedTuple):
    """What a change would do; nothing is done yet."""

    plan: Any
    """A plan of the verb."""
    notice: str = ""
    """What else a person should know before it is made."""
    interrupted: Interrupted | None = None
    """What recovery has to do before the change."""


_QUESTIONS: Final[Mapping[str, Callable[[ChangeRequest, Planned], Page]]] = {
    "pop": lambda request, planned: pop.question(planned.plan, request.marked),
    "compact": lambda _, planned: compact.question(planned.plan),
    "repair": lambda _, planned: repair.question(planned.plan),
    "migrate": lambda request, planned: migrate.question(planned.plan, whole=request.keys is None),
    "cleanup": lambda request, planned: removal.cleanup_question(planned.plan, request),
    "delete": lambda request, planned: removal.delete_question(planned.plan, request),
}


def question(request: ChangeRequest, planned: Planned, renewed: str = "") -> Page:
    """Ask about a plan. A page without ``act`` has nothing to ask; its title says why. ``renewed``: why a person is asked
    once more, where another plan no longer fits what is there."""
    ask = _QUESTIONS[request.verb]
    if planned.interrupted is None:
        page = ask(request, planned)
    else:
        known = {row.key for row in rows_of(planned.plan)} - planned.interrupted.keys
        page = ask(request, planned._replace(plan=only(planned.plan, known)))
        page = recovery.first(page, request.keys, planned.interrupted)
    said = [renewed] * bool(renewed) + [f"! {planned.notice}"] * bool(planned.notice)
    if page.act is None or not said:
        return page
    return page._replace(body=(*map(warning, said), BLANK, *page.body))


def planning(request: ChangeRequest) -> Page:
    """What is shown while a plan is made."""
    return Page(f"Looking at {_meant(request)} …", undo="Only reads. Esc ends it; nothing was changed.")


def making(request: ChangeRequest, page: Page) -> Page:
    """What is shown while a plan is carried out: still the plan."""
    match request.verb:
        case "undo":
            title = "Redoing …" if request.redo else "Undoing …"
        case "cleanup":
            title = "Removing idle sessions …"
        case verb:
            title = f"{VERBS[verb].doing} {_meant(request)} …"
    several = (
        "Stop leaves the sessions that are not begun as they are; what was done by then can be taken back afterwards."
    )
    return Page(title, page.body, STOPS.get(request.verb, several), leave="Stop")


STOPS: Final[Mapping[str, str]] = {
    "undo": "Stop ends the waiting for others; what is begun is made whole.",
    "pop": "Stop ends the waiting for others; a message that is being removed is removed.",
}


def _meant(request: ChangeRequest) -> str:
    return "all sessions" if request.keys is None else which(request.keys)
