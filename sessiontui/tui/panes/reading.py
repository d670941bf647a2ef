"""The right pane: one session in a transcript, and the errand that reads it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from sessiontui.errors import Changed
from sessiontui.model import Session
from sessiontui.store.protocol import Rows, Store
from sessiontui.tui import figures, ink, messages
from sessiontui.tui.widgets.transcript import Transcript
from sessiontui.tui.work.reader import Reader
from sessiontui.visible import visible


class ReadingPane(Vertical):
    """Opens sessions and shows them; reads what the transcript wants to show."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reader = Reader(self)
        self._rows: Rows | None = None
        self._opened: tuple[Store, Session] | None = None

    def compose(self) -> ComposeResult:
        """The transcript takes it all."""
        yield Transcript(id="transcript")

    @property
    def transcript(self) -> Transcript:
        """What is read in."""
        return self.query_one(Transcript)

    @property
    def key(self) -> str | None:
        """The session that is open, or being opened."""
        return None if self._opened is None else self._opened[1].key

    def open(self, store: Store, session: Session, row: int | None = None) -> None:
        """Open a session at its end or at a row; one that can't be read says why."""
        same = session.key == self.key
        self._opened, self._rows = (store, session), None
        self.describe(session)
        if session.trouble is not None:
            self._reader.cancel()
            self.transcript.say(f"{session.trouble.reason}\nNothing here touches it; the store shows the rest")
            return
        if not same:
            self.transcript.say("Reading …")
        self._reader.open(store, session.key, row)

    def close(self, note: str = "") -> None:
        """Show no session but a sentence."""
        self._reader.cancel()
        self._opened = self._rows = None
        self.transcript.say(note)
        self.transcript.border_title = None

    def describe(self, session: Session) -> None:
        """Say what is known of the open session."""
        name = visible(session.key or "(no name)")
        if session.trouble is not None:
            self.transcript.border_title = ink.content((name, "bold"))
            return
        parts = [figures.counted(session.messages, "message"), figures.size(session.bytes)]
        if session.faults:
            parts.append(f"! {figures.counted(session.faults, 'fault')}")
        if not session.reachable:
            parts.append("ZeroClaw can't load it by this name")
        about = visible(" ─ " + " · ".join(parts))
        self.transcript.border_title = ink.content((name, "bold"), about)

    def toggle_raw(self) -> None:
        """Raw lines or conversation."""
        self.transcript.show_raw(not self.transcript.raw)
        raw = self.transcript.raw
        self.transcript.border_subtitle = ink.content(visible("raw lines · r shows the conversation")) if raw else None

    @on(messages.Opened)
    def _show(self, report: messages.Opened) -> None:
        report.stop()
        if not self._reader.is_stale(report):
            self._rows = report.rows
            self.transcript.show(len(report.rows), report.start, report.entries, report.row)

    @on(messages.Scanned)
    def _show_all(self, report: messages.Scanned) -> None:
        report.stop()
        if not self._reader.is_stale(report):
            self._rows = report.rows
            self.transcript.extend(len(report.rows), report.shift, report.start, report.entries)

    @on(Transcript.PageWanted)
    def _load(self, event: Transcript.PageWanted) -> None:
        event.stop()
        if self._rows is not None:
            self._reader.load(self._rows, event.start, event.end)

    @on(messages.PageLoaded)
    def _show_page(self, report: messages.PageLoaded) -> None:
        report.stop()
        if not self._reader.is_stale(report):
            self.transcript.give(report.start, report.entries)

    @on(messages.Failed)
    def _fail(self, report: messages.Failed) -> None:
        if self._reader.is_stale(report):
            report.stop()
        elif isinstance(report.error, Changed) and self._opened is not None:
            report.stop()
            self.open(*self._opened, self.transcript.place)
        elif self._rows is None:
            report.stop()
            hint = getattr(report.error, "hint", "")
            self.transcript.say("\n".join(part for part in (str(report.error), hint) if part))
