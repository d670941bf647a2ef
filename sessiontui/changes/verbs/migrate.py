"""Move JSONL sessions into sessions.db, one transaction a session, by the rules of the daemon that owns the store.

A session's valid messages become rows in order, and its file, whole and unchanged, ``<key>.jsonl.migrated``. It refuses
whatever would keep the daemon from opening the store or put a message into both homes; the other sessions go on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sessiontui.changes import obstacles, recoverable
from sessiontui.changes.bounds import Takes
from sessiontui.changes.edits import database, imports
from sessiontui.changes.edits.files import as_plain, as_store_error, digest, name_in, opened
from sessiontui.changes.edits.rows import remove_begun
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.outcome import NONE, MigrateStatus, Problem, problem
from sessiontui.changes.recoverable import Recoverable
from sessiontui.changes.recovery import settle
from sessiontui.changes.verbs import plans
from sessiontui.changes.verbs.import_state import DATABASE, MIGRATED, NOTHING, ImportState, held, require_free, source
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk import lines, live_replace, stamps
from sessiontui.disk.stamps import Stamp
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import Cancelled, Changed, Refused, SessiontuiError
from sessiontui.model import Message
from sessiontui.store.jsonl import file_faults, no_session, session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, never, parts, silent, stop_if


@dataclass(frozen=True, slots=True)
class MigrateRow:
    """One session: what migrate would do with it, or did."""

    key: str
    """The stem of the file, and the key in the database."""
    imported: int
    left_behind: int
    """Damaged lines: they stay in the file that is renamed."""
    status: MigrateStatus
    problem: Problem = NONE
    stamp: Stamp | None = field(default=None, compare=False)
    """The file that was planned for."""
    bytes: int = 0
    """Of the lines that are imported."""
    recoverable: Recoverable = recoverable.NONE
    """Messages in the damaged lines, which are not imported."""
    held: ImportState = NOTHING
    """What the database holds of it already."""

    def left_alone(self, error: SessiontuiError) -> MigrateRow:
        """The row of a session that stays as it is."""
        is_skipped = error.exit_code in (0, Cancelled.exit_code)
        return replace(self, imported=0, status="skipped" if is_skipped else "refused", problem=problem(error))


@dataclass(frozen=True, slots=True)
class MigratePlan(plans.RowsPlan[MigrateRow]):
    """What migrate would do, session by session."""

    folder: Path
    creates: bool
    """There is no sessions.db yet: it is created."""
    rows: tuple[MigrateRow, ...]

    def takes(self, store: Store) -> Takes:
        """Bytes that it takes of the disk: each session stands in the -wal first."""
        sizes = [row.bytes for row in self.goes if not row.held.covered]
        return Takes(0, sum(sizes) + max(sizes, default=0))


def plan(
    folder: Path,
    keys: Sequence[str] | None = None,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> MigratePlan:
    """Say what would be imported from the sessions folder and what is refused; touches nothing. ``keys`` None
    means all. Raises ``UnknownKey``. ``progress`` counts bytes."""
    store = JsonlStore(folder)
    name_in(folder / DATABASE)
    found = store.sessions() if keys is None else [store.session(key) for key in keys]
    sessions = sorted(found, key=lambda session: session.key)
    try:
        with as_store_error(DATABASE):
            if sessions:
                database.require_sound(folder / DATABASE)
    except SessiontuiError as error:  # it can't be known what the database holds already
        rows = tuple(MigrateRow(each.key, 0, 0, "migrated").left_alone(error) for each in sessions)
        return MigratePlan(folder, creates=False, rows=rows)
    sizes = [each.bytes or 0 for each in sessions]
    rows = tuple(_planned(store, each.key, cancelled, part) for each, part in parts(sessions, sizes, progress))
    creates = not os.path.lexists(folder / DATABASE) and any(row.status == "migrated" for row in rows)
    return MigratePlan(folder, creates, rows)


def _planned(store: JsonlStore, key: str, cancelled: IsCancelled, progress: Progress) -> MigrateRow:
    row = MigrateRow(key, 0, 0, "migrated")
    path = store.path / source(store.path, key)
    try:
        with as_store_error(path.name):
            require_free(store.path, key)
            with session_file.opened(path, key) as file:
                fd, stamp = file
                left_out = recoverable.LeftOut()
                count = file_faults.told(file, left_out.add, cancelled, progress)
                if count.instead and left_out.last:
                    raise no_session.refusal(path.name, left_out.last)
                row = MigrateRow(
                    key,
                    count.messages,
                    count.faults,
                    "migrated",
                    stamp=stamp,
                    bytes=max(0, stamp.size - left_out.bytes),
                    recoverable=left_out.holds,
                )
                if count.faults and not count.messages:
                    raise _no_message(path.name, left_out.holds)
                obstacles.require_importable(path, key + SUFFIX + MIGRATED, store.path / DATABASE)
                return replace(row, held=held(store.path, key, fd, stamp.size))
    except Cancelled:
        raise
    except SessiontuiError as error:
        return row.left_alone(error)


def _no_message(file: str, holds: Recoverable) -> Refused:
    if not holds.total:
        return Refused(
            f"{file} has no message that ZeroClaw could read; it stays where it is",
            "`sessiontui check` says what is in it",
        )
    messages = "1 message is" if holds.total == 1 else f"{holds.total:,} messages are"
    return Refused(
        f"{file} has no message that ZeroClaw could read; it stays where it is, and {messages} recoverable ({holds})",
        "`sessiontui repair` recovers the lossless ones; then migrate it"
        if holds.lossless
        else "`sessiontui repair --dry-run` shows them",
    )


def make(
    plan: MigratePlan,
    patience: WaitPolicy = USUAL,
    cancelled: IsCancelled = never,
    progress: Progress = silent,
) -> plans.RowsOutcome[MigrateRow]:
    """Import what was planned. What changed since is refused in its row; what was not begun when ``cancelled``
    said so has status ``skipped``."""
    return plans.made(plan, plan.folder, "migrate", _made, _size, patience, cancelled, progress)


def _size(row: MigrateRow) -> int:
    return row.stamp.size if row.stamp else 0


def _made(record: ChangeRecord, row: MigrateRow, cancelled: IsCancelled, progress: Progress) -> MigrateRow:
    progress(0, 0)
    try:
        row = _as_it_is(record, row, cancelled)
        _import(record, row, cancelled, progress)
    except (OSError, SessiontuiError) as error:
        settle.after(record)
        if _stands(record, row.key):  # it was finished after all
            return row
        return row.left_alone(as_plain(error, row.key + SUFFIX))
    return row


def _stands(record: ChangeRecord, key: str) -> bool:
    """Whether the newest edit is the import of this session, and was made."""
    if not record.steps or record.steps[-1].state != "made":
        return False
    edit = record.steps[-1].edit
    return isinstance(edit, imports.Import) and not edit.back and edit.key == key


def _as_it_is(record: ChangeRecord, row: MigrateRow, cancelled: IsCancelled) -> MigrateRow:
    """The row of the file as it is now. Raises ``Changed`` where it did not merely grow since it was planned."""
    name = source(record.sessions, row.key)
    with opened(record.sessions / name) as fd:
        now, then = stamps.stamp(fd), row.stamp
    if then is None or now == then:
        return row
    if (now.device, now.inode) != (then.device, then.inode) or now.size <= then.size:
        raise Changed(name)
    fresh = _planned(JsonlStore(record.sessions), row.key, cancelled, silent)
    if fresh.status != "migrated":
        why = fresh.problem
        raise Refused(why.cause, why.hint, unchanged=why.unchanged)
    return fresh


def _import(record: ChangeRecord, row: MigrateRow, cancelled: IsCancelled, progress: Progress) -> None:
    folder = record.sessions
    name = source(folder, row.key)
    require_free(folder, row.key)
    with opened(folder / name) as fd:
        stamp = stamps.stamp(fd)
        if stamp != row.stamp:
            raise Changed(name)
        if held(folder, row.key, fd, stamp.size) != row.held:
            raise Changed(DATABASE)
        if row.held.covered:
            _rename(record, row.key, name, fd, stamp)
            return
        sha256 = digest(fd, stamp.size)
        if sha256 is None:
            raise Changed(name)
        database.make(record, row.key, DATABASE)
        begun = remove_begun(record, DATABASE, row.key, row.held.begun) if row.held.begun else None
        new = row.key + SUFFIX + MIGRATED
        edit = imports.Import(row.key, DATABASE, record.name("rows"), name, new, stamp.size, sha256)
        try:
            imports.make(record, edit, stamp, _messages(fd, stamp.size, cancelled, progress), row.imported)
        except BaseException:
            if begun is not None:  # the rows come again that an interrupted import had brought
                settle.after(record)
                if not _stands(record, row.key):
                    settle.revert(record, begun.edit)
                    record.void(*range(begun.n, len(record.steps) + 1))
            raise


def _rename(record: ChangeRecord, key: str, name: str, fd: int, stamp: Stamp) -> None:
    """Give a file that the database covers its other name. Raises ``Changed``, the name as it was, where it grew."""
    new = key + SUFFIX + MIGRATED
    with live_replace.quiet(fd, record.sessions / name, record.patience):
        if stamps.stamp(fd) != stamp:
            raise Changed(name)
        imports.rename(record, key, name, new)
    if os.fstat(fd).st_size != stamp.size:
        imports.rename_back(record, key, name, new)
        record.void(len(record.steps) - 1, len(record.steps))
        raise Changed(name)


def _messages(fd: int, size: int, cancelled: IsCancelled, progress: Progress) -> Iterator[Message]:
    """The valid messages, in order; stops with ``Cancelled`` while nothing is committed."""
    for at, block in lines.blocks(fd, 0, size):
        stop_if(cancelled)
        progress(at, size)
        offset = at
        for line in block:
            if (message := session_file.message(fd, offset, line)) is not None:
                yield message
            offset += len(line)
