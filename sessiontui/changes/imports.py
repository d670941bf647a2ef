"""Imports: a session's file becomes rows of a database, and the file gets its other name, as one step.

The file has both names before the rows are committed, and loses its own one then: where it can't have the other, nothing
is imported, and a crash on the way leaves one file that the next change gives its one name. Back, the name comes first: a file beside rows that its receipt covers is a state that
the daemon knows too. It refuses wherever something would be in both homes, or in none.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sessiontui.changes import create_remove
from sessiontui.changes.database import committed, require
from sessiontui.changes.edits import Import
from sessiontui.changes.files import digest, opened
from sessiontui.changes.folder import Folder
from sessiontui.changes.record import ChangeRecord
from sessiontui.disk import live_replace, replace, stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Refused, StoreError
from sessiontui.model import Message
from sessiontui.store.jsonl.interrupted_imports import IMPORTING
from sessiontui.store.sqlite import kept_rows
from sessiontui.store.sqlite.open_read import read
from sessiontui.store.sqlite.row_keys import KEY, bound
from sessiontui.store.sqlite.transaction import Receipt, Writing


def make(record: ChangeRecord, edit: Import, stamp: Stamp, messages: Iterable[Message], count: int) -> None:
    """Import ``messages``, which the file holds: rows, metadata and receipt in one transaction, then the new name.

    Raises ``StoreError``, nothing committed, when the database does not hold ``count`` of them then, and ``Changed``,
    the rows taken out again, when the file is not as ``stamp`` says.
    """
    folder = record.folder
    receipt = Receipt(edit.file.removesuffix(IMPORTING), edit.sha256, edit.length)
    with opened(folder.sessions / edit.file) as fd:
        with Writing(folder.sessions / edit.database, wait=record.patience.seconds) as writing:
            _require_none(writing.connection, edit)
            writing.add(folder.path(edit.rows), edit.key, messages, datetime.now(UTC), receipt)
            if (held := _count(writing.connection, edit.key)) != count:
                raise StoreError(
                    f"{edit.database} took {held:,} of the {count:,} messages of {edit.file}; none was imported",
                    "a trigger in it may drop some",
                )
            _move(record, edit, fd, stamp, writing)
        _require_idle(record, edit, fd, stamp)


def _move(record: ChangeRecord, edit: Import, fd: int, stamp: Stamp, writing: Writing) -> None:
    """Commit the rows and give the file its other name, while nobody writes to it. It has both names before anything is
    committed: where it can't have the other one, nothing is imported."""
    path = record.folder.sessions / edit.file
    with live_replace.quiet(fd, path, record.patience):
        if stamps.stamp(fd) != stamp or stamp.size != edit.length:
            raise Changed(edit.file)
        record.write(edit)
        _link(path, record.folder.sessions / edit.new)
        writing.commit()
        replace.remove(path)


def _link(path: Path, new: Path) -> None:
    """Give the file its other name too. Raises ``FileExistsError`` where another file has that."""
    try:
        replace.link(path, new)
    except FileExistsError:
        if not os.path.samefile(path, new):
            raise


def _require_idle(record: ChangeRecord, edit: Import, fd: int, stamp: Stamp) -> None:
    """Raise ``Changed``, the rows taken out again, where who had to wait wrote to the file that has its other name now."""
    record.made()
    if not stamps.stamp(fd).is_alike(stamp):
        _out(record, edit)
        for n in (len(record.steps), len(record.steps) - 1):
            record.mark(n, "void")
        raise Changed(edit.file)


def _require_none(connection: sqlite3.Connection, edit: Import) -> None:
    if _count(connection, edit.key):
        raise Refused(
            f"{edit.database} holds messages of “{edit.key}” already; nothing of the file was imported",
            "compare the two: `sessiontui show --backend sqlite` and `--backend jsonl`",
        )


def _count(connection: sqlite3.Connection, key: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM sessions WHERE {KEY}", (bound(key),)).fetchone()[0])


# ---- after a crash


def settle(record: ChangeRecord, edit: Import) -> Literal["made", "void"]:
    """Find out how far it came, and finish it or take it back."""
    folder = record.folder
    done = committed(folder, edit.database, edit.rows)
    here, there = folder.sessions / edit.file, folder.sessions / edit.new
    if edit.back == done:  # the file belongs under its own name
        wrong, right = there, here
    else:
        wrong, right = here, there
    if edit.takes and not done and not os.path.lexists(there) and here.stat().st_size != edit.length:
        _take_out(record, edit)  # somebody wrote to the file by its own name: that is its home
        return "made"
    if os.path.lexists(wrong) and os.path.lexists(right):
        if os.path.samefile(wrong, right):  # a rename that was interrupted
            replace.remove(wrong)
        elif right == here:
            create_remove.name_back(record, edit.new, edit.file)
    elif os.path.lexists(wrong) and wrong.stat().st_size == edit.length:
        replace.rename(wrong, right)
    if done and not edit.back and os.path.lexists(there) and there.stat().st_size != edit.length:
        with suppress(Refused):  # the session has news in the database, too
            _out(record, edit)  # who had to wait has written to the file
            record.mark(len(record.steps), "void")
            return "void"
    return "made" if done else "void"


def _take_out(record: ChangeRecord, edit: Import) -> None:
    """Take the rows of an import out, where that was interrupted."""
    folder = record.folder
    folder.drop(edit.rows)
    path, back = folder.sessions / edit.database, folder.path(edit.takes)
    with Writing(path, wait=record.patience.seconds, back=back) as writing:
        writing.take_back(folder.path(edit.rows))
        writing.commit()


# ---- back, and there again


def foresee(folder: Folder, edit: Import) -> str:
    """Say what taking it back means. Raises ``Refused`` where it can't be."""
    _require(folder, edit)
    if edit.back:
        return f"import {edit.file} into {edit.database} again and rename it to {edit.new}"
    return f"remove the {_kept(folder, edit).rows} messages of “{edit.key}” from {edit.database} and bring {edit.file} back"


def revert(record: ChangeRecord, edit: Import) -> None:
    """Take the rows out and give the file its name back; or the other way round."""
    _require(record.folder, edit)
    if edit.back:
        _in(record, edit)
    else:
        _out(record, edit)


def _kept(folder: Folder, edit: Import) -> kept_rows.KeptRows:
    return kept_rows.kept(folder.path(edit.rows))


def _require(folder: Folder, edit: Import) -> None:
    """Raise ``Refused`` where file or rows are not as this edit left them."""
    now, then = (edit.file, edit.new) if edit.back else (edit.new, edit.file)
    if os.path.lexists(folder.sessions / then):
        raise Refused(
            f"{then} exists again and is not written over; nothing was changed", f"what was imported is in {now}"
        )
    try:
        with opened(folder.sessions / now) as fd:
            same = os.fstat(fd).st_size == edit.length and digest(fd, edit.length) == edit.sha256
    except FileNotFoundError:
        raise Refused(f"{now} is gone; nothing was changed") from None
    if not same:
        raise Refused(f"{now} has changed since; nothing was changed")
    if edit.back and not (folder.sessions / edit.database).exists():
        return  # it is made first
    require(folder, edit.database, edit.rows)
    rest = 0 if edit.back else _kept(folder, edit).rows
    if read(folder.sessions / edit.database, lambda c: _count(c, edit.key)) != rest:
        raise _news(edit)


def _news(edit: Import) -> Refused:
    return Refused(
        f"“{edit.key}” got messages in {edit.database} since the import; they would have no home; nothing was changed",
        f"what was imported is in {edit.new}",
    )


def _out(record: ChangeRecord, edit: Import) -> None:
    folder = record.folder
    back = folder.path(edit.rows)
    name = record.name("rows")
    with Writing(folder.sessions / edit.database, wait=record.patience.seconds, back=back) as writing:
        if _count(writing.connection, edit.key) != kept_rows.kept(back).rows:
            raise _news(edit)
        writing.take_back(folder.path(name))
        record.write(changed(edit, rows=name, back=True, takes=edit.rows))
        create_remove.name_back(record, edit.new, edit.file)
        writing.commit()
    record.made()


def _in(record: ChangeRecord, edit: Import) -> None:
    folder = record.folder
    name = record.name("rows")
    back = folder.path(edit.rows)
    there = changed(edit, rows=name, back=False, takes="")
    with opened(folder.sessions / edit.file) as fd:
        stamp = stamps.stamp(fd)
        with Writing(folder.sessions / edit.database, wait=record.patience.seconds, back=back) as writing:
            _require_none(writing.connection, edit)
            writing.take_back(folder.path(name))
            _move(record, there, fd, stamp, writing)
        _require_idle(record, there, fd, stamp)
