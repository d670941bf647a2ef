"""Messages that wait in the journal: a writer put them into a file that gave way, in the moment of a crash or very late.

The next change brings them over; until then readers are told where they are. Only reads, and mends nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sessiontui.changes.edits.files import common, opened
from sessiontui.changes.edits.records import done, ids, read
from sessiontui.changes.edits.rewrites import Rewrite
from sessiontui.changes.journal.folder import Folder, reading
from sessiontui.changes.journal.record import Step
from sessiontui.disk import lines
from sessiontui.errors import SessiontuiError
from sessiontui.model import Message, Span
from sessiontui.store.jsonl import session_file


class PendingMessages(NamedTuple):
    """Messages of one session that ZeroClaw would not find in its file now."""

    key: str
    messages: tuple[Message, ...]
    where: Path
    """The file of the journal that holds them."""


def waiting(sessions: Path) -> tuple[PendingMessages, ...]:
    """What waits in the journal of a sessions folder; nothing where a change is being made right now, or where the
    journal can't be read or trusted: that keeps nobody from reading, and the next change says why."""
    try:
        with reading(sessions) as folder:
            return () if folder is None or folder.busy() else tuple(_found(folder))
    except (OSError, SessiontuiError):
        return ()


def _found(folder: Folder) -> Iterator[PendingMessages]:
    every = ids(folder)
    for id in every:
        if id != every[-1] and done(folder, id):
            continue
        recorded = read(folder, id)
        for step in recorded.steps if recorded else ():
            if isinstance(step.edit, Rewrite) and step.state != "void":
                messages = tuple(_messages(folder, step, step.edit))
                if messages:
                    yield PendingMessages(step.edit.key, messages, folder.path(step.edit.old.name))


def _messages(folder: Folder, step: Step, edit: Rewrite) -> Iterator[Message]:
    """What stands behind the bytes that were carried over, and not in the file that is there now."""
    carried = edit.carried(step)
    grown = folder.size(edit.old.name)
    if grown <= carried:
        return
    with folder.opened(edit.old.name) as old:
        with opened(folder.sessions / edit.file) as fd:
            if os.path.sameopenfile(fd, old):
                return  # it has not given way
            carried += common(fd, edit.length + carried - edit.old.length, old, Span(carried, grown - carried))
        start = next(lines.backwards(old, carried))[0] if lines.ends_open(old, carried) else carried
        for offset, line in lines.lines(old, start, grown):
            if (message := session_file.message(old, offset, line)) is not None:
                yield message
