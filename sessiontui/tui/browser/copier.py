"""Copies what a person reads: a message, a line, a hit, or all messages of the open session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widget import Widget

from sessiontui import units
from sessiontui.model import Entry, Hit
from sessiontui.tui.browser.open_session import OpenSession
from sessiontui.tui.browser.shown_task import shown_task
from sessiontui.tui.looks import ink
from sessiontui.tui.messages import COPY
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.visible import visible

if TYPE_CHECKING:
    from sessiontui.query.ast import Query
    from sessiontui.store.protocol import Store
    from sessiontui.tui.tasks.copy_task import CopyTask


class Copier:
    """Into the clipboard, or into a private file where it is too long for that."""

    KEYS: ClassVar[Sequence[Binding]] = [
        Binding("y", "copy", "copy", show=False, tooltip="Copy the message under the cursor", id="copy"),
        Binding("Y", "copy_all", "copy all", show=False, tooltip="Copy the whole session", id="copy_all"),
    ]

    def __init__(self, owner: Widget, transcript: TranscriptView, opened: Callable[[], OpenSession | None]) -> None:
        self._owner, self._transcript, self._opened = owner, transcript, opened
        self.task = shown_task(owner, COPY)
        self.hit: Callable[[], tuple[Store, Hit, Query] | None] = lambda: None
        """The hit that is meant, with its store and what was searched for, where hits have the focus."""

    def action_copy(self) -> None:
        """Copy the message under the cursor, which may be a hit, or the line where a line is shown."""
        entry, opened = self._transcript.entry, self._opened()
        if (found := self.hit()) is not None:
            store, hit, query = found
            self._copying.copy_hit(f"{_named(hit)} of {hit.key or '(no name)'}", store, hit, query)
        elif entry is None or opened is None:
            ink.notice(self._owner, visible("there is no message to copy"), "warning")
        elif entry.message is None or (self._transcript.raw and entry.raw):
            line = f"line {units.count(entry.address.line)}"
            what = f"the beginning of {line}" if entry.clipped else line
            self._copying.copy(what, entry.raw.decode(errors="replace"))
        elif entry.clipped and entry.ordinal is not None:
            at = entry.ordinal - 1
            self._copying.copy_messages(_named(entry), opened.store, opened.session.key, at, entry.ordinal)
        else:
            what = _named(entry)
            self._copying.copy(f"the beginning of {what}" if entry.clipped else what, entry.message.content)

    def action_copy_all(self) -> None:
        """Copy all messages of the open session, each after its role."""
        opened = self._opened()
        if opened is None or opened.session.problem is not None:
            ink.notice(self._owner, visible("there is no session to copy"), "warning")
            return
        key = opened.session.key
        self._copying.copy_messages(f"the messages of {key or '(no name)'}", opened.store, key)

    @property
    def _copying(self) -> CopyTask:
        from sessiontui.tui.tasks.copy_task import CopyTask

        return CopyTask(self.task, self._done)

    def _done(self, what: str, text: str, path: Path | None, size: int) -> None:
        shown = units.size(size)
        if path is not None:
            sentence = f"{what}: {shown}, too long for a clipboard; copied to {path}"
        elif not size:
            sentence = f"{what}: there is no text to copy"
        else:
            self._owner.app.copy_to_clipboard(text)
            sentence = f"copied {what} · {shown}"
        ink.notice(self._owner, visible(sentence))


def _named(entry: Entry | Hit) -> str:
    if entry.ordinal is not None:
        return f"message #{entry.ordinal:,}"
    return "the message" if entry.address.line is None else f"the message of line {entry.address.line:,}"
