"""What a crash left to the next change, put into words: changes that were interrupted, messages that wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui import units
from sessiontui.tui.tasks.writability_check import Writability
from sessiontui.visible import Visible, visible

NAMED: Final = 3
"""So many interrupted imports are named, at most."""


def note(report: Writability) -> str:
    """In a few words, for as long as it is so; empty where all is settled."""
    waiting = sum(count for _, count in report.late)
    parts = (
        _interrupted(report.interrupted),
        f"{_waiting(waiting)} in the journal" if waiting else "",
        f"{units.counted(len(report.imports), 'unfinished import')}" if report.imports else "",
    )
    return " · ".join(filter(None, parts))


def notices(report: Writability) -> Iterator[Visible]:
    """What a person should know of it at once."""
    if report.interrupted:
        each = "it" if report.interrupted == 1 else "each"
        yield visible(
            f"{_interrupted(report.interrupted)}: the next change finishes {each} or rolls {each} back first "
            f"· U shows {each}"
        )
    for key in report.imports[:NAMED]:
        yield visible(
            f"the import of {key} was interrupted: its messages are in {key}.jsonl.importing · b shows the file"
        )
    if report.late:
        waiting = sum(count for _, count in report.late)
        into = report.late[0][0] if len(report.late) == 1 else units.counted(len(report.late), "session")
        them = "it" if waiting == 1 else "them"
        yield visible(f"{_waiting(waiting)} in the journal: the next change brings {them} into {into} first")


def _interrupted(count: int) -> str:
    return f"{count:,} change{' was' if count == 1 else 's were'} interrupted" if count else ""


def _waiting(count: int) -> str:
    return f"{units.counted(count, 'message')} wait{'s' if count == 1 else ''}"
