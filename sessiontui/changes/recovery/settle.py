"""After a crash: what became of each edit that was recorded and not marked, asked of the disk, finished or rolled back.

Done by the next change, under the journal's lock; reading never mends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress

from sessiontui.changes.edits.files import as_plain, require_inside
from sessiontui.changes.edits.records import done, ids, read
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.journal.record import ChangeRecord, Edit, Recorded
from sessiontui.disk import replace
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Refused, SessiontuiError, StoreError

Left = list[tuple[Recorded, SessiontuiError]]
"""Changes that could not be settled, and why."""


def everything(folder: Folder, patience: WaitPolicy = USUAL, keys: Collection[str] = ()) -> Left:
    """Settle every change that has no end. Raises ``Refused`` where a session of ``keys`` is busy; others wait on, and
    are returned."""
    awaited = []
    left: Left = []
    for id in ids(folder):
        if done(folder, id):
            continue
        recorded = read(folder, id)
        if recorded is None:
            folder.drop_change(id)
        elif recorded.done:
            awaited.append(id)
        else:
            with closing(ChangeRecord.resume(folder, recorded, patience)) as record, _bearing(recorded, keys, left):
                steps(record)
                # An undo that came half way is taken out again; where somebody has made a file anew whose name that
                # would need, its half stays as it is recorded, the old bytes in the journal.
                if _is_half(record, recorded.undoes):
                    with suppress(Refused):
                        put_back(record)
                without_empty_database(record)
                record.finish()
    replace.sweep(folder.sessions)  # new files that never got their name
    for name in strays(folder):
        folder.drop(name)
    for id in dict.fromkeys((*awaited, *ids(folder)[-1:])):  # the files of the newest gave way last
        _look_again(folder, id, patience, keys)
    return left


def look_again(record: ChangeRecord) -> None:
    """Bring over what reached the files that this change replaced, in the meantime."""
    for step in record.made_steps:
        step.edit.catch_up(record, step)


@contextmanager
def _bearing(recorded: Recorded, keys: Collection[str], left: Left) -> Iterator[None]:
    """Let a change wait on whose file or database can't be looked at, or is busy; not before another of the same."""
    try:
        yield
    except (OSError, SessiontuiError) as error:
        if isinstance(error, Refused) and not set(keys).isdisjoint(recorded.keys):
            raise
        plain = as_plain(error, "the store")
        kind = Refused if isinstance(plain, Refused) else StoreError
        name = f"change {recorded.id.lstrip('0')}, {recorded.verb}"
        cause = f"{name}, was interrupted and can't be recovered yet: {plain.cause}"
        left.append((recorded, kind(cause, plain.hint, unchanged=True)))


def _look_again(folder: Folder, id: str, patience: WaitPolicy, keys: Collection[str]) -> None:
    """The same for a change that is done. Where more may come yet, its record has another end, and is looked at by
    every change that follows."""
    if not any(name.startswith(f"{id}.") and name.endswith(".old") for name in folder.names()):
        return
    recorded = read(folder, id)
    if recorded is None or not recorded.done:
        return
    with closing(ChangeRecord.resume(folder, recorded, patience)) as record:
        with _bearing(recorded, keys, []):
            look_again(record)
        if not any(step.edit.is_awaited(record, step) for step in record.made_steps):
            if not done(folder, id):
                record.finish()
        elif done(folder, id):
            record.wait()


def without_empty_database(record: ChangeRecord) -> None:
    """Take a database away again that was made for imports of which none stands; alone it is no change."""
    made = record.made_steps
    if made and not record.open and all(step.edit.prepares for step in made):
        revert(record, made[0].edit)
        record.void(*(step.n for step in record.made_steps))


def _is_half(record: ChangeRecord, undoes: str | None) -> bool:
    """Whether an undo took back less than the change has."""
    undone = None if undoes is None else read(record.folder, undoes)
    if undone is None:
        return False
    back = sum(bool(step.edit.sessions) for step in record.made_steps)
    return back < sum(bool(step.edit.sessions) for step in undone.made)


def steps(record: ChangeRecord) -> None:
    """Settle the open edits, the newest first: a later one may stand on an earlier one."""
    record.forget()
    for step in reversed(record.open):
        record.mark(step.edit.settle(record, step), step.n)


def after(record: ChangeRecord) -> None:
    """Settle what an error interrupted; where even that fails, the next change will."""
    with suppress(OSError, SessiontuiError):
        steps(record)


def put_back(record: ChangeRecord) -> None:
    """Take an undo out again that came no further: all of a change is reverted, or nothing. Nothing may be open."""
    for step in reversed(record.made_steps):
        before = len(record.steps)
        revert(record, step.edit)
        record.void(step.n, *(more.n for more in record.steps[before:]))


def revert(record: ChangeRecord, edit: Edit) -> None:
    """Make one edit backwards. Raises ``Refused`` where something would be lost, or a link leads out of the store."""
    require_inside(record.folder, edit)
    edit.revert(record)


def strays(folder: Folder) -> list[str]:
    """Names of files that were kept for a change that was never recorded. One may be a link of a session's file: that it
    goes shows in the file's ``ctime``."""
    known = set(ids(folder))
    parts = ((name, *name.partition(".")) for name in folder.names())
    return [name for name, id, dot, _ in parts if dot and id.isdigit() and id not in known]
