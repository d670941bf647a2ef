"""Take a change back, or give a taken-back one again. An undo is itself a change, so it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sessiontui.changes import (
    create_remove,
    database,
    imports,
    journal,
    obstacles,
    reverting,
    rewrites,
    settle,
    splices,
)
from sessiontui.changes.chain import Chain, chains
from sessiontui.changes.edits import Create, Edit, Import, MakeDatabase, Remove, Rename, Rewrite, Rows, Splice, keys_of
from sessiontui.changes.files import as_plain, as_store_error, require_inside
from sessiontui.changes.folder import Folder, reading
from sessiontui.changes.record import ChangeRecord
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Changed, StoreError, UsageError
from sessiontui.store.protocol import Progress, silent


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undo (or redo) would do."""

    change: str
    """The change that is taken back or given again."""
    verb: str
    keys: tuple[str, ...]
    at: datetime
    redo: bool
    steps: tuple[str, ...]
    """In words, one a session or file."""


@dataclass(frozen=True, slots=True)
class Undone:
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
        for name in {step.edit.database for step in of.tip.made if isinstance(step.edit, Rows | Import)}:
            database.require_sound(found.sessions / name)
        last: dict[str, Edit] = {key: step.edit for step in of.tip.made for key in keys_of(step.edit)}
        steps = tuple(_foresee(found, edit) for edit in reversed(last.values()))
    return UndoPlan(of.first.id, of.first.verb, of.first.changed, of.first.at, of.undone, steps)


def make(folder: Path, plan: UndoPlan, patience: WaitPolicy = USUAL, progress: Progress = silent) -> Undone:
    """Take it back as planned. Raises ``Changed`` when it was taken back (or given again) since."""
    with as_store_error(str(folder)), reading(folder) as found:
        if found is None:
            raise _nothing(plan.redo)
        tip = _chosen(found, plan.change, plan.redo).tip.id
    verb = "redo" if plan.redo else "undo"
    with journal.change(folder, verb, plan.keys, patience, undoes=tip) as record:
        undone = _chosen(record.folder, plan.change, plan.redo).tip
        if undone.id != tip:
            raise Changed("the journal")
        for step in undone.made:
            if isinstance(step.edit, Remove):
                create_remove.require_wanted(record.folder, step.edit)
        try:
            for at, step in enumerate(reversed(undone.made)):
                progress(at, len(undone.made))
                reverting.revert(record, step.edit)
        except BaseException:
            settle.after(record)
            _put_back(record)
            raise
    return Undone(record.id, plan.change, plan.verb, plan.keys, plan.at, "redone" if plan.redo else "undone")


def _put_back(record: ChangeRecord) -> None:
    """Take out again what was taken back by half. Raises ``StoreError`` where even that fails."""
    try:
        reverting.put_back(record)
    except (OSError, StoreError) as error:
        reason = as_plain(error, str(record.folder.sessions)).sentence.removesuffix("; nothing was changed")
        raise StoreError(
            f"it was taken back by half: {reason}", "the next changing command finishes it or rolls it back"
        ) from error


def _chosen(folder: Folder, id: str | None, redo: bool) -> Chain:
    every = chains(each for each in journal.recorded(folder) if each.done)
    if id is None:
        found = [of for of in every.values() if of.undone == redo]
        if not found:
            raise _nothing(redo)
        newest = max(found, key=lambda of: of.tip.id)
        if redo and any(of.first.id > newest.tip.id for of in every.values()):
            raise UsageError(
                "something was changed since the last undo, so there is no next step forth",
                f"`sessiontui undo --redo {_short(newest.first.id)}` redoes change {_short(newest.first.id)} all the same",
            )
        return newest
    of = every.get(id.zfill(8))
    if of is None:
        raise UsageError(
            f"there is no change {_short(id)} in the journal", "`sessiontui undo --list` shows those that are"
        )
    if of.undone == redo or (of.undone and of.tip.id == id.zfill(8)):
        return of
    first = _short(of.first.id)
    if redo:
        raise UsageError(f"change {first} was not undone", f"`sessiontui undo {first}` undoes it")
    raise UsageError(
        f"change {first} was already undone, by change {_short(of.tip.id)}",
        f"`sessiontui undo --redo {first}` redoes it",
    )


def _short(id: str) -> str:
    """As a person types it."""
    return id.lstrip("0") or id


def _nothing(redo: bool) -> UsageError:
    if redo:
        return UsageError("nothing was undone, so there is nothing to redo")
    return UsageError("there is nothing to undo", "`sessiontui journal` says what undo keeps")


def _foresee(folder: Folder, edit: Edit) -> str:
    require_inside(folder, edit)
    match edit:
        case Splice():
            return splices.foresee(folder, edit)
        case Rewrite():
            found = rewrites.foresee(folder, edit)
            obstacles.require_replaceable(folder.sessions / edit.file)
            return found
        case Remove():
            return create_remove.foresee_remove(folder, edit)
        case Create():
            return create_remove.foresee_create(folder, edit)
        case Rename():
            return create_remove.foresee_rename(folder, edit)
        case Rows():
            return database.foresee(folder, edit)
        case Import():
            return imports.foresee(folder, edit)
        case MakeDatabase():
            return f"{'make' if edit.back else 'remove'} {edit.database}"
