"""What damaged lines hold that repair recovers, put into words before a change removes them or leaves them behind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from textual.content import Content

from sessiontui import units
from sessiontui.changes import recoverable
from sessiontui.changes.recoverable import Recoverable
from sessiontui.changes.verbs.compact import CompactRow
from sessiontui.changes.verbs.migrate import MigrateRow
from sessiontui.tui.looks import ink
from sessiontui.visible import visible


def of(rows: Sequence[CompactRow] | Sequence[MigrateRow]) -> Recoverable:
    """What the damaged lines of all of these sessions hold."""
    return reduce(Recoverable.plus, (row.recoverable for row in rows), recoverable.NONE)


def told(holds: Recoverable, where: str) -> tuple[Content, ...]:
    """All three levels, above a plan; nothing where there is nothing to recover."""
    if not holds.total:
        return ()
    first = " · R repairs first" if holds.lossless else ""
    sentence = f"! {where} {units.counted(holds.total, 'recoverable message')}: {holds}{first}"
    return ink.content((visible(sentence), "$warning")), ink.content(visible(" "))
