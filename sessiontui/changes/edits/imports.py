"""Imports: a session's file becomes rows of a database, and the file gets its other name, as one step.

The file has both names before the rows are committed, and loses its own one then: where it can't have the other, nothing
is imported, and a crash on the way leaves one file that the next change gives its one name. Back, the name comes first: a file beside rows that its receipt covers is a state that
the daemon knows too. It refuses wherever something would be in both homes, or in none.

Where the database holds all of a file already, only its name changes: a rename.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import UTC, datetime

from sessiontui.changes.edits.database import extent
from sessiontui.changes.edits.files import common, digest, opened, patch
from sessiontui.changes.edits.rows import begin, committed
from sessiontui.changes.edits.undo_refusals import require_free, require_rows
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk import live_replace, replace, stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Changed, Refused, StoreError
from sessiontui.model import Message, Span
from sessiontui.store.jsonl.interrupted_imports import IMPORTING
from sessiontui.store.sqlite import kept_rows
from sessiontui.store.sqlite.open_read import read
from sessiontui.store.sqlite.transaction import Receipt, Writing


@dataclass(frozen=True, slots=True)
class Import(Edit):
    """A session moves from a file into a database (or, with ``back``, out of it again), as one step.

    What ``rows`` says of the database and the file's other name come and go together.
    """

    key: str
    database: str
    rows: str
    file: str
    new: str
    """The name of the file once it is imported."""
    length: int
    sha256: str
    """Of the file's bytes."""
    back: bool = False
    takes: str = ""
    """With ``back``: the rows file of the import that is taken out."""

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out how far it came, and finish it or take it back."""
        folder = record.folder
        done = committed(folder, self.database, self.rows)
        here, there = folder.sessions / self.file, folder.sessions / self.new
        if self.back == done:  # the file belongs under its own name
            wrong, right = there, here
        else:
            wrong, right = here, there
        if self.takes and not done and not os.path.lexists(there) and here.stat().st_size != self.length:
            folder.drop(self.rows)  # somebody wrote to the file by its own name: the rows of the import go
            with begin(record, self.database, self.takes) as writing:
                writing.take_back(folder.path(self.rows))
                writing.commit()
            return "made"
        if os.path.lexists(wrong) and os.path.lexists(right):
            if os.path.samefile(wrong, right):  # a rename that was interrupted
                replace.remove(wrong)
            elif right == here:
                name_back(record, self.new, self.file)
        elif os.path.lexists(wrong) and wrong.stat().st_size == self.length:
            replace.rename(wrong, right)
        if done and not self.back and os.path.lexists(there) and there.stat().st_size != self.length:
            with suppress(Refused):  # the session has news in the database, too
                self.out(record)  # who had to wait has written to the file
                record.void(len(record.steps))
                return "void"
        return "made" if done else "void"

    def foresee(self, folder: Folder) -> str:
        self._require(folder)
        if self.back:
            return f"import {self.file} into {self.database} again and rename it to {self.new}"
        messages = f"the {self._kept(folder).rows} messages of “{self.key}”"
        return f"remove {messages} from {self.database} and bring {self.file} back"

    def revert(self, record: ChangeRecord) -> None:
        """Take the rows out and give the file its name back; or the other way round."""
        self._require(record.folder)
        if not self.back:
            self.out(record)
            return
        there = changed(self, rows=record.name("rows"), back=False, takes="")
        with _moving(record, there, back=self.rows) as writing:
            writing.take_back(record.folder.path(there.rows))

    def _kept(self, folder: Folder) -> kept_rows.KeptRows:
        return kept_rows.kept(folder.path(self.rows))

    def _require(self, folder: Folder) -> None:
        """Raise ``Refused`` where file or rows are not as this edit left them."""
        now, then = (self.file, self.new) if self.back else (self.new, self.file)
        require_free(folder, then, f"what was imported is in {now}")
        try:
            with opened(folder.sessions / now) as fd:
                if os.fstat(fd).st_size != self.length or digest(fd, self.length) != self.sha256:
                    raise Refused(f"{now} has changed since", unchanged=True)
        except FileNotFoundError:
            raise Refused(f"{now} is gone", unchanged=True) from None
        if self.back and not (folder.sessions / self.database).exists():
            return  # it is made first
        require_rows(folder, self.database, self.rows)
        rest = 0 if self.back else self._kept(folder).rows
        if read(folder.sessions / self.database, lambda c: extent(c, self.key)).rows != rest:
            raise self._news()

    def _news(self) -> Refused:
        return Refused(
            f"“{self.key}” got messages in {self.database} since the import; they would have no home",
            f"what was imported is in {self.new}",
            unchanged=True,
        )

    def out(self, record: ChangeRecord) -> None:
        """Take the rows out and give the file its name back, as one step."""
        name = record.name("rows")
        with begin(record, self.database, self.rows) as writing:
            if extent(writing.connection, self.key).rows != self._kept(record.folder).rows:
                raise self._news()
            writing.take_back(record.folder.path(name))
            record.write(changed(self, rows=name, back=True, takes=self.rows))
            name_back(record, self.new, self.file)
            writing.commit()
        record.made()


@dataclass(frozen=True, slots=True)
class Rename(Edit):
    """A file gets another name, which nothing else has."""

    key: str
    file: str
    new: str

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether it has the new name, and finish a rename that was interrupted between the two."""
        old, new = record.sessions / self.file, record.sessions / self.new
        if os.path.lexists(old) and os.path.lexists(new) and os.path.samefile(old, new):
            replace.remove(old)
        return "void" if os.path.lexists(old) else "made"

    def foresee(self, folder: Folder) -> str:
        require_free(folder, self.file)
        if not os.path.lexists(folder.sessions / self.new):
            raise Refused(f"{self.new} is gone", unchanged=True)
        return f"rename {self.new} to {self.file}"

    def revert(self, record: ChangeRecord) -> None:
        """Give it its old name back."""
        self.foresee(record.folder)
        rename(record, self.key, self.new, self.file)


def make(record: ChangeRecord, edit: Import, stamp: Stamp, messages: Iterable[Message], count: int) -> None:
    """Import ``messages``, which the file holds: rows, metadata and receipt in one transaction, then the new name.

    Raises ``StoreError``, nothing committed, when the database does not hold ``count`` of them then, and ``Changed``,
    the rows taken out again, when the file is not as ``stamp`` says.
    """
    receipt = Receipt(edit.file.removesuffix(IMPORTING), edit.sha256, edit.length)
    with _moving(record, edit, stamp) as writing:
        writing.add(record.folder.path(edit.rows), edit.key, messages, datetime.now(UTC), receipt)
        if (held := extent(writing.connection, edit.key).rows) != count:
            raise StoreError(
                f"{edit.database} took {held:,} of the {count:,} messages of {edit.file}; none was imported",
                "a trigger in it may drop some",
            )


@contextmanager
def _moving(record: ChangeRecord, edit: Import, stamp: Stamp | None = None, back: str = "") -> Iterator[Writing]:
    """A transaction in whose block the rows come. Then they are committed and the file gets its other name, while nobody
    writes to it. It has both names before anything is committed: where it can't have the other one, nothing is imported.

    Raises ``Changed`` where the file is not as ``stamp`` says; also, the rows taken out again, where a program that had to
    wait wrote to the file that has its other name by then."""
    path, new = record.sessions / edit.file, record.sessions / edit.new
    with opened(path) as fd:
        stamp = stamp or stamps.stamp(fd)
        with begin(record, edit.database, back) as writing:
            _require_none(writing.connection, edit)
            yield writing
            with live_replace.quiet(fd, path, record.patience):
                if stamps.stamp(fd) != stamp or stamp.size != edit.length:
                    raise Changed(edit.file)
                record.write(edit)
                try:
                    replace.link(path, new)
                except FileExistsError:
                    if not os.path.samefile(path, new):
                        raise
                writing.commit()
                replace.remove(path)
        record.made()
        if not stamps.stamp(fd).is_alike(stamp):
            edit.out(record)
            for n in (len(record.steps), len(record.steps) - 1):
                record.void(n)
            raise Changed(edit.file)


def _require_none(connection: sqlite3.Connection, edit: Import) -> None:
    if extent(connection, edit.key).rows:
        raise Refused(
            f"{edit.database} holds messages of “{edit.key}” already; nothing of the file was imported",
            "compare the two: `sessiontui show --backend sqlite` and `--backend jsonl`",
        )


# ---- names


def rename(record: ChangeRecord, key: str, file: str, new: str) -> None:
    """Give a file another name. Raises ``Refused`` where that is taken."""
    here, there = record.sessions / file, record.sessions / new
    record.write(Rename(key, file, new))
    try:
        replace.rename(here, there)
    except FileExistsError:
        if not os.path.samefile(here, there):
            raise Refused(f"{new} exists by now and is not written over", unchanged=True) from None
        replace.remove(here)  # it has both names
    record.made()


def rename_back(record: ChangeRecord, key: str, file: str, new: str) -> None:
    """Give a file that was just renamed its name again, for a message came in that instant."""
    record.write(Rename(key, new, file))
    name_back(record, new, file)
    record.made()


def name_back(record: ChangeRecord, new: str, file: str) -> None:
    """Give a file its own name again, in front of what a writer may have put into a new one of that name."""
    there, here = record.sessions / new, record.sessions / file
    try:
        replace.rename(there, here)
    except FileExistsError:
        with opened(there) as fd, opened(here) as new_one:
            whole = Span(0, os.fstat(fd).st_size)
            if common(new_one, 0, fd, whole) < whole.length:  # else a kill came between the two steps
                patch(record, here, Span(0, 0), fd, whole)
        replace.remove(there)
