"""What a change takes of the disk, before it is made: how much undo will keep of it, how much is written, what is free.

Only reads. It says a figure where that is more than the journal's bound, and refuses where the disk surely has not
the room; what it can't know beforehand (a quota, an index that grows) ends as any full disk does, with nothing lost.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sessiontui.changes import journal, obstacles
from sessiontui.changes.append import AppendPlan
from sessiontui.changes.cleanup import CleanupPlan
from sessiontui.changes.compact import CompactPlan
from sessiontui.changes.migrate import MigratePlan
from sessiontui.changes.pop import PopPlan
from sessiontui.changes.repair import RepairPlan
from sessiontui.changes.store_access import sessions_folder
from sessiontui.changes.undo import UndoPlan
from sessiontui.dialects import zeroclaw
from sessiontui.errors import Refused
from sessiontui.model import Message
from sessiontui.sizes import size
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store

Plan = AppendPlan | PopPlan | CompactPlan | RepairPlan | CleanupPlan | MigratePlan | UndoPlan


@dataclass(frozen=True, slots=True)
class Takes:
    """Bytes that a change takes, as far as they are sure."""

    kept: int
    """What the journal keeps of it. Where the file system has hard links, these are the old files themselves."""
    written: int
    """What is written anew beside all that is there."""


def notice(store: Store, plan: Plan) -> str:
    """What a person should know before this change is made: its figure, where that is above the journal's bound or
    what is free. Empty where there is nothing to say."""
    takes = _takes(store, plan)
    free = _free(sessions_folder(store))
    if free is not None and takes.written > free:
        return f"this takes {size(takes.written)} of the disk that holds {sessions_folder(store)}, where {size(free)} are free"
    if takes.kept > journal.SIZE:
        return (
            f"the journal keeps {size(takes.kept)} so that this can be undone, more than the "
            f"{size(journal.SIZE)} that it is bounded to: it drops every older change"
        )
    return ""


def require(store: Store, plan: Plan) -> None:
    """Raise ``Refused``, with the figure, where the disk has not the room for this change, and ``StoreError`` where
    the change can't be recorded."""
    free = _free(sessions_folder(store))
    full = ""
    if not _is_idle(plan):
        obstacles.require_journal(sessions_folder(store))
        full = (
            f"the disk that holds {sessions_folder(store)} is full, and a change has to be recorded"
            if free == 0
            else ""
        )
    if free is not None and _takes(store, plan).written > free:
        full = notice(store, plan)
    if full:
        raise Refused(
            f"{full}; nothing was changed",
            "make room first: `sessiontui journal` says what undo keeps, `sessiontui journal --purge` drops it but for "
            "the newest change",
        )


def _is_idle(plan: Plan) -> bool:
    """Whether there is nothing to do."""
    match plan:
        case PopPlan():
            return plan.removed is None
        case AppendPlan() | UndoPlan():
            return False
    return not any(row.status in ("compacted", "repaired", "removed", "migrated") for row in plan.rows)


def _takes(store: Store, plan: Plan) -> Takes:
    match plan:
        case AppendPlan():
            line = len(zeroclaw.write(Message(plan.role, plan.content)))
            return Takes(line, 2 * line)
        case PopPlan():
            return _pop(plan)
        case CompactPlan():
            rows = [row for row in plan.rows if row.status == "compacted"]
            return Takes(sum(row.bytes_before for row in rows), sum(row.bytes_after for row in rows))
        case RepairPlan():
            mended = [row for row in plan.rows if row.status == "repaired"]
            kept = sum(row.bytes_before + row.takes for row in mended)
            return Takes(kept, sum(row.bytes_after + row.takes for row in mended))
        case CleanupPlan():
            return _cleanup(store, [row.key for row in plan.rows if row.status == "removed"])
        case MigratePlan():
            sizes = [row.bytes for row in plan.rows if row.status == "migrated" and not row.held.covered]
            return Takes(0, sum(sizes) + max(sizes, default=0))  # each session stands in the -wal first
        case UndoPlan():
            return Takes(0, _kept(sessions_folder(store), plan.change))


def _pop(plan: PopPlan) -> Takes:
    if plan.removed is None:
        return Takes(0, 0)
    if plan.stamp is not None and not plan.truncates:
        return Takes(plan.stamp.size, plan.stamp.size)
    span = plan.address.span if plan.address else None
    size = len(plan.removed.content.encode()) if span is None else span.length + 1 + plan.behind
    return Takes(size, size)


def _cleanup(store: Store, keys: list[str]) -> Takes:
    if isinstance(store, JsonlStore):
        return Takes(sum(_size(store.file(key)) for key in keys), 0)
    most = _size(store.path)
    free = _free(store.path.parent)
    if most <= journal.SIZE and (free is None or most <= free):
        return Takes(0, 0)  # not worth counting: that reads all their text
    text = sum(each.bytes or 0 for each in store.counted(store.looked(keys)))
    return Takes(text, text)


def _kept(folder: Path, change: str) -> int:
    """What the journal keeps for the newest change of a chain, which is what taking it back brings back."""
    found = 0
    for each in reversed(journal.changes(folder)):  # oldest first
        if change in (each.id, each.undoes):
            change, found = each.id, each.bytes
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _free(folder: Path) -> int | None:
    """Bytes that we may still write where a folder is; None where its file system doesn't say."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    blocks = found.f_bfree if os.geteuid() == 0 else found.f_bavail
    return blocks * found.f_frsize if found.f_blocks else None
