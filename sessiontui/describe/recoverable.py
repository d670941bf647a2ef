"""Messages that damaged lines hold and that repair recovers, before a change removes the lines or leaves them behind."""

from __future__ import annotations

from typing import Final

from sessiontui import units
from sessiontui.changes.recoverable import Recoverable
from sessiontui.describe.page import BLANK, TextLine, warning

REPAIR_FIRST: Final = "Repair first"


def held(holds: Recoverable, where: str) -> tuple[TextLine, ...]:
    """All three levels, above a plan; nothing where there is nothing to recover."""
    if not holds.total:
        return ()
    first = " · R repairs first" if holds.lossless else ""
    return warning(f"! {where} {units.counted(holds.total, 'recoverable message')}: {holds}{first}"), BLANK


def sentence(holds: Recoverable, does: str) -> str:
    """The same on the command line; ``does``: what the change does with them."""
    return f"{does} {units.counted(holds.total, 'recoverable message')} in damaged lines: {holds}"


def hint(holds: Recoverable, repair: str) -> str:
    """What to do about it; ``repair`` is the command."""
    first = f"`{repair}` recovers the lossless ones first" if holds.lossless else ""
    more = f"`{repair} --dry-run` shows {'the others' if first else 'them'}" if holds.offered or holds.partial else ""
    return "; ".join(filter(None, (first, more)))
