"""Edits made backwards: what undo does one by one, and what takes a half-made undo out again."""

from __future__ import annotations

from sessiontui.changes import create_remove, rewrites, splices
from sessiontui.changes.edits import Create, Edit, Import, MakeDatabase, Remove, Rename, Rewrite, Rows, Splice
from sessiontui.changes.files import require_inside
from sessiontui.changes.record import ChangeRecord


def put_back(record: ChangeRecord) -> None:
    """Take an undo out again that came no further: all of a change is taken back, or nothing. Nothing may be open."""
    for step in reversed(record.made_steps):
        before = len(record.steps)
        revert(record, step.edit)
        record.void(step.n, *(more.n for more in record.steps[before:]))


def revert(record: ChangeRecord, edit: Edit) -> None:
    """Make one edit backwards. Raises ``Refused`` where something would be lost."""
    require_inside(record.folder, edit)
    match edit:
        case Splice():
            splices.revert(record, edit)
        case Rewrite():
            rewrites.revert(record, edit)
        case Remove():
            create_remove.revert_remove(record, edit)
        case Create():
            create_remove.revert_create(record, edit)
        case Rename():
            create_remove.revert_rename(record, edit)
        case _:
            _revert_rows(record, edit)


def _revert_rows(record: ChangeRecord, edit: Rows | Import | MakeDatabase) -> None:
    from sessiontui.changes import database, imports  # late: files alone need no SQLite

    match edit:
        case Rows():
            database.revert(record, edit)
        case Import():
            imports.revert(record, edit)
        case MakeDatabase():
            database.revert_make(record, edit)
