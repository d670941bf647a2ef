"""The table of the verbs that a front end can offer on any sessions: how each plans and makes a change, and what has to be
known of it besides. Append is none of them: it needs a message."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sessiontui.changes.verbs import cleanup, compact, delete, import_state, migrate, pop, repair
from sessiontui.changes.verbs.request import ChangeRequest
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Changed, Refused
from sessiontui.store.protocol import IsCancelled, Progress, Store


class Verb(NamedTuple):
    """One kind of change of one or several sessions; its name is that of the command line and of the journal."""

    doing: str
    """What is being done, for people."""
    plan: Callable[[ChangeRequest, IsCancelled, Progress], Any]
    """Makes a ``bounds.Plan``."""
    make: Callable[[Store, Any, WaitPolicy, IsCancelled, Progress], Any]


def _plan_pop(request: ChangeRequest, *_: object) -> pop.PopPlan:
    [key] = request.keys or ("",)
    try:
        return pop.plan(request.store, key)
    except Changed:
        raise
    except Refused as refusal:
        return replace(pop.plan(request.store, key, anyway=True), refusal=refusal.cause)


def _plan_migrate(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> migrate.MigratePlan:
    """Of those of which there is a file: recovery may have moved the others."""
    folder, keys = request.store.path, request.keys
    there = keys and tuple(key for key in keys if os.path.lexists(folder / import_state.source(folder, key)))
    return migrate.plan(folder, there, cancelled, progress)


VERBS: Final[Mapping[str, Verb]] = {
    "pop": Verb("Popping", _plan_pop, lambda store, plan, wait, *_: pop.make(store, plan, wait)),
    "compact": Verb(
        "Compacting",
        lambda wanted, *work: compact.plan(wanted.store, wanted.keys, *work),
        lambda *planned: compact.make(*planned),  # noqa: PLW0108  looked up when it is called, as the others are
    ),
    "repair": Verb(
        "Repairing",
        lambda wanted, cancelled, progress: repair.plan(
            wanted.store, wanted.keys, wanted.wishes, cancelled=cancelled, progress=progress
        ),
        lambda *planned: repair.make(*planned),  # noqa: PLW0108
    ),
    "migrate": Verb("Moving", _plan_migrate, lambda _, *planned: migrate.make(*planned)),
    "cleanup": Verb(
        "Removing",
        lambda wanted, *work: cleanup.plan(wanted.store, wanted.hours, wanted.now, wanted.keys, *work),
        lambda *planned: cleanup.make(*planned),  # noqa: PLW0108
    ),
    "delete": Verb(
        "Deleting",
        lambda wanted, *work: delete.plan(wanted.store, wanted.keys or (), *work),
        lambda *planned: delete.make(*planned),  # noqa: PLW0108
    ),
}
