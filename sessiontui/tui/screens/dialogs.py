"""One dialog for every change: what would be done, how to take it back, and Cancel as the button that Enter presses.

What a plan says is worked out as plain values (``Question``), so that it can be read by tests without a screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from sessiontui.changes.compact import CompactPlan, CompactRow
from sessiontui.changes.migrate import MigratePlan, MigrateRow
from sessiontui.changes.pop import PopPlan
from sessiontui.model import Message
from sessiontui.tui import figures, ink, theme
from sessiontui.tui.wrap import wrap
from sessiontui.visible import Visible, visible

if TYPE_CHECKING:
    from sessiontui.tui.messages import Plan

LINES = 1000
"""Lines of a plan that a dialog shows; a plan of more says how many."""
WIDTH = 84
"""Columns of a dialog where there are so many."""
SHOWN = 4000
"""Characters of a message that goes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks. ``act`` is the button that does it; None where there is nothing to do, as the title says."""

    title: Visible
    body: tuple[Content, ...] = ()
    undo: Visible = ink.EMPTY
    act: Visible | None = None


def question(plan: Plan, warning: str = "") -> Question:
    """Put a plan into words; ``warning`` is why it would be refused if nobody were asked."""
    if isinstance(plan, PopPlan):
        return _pop(plan, warning)
    if isinstance(plan, CompactPlan):
        return _compact(plan)
    return _migrate(plan)


def _pop(plan: PopPlan, warning: str) -> Question:
    if plan.removed is None:
        return Question(visible(f"{plan.key} has no message to remove"))
    warning = warning.removesuffix("; nothing was changed")
    stays = [ink.content((visible(warning), "$warning"))] if warning else []
    if plan.behind:
        stays.append(
            ink.content((visible(f"{figures.size(plan.behind)} of damaged or blank lines behind it stay."), "dim"))
        )
    return Question(
        visible(f"Remove the last message of {plan.key}?"),
        (*_message(plan.removed), *stays),
        visible("Every other byte stays. u puts it back where it was."),
        visible("Remove anyway" if warning else "Remove"),
    )


def _message(message: Message) -> Iterator[Content]:
    yield ink.content((visible(message.role or "(no role)"), "bold"))
    yield ink.content(visible(message.content[:SHOWN].expandtabs(4), lines=True))
    if len(message.content) > SHOWN:
        yield ink.content((visible(f"… {len(message.content) - SHOWN:,} more characters"), "dim"))


def _compact(plan: CompactPlan) -> Question:
    dropped = sum(row.dropped for row in plan.rows)
    saved = sum(row.bytes_before - row.bytes_after for row in plan.rows)
    if all(row.status != "compacted" for row in plan.rows):
        reasons = [row.trouble.reason for row in plan.rows if row.trouble.reason]
        return Question(visible(reasons[0] if reasons else "there is nothing to drop: every line is valid"))
    lines = [line for row in plan.rows for line in _compact_row(row)]
    what = figures.counted(dropped, "damaged line") if dropped else "blank lines"
    return Question(
        visible(f"Drop {what}?"),
        (*lines[:LINES], *_left(len(lines) - LINES)),
        visible(f"{figures.size(saved)} go, blank lines too. The old file is kept: u brings every byte of it back."),
        visible("Compact"),
    )


def _compact_row(row: CompactRow) -> Iterator[Content]:
    stays = f"{figures.counted(row.kept, 'valid message')} stay, byte for byte"
    yield ink.content((visible(row.key), "bold"), visible(f"  {stays}"))
    line, stayed = 1, 0
    for fault in row.gone:
        if fault.line is not None:
            if fault.line > line:
                yield ink.content(visible(f"  {_stay(line, fault.line - 1)}"))
                stayed += fault.line - line
            line = fault.line + 1
        yield ink.content((visible(f"! line {figures.count(fault.line)} goes"), "$error"), visible(f"  {fault.reason}"))
    if row.dropped > len(row.gone):
        yield ink.content((visible(f"… and {row.dropped - len(row.gone):,} more damaged lines go"), "dim"))
    elif row.kept > stayed:
        yield ink.content(visible("  the lines behind it stay"))


def _stay(first: int, last: int) -> str:
    return f"line {first:,} stays" if first == last else f"lines {first:,}–{last:,} stay"


def _migrate(plan: MigratePlan) -> Question:
    moved = [row for row in plan.rows if row.status == "migrated"]
    if not moved:
        reasons = [row.trouble.reason for row in plan.rows if row.trouble.reason]
        return Question(visible(f"nothing to move: {reasons[0]}" if reasons else "there is nothing to move"))
    messages = sum(row.imported for row in moved)
    left = len(plan.rows) - len(moved)
    head = f"{figures.counted(messages, 'message')} of {figures.counted(len(moved), 'session')} go into sessions.db"
    if plan.creates:
        head += ", which is created"
    if left:
        head += f"; {figures.counted(left, 'session')} stay as files"
    rows = [_migrate_row(row) for row in plan.rows]
    return Question(
        visible(f"Move {figures.counted(len(moved), 'session')} to SQLite?"),
        (ink.content(visible(head)), ink.content(visible(" ")), *rows[:LINES], *_left(len(rows) - LINES)),
        visible("Each file is renamed to .jsonl.migrated and keeps its damaged lines. u moves everything back."),
        visible("Migrate"),
    )


def _migrate_row(row: MigrateRow) -> Content:
    key = visible(f"{ink.clipped(row.key, 30):<30}")
    if row.status != "migrated":
        return ink.content(key, (visible(f"  {row.status:>9}  {row.trouble.reason}"), "$warning"))
    behind = f"  {figures.counted(row.left_behind, 'line')} left behind" if row.left_behind else ""
    return ink.content(key, visible(f"  {figures.count(row.imported):>9}"), (visible(behind), "$error"))


def _left(count: int) -> list[Content]:
    return [ink.content((visible(f"… and {count:,} more lines"), "dim"))] if count > 0 else []


class ChangeDialog(ModalScreen[bool]):
    """Asks whether a planned change shall be made; answers False unless the person chose to."""

    HELP = "Nothing is done before you choose. Enter presses the button with the focus, which is Cancel at first."
    AUTO_FOCUS = "#cancel"
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "cancel", id="dialog.cancel"),
        Binding("left,right", "other", "other button", show=False, id="dialog.other"),
        Binding("down,j", "scroll(1)", "down", show=False, id="dialog.down"),
        Binding("up,k", "scroll(-1)", "up", show=False, id="dialog.up"),
        Binding("pagedown", "scroll(10)", "page down", show=False, id="dialog.page_down"),
        Binding("pageup", "scroll(-10)", "page up", show=False, id="dialog.page_up"),
    ]

    def __init__(self, asked: Question) -> None:
        super().__init__()
        self._asked = asked

    def compose(self) -> ComposeResult:
        """What would be done, how it is undone, and two buttons."""
        asked = self._asked
        with Vertical(id="box", classes="dialog") as box:
            box.border_title = ink.content(asked.title)
            with VerticalScroll(id="body", can_focus=False):
                yield Static(ink.lines(asked.body), id="plan")
            yield Static(ink.content(asked.undo), id="undo")
            with Horizontal(id="buttons"):
                yield Button(ink.content(visible("Cancel")), id="cancel")
                yield Button(ink.content(asked.act or ink.EMPTY), id="act")

    def on_resize(self) -> None:
        """A long plan scrolls; the buttons are always in view."""
        width, height = min(WIDTH, self.size.width * 96 // 100), self.size.height * 92 // 100
        room = height - len(wrap(self._asked.undo, width - 6)) - (3 if self.has_class("-short") else 6)
        self.query_one("#body").styles.max_height = max(1, room)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Only the button that names the change makes it."""
        event.stop()
        self.dismiss(event.button.id == "act")

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(False)

    def action_other(self) -> None:
        """The other button."""
        self.focus_next()

    def action_scroll(self, lines: int) -> None:
        """Look at the rest of the plan."""
        body = self.query_one("#body", VerticalScroll)
        body.scroll_to(y=body.scroll_y + lines, animate=False)
