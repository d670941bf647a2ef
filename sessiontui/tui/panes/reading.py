"""The right pane: one session in a transcript, and the errand that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult

from sessiontui.errors import Changed, UnknownKey
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.panes.walking import WalkingPane
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.tui.work.session_reader import SessionReader
from sessiontui.visible import Visible, visible

GONE: Final = "This session is gone.\nu brings it back, if it was removed here\nthe list shows the others"
UNREADABLE: Final = "This session can't be read."
LOADING: Final = "Reading the session …"
LEAST: Final = 12
"""Cells that a name has in the frame, whatever else is said there."""
LASTS: Final = 0.3
"""Seconds after which it is worth saying that a session is being read."""


class ReadingPane(WalkingPane):
    """Opens sessions and shows them; reads what the transcript wants to show."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reader = SessionReader(self)
        self._growing = self._behind = self._failed = False
        self._stays = False
        """Whether what is opened was open, and is shown where it was."""
        self._hits: tuple[Sequence[int], int | None] = ((), None)

    def compose(self) -> ComposeResult:
        """The transcript takes it all."""
        yield TranscriptView(id="transcript")

    @property
    def key(self) -> str | None:
        """The session that is open, or being opened."""
        return None if self._opened is None else self._opened[1].key

    def open(self, store: Store, session: Session, row: int | None = None) -> None:
        """Open a session at its end or at a row; one that can't be read says why."""
        same = session.key == self.key
        self.interrupt()
        self._opened, self._rows = (store, session), None
        self._growing = self._behind = self._failed = False
        self.describe(session)
        if not same:
            self._hits = ((), None)
        if session.problem is not None:
            self._reader.cancel()
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
        waits = self._opened is not None and self._opened[1].problem is None and not self._failed
        if waits and self._rows is None and not self.transcript.count:
            self.transcript.say(LOADING)

    def go_to_hit(self, key: str, row: int) -> bool:
        """Go to a row of the session, where it is the open one and all of its rows are known; else False."""
        if key != self.key or self._rows is None or not self._rows.complete or row >= len(self._rows):
            return False
        self.interrupt()
        self.transcript.go(row, seek=True)
        return True

    def close(self, note: str = "") -> None:
        """Show no session but a sentence."""
        self._reader.cancel()
        self.interrupt()
        self._opened = self._rows = None
        self.transcript.say(note)
        self.transcript.border_title = None

    def follow(self, session: Session) -> None:
        """The open session may be longer than it was, or another; nothing that is looked at moves."""
        if self._opened is None or session.key != self.key:
            return
        store, before = self._opened
        if self._failed or (session.problem is None) != (before.problem is None):
            self.open(store, session, self.transcript.location)
        elif self._rows is None or not self._rows.complete or self._growing:
            self._behind = True
        else:
            self._growing, self._behind = True, False
            self._reader.grow(store, session.key, self._rows)

    def _catch_up(self) -> None:
        """Read what came while something else was read."""
        if self._behind and self._opened is not None:
            self.follow(self._opened[1])

    def describe(self, session: Session) -> None:
        """Say what is known of the open session; where its messages came to be counted, number them."""
        if self._opened is not None and session.key == self.key:
            store, before = self._opened
            if (session.problem is None) != (before.problem is None):
                self.open(store, session, self.transcript.location)
                return
            counted = session.messages != before.messages
            self._opened = (store, session)
            if counted:
                self._number()
        name = session.key or "(no name)"
        if session.problem is not None:
            self.transcript.border_title = ink.content((self._fitted(name, 0), "bold"))
            return
        parts = [figures.counted(session.messages, "message")]
        if session.faults:
            parts.append(f"! {figures.counted(session.faults, 'damaged line')}")
        parts.append(figures.size(session.bytes))
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
        if self._opened is not None:
            self.describe(self._opened[1])

    def _number(self) -> None:
        """Number the messages, where they are counted by now and were not when all rows became known."""
        if self._opened is None or self._rows is None or not self._rows.complete or self._rows.damaged is not None:
            return
        store, session = self._opened
        if session.messages is not None:
            self._reader.know(store, session.key, self._rows)

    def toggle_raw(self) -> None:
        """Raw lines or conversation."""
        self.transcript.show_raw(not self.transcript.raw)

    def show_hits(self, rows: Sequence[int], at: int | None) -> None:
        """The rows of the open session that hold what was searched for, in the order in which they are walked through,
        and at which of them (an index) the person is."""
        self._hits = (rows, at)
        self._mark()

    def _mark(self) -> None:
        """Put signs on the map; before all rows are known nobody knows where."""
        if self._rows is not None and self._rows.complete:
            self.transcript.show_hits(*self._hits, self._rows.damaged or ())
        else:
            self.transcript.show_hits((), None)

    # ---- what the errand reports

    @on(messages.Opened)
    def _show(self, report: messages.Opened) -> None:
        report.stop()
        if not self._reader.is_stale(report):
            self._rows = report.rows
            self.transcript.show(len(report.rows), report.start, report.entries, report.row, self._stays)
            self._mark()
            self._number()
            self.walk_now()
            self._catch_up()

    @on(messages.RowsKnown)
    def _show_all(self, report: messages.RowsKnown) -> None:
        report.stop()
        if not self._reader.is_stale(report):
            self._rows = report.rows
            self.transcript.extend(len(report.rows), report.shift, report.start, report.entries)
            self._mark()
            self._number()
            self.walk_now()
            self._catch_up()

    @on(messages.Grown)
    def _grow(self, report: messages.Grown) -> None:
        report.stop()
        if self._reader.is_stale(report):
            return
        self._growing = False
        if report.rows is not self._rows and len(report.rows) >= self.transcript.count:
            learned = report.rows.damaged is not None and (self._rows is None or self._rows.damaged is None)
            self._rows = report.rows
            self.transcript.grow(len(report.rows))
            if learned:
                self.transcript.renew()
            self._mark()
            self._number()
        self._catch_up()

    @on(messages.Known)
    def _renew(self, report: messages.Known) -> None:
        report.stop()
        if not self._reader.is_stale(report) and report.before is self._rows:
            self._rows = report.rows
            self.transcript.renew()
            self._mark()

    @on(TranscriptView.PageWanted)
    def _load(self, event: TranscriptView.PageWanted) -> None:
        event.stop()
        if self._rows is not None:
            self._reader.load(self._rows, event.start, event.end)

    @on(messages.PageLoaded)
    def _show_page(self, report: messages.PageLoaded) -> None:
        report.stop()
        if not self._reader.is_stale(report):
            self._failed = False
            self.transcript.give(report.start, report.entries)

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        if report.task != self._reader.name:
            return
        if self._reader.is_stale(report):
            report.stop()
        elif isinstance(report.error, UnknownKey):
            report.stop()
            self.close(GONE)
        elif isinstance(report.error, Changed) and self._opened is not None:
            report.stop()
            self.open(*self._opened, self.transcript.location)
        else:
            again, self._failed, self._growing = self._failed, True, False
            if self._rows is not None:
                self.transcript.miss()
                if again:
                    report.stop()
            else:
                report.stop()
                hint = getattr(report.error, "hint", "") or "F5 tries again"
                self.transcript.say("\n".join((UNREADABLE, str(report.error), hint)))
