"""The verb list: the sessions of a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from sessiontui.cli import output, stderr
from sessiontui.cli.options import Context, reads
from sessiontui.cli.typed import text
from sessiontui.describe import signs
from sessiontui.model import Session

_ORDERS: dict[str, Callable[[Session], Any]] = {
    "key": lambda session: session.key,
    "messages": lambda session: -(session.messages or 0),
    "size": lambda session: -(session.bytes or 0),
    "faults": lambda session: -(session.faults or 0),
}


@click.command(epilog=signs.legend(signs.DAMAGED, signs.UNREADABLE, signs.UNREACHABLE, signs.EMPTY))
@reads
@click.option(
    "--sort",
    type=click.Choice(["activity", *_ORDERS]),
    default="activity",
    show_default=True,
    help="Newest, greatest or most first; keys by the alphabet.",
)
@click.option("--filter", "pattern", metavar="TEXT", help="Only sessions whose key or name has these letters in order.")
def list(*, context: Context, sort: str, pattern: str | None) -> int:
    """The sessions of a store, newest activity first."""
    store = context.open()
    sessions = _fitting(store.sessions(), text(pattern or ""))
    with stderr.progress("counting") as progress:
        counted: Iterable[Session] = store.counted(sessions, progress=progress)
        if sort != "activity":
            counted = sorted(counted, key=_ORDERS[sort])
        if context.json:
            for session in counted:
                _row(session)
        else:
            output.table(map(_cells, counted), right=(2, 3, 4, 5))
    return 0


def _fitting(sessions: Sequence[Session], pattern: str) -> Sequence[Session]:
    if not pattern:
        return sessions
    from sessiontui.query.fuzzy import Names  # which a plain list has no use for

    keys = Names(session.key for session in sessions).rank(pattern)
    names = Names(session.name or "" for session in sessions).rank(pattern)
    fitting = {*keys, *names}
    return [session for at, session in enumerate(sessions) if at in fitting]


def _row(session: Session) -> None:
    output.row(
        key=session.key,
        backend=session.backend,
        messages=session.messages,
        faults=session.faults,
        bytes=session.bytes,
        created_at=session.created_at,
        last_activity=session.last_activity,
        name=session.name,
        reachable=session.reachable,
    )


def _cells(session: Session) -> tuple[str, ...]:
    return (
        signs.badge(session),
        session.key,
        output.column(session.messages, "message"),
        output.column(session.faults, "damaged line") if session.faults else "",
        output.size(session.bytes),
        output.age(session.last_activity),
        session.name or "",
        session.problem.reason if session.problem else session.instead,
    )
