"""What is said about a session, as lines laid out for a width: pure, from values alone.

A time that nobody knows is said to be unknown; the time of an import is never told as that of a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from sessiontui.dialects.keys import is_misnamed
from sessiontui.model import Backend, Session
from sessiontui.store.session_stats import SessionStats
from sessiontui.tui.looks import figures, ink
from sessiontui.tui.looks.wrap import wrap
from sessiontui.tui.widgets.plot import BEYOND, plot, top_of
from sessiontui.tui.widgets.sheet import SheetRow
from sessiontui.visible import Visible, visible

LABEL: Final = 14
"""Columns of what stands before a fact."""
HEIGHT: Final = 5
"""Lines of the plot."""
ROLE: Final = 14

DAY: Final = 86400
STEPS: Final = {
    60: "a minute",
    600: "in ten minutes",
    3600: "an hour",
    6 * 3600: "in six hours",
    DAY: "a day",
    7 * DAY: "a week",
    28 * DAY: "in four weeks",
    364 * DAY: "in 52 weeks",
    3640 * DAY: "in ten years",
    36400 * DAY: "a century",
    364000 * DAY: "in a thousand years",
}
BACKENDS: Final = {
    Backend.JSONL: "JSONL: a file, one message a line",
    Backend.SQLITE: "SQLite: a database, one message a row",
    Backend.MEMORY: "memory",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a session before it is read."""

    session: Session
    where: str
    """Path of its file or database; hostile text."""
    now: datetime


def rows(facts: Facts, about: SessionStats | None, note: str, width: int) -> list[SheetRow]:
    """All lines. ``about`` None: not counted (yet), as ``note`` says."""
    found = [*_facts(facts, about, width)]
    if about is None:
        return [*found, SheetRow(), *wrapped(note, "dim", width)]
    parts = [_damage(about, width), _roles(about, width), _plot(about, width), _longest(about, width)]
    return [*found, *(row for part in parts for row in part)]


def moment(at: datetime | None, now: datetime) -> str:
    """A time, and how long ago that is, or how far ahead: ``2026-03-01 11:58 UTC · 2m ago``."""
    return "not known" if at is None else f"{_minute(at)} UTC · {ago(at, now)}"


def ago(at: datetime, now: datetime) -> str:
    """``2m ago``, ``in 3d``."""
    age = figures.age(at, now)
    return age if age.startswith("in ") else f"{age} ago"


# ---- what stat and metadata say


def _facts(facts: Facts, about: SessionStats | None, width: int) -> Iterator[SheetRow]:
    session = facts.session
    yield from fact("key", session.key or "(no name)", width, "match")
    if session.name:
        yield from fact("name", session.name, width)
    yield from fact("where", facts.where, width)
    yield from fact("kept as", BACKENDS[session.backend], width)
    if session.reachable:
        yield from fact("ZeroClaw", "loads it by this key", width)
    else:
        odd = "the name is not UTF-8, so it never lists it; rename the file"
        why = odd if is_misnamed(session) else "no key leads to this name"
        yield from fact("ZeroClaw", f"! can't load it: {why}", width, "fault")
    if session.problem is not None:
        yield from fact("trouble", f"× {session.problem.reason}", width, "fault")
        return
    if session.instead:
        yield from fact("trouble", f"! no session: {session.instead}", width, "fault")
    yield from fact("size", _size(session), width)
    yield from fact("holds", _holds(session, about), width)
    yield from _times(facts, about, width)


def _size(session: Session) -> str:
    if session.bytes is None:
        return figures.UNKNOWN
    what = "" if session.backend is Backend.JSONL else " of roles and texts"
    exact = f" · {session.bytes:,} bytes" if session.bytes >= 1000 else ""
    return figures.size(session.bytes) + exact + what


def _holds(session: Session, about: SessionStats | None) -> str:
    if about is None:
        return figures.counted(session.messages, "message")
    row = "line" if session.backend is Backend.JSONL else "row"
    parts = [figures.counted(about.messages, "message"), f"{about.damaged:,} damaged", f"{about.blank:,} blank"]
    if about.unfinished:
        parts.append(f"{about.unfinished:,} unfinished, perhaps still being written")
    said = parts if session.backend is Backend.JSONL else parts[:1] if not about.damaged else parts[:2]
    return f"{figures.counted(about.rows, row)}: {', '.join(said)}"


def _times(facts: Facts, about: SessionStats | None, width: int) -> Iterator[SheetRow]:
    session, now = facts.session, facts.now
    if session.backend is Backend.JSONL:
        yield from fact("created", "not known: JSONL keeps no times", width)
        yield from fact("last activity", f"{moment(session.last_activity, now)}, when the file was written", width)
        return
    yield from fact("created", moment(session.created_at, now), width)
    yield from fact("last activity", moment(session.last_activity, now), width)
    if about is None:
        return
    if about.timed:
        yield from fact("first message", moment(about.first, now), width)
        yield from fact("last message", moment(about.last, now), width)
    if about.imported:
        which = "all messages" if not about.timed else figures.counted(about.imported, "message")
        said = f"{which} came by an import, {moment(about.imported_at, now)}; when they were said is not known"
        yield from fact("imported", said, width)


# ---- what was counted


def _damage(about: SessionStats, width: int) -> Iterator[SheetRow]:
    if not about.damaged:
        return
    yield from heading(f"! {figures.counted(about.damaged, 'damaged line')}", "marked ! in the transcript", width)
    for kind in about.damage:
        reason = "other kinds" if kind.reason is None else kind.reason
        count, where = visible(f"{kind.lines:>9,}  "), visible(f"  {kind.id} · line {kind.row + 1:,} ")
        room = width - len(count) - len(where)
        text = ink.clipped(reason, room)
        yield SheetRow([(count, "number"), (text, "fault")], [(where, "dim")], kind.row)


def _roles(about: SessionStats, width: int) -> Iterator[SheetRow]:
    if not about.roles:
        return
    yield from heading("By role", "", width)
    bar = 10 if width >= 70 else 4
    yield SheetRow([(visible(f"{'messages':>{ROLE + 10}} {'characters':>{bar + 20}}"), "dim")])
    for share in about.roles:
        role = ink.clipped("all others" if share.role is None else share.role or "(no role)", ROLE)
        part, text = share.messages / about.messages, share.characters / max(1, about.characters)
        yield SheetRow(
            [
                (visible(f" {role}{' ' * (ROLE - cell_len(role))}"), "role"),
                (visible(f"{share.messages:>9,} {_percent(part)} "), "number"),
                (visible(figures.bar(part, bar)), "match"),
                (visible(f"{share.characters:>13,} {_percent(text)}"), "dim"),
            ]
        )


def _percent(part: float) -> str:
    return " <1 %" if 0 < part < 0.005 else f"{part:>4.0%}".replace("%", " %")


def _longest(about: SessionStats, width: int) -> Iterator[SheetRow]:
    if not about.longest:
        return
    yield from heading("Longest messages", "Enter goes to one", width)
    number = max(len(f"{long.ordinal:,}") for long in about.longest) + 1
    size = max(len(f"{long.characters:,}") for long in about.longest)
    for long in about.longest:
        role = ink.clipped(long.role or "(no role)", 10)
        left = [
            (visible(f" {'#' + format(long.ordinal, ','):>{number}} "), "number"),
            (visible(f"{role}{' ' * (10 - cell_len(role))} "), "role"),
            (visible(f"{long.characters:>{size},}  "), "number"),
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
    begin, end = _minute(first), _minute(last)
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
    margin = max(len(f"{top:,}"), 1) + 1
    drawn = plot(values, width - margin - 3, HEIGHT, top)
    for at, line in enumerate(drawn):
        label = f"{top:,}" if at == 0 else "0" if at == HEIGHT - 1 else ""
        yield SheetRow([(visible(f"{label:>{margin}} "), "dim"), (visible("│"), "dim"), (visible(line), "role")])
    under = max(len(drawn[0]), len(first) + len(last) + 2)
    yield SheetRow([(visible(f"{' ' * (margin + 2)}{first}{last:>{under - len(first)}}"), "dim")])


# ---- lines


def heading(text: str, more: str, width: int) -> Iterator[SheetRow]:
    """A blank line, then what follows is about."""
    yield SheetRow()
    if len(text) + len(more) + 3 <= width:
        yield SheetRow([(visible(f" {text}"), "match"), (visible(f"  {more}"), "dim")])
    else:
        yield SheetRow([(visible(f" {text}"), "match")])
        yield from wrapped(more, "dim", width)


def fact(label: str, text: str, width: int, look: str = "key") -> Iterator[SheetRow]:
    """Something known, behind its name."""
    shown = visible(f" {label:<{LABEL}}")
    for row in _pieces(text, width - LABEL - 2):
        yield SheetRow([(shown, "dim"), (row, look)])
        shown = visible(" " * (LABEL + 1))


def wrapped(text: str, look: str, width: int) -> Iterator[SheetRow]:
    """Sentences."""
    for row in _pieces(text, width - 2):
        yield SheetRow([(visible(" "), look), (row, look)])


def _pieces(text: str, width: int) -> Iterator[Visible]:
    shown = visible(text, lines=True)
    return (visible(shown[start:stop]) for start, stop in wrap(shown, max(8, width)))


def _minute(at: datetime) -> str:
    return at.isoformat(sep=" ")[:16]
