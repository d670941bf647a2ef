"""The history of a store: a change is made and recorded here, listed, and dropped when the journal grows too large.

Bounded by age and size, but the newest change is never dropped. Reading it mends nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sessiontui.changes.edits.files import as_store_error
from sessiontui.changes.edits.records import done, ids, read
from sessiontui.changes.journal.folder import Folder, making, reading
from sessiontui.changes.journal.record import ChangeRecord, Recorded
from sessiontui.changes.outcome import Change, ChangeStatus
from sessiontui.changes.recovery import settle
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import SessiontuiError, StoreError

AGE: Final = timedelta(days=30)
SIZE: Final = 1_000_000_000
SOON: Final = 1.0
"""Seconds after which a file that gave way while somebody wrote to it is looked at again."""


class Purged(NamedTuple):
    """What a purge dropped."""

    changes: tuple[str, ...]
    bytes: int


class Listed(NamedTuple):
    """What a journal holds, newest first."""

    changes: tuple[Change, ...]
    problems: tuple[StoreError, ...]
    """What is the matter with records that can't be read: a change that one of them took back seems to stand."""


class Chain(NamedTuple):
    """A change and what was done to it since, oldest first: its undo, the undo of that, and so on."""

    changes: tuple[Recorded, ...]

    @property
    def undone(self) -> bool:
        """Whether the change is taken back now."""
        return len(self.changes) % 2 == 0

    @property
    def tip(self) -> Recorded:
        """The newest: what the next undo or redo takes back."""
        return self.changes[-1]

    @property
    def first(self) -> Recorded:
        """The change that it began with."""
        return self.changes[0]


@contextmanager
def change(
    sessions: Path, verb: str, keys: Sequence[str], patience: WaitPolicy, undoes: str | None = None
) -> Iterator[ChangeRecord]:
    """Make one change: alone, after settling an interrupted one, recorded, and marked done in the end.

    An error in the body is settled and rises; edits that were made by then stand, recorded.
    """
    with as_store_error(str(sessions)), making(sessions) as folder, folder.locked(patience.seconds):
        settle.everything(folder, patience, keys)
        id = f"{int(max(ids(folder), default='0')) + 1:08}"
        record = ChangeRecord(folder, id, verb, tuple(keys), undoes)
        record.patience = patience
        with closing(record):
            try:
                yield record
            except BaseException:
                settle.after(record)
                with suppress(OSError, SessiontuiError):
                    settle.without_empty_database(record)
                if not record.open and (undoes is None or not record.stands):  # else the next change settles it
                    record.finish()
                raise
            if any(step.late is not None for step in record.steps):
                time.sleep(SOON)
                with suppress(OSError, SessiontuiError):  # what was changed is; the next change looks again
                    settle.look_again(record)
            settle.without_empty_database(record)
            record.finish()
        if record.stands:
            with suppress(OSError, StoreError):  # what was changed is; the next change drops what is too much
                _trim(folder)


def recorded(folder: Folder) -> list[Recorded]:
    """Every change, oldest first. Raises ``StoreError`` where a record can't be read."""
    return [*filter(None, (read(folder, id) for id in ids(folder)))]


def chains(every: Iterable[Recorded]) -> dict[str, Chain]:
    """The chain of each change, by its id: which change took back which. ``every`` is oldest first; an interrupted change
    takes nothing back yet."""
    members: dict[str, list[Recorded]] = {}
    for each in every:
        before = members.get(each.undoes or "", [])
        if not (each.done and before and before[-1].id == each.undoes):
            before = []
        before.append(each)
        members[each.id] = before
    return {id: Chain(tuple(found)) for id, found in members.items()}


def changes(folder: Path) -> list[Change]:
    """The changes kept for a sessions folder, newest first; none where there is no journal. Never mends. Raises
    ``StoreError`` where a record can't be read."""
    found = listed(folder)
    if found.problems:
        raise found.problems[0]
    return list(found.changes)


def listed(folder: Path) -> Listed:
    """The same for who only shows them: those that can be read, and what is the matter with the others."""
    with as_store_error(str(folder)), reading(folder) as journal:
        if journal is None:
            return Listed((), ())
        busy = journal.busy()
        sizes = _sizes(journal)
        every, problems = [], []
        for id in ids(journal):
            try:
                each = read(journal, id)
            except StoreError as error:
                problems.append(error)
                continue
            if each is not None and (each.done or not busy):
                every.append(each)
        of = chains(every)
    newest = (_change(each, of[each.id], sizes[each.id]) for each in reversed(every))
    return Listed(tuple(newest), tuple(problems))


def _change(each: Recorded, of: Chain, size: int) -> Change:
    status: ChangeStatus = "undone" if of.undone else "done"
    if each.undoes is not None:
        status = "undo"
    if not each.done:
        status = "interrupted"
    return Change(each.id, each.verb, each.changed if each.done else each.keys, each.at, status, each.undoes, size)


def size(folder: Path) -> int:
    """Bytes that the journal takes on disk."""
    with as_store_error(str(folder)), reading(folder) as journal:
        return 0 if journal is None else sum(map(journal.size, journal.names()))


def waiting(folder: Path) -> int:
    """How many changes were interrupted and wait for the next changing command.

    0 where the journal can't be read or trusted: that keeps nobody from reading, and the next change says why.
    """
    try:
        return sum(each.status == "interrupted" for each in changes(folder))
    except StoreError:
        return 0


def purge(folder: Path, wait: float = 2.0) -> Purged:
    """Drop every change but the newest, which can always be undone."""
    with as_store_error(str(folder)):
        with reading(folder) as journal:
            if journal is None:
                return Purged((), 0)
        with making(folder) as journal, journal.locked(wait):
            settle.everything(journal)
            return _drop(journal, _droppable(journal))


def _trim(folder: Folder) -> None:
    """Drop what is too old, then the oldest until the rest is small enough; never the newest."""
    oldest = datetime.now(UTC) - AGE
    sizes = _sizes(folder)
    total = sizes.total()
    first = read(folder, min(ids(folder)))
    if total <= SIZE and (first is None or first.at >= oldest):
        return
    gone = []
    for each in _droppable(folder):
        if each.tip.at >= oldest and total <= SIZE:
            break
        gone.append(each)
        total -= sum(sizes[change.id] for change in each.changes)
    if gone:
        _drop(folder, gone)


def _droppable(folder: Folder) -> list[Chain]:
    """Changes with what took them back, the oldest first: all but the newest, and those of which something may still
    come."""
    found = {of.tip.id: of for of in chains(recorded(folder)).values()}
    return [found[id] for id in sorted(found)[:-1] if all(done(folder, each.id) for each in found[id].changes)]


def _drop(folder: Folder, dropped: list[Chain]) -> Purged:
    gone = tuple(sorted(each.id for of in dropped for each in of.changes))
    before = _sizes(folder).total()
    for id in gone:
        folder.drop(f"{id}.change")  # first: kept files without a record are swept
    for name in folder.names():
        if name.partition(".")[0] in gone:
            folder.drop(name)
    return Purged(gone, before - _sizes(folder).total())


def _sizes(folder: Folder) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for name in folder.names():
        id, dot, _ = name.partition(".")
        if dot:
            sizes[id] += folder.size(name)
    return sizes
