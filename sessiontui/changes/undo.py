"""Take a change back, or give a taken-back one again. An undo is itself a change, so it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sessiontui import units
from sessiontui.changes import history
from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits.files import as_plain, as_store_error, require_inside
from sessiontui.changes.journal.folder import Folder, reading
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.changes.journal.record import Edit
from sessiontui.changes.recovery import settle
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, StoreError, UsageError
from sessiontui.store.protocol import Progress, Store, silent


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undo (or redo) would do."""

    change: str
    """The change that is taken back or given again."""
    verb: str
    keys: tuple[str, ...]
    at: datetime
    redo: bool
    tip: str
    """What it reverts: the change, or the newest undo or redo of it."""
    steps: tuple[str, ...]
    """In words, one a session or file."""
    is_idle = False

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk: what is kept for a change comes back when it is reverted."""
        kept = history.changes(sessions_folder(store))
        return Takes(0, sum(each.bytes for each in kept if each.id == self.tip))


class Undone(NamedTuple):
    """What undo did."""

    change: str
    """The undo's own id."""
    of: str
    verb: str
    keys: tuple[str, ...]
    at: datetime
    status: str
    """``undone``, or ``redone``."""


def plan(folder: Path, id: str | None = None, redo: bool = False) -> UndoPlan:
    """Say what would be taken back; touches nothing. Without ``id``, the newest change that stands (with ``redo``,
    the one taken back last, unless something was changed since).

    Raises ``UsageError`` where there is none, ``Refused`` where something would be lost (a file of that name exists
    now, bytes before it have changed): it says where the old bytes are.
    """
    with as_store_error(str(folder)), reading(folder) as found:
        if found is None:
            raise _nothing(redo)
        of = _chosen(found, id, redo)
        # Only the edit that is taken back first can be judged now: the others stand on it.
        for name in {getattr(step.edit, "database", "") for step in of.tip.made} - {""}:
            from sessiontui.changes.edits.database import require_sound  # late: files alone need no SQLite

            require_sound(found.sessions / name)
        last: dict[str, Edit] = {key: step.edit for step in of.tip.made for key in step.edit.sessions}
        steps = []
        for edit in reversed(last.values()):
            require_inside(found, edit)
            steps.append(edit.foresee(found))
    return UndoPlan(of.first.id, of.first.verb, of.first.changed, of.first.at, of.undone, of.tip.id, tuple(steps))


def make(folder: Path, plan: UndoPlan, patience: WaitPolicy = USUAL, progress: Progress = silent) -> Undone:
    """Take it back as planned. Raises ``Changed`` when it was taken back (or given again) since."""
    verb = "redo" if plan.redo else "undo"
    with history.change(folder, verb, plan.keys, patience, undoes=plan.tip) as record:
        undone = _chosen(record.folder, plan.change, plan.redo).tip
        if undone.id != plan.tip:
            raise Changed("the journal")
        for step in undone.made:
            step.edit.require_wanted(record.folder)
        try:
            for at, step in enumerate(reversed(undone.made)):
                progress(at, len(undone.made))
                settle.revert(record, step.edit)
        except BaseException:
            settle.after(record)
            try:
                settle.put_back(record)
            except (OSError, StoreError) as error:
                raise StoreError(
                    f"it was taken back by half: {as_plain(error, str(record.sessions)).cause}",
                    "the next changing command finishes it or rolls it back",
                ) from error
            raise
    return Undone(record.id, plan.change, plan.verb, plan.keys, plan.at, "redone" if plan.redo else "undone")


def _chosen(folder: Folder, id: str | None, redo: bool) -> history.Chain:
    every = history.chains(each for each in history.recorded(folder) if each.done)
    if id is None:
        found = [of for of in every.values() if of.undone == redo]
        if not found:
            raise _nothing(redo)
        newest = max(found, key=lambda of: of.tip.id)
        if redo and any(of.first.id > newest.tip.id for of in every.values()):
            raise UsageError(
                "something was changed since the last undo, so there is no next step forth",
                f"`sessiontui undo --redo {units.change_number(newest.first.id)}` redoes change {units.change_number(newest.first.id)} all the same",
            )
        return newest
    id = id.zfill(8)
    of = every.get(id)
    if of is None:
        raise UsageError(
            f"there is no change {units.change_number(id)} in the journal",
            "`sessiontui undo --list` shows those that are",
        )
    if of.undone == redo or (of.undone and of.tip.id == id):
        return of
    first = units.change_number(of.first.id)
    if redo:
        raise UsageError(f"change {first} was not undone", f"`sessiontui undo {first}` undoes it")
    raise UsageError(
        f"change {first} was already undone, by change {units.change_number(of.tip.id)}",
        f"`sessiontui undo --redo {first}` redoes it",
    )


def _nothing(redo: bool) -> UsageError:
    if redo:
        return UsageError("nothing was undone, so there is nothing to redo")
    return UsageError("there is nothing to undo", "`sessiontui journal` says what undo keeps")
