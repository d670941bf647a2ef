"""About one session: what is known at once, then what was counted, as lines laid out for a width. Closing it ends the counting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from rich.cells import cell_len
from textual.app import ComposeResult

from sessiontui import units
from sessiontui.describe.about import DAY, STEPS, Facts, known, minute, percent, where
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.store.session_stats import SessionStats
from sessiontui.tui.key_bindings import bindings, command_key
from sessiontui.tui.overlay import Overlay
from sessiontui.tui.tasks.background_task import BackgroundTask
from sessiontui.tui.tasks.stats_task import count
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets.plot import BEYOND, plot, top_of
from sessiontui.tui.widgets.sheet import Sheet, SheetRow, facts, heading, wrapped

HEIGHT: Final = 5
"""Lines of the plot."""
ROLE: Final = 14


class AboutScreen(Overlay[None]):
    """Shows what a session is made of. ``go_to`` takes the row that is chosen in it."""

    HELP_TITLE = "About a session"
    CSS = """
    AboutScreen { align: center middle; }
    AboutScreen Sheet { width: 96%; max-width: 104; height: 92%; }
    """
    BINDINGS = bindings(
        command_key("about.close", "escape,q,i", "dismiss", "Close, and stop counting", "close"),
    )

    def __init__(self, store: Store, session: Session, now: datetime, go_to: Callable[[int], object]) -> None:
        super().__init__()
        self._store = store
        self._facts = Facts(session, where(store, session), now)
        self._go_to = go_to
        self._stats: SessionStats | None = None
        self._note = "" if session.problem is not None else "counting …"

    def compose(self) -> ComposeResult:
        sheet = Sheet("about", clicks=1)
        sheet.border_title = ink.content("About this session")
        sheet.border_subtitle = ink.content("Enter goes to a message · Esc closes")
        yield sheet

    def on_mount(self) -> None:
        """Say what is known, and begin to count."""
        self._say()
        if self._facts.session.problem is None:
            task = BackgroundTask(self, "about", failed=self._fail, progressed=self._progress)
            task.start(partial(count, self._store, self._facts.session), self._show)

    def _say(self) -> None:
        self.query_one(Sheet).show(partial(rows, self._facts, self._stats, self._note))

    def _progress(self, label: str, done: int, total: int) -> None:
        if total:
            self._note = f"{label} … {done / total:.0%} {units.bar(done / total)} · Esc stops"
            self._say()

    def _show(self, stats: SessionStats) -> None:
        self._stats = stats
        self._say()

    def _fail(self, error: Exception) -> None:
        self._note = f"× It can't be counted: {error}\n{getattr(error, 'hint', '')}"
        self._say()

    def on_sheet_opened(self, event: Sheet.Opened) -> None:
        """Go to what was chosen, in the transcript."""
        event.stop()
        self.dismiss()
        if isinstance(event.target, int):
            self._go_to(event.target)


# ---- what is said


def rows(session: Facts, about: SessionStats | None, note: str, width: int) -> list[SheetRow]:
    """All lines. ``about`` None: not counted (yet), as ``note`` says."""
    found = facts(known(session, about), width)
    if about is None:
        return [*found, SheetRow(), *wrapped(note, "dim", width)]
    return [*found, *_damage(about, width), *_roles(about, width), *_plot(about, width), *_longest(about, width)]


# ---- what was counted


def _damage(about: SessionStats, width: int) -> Iterator[SheetRow]:
    if not about.damaged:
        return
    yield from heading(f"! {units.counted(about.damaged, 'damaged line')}", "marked ! in the transcript", width)
    for kind in about.damage:
        reason = "other kinds" if kind.reason is None else kind.reason
        count, where = f"{kind.lines:>9,}  ", f"  {kind.id} · line {kind.row + 1:,} "
        room = width - len(count) - len(where)
        text = ink.clipped(reason, room)
        yield SheetRow([(count, "number"), (text, "fault")], [(where, "dim")], kind.row)


def _roles(about: SessionStats, width: int) -> Iterator[SheetRow]:
    if not about.roles:
        return
    yield from heading("By role", "", width)
    bar = 10 if width >= 70 else 4
    yield SheetRow([(f"{'messages':>{ROLE + 10}} {'characters':>{bar + 20}}", "dim")])
    for share in about.roles:
        role = ink.clipped("all others" if share.role is None else share.role or "(no role)", ROLE)
        part, text = share.messages / about.messages, share.characters / max(1, about.characters)
        yield SheetRow(
            [
                (f" {role}{' ' * (ROLE - cell_len(role))}", "role"),
                (f"{share.messages:>9,} {percent(part)} ", "number"),
                (units.bar(part, bar), "match"),
                (f"{share.characters:>13,} {percent(text)}", "dim"),
            ]
        )


def _longest(about: SessionStats, width: int) -> Iterator[SheetRow]:
    if not about.longest:
        return
    yield from heading("Longest messages", "Enter goes to one", width)
    number = max(len(f"{long.ordinal:,}") for long in about.longest) + 1
    size = max(len(f"{long.characters:,}") for long in about.longest)
    for long in about.longest:
        role = ink.clipped(long.role or "(no role)", 10)
        left = [
            (f" {'#' + format(long.ordinal, ','):>{number}} ", "number"),
            (f"{role}{' ' * (10 - cell_len(role))} ", "role"),
            (f"{long.characters:>{size},}  ", "number"),
        ]
        room = width - sum(cell_len(text) for text, _ in left) - 1
        yield SheetRow([*left, (ink.clipped(" ".join(long.beginning.split()), room), "key")], (), long.row)


# ---- the plot


def _plot(about: SessionStats, width: int) -> Iterator[SheetRow]:
    """Messages by time where their times are known, else their lengths by place."""
    if about.first is not None and about.last is not None:
        yield from _activity(about, about.first, about.last, width)
    elif about.messages:
        yield from _lengths(about, width)


def _activity(about: SessionStats, first: datetime, last: datetime, width: int) -> Iterator[SheetRow]:
    activity = about.activity.within(max(1, width - 4 - len(f"{about.messages:,}")))
    yield from heading("Activity", f"messages {STEPS[activity.step]}, UTC", width)
    begin, end = minute(first), minute(last)
    if activity.step >= DAY:
        begin, end = begin[:10], end[:10]
    elif first.date() == last.date():
        end = end[11:]
    yield from _axes(activity.values(), width, begin, "" if end in begin else end)


def _lengths(about: SessionStats, width: int) -> Iterator[SheetRow]:
    course = about.lengths.within(max(1, width - 4 - len(f"{about.longest[0].characters:,}")))
    values = course.means()
    which = "of each message" if course.per == 1 else f"a message, on average of each {course.per:,}"
    top = top_of(values)
    beyond = f"; {BEYOND} goes beyond {top:,}" if max(values) > top else ""
    yield from heading("Lengths", f"along the conversation: characters {which}{beyond}", width)
    yield from _axes(values, width, "#1", f"#{about.messages:,}" if about.messages > 1 else "")


def _axes(values: Sequence[int], width: int, first: str, last: str) -> Iterator[SheetRow]:
    """The plot with what it is measured by: the numbers at its left, the ends of its course below it."""
    top = top_of(values)
    margin = len(f"{top:,}") + 1
    drawn = plot(values, width - margin - 3, HEIGHT, top)
    for at, line in enumerate(drawn):
        label = f"{top:,}" if at == 0 else "0" if at == HEIGHT - 1 else ""
        yield SheetRow([(f"{label:>{margin}} ", "dim"), ("│", "dim"), (line, "role")])
    under = max(len(drawn[0]), len(first) + len(last) + 2)
    yield SheetRow([(f"{' ' * (margin + 2)}{first}{last:>{under - len(first)}}", "dim")])
