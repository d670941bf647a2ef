"""The right pane: one session in a transcript, and what reads it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input

from sessiontui import units
from sessiontui.errors import Changed, UnknownKey
from sessiontui.model import Entry, Session
from sessiontui.store.protocol import Store, TranscriptRows
from sessiontui.tui.browser.copier import Copier
from sessiontui.tui.browser.go_to import GoTo
from sessiontui.tui.browser.open_session import OpenSession
from sessiontui.tui.browser.row_walk import RowWalk
from sessiontui.tui.browser.shown_task import tell_failure
from sessiontui.tui.looks import ink
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.session_reader import AllRows, FirstRows, SessionReader
from sessiontui.tui.widgets.covered import Covered
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.visible import Visible, visible

READ: Final = "read"
GONE: Final = "This session is gone.\nu brings it back, if it was removed here\nthe list shows the others"
UNREADABLE: Final = "This session can't be read."
LOADING: Final = "Reading the session …"
LEAST: Final = 12
"""Cells that a name has in the frame, whatever else is said there."""
LASTS: Final = 0.3
"""Seconds after which it is worth saying that a session is being read."""


class TranscriptPane(Covered, Vertical):
    """Opens sessions and shows them; reads what the transcript wants to show."""

    KEYS: ClassVar[Sequence[Binding]] = [
        Binding("r", "raw", "raw", tooltip="Raw lines or conversation", id="raw"),
    ]

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript = TranscriptView(id="transcript")
        self.walk = RowWalk(self, self.transcript, self._opened)
        self.go_to = GoTo(self, self.transcript, self._opened)
        self.copier = Copier(self, self.transcript, self._opened)
        self._reader = SessionReader(BackgroundTask(self, READ, failed=self._fail), self._show, self._show_all)
        self._open: OpenSession | None = None
        self._growing = self._behind = self._failed = False
        self._stays = False
        """Whether what is opened was open, and is shown where it was."""
        self._hits: tuple[Sequence[int], int | None] = ((), None)

    def compose(self) -> ComposeResult:
        """The transcript takes it all."""
        yield self.transcript

    def _opened(self) -> OpenSession | None:
        return self._open

    @property
    def key(self) -> str | None:
        """The session that is open, or being opened."""
        return None if self._open is None else self._open.session.key

    @property
    def working(self) -> bool:
        """Whether rows are looked through, or copied, just now."""
        return self.walk.task.running or self.copier.task.running

    def stop(self) -> None:
        """End that work."""
        self.walk.stop()
        self.copier.task.stop()

    # ---- opening

    def open(self, store: Store, session: Session, row: int | None = None) -> None:
        """Open a session at its end or at a row; one that can't be read says why."""
        same = session.key == self.key
        self.stop()
        self._open = OpenSession(store, session)
        self._growing = self._behind = self._failed = False
        self.describe(session)
        if not same:
            self._hits = ((), None)
        if session.problem is not None:
            self._reader.task.cancel()
            self.transcript.say(
                f"{UNREADABLE}\n{session.problem.reason}\nNothing here touches it; the list shows the others"
            )
            return
        if not same:
            self.transcript.say("")
            self.set_timer(LASTS, self._say_loading)
        self._stays = same and row is not None and row == self.transcript.cursor
        self._reader.open(store, session.key, row, self.transcript.entry if self._stays else None)

    def _say_loading(self) -> None:
        opened = self._open
        waits = opened is not None and opened.session.problem is None and opened.rows is None and not self._failed
        if waits and not self.transcript.count:
            self.transcript.say(LOADING)

    def go_to_hit(self, key: str, row: int) -> bool:
        """Go to a row of the session, where it is the open one and all of its rows are known; else False."""
        rows = None if self._open is None else self._open.all_rows
        if key != self.key or rows is None or row >= len(rows):
            return False
        self.stop()
        self.transcript.go(row, seek=True)
        return True

    def close(self, note: str = "") -> None:
        """Show no session but a sentence."""
        self._reader.task.cancel()
        self.stop()
        self._open = None
        self.transcript.say(note)
        self.transcript.border_title = None

    def follow(self, session: Session) -> None:
        """The open session may be longer than it was, or another; nothing that is looked at moves."""
        opened = self._open
        if opened is None or session.key != opened.session.key:
            return
        if self._failed or (session.problem is None) != (opened.session.problem is None):
            self.open(opened.store, session, self.transcript.location)
        elif opened.all_rows is None or self._growing:
            self._behind = True
        else:
            self._growing, self._behind = True, False
            self._reader.grow(opened.store, session.key, opened.all_rows, self._grow)

    def _catch_up(self) -> None:
        """Read what came while something else was read."""
        if self._behind and self._open is not None:
            self.follow(self._open.session)

    def action_raw(self) -> None:
        """Raw lines or conversation."""
        self.transcript.show_raw(not self.transcript.raw)

    # ---- what is known of it

    def describe(self, session: Session) -> None:
        """Say what is known of the open session; where its messages came to be counted, number them."""
        opened = self._open
        if opened is not None and session.key == opened.session.key:
            before = opened.session
            if (session.problem is None) != (before.problem is None):
                self.open(opened.store, session, self.transcript.location)
                return
            opened.session = session
            if session.messages != before.messages:
                self._number()
        name = session.key or "(no name)"
        if session.problem is not None:
            self.transcript.border_title = ink.content((self._fitted(name, 0), "bold"))
            return
        parts = [units.counted(session.messages, "message")]
        if session.faults:
            parts.append(f"! {units.counted(session.faults, 'damaged line')}")
        parts.append(units.size(session.bytes))
        if not session.reachable:
            parts.append("ZeroClaw can't load it by this name")
        about = visible(" ─ " + " · ".join(parts))
        self.transcript.border_title = ink.content((self._fitted(name, cell_len(about)), "bold"), about)

    def _fitted(self, name: str, taken: int) -> Visible:
        """A name in the frame, beside what takes so many cells of it."""
        width = self.transcript.size.width
        return ink.middled(name, max(LEAST, width - 2 - taken)) if width else visible(name)

    def on_resize(self) -> None:
        """Another width, another name."""
        if self._open is not None:
            self.describe(self._open.session)

    def _number(self) -> None:
        """Number the messages, where they are counted by now and were not when all rows became known."""
        opened = self._open
        rows = None if opened is None else opened.all_rows
        if opened is not None and rows is not None and rows.damaged is None and opened.session.messages is not None:
            self._reader.know(opened.store, opened.session.key, rows, self._renew)

    def show_hits(self, rows: Sequence[int], at: int | None) -> None:
        """The rows of the open session that hold what was searched for, in the order in which they are walked through,
        and at which of them (an index) the person is."""
        self._hits = (rows, at)
        self._mark()

    def _mark(self) -> None:
        """Put signs on the map; before all rows are known nobody knows where."""
        rows = None if self._open is None else self._open.all_rows
        if rows is not None:
            self.transcript.show_hits(*self._hits, rows.damaged or ())
        else:
            self.transcript.show_hits((), None)

    # ---- what is read

    def _show(self, first: FirstRows) -> None:
        self._learn(first.rows)
        self.transcript.show(len(first.rows), first.start, first.entries, first.row, self._stays)
        self._go_on()

    def _show_all(self, every: AllRows) -> None:
        self._learn(every.rows)
        self.transcript.extend(len(every.rows), every.shift, every.start, every.entries)
        self._go_on()

    def _learn(self, rows: TranscriptRows) -> None:
        if self._open is not None:
            self._open.rows = rows

    def _go_on(self) -> None:
        """Do what waited for the rows."""
        self._mark()
        self._number()
        self.walk.go_on()
        self._catch_up()

    def _grow(self, rows: TranscriptRows) -> None:
        self._growing = False
        before = None if self._open is None else self._open.rows
        if rows is not before and len(rows) >= self.transcript.count:
            self._learn(rows)
            self.transcript.grow(len(rows))
            if rows.damaged is not None and (before is None or before.damaged is None):
                self.transcript.renew()
            self._mark()
            self._number()
        self._catch_up()

    def _renew(self, before: TranscriptRows, rows: TranscriptRows) -> None:
        if self._open is not None and before is self._open.rows:
            self._learn(rows)
            self.transcript.renew()
            self._mark()

    @on(TranscriptView.PageWanted)
    def _load(self, event: TranscriptView.PageWanted) -> None:
        event.stop()
        if self._open is not None and self._open.rows is not None:
            rows = self._open.rows
            self._reader.load(rows, event.start, event.end, partial(self._show_page, rows.complete))

    def _show_page(self, complete: bool, start: int, entries: Sequence[Entry]) -> None:
        """Entries were read; those of the newest rows are dropped once all rows are known, for they are others by then."""
        self._failed = False
        if self._open is not None and self._open.rows is not None and self._open.rows.complete == complete:
            self.transcript.give(start, entries)

    def _fail(self, error: Exception) -> None:
        opened = self._open
        if isinstance(error, UnknownKey):
            self.close(GONE)
        elif isinstance(error, Changed) and opened is not None:
            self.open(opened.store, opened.session, self.transcript.location)
        else:
            again, self._failed, self._growing = self._failed, True, False
            if opened is None or opened.rows is None:
                hint = getattr(error, "hint", "") or "F5 tries again"
                self.transcript.say("\n".join((UNREADABLE, str(error), hint)))
                return
            self.transcript.miss()
            if not again:
                tell_failure(self, READ, error)

    # ---- the prompt

    @on(Input.Submitted, "Prompt")
    def _answer(self, event: Input.Submitted) -> None:
        event.stop()
        self.go_to.answer(event.value)

    @on(Input.Changed, "Prompt")
    def _hold(self, event: Input.Changed) -> None:
        event.stop()

    def on_prompt_left(self) -> None:
        """Esc, or a click elsewhere."""
        self.go_to.leave()
