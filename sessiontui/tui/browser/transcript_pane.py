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
from sessiontui.tui.notices import show_error
from sessiontui.tui.tasks import session_reader
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.session_reader import KnownRows
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.covered import Covered
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.visible import Visible, visible

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

    def __init__(self, title: TitleLine, id: str | None = None) -> None:
        super().__init__(id=id)
        self.transcript = TranscriptView(id="transcript")
        self.walk = RowWalk(title, self.transcript, self._opened)
        self.go_to = GoTo(self, self.transcript, self._opened)
        self.copier = Copier(title, self.transcript, self._opened)
        self._reader = BackgroundTask(self, "read", failed=self._fail)
        self._open: OpenSession | None = None
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
        self._open = opened = OpenSession(store, session)
        self._retitle(session)
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
        stays = same and row is not None and row == self.transcript.cursor
        location, show = (row, self.transcript.entry if stays else None), partial(self._show, opened, stays)
        self._reader.start(partial(session_reader.read, store, session.key, location, show))

    def _say_loading(self) -> None:
        opened = self._open
        waits = opened is not None and opened.session.problem is None and opened.rows is None and not opened.failed
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
        self._reader.cancel()
        self.stop()
        self._open = None
        self.transcript.say(note)
        self.transcript.border_title = None

    def follow(self, session: Session) -> None:
        """The open session may be longer than it was, or another; nothing that is looked at moves."""
        opened = self._open
        if opened is None:
            return
        if opened.failed or (session.problem is None) != (opened.session.problem is None):
            self.open(opened.store, session, self.transcript.location)
        elif opened.all_rows is None or opened.growing:
            opened.behind = True
        else:
            opened.growing, opened.behind = True, False
            grown = partial(session_reader.grown, opened.store, session.key, opened.all_rows)
            self._reader.start_beside(grown, partial(self._grow, opened))

    def _catch_up(self, opened: OpenSession) -> None:
        """Read what came while something else was read."""
        if opened.behind:
            self.follow(opened.session)

    def action_raw(self) -> None:
        """Raw lines or conversation."""
        self.transcript.show_raw(not self.transcript.raw)

    # ---- what is known of it

    def describe(self, session: Session) -> None:
        """More is known of the open session: say it; where its messages came to be counted, number them."""
        if self._open is None:
            return
        opened, before = self._open, self._open.session
        if (session.problem is None) != (before.problem is None):
            self.open(opened.store, session, self.transcript.location)
            return
        opened.session = session
        if session.messages != before.messages:
            self._number(opened)
        self._retitle(session)

    def _retitle(self, session: Session) -> None:
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
            self._retitle(self._open.session)

    def _number(self, opened: OpenSession) -> None:
        """Number the messages, where they are counted by now and were not when all rows became known."""
        rows = opened.all_rows
        if rows is not None and rows.damaged is None and opened.session.messages is not None:
            numbered = partial(session_reader.numbered, opened.store, opened.session.key, rows)
            self._reader.start_beside(numbered, partial(self._renew, opened, rows))

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

    def _show(self, opened: OpenSession, stays: bool, known: KnownRows) -> None:
        """Rows are known, some or all. ``stays``: the session was open before, and is shown where it was."""
        opened.rows = known.rows
        if known.shift is None:
            self.transcript.show(len(known.rows), known.start, known.entries, known.row, stays)
        else:
            self.transcript.extend(len(known.rows), known.shift, known.start, known.entries)
        self._mark()
        self._number(opened)
        self.walk.go_on()
        self._catch_up(opened)

    def _grow(self, opened: OpenSession, rows: TranscriptRows) -> None:
        opened.growing = False
        before = opened.rows
        if rows is not before and len(rows) >= self.transcript.count:
            opened.rows = rows
            self.transcript.grow(len(rows))
            if rows.damaged is not None and (before is None or before.damaged is None):
                self.transcript.renew()
            self._mark()
            self._number(opened)
        self._catch_up(opened)

    def _renew(self, opened: OpenSession, before: TranscriptRows, rows: TranscriptRows) -> None:
        if rows is not before and before is opened.rows:
            opened.rows = rows
            self.transcript.renew()
            self._mark()

    @on(TranscriptView.PageWanted)
    def _load(self, event: TranscriptView.PageWanted) -> None:
        event.stop()
        opened, start, end = self._open, event.start, event.end
        if opened is not None and opened.rows is not None:
            rows = opened.rows
            self._reader.start_beside(
                lambda _: rows.load(start, end), partial(self._show_page, opened, rows.complete, start)
            )

    def _show_page(self, opened: OpenSession, complete: bool, start: int, entries: Sequence[Entry]) -> None:
        """Entries were read; those of the newest rows are dropped once all rows are known, for they are others by then."""
        opened.failed = False
        if opened.rows is not None and opened.rows.complete == complete:
            self.transcript.give(start, entries)

    def _fail(self, error: Exception) -> None:
        opened = self._open
        if opened is None or isinstance(error, UnknownKey):
            self.close(GONE)
        elif isinstance(error, Changed):
            self.open(opened.store, opened.session, self.transcript.location)
        elif opened.rows is None:
            opened.failed = True
            hint = getattr(error, "hint", "") or "F5 tries again"
            self.transcript.say("\n".join((UNREADABLE, str(error), hint)))
        else:
            again, opened.failed, opened.growing = opened.failed, True, False
            self.transcript.miss()
            if not again:
                show_error(self, error)

    # ---- the prompt

    @on(Input.Submitted, "Prompt")
    def _answer(self, event: Input.Submitted) -> None:
        event.stop()
        self.go_to.answer(event.value)

    def on_prompt_left(self) -> None:
        """Esc, or a click elsewhere."""
        self.go_to.leave()
