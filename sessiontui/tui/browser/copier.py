"""Copies what a person reads: a message, a line, a hit, or all messages of the open session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sessiontui import units
from sessiontui.model import Entry, Hit
from sessiontui.tui.browser.open_session import OpenSession
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import shown_task, tell
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.tui.widgets.transcript import TranscriptView

if TYPE_CHECKING:
    from sessiontui.query.ast import Query
    from sessiontui.store.protocol import Store


class Copier:
    """Into the clipboard, or into a private file where it is too long for that."""

    KEYS: Final = [
        command_key("copy", "y", "copy", "Copy the message under the cursor"),
        command_key("copy_all", "Y", "copy_all", "Copy the whole session"),
    ]

    def __init__(self, title: TitleLine, transcript: TranscriptView, opened: Callable[[], OpenSession | None]) -> None:
        self._transcript, self._opened = transcript, opened
        self.task = shown_task(title, "copy")
        self.hit: Callable[[], tuple[Store, Hit, Query] | None] = lambda: None
        """The hit that is meant, with its store and what was searched for, where hits have the focus."""

    def action_copy(self) -> None:
        """Copy the message under the cursor, which may be a hit, or the line where a line is shown."""
        from sessiontui.tui.tasks import copy_task

        entry, opened = self._transcript.entry, self._opened()
        if (found := self.hit()) is not None:
            _, hit, _ = found
            self._copy(f"{_named(hit)} of {hit.key or '(no name)'}", lambda: copy_task.found(*found))
        elif entry is None or opened is None:
            tell(self._transcript, "there is no message to copy", "warning")
        elif entry.message is None or (self._transcript.raw and entry.raw):
            line, text = f"line {units.count(entry.address.line)}", entry.raw.decode(errors="replace")
            self._copy(f"the beginning of {line}" if entry.clipped else line, lambda: [text])
        elif entry.clipped and (number := entry.ordinal) is not None:
            store, key = opened.store, opened.session.key
            self._copy(_named(entry), lambda: copy_task.one(store, key, number))
        else:
            what, text = _named(entry), entry.message.content
            self._copy(f"the beginning of {what}" if entry.clipped else what, lambda: [text])

    def action_copy_all(self) -> None:
        """Copy all messages of the open session, each after its role."""
        from sessiontui.tui.tasks.copy_task import every

        opened = self._opened()
        if opened is None or opened.session.problem is not None:
            tell(self._transcript, "there is no session to copy", "warning")
            return
        store, key = opened.store, opened.session.key
        self._copy(f"the messages of {key or '(no name)'}", lambda: every(store, key))

    def _copy(self, what: str, pieces: Callable[[], Iterable[str]]) -> None:
        from sessiontui.tui.tasks.copy_task import copied

        self.task.start(lambda job: copied(pieces(), job.cancelled), partial(self._done, what))

    def _done(self, what: str, copied: tuple[str, Path | None, int]) -> None:
        text, path, size = copied
        sentence = f"copied {what} · {units.size(size)}"
        if path is not None:
            sentence = f"{what}: {units.size(size)}, too long for a clipboard; copied to {path}"
        elif not size:
            sentence = f"{what}: there is no text to copy"
        else:
            self._transcript.app.copy_to_clipboard(text)
        tell(self._transcript, sentence)


def _named(entry: Entry | Hit) -> str:
    if entry.ordinal is not None:
        return f"message #{entry.ordinal:,}"
    return "the message" if entry.address.line is None else f"the message of line {entry.address.line:,}"
