"""The changes that the journal keeps: what each did, what undoing it would bring back, undo and redo of any of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from sessiontui import units
from sessiontui.changes.history import AGE, SIZE
from sessiontui.changes.outcome import Change
from sessiontui.errors import SessiontuiError
from sessiontui.tui.changes import change_rows
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.key_bindings import bindings, command_key
from sessiontui.tui.notices import tell
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.tasks import journal_reader
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.journal_reader import UndoPreview
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.sheet import Sheet, SheetRow
from sessiontui.visible import visible

READING: Final = "Reading the journal …"
EMPTY: Final = "Nothing was changed here yet.\nWhat you change is listed here\nand can be undone from here"
BOUNDS: Final = (
    f"Kept for {AGE.days} days, up to {units.size(SIZE)}, the newest always"
    " · `sessiontui journal --purge` removes the rest"
)


class ChangesScreen(Overlay[None]):
    """Lists the changes of the open store; the controller undoes and redoes them."""

    HELP_TITLE = "Changes"
    HELP = (
        "Any change can be undone, as long as nothing that came since stands in its way. An undo is a change too. "
        + BOUNDS
    )
    AUTO_FOCUS = "#list"
    CSS = """
    ChangesScreen { align: center middle; }
    ChangesScreen #changes { width: 96%; height: 92%; background: $background; }
    ChangesScreen.-narrow #columns { layout: vertical; }
    ChangesScreen.-narrow #list { height: 2fr; }
    ChangesScreen.-narrow #detail { height: 3fr; }
    ChangesScreen.-empty #detail { display: none; }
    ChangesScreen.-short #bounds { display: none; }
    ChangesScreen #bounds { height: auto; padding: 0 2; color: $foreground 65%; }
    """
    BINDINGS = bindings(
        command_key("changes.undo", "u", "undo", "Undo the change under the cursor", "undo"),
        command_key("changes.redo", "ctrl+r", "undo(True)", "Redo it", "redo"),
        command_key("changes.close", "escape,q,U", "dismiss", "Close the list", "close"),
        command_key("changes.down", "J", "scroll(1)", "What it did: a line down"),
        command_key("changes.up", "K", "scroll(-1)", "What it did: a line up"),
    )

    def __init__(self, changes: ChangeController) -> None:
        super().__init__()
        self._controller = changes
        self._list, self._detail = Sheet("list"), Sheet("detail", can_focus=False)
        self._reading = BackgroundTask(self, "journal", failed=self._fail)
        self._previewing = BackgroundTask(self, "undo preview", failed=self._fail)
        self._changes: Sequence[Change] = ()
        self._preview: UndoPreview | None = None

    def compose(self) -> ComposeResult:
        """The list, what is under its cursor, and what the journal takes."""
        with Vertical(id="changes"):
            with Horizontal(id="columns"):
                yield self._list
                yield self._detail
            yield Static(ink.content(BOUNDS), id="bounds")

    def on_mount(self) -> None:
        """Begin to read; read again when a change was made, or refused."""
        self._list.border_title = ink.content("Changes")
        self._list.picture = visible(READING)
        self._controller.settled.subscribe(self, lambda _: self._read())
        self._read()

    # ---- what is read

    def _read(self) -> None:
        store = self._controller.store
        self._reading.start(lambda _: journal_reader.changes(store), self._show)

    def _show(self, listed: tuple[Sequence[Change], int]) -> None:
        self._changes, size = listed
        self._list.picture = visible(EMPTY, lines=True)
        self._list.show(partial(change_rows.listed, self._changes, self._controller.now()))
        keys = "u Enter undo · ^R redo · Esc close" if self._changes else "Esc close"
        self._list.border_subtitle = ink.content(keys)
        if self._changes:
            kept = f" · {len(self._changes):,} · {units.size(size)} on disk"
            self._list.border_title = ink.content(f"Changes{kept}")
        self.set_class(not self._changes, "-empty")
        self._choose()

    def on_sheet_chosen(self, event: Sheet.Chosen) -> None:
        event.stop()
        self._choose()

    def _choose(self) -> None:
        """Show the change under the cursor, and find out what undoing it would do."""
        change = self._change
        if self._preview is not None and (change is None or self._preview.change != change.id):
            self._preview = None
        self._show_detail()
        if change is not None:
            preview = partial(journal_reader.preview, self._controller.store, change)
            self._previewing.start(preview, self._show_preview)

    def _show_preview(self, preview: UndoPreview) -> None:
        self._preview = preview
        self._show_detail()

    def _show_detail(self) -> None:
        self._detail.show(self._detail_rows)
        self._detail.border_title = ink.content("What it did" if self._change is not None else "")

    def _detail_rows(self, width: int) -> list[SheetRow]:
        change = self._change
        if change is None:
            return []
        return change_rows.detail(change, self._changes, self._preview, self._controller.now(), width)

    def _fail(self, error: Exception) -> None:
        if not self._changes and not isinstance(error, SessiontuiError):
            raise error
        self._changes = ()
        why = f"The journal can't be read.\n{error}\n{getattr(error, 'hint', '')}"
        self._list.picture = visible(why, lines=True)
        self._list.show(lambda _: ())
        self._choose()

    @property
    def _change(self) -> Change | None:
        """The change under the cursor."""
        return next((change for change in self._changes if change.id == self._list.target), None)

    # ---- keys

    def on_sheet_opened(self, event: Sheet.Opened) -> None:
        event.stop()
        self.action_undo()

    def action_undo(self, redo: bool = False) -> None:
        """Undo the change under the cursor, as the page beside it says, or redo it."""
        if self._change is None:
            tell(self, f"there is no change to {'redo' if redo else 'undo'}")
        else:
            self._controller.undo(self._change.id, redo)

    def action_scroll(self, lines: int) -> None:
        """Show the rest of what it did."""
        self._detail.scroll_relative(y=lines, animate=False)
