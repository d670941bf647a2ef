"""The verb about: what a session is made of: roles, damage, activity, its longest messages."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import click

from sessiontui.cli import key_argument, output, stderr
from sessiontui.cli.options import Context, reads
from sessiontui.cli.output import Strong, count, say
from sessiontui.describe.about import STEPS, Facts, known, minute, path_of, percent, where
from sessiontui.dialects.file_names import written
from sessiontui.errors import Changed
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.store.series import MONDAY
from sessiontui.store.session_stats import SessionStats
from sessiontui.store.survey import survey

TRIES = 3
"""How often a session that changes while it is read is read again."""
LINES = 12
"""So many lines has a course, at most."""
BEGINNING = 60
"""Characters of a long message that are shown."""


@click.command()
@key_argument.KEY
@reads
def about(*, context: Context, key: str) -> int:
    """What a session is made of: who said how much, what is damaged, when it was active."""
    store = context.open()
    session = store.session(key_argument.one(store, key))
    stats = _counted(store, session.key) if session.problem is None else None
    if context.json:
        _row(store, session, stats)
        return 0
    for fact in known(Facts(session, where(store, session), datetime.now(UTC)), stats):
        say(f"{fact.label:<14} ", Strong(fact.text) if fact.look == "match" else fact.text)
    if stats is not None:
        _say_counted(stats)
    return 0


def _counted(store: Store, key: str) -> SessionStats:
    with stderr.interruptible() as cancelled, stderr.progress("counting") as progress:
        for _ in range(TRIES - 1):
            with contextlib.suppress(Changed):
                return survey(store, key, cancelled, progress)
        return survey(store, key, cancelled, progress)


def _row(store: Store, session: Session, stats: SessionStats | None) -> None:
    output.row(
        key=session.key,
        backend=session.backend,
        path=str(path_of(store, session)),
        name=session.name,
        reachable=session.reachable,
        problem=session.problem.reason if session.problem else session.instead or None,
        bytes=session.bytes,
        created_at=session.created_at,
        last_activity=session.last_activity,
        **({} if stats is None else _fields(stats)),
    )


def _fields(stats: SessionStats) -> dict[str, object]:
    return {
        "rows": stats.rows,
        "messages": stats.messages,
        "characters": stats.characters,
        "blank": stats.blank,
        "damaged": stats.damaged,
        "unfinished": stats.unfinished,
        "first": stats.first,
        "last": stats.last,
        "imported": stats.imported,
        "imported_at": stats.imported_at,
        "roles": [{**each._asdict(), "role": each.role and written(each.role)} for each in stats.roles],
        "damage": [
            {"fault": each.id, "reason": each.reason, "lines": each.lines, "row": each.row + 1} for each in stats.damage
        ],
        "longest": [
            {"ordinal": each.ordinal, "row": each.row + 1, "role": written(each.role), "characters": each.characters}
            for each in stats.longest
        ],
    }


def _say_counted(stats: SessionStats) -> None:
    if stats.damaged:
        _heading(count(stats.damaged, "damaged line"))
        output.table(
            (
                (f"{each.lines:,}", each.reason or "other kinds", each.id, f"line {each.row + 1:,}")
                for each in stats.damage
            ),
            right=(0,),
        )
    if stats.roles:
        _heading("By role")
        output.table(
            (
                (
                    "all others" if each.role is None else each.role or "(no role)",
                    count(each.messages, "message"),
                    percent(each.messages / stats.messages),
                    count(each.characters, "character"),
                    percent(each.characters / max(1, stats.characters)),
                )
                for each in stats.roles
            ),
            right=(1, 2, 3, 4),
        )
    if stats.first is not None and stats.last is not None:
        activity = stats.activity.within(LINES)
        _heading(f"Activity: messages {STEPS[activity.step]}, UTC")
        output.table(
            (
                (minute(MONDAY + timedelta(seconds=span * activity.step)), f"{number:,}")
                for span, number in activity.counts
            ),
            right=(1,),
        )
    elif stats.messages:
        lengths = stats.lengths.within(LINES)
        _heading("Lengths: characters a message, along the conversation")
        starts = (f"#{at * lengths.per + 1:,}" for at in range(len(lengths.sums)))
        output.table(zip(starts, (f"{mean:,}" for mean in lengths.means()), strict=True), right=(0, 1))
    if stats.longest:
        _heading("Longest messages")
        output.table(
            (
                (f"#{each.ordinal:,}", each.role or "(no role)", f"{each.characters:,}", _beginning(each.beginning))
                for each in stats.longest
            ),
            right=(0, 2),
        )


def _heading(text: str) -> None:
    say()
    say(Strong(text))


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else f"{line[:BEGINNING]}…"
