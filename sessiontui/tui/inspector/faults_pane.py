"""The left of the inspector: the faults of some sessions, and which of them are marked.

A second scan of the same sessions replaces what is shown at once and whole; what was under the cursor, or took its place,
is under it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from textual.containers import Vertical
from textual.message import Message

from sessiontui import units
from sessiontui.damage import proposals
from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.model import Fault, Severity
from sessiontui.store.fault_process import MOST
from sessiontui.store.fault_refs import FaultRef, matched
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.inspector import wording
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import tell
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.fault_task import scan
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.fault_list import FaultList, Item


class FaultQuery(NamedTuple):
    """Where faults are looked for."""

    store: JsonlStore
    keys: tuple[str, ...]
    several: bool
    """The person wants to see those of more than one session."""
    notes: bool
    """And what is no damage."""


class FaultRows:
    """What was found so far: the faults, how the list has them, and what they come to."""

    def __init__(self) -> None:
        self.refs: list[FaultRef] = []
        self.items: list[Item] = []
        self.damaged = self.saved = self.lines = self.files = 0
        """Faults that are damage, messages that can be had back, damaged lines, files that are damaged as a whole."""

    def add(self, refs: Sequence[FaultRef]) -> None:
        """Some more. What each comes to is worked out now: of ten thousand at once it would hold the screen up."""
        self.refs += refs
        for ref in refs:
            self.items.append(Item(ref.key, ref.fault, proposals.acts(ref.fault)))
            if ref.fault.severity is Severity.DAMAGE:
                self.damaged += 1
                self.saved += ref.fault.recovers
                self.lines += max(1, ref.fault.lines) if ref.fault.span else 0
                self.files += ref.fault.span is None


class FaultsPane(Vertical):
    """Finds faults and lets a person walk over them and mark them."""

    KEYS: Final = [
        command_key("inspector.mark", "space", "mark", "Mark the fault, or take its mark away", "mark"),
        command_key("inspector.mark_all", "asterisk,ctrl+a", "mark_all", "Mark all"),
        command_key("inspector.next_reading", "full_stop", "read(1)", "The next reading"),
        command_key("inspector.last_reading", "comma", "read(-1)", "The reading before"),
    ]

    @dataclass
    class Shown(Message):
        """Another fault is under the cursor, or none; ``before``: the one before it in the same file."""

        ref: FaultRef | None
        before: Fault | None

    def __init__(self) -> None:
        self.list = FaultList()
        super().__init__(self.list)
        self.scanner = BackgroundTask(self, "find", failed=self._fail, progressed=self._progress, ended=self._end)
        self._found = FaultRows()
        """What is shown."""
        self._pending: FaultRows | None = None
        """What a second scan has found; None in a first one, which is shown as it comes."""
        self._query: FaultQuery | None = None
        self._offset: int | None = None
        """A byte of the file; the fault nearest to it is wanted under the cursor."""
        self._marks: set[tuple[str, int]] = set()
        self._readings: dict[tuple[str, str], int] = {}
        self._seen: FaultRef | None = None
        self._work = ""

    # ---- where faults are looked for

    def say(self, note: str) -> None:
        """Show a sentence and no faults."""
        self.scanner.cancel()
        self._query = None
        self._clear(note)

    def _clear(self, note: str) -> None:
        self._found = FaultRows()
        self.list.say(note)
        self._show(0)

    def find(self, query: FaultQuery, offset: int | None = None) -> None:
        """Look for faults, and show nothing that was found before. ``offset``: put the cursor near this byte."""
        self._offset, self._query, self._pending = offset, query, None
        self._marks.clear()
        self._clear(wording.FINDING)
        self._scan(query)

    def find_again(self) -> None:
        """Look into the same files again; what is shown stays until that is done."""
        if self._query is not None:
            self._pending = FaultRows() if self.refs else None
            self._scan(self._query)

    def _scan(self, query: FaultQuery) -> None:
        self.scanner.start(partial(scan, query.store, query.keys, query.notes, self._add), self._complete)

    # ---- what is shown

    @property
    def refs(self) -> Sequence[FaultRef]:
        """What is shown."""
        return self._found.refs

    @property
    def ref(self) -> FaultRef | None:
        """What is under the cursor."""
        return self.refs[self.list.cursor] if self.refs else None

    @property
    def marked(self) -> list[FaultRef]:
        """What is marked."""
        return [ref for ref in self.refs if (ref.key, ref.line) in self._marks]

    def action_mark(self, at: int | None = None) -> None:
        """Mark a fault, the one under the cursor if no other is named, or take its mark away; go on to the next."""
        index = self.list.cursor if at is None else at
        if not self.refs:
            return
        ref, item = self.refs[index], self._found.items[index]
        if not item.acts:
            tell(self, wording.refusal(ref.fault))
            return
        self._marks ^= {(ref.key, ref.line)}
        if at is None:
            self.list.action_move(1)
        self._tell()
        self.list.refresh()

    def action_mark_all(self) -> None:
        """Mark all that can be; where all are, none."""
        wanted = {(item.key, item.fault.line or 0) for item in self._found.items if item.acts}
        self._marks = set() if self._marks >= wanted else wanted
        self._tell()
        self._list(self.list.cursor, len(self.refs))

    def reading(self, ref: FaultRef) -> int:
        """Which reading of a fault is chosen, from 1."""
        return self._readings.get((ref.key, ref.mark), 1)

    def action_read(self, step: int) -> None:
        """Choose the next reading of the fault under the cursor, or the one before; around the ends."""
        if (ref := self.ref) is None or not ref.fault.readings:
            tell(self, wording.ONE_READING)
            return
        self._readings[ref.key, ref.mark] = (self.reading(ref) - 1 + step) % len(ref.fault.readings) + 1
        self._seen = None
        self._look()

    @property
    def _several(self) -> bool:
        return self._query is not None and self._query.several

    def _show(self, cursor: int, since: int = 0) -> None:
        self._list(cursor, since)
        self._tell()
        self._look()

    def _list(self, cursor: int, since: int) -> None:
        self.list.show(self._found.items, self._marks, cursor, several=self._several, since=since)

    def _look(self) -> None:
        """Tell of what is under the cursor, once; not before it is where it is wanted."""
        ref = self.ref if self._offset is None else None
        if ref != self._seen or ref is None:
            self._seen = ref
            above = self.refs[max(0, self.list.cursor - 1) : self.list.cursor]
            before = (each.fault for each in above if ref is not None and each.key == ref.key)
            self.post_message(self.Shown(ref, next(before, None)))

    def on_resize(self) -> None:
        """The border has room for another title."""
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        """What is found, in the border."""
        if self._query is None:
            self.list.border_title = self.list.border_subtitle = None
            return
        where = units.counted(len(self._query.keys), "session") if self._several else self._query.keys[0]
        found, room = self._found, self.list.size.width - 2
        damage, notes = (found.damaged, found.lines, found.files), len(found.items) - found.damaged
        self.list.border_title = ink.content(wording.title(where, damage, notes, found.saved, room))
        marked = f"● {len(self._marks):,} marked · Enter applies" if self._marks else ""
        self.list.border_subtitle = ink.content(" ─ ".join(filter(None, (self._work, marked))))

    def on_fault_list_chosen(self, event: FaultList.Chosen) -> None:
        event.stop()
        self._offset = None
        self._look()

    def on_fault_list_marked(self, event: FaultList.Marked) -> None:
        event.stop()
        self.action_mark(event.at)

    # ---- what the scan reports

    def _add(self, refs: Sequence[FaultRef]) -> None:
        if not refs:
            return
        if self._pending is not None:
            self._pending.add(refs)
            return
        since = len(self.refs)
        self._found.add(refs)
        self._show(self._near(since), since)

    def _near(self, since: int) -> int:
        """The fault at the byte that is wanted, or the next one; while that is not found, the cursor stays."""
        if self._offset is not None:
            for at, ref in enumerate(self.refs[since:], since):
                if ref.fault.span is None or ref.fault.span.stop >= self._offset:
                    self._offset = None
                    return at
        return self.list.cursor

    def _complete(self, more: bool) -> None:
        """All is found, or, with ``more``, as much as is shown."""
        if self._query is None:
            return
        if self._pending is not None:
            self._replace(self._pending)
        if more:
            tell(self, wording.CUT.format(MOST), "warning")
        if self._offset is not None:
            self._offset = None
            self._show(max(0, len(self.refs) - 1), len(self.refs))
        self._pending = None
        nothing = wording.ALL_WELL if self._several else wording.WELL
        self.list.say(wording.NOTHING if self._query.notes else nothing)

    def _replace(self, found: FaultRows) -> None:
        """Show what the second scan found; what was under the cursor, or took its place, is under it."""
        before, after, cursor = self.refs, found.refs, self.list.cursor
        now = matched(before, after)
        self._marks = {
            (new.key, new.line)
            for at, ref in zip(now, before, strict=True)
            for new in after[at : at + 1]  # none where it was the last one and is gone
            if (ref.key, ref.line) in self._marks and (new.key, new.mark) == (ref.key, ref.mark)
        }
        self._found, self._seen = found, None
        self._show(min(now[cursor], max(0, len(after) - 1)) if cursor < len(now) else 0)

    def _progress(self, label: str, done: int, total: int) -> None:
        if total:
            self._work = f"{label} {done / total:.0%} {units.bar(done / total)} · Esc stops"
            self._tell()

    def _end(self) -> None:
        self._work = ""
        self._tell()
        self.screen.refresh_bindings()

    def _fail(self, error: Exception) -> None:
        self._pending = self._offset = None
        if isinstance(error, Cancelled):
            self._look()
            self.list.say(wording.STOPPED)
        elif isinstance(error, SessiontuiError):
            self._clear("\n".join(filter(None, (f"× {error}", error.hint))))
        else:
            raise error
