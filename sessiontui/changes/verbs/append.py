"""Add one message at the end of a session: in one write, an unfinished last line ended first, nothing else touched.

Refuses to make a session file that would keep ZeroClaw from opening the store, which imports what it finds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

from sessiontui.changes import history, obstacles
from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import create_remove, database, rows, splices
from sessiontui.changes.edits.files import Traits, as_store_error, name_in, opened
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.dialects import zeroclaw
from sessiontui.dialects.file_names import SUFFIX, alike, sanitised, written
from sessiontui.disk import lines
from sessiontui.disk.stamps import Stamp
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Refused, UnknownKey
from sessiontui.model import Address, Message, Span
from sessiontui.store.jsonl import interrupted_imports, no_session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store


@dataclass(frozen=True, slots=True)
class AppendPlan:
    """What append would do."""

    key: str
    """The session that gets it: in JSONL the stem of the file, which is sanitised where the file is new."""
    message: Message
    new: bool
    """There is no such session yet: it is created."""
    ends_line: bool = False
    """The last line is unfinished and is ended with a newline first."""
    is_idle = False

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk."""
        line = len(zeroclaw.write(self.message))
        return Takes(line, 2 * line)


class Appended(NamedTuple):
    """What append did."""

    change: str
    key: str
    address: Address
    """JSONL: the span of the new line, newline not counted; its number is not known. SQLite: id and time."""


def plan(store: Store, key: str, message: Message) -> AppendPlan:
    """Say what appending would do; touches nothing. Raises ``Refused`` where a new .jsonl file would keep
    ZeroClaw from opening the store (an import receipt exists), ``UsageError`` for text that is no UTF-8."""
    zeroclaw.write(message)
    if not isinstance(store, JsonlStore):
        new = not store.looked([key])
        if new:
            _require_unlike(store, key, "session {}")
        database.require_room(store.path)
        obstacles.require_writable_database(store.path)
        return AppendPlan(key, message, new)
    try:
        stem = store.resolve(key)
        new = interrupted_imports.is_orphan(store.file(stem))
    except UnknownKey:
        new = True
    if new:
        return AppendPlan(_new_stem(store, key), message, new=True)
    path = store.file(stem)
    with as_store_error(path.name):
        name_in(path)
        obstacles.require_writable(path)
        with opened(path) as fd:
            if whole := no_session.of(fd, os.fstat(fd).st_size):
                raise no_session.refusal(path.name, whole)
            return AppendPlan(stem, message, new=False, ends_line=lines.ends_open(fd))


def _new_stem(store: JsonlStore, key: str) -> str:
    """The stem of the file that a new session gets. Raises ``Refused`` where there may be none."""
    stem = sanitised(key)
    if store.only is not None:
        raise UnknownKey(key)
    file = stem + SUFFIX
    create_remove.require_welcome(store.path, file, "append there: --backend sqlite")
    _require_unlike(store, key, "file {}.jsonl")
    obstacles.require_name(store.path, file)
    obstacles.require_writable_folder(store.path)
    return stem


def _require_unlike(store: Store, key: str, what: str) -> None:
    """Raise ``Refused`` where a key is about to be made that is the same text as others, accents written otherwise:
    ZeroClaw takes it for another session."""
    if found := alike(key, (each.key for each in store.sessions())):
        others = " and ".join(what.format(written(each)) for each in found)
        raise Refused(
            f"“{key}” is the same text as the {others}, with its accents written otherwise, and to ZeroClaw another "
            "key",
            "copy the key from `sessiontui list` to append there",
            unchanged=True,
        )


def make(store: Store, plan: AppendPlan, patience: WaitPolicy = USUAL) -> Appended:
    """Append as planned, in one write."""
    with history.change(sessions_folder(store), "append", [plan.key], patience) as record:
        if not isinstance(store, JsonlStore):
            return Appended(record.id, plan.key, rows.append(record, name_in(store.path), plan.key, plan.message))
        data = zeroclaw.write(plan.message)

        def decide(fd: int, stamp: Stamp) -> splices.Cut:
            ends = b"\n" if lines.ends_open(fd, stamp.size) else b""
            return splices.Cut(Span(stamp.size, 0), ends + data)

        path = store.file(plan.key)
        with as_store_error(path.name):
            landed = None
            if not os.path.lexists(path):
                _new_stem(store, plan.key)
                traits = Traits(0o600, os.geteuid(), os.getegid(), 0)
                try:
                    create_remove.create(record, plan.key, path.name, record.keep([data]), traits)
                    landed = Span(0, len(data))
                except Refused:
                    if not os.path.lexists(path):
                        raise
                    record.void(len(record.steps))  # somebody else was faster
            if landed is None:
                landed = splices.make(record, plan.key, name_in(path), decide)
    return Appended(record.id, plan.key, Address(span=Span(landed.stop - len(data), len(data) - 1)))
