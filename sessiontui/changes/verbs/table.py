"""The table of the verbs that a front end can offer on any sessions: how each plans and makes a change, and what has to be
known of it besides. Append is none of them: it needs a message."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sessiontui.changes.verbs import cleanup, compact, delete, import_state, migrate, pop, repair
from sessiontui.changes.verbs.request import ChangeRequest
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Changed, Refused
from sessiontui.store.protocol import IsCancelled, Progress, Store

Planned = tuple[Any, str]
"""A plan (``bounds.Plan``), and why it would have been refused without being asked."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of change of one or several sessions; its name is that of the command line and of the journal."""

    doing: str
    """What is being done, for people."""
    plan: Callable[[ChangeRequest, IsCancelled, Progress], Planned]
    make: Callable[[Store, Any, WaitPolicy, IsCancelled, Progress], Any]


def _plan_pop(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> Planned:
    [key] = request.keys or ("",)
    try:
        return pop.plan(request.store, key), ""
    except Changed:
        raise
    except Refused as refusal:
        return pop.plan(request.store, key, anyway=True), refusal.cause


def _plan_compact(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> Planned:
    return compact.plan(request.store, request.keys, cancelled, progress), ""


def _plan_repair(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> Planned:
    return repair.plan(request.store, request.keys, request.wishes, cancelled=cancelled, progress=progress), ""


def _plan_migrate(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> Planned:
    """Of those of which there is a file: recovery may have moved the others."""
    folder, keys = request.store.path, request.keys
    there = keys and tuple(key for key in keys if os.path.lexists(folder / import_state.source(folder, key)))
    return migrate.plan(folder, there, cancelled, progress), ""


def _plan_cleanup(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> Planned:
    return cleanup.plan(request.store, request.hours, request.now, request.keys, cancelled, progress), ""


def _plan_delete(request: ChangeRequest, cancelled: IsCancelled, progress: Progress) -> Planned:
    return delete.plan(request.store, request.keys or (), cancelled, progress), ""


def _make_pop(store: Store, plan: Any, wait: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> Any:
    return pop.make(store, plan, wait)


def _make_compact(store: Store, plan: Any, wait: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> Any:
    return compact.make(store, plan, cancelled, progress, wait)


def _make_repair(store: Store, plan: Any, wait: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> Any:
    return repair.make(store, plan, cancelled, progress, wait)


def _make_migrate(store: Store, plan: Any, wait: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> Any:
    return migrate.make(plan, cancelled, progress, wait)


def _make_cleanup(store: Store, plan: Any, wait: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> Any:
    return cleanup.make(store, plan, wait, cancelled, progress)


def _make_delete(store: Store, plan: Any, wait: WaitPolicy, cancelled: IsCancelled, progress: Progress) -> Any:
    return delete.make(store, plan, wait, cancelled, progress)


VERBS: Final[Mapping[str, Verb]] = {
    "pop": Verb("Popping", _plan_pop, _make_pop),
    "compact": Verb("Compacting", _plan_compact, _make_compact),
    "repair": Verb("Repairing", _plan_repair, _make_repair),
    "migrate": Verb("Moving", _plan_migrate, _make_migrate),
    "cleanup": Verb("Removing", _plan_cleanup, _make_cleanup),
    "delete": Verb("Deleting", _plan_delete, _make_delete),
}
