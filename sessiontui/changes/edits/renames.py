"""A session file gets another name, which nothing else has; or its own name back, in front of what came there since."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sessiontui.changes.edits.files import common, opened, patch
from sessiontui.changes.journal.folder import Folder
from sessiontui.changes.journal.record import ChangeRecord, Edit, Settled, Step
from sessiontui.disk import replace
from sessiontui.errors import Refused
from sessiontui.model import Span


@dataclass(frozen=True, slots=True)
class Rename(Edit):
    """A file gets another name, which nothing else has."""

    key: str
    file: str
    new: str

    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out whether it has the new name, and finish a rename that was interrupted between the two."""
        old, new = record.folder.sessions / self.file, record.folder.sessions / self.new
        if os.path.lexists(old) and os.path.lexists(new) and os.path.samefile(old, new):
            replace.remove(old)
        return "void" if os.path.lexists(old) else "made"

    def foresee(self, folder: Folder) -> str:
        if os.path.lexists(folder.sessions / self.file):
            raise Refused(f"{self.file} exists again and is not written over", unchanged=True)
        if not os.path.lexists(folder.sessions / self.new):
            raise Refused(f"{self.new} is gone", unchanged=True)
        return f"rename {self.new} to {self.file}"

    def revert(self, record: ChangeRecord) -> None:
        """Give it its old name back."""
        self.foresee(record.folder)
        rename(record, self.key, self.new, self.file)


def rename(record: ChangeRecord, key: str, file: str, new: str) -> None:
    """Give a file another name. Raises ``Refused`` where that is taken."""
    here, there = record.folder.sessions / file, record.folder.sessions / new
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
    there, here = record.folder.sessions / new, record.folder.sessions / file
    try:
        replace.rename(there, here)
    except FileExistsError:
        with opened(there) as fd, opened(here) as new_one:
            whole = Span(0, os.fstat(fd).st_size)
            stands = common(new_one, 0, fd, whole) == whole.length  # a kill came between the two steps
            if not stands:
                patch(record, here, Span(0, 0), fd, whole)
        replace.remove(there)
