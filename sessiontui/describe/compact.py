"""What compact would remove, and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sessiontui import units
from sessiontui.changes import recoverable
from sessiontui.changes.verbs.compact import CompactPlan, CompactRow
from sessiontui.changes.verbs.plans import RowsOutcome
from sessiontui.damage import catalogue
from sessiontui.describe import recovery
from sessiontui.describe.faults import location
from sessiontui.describe.page import BLANK, Page, TextLine, dim, key, left_alone, limited, line, table, which
from sessiontui.describe.recoverable import REPAIR_FIRST, held


def question(plan: CompactPlan) -> Page:
    """Ask; a plan that removes nothing says why."""
    goes = plan.goes
    if not goes:
        refusals = (" · ".join(filter(None, (row.problem.reason, row.problem.hint))) for row in plan.rows)
        return Page(next(filter(None, refusals), "there is nothing to remove: every line is valid"))
    kept = units.counted(sum(row.kept for row in goes), "valid message")
    after, before = sum(row.bytes_after for row in goes), sum(row.bytes_before for row in goes)
    holds = recoverable.sum_of(goes)
    return Page(
        f"Remove {_removed(goes)} of {which([row.key for row in goes])}?",
        (
            *held(holds, "The lines that go hold"),
            line(f"{kept} stay unchanged · {units.size(before)} → {units.size(after)}"),
            BLANK,
            *limited(each for row in plan.rows for each in _lines(row)),
        ),
        f"{units.size(before - after)} go, blank lines too. The old file is kept: afterwards u brings every byte back.",
        "Compact",
        also=REPAIR_FIRST if holds.lossless else None,
    )


def _removed(rows: Sequence[CompactRow]) -> str:
    dropped = sum(row.dropped for row in rows)
    return units.counted(dropped, "damaged line") if dropped else "blank lines"


def _lines(row: CompactRow) -> Iterator[TextLine]:
    """One session, line by line."""
    name = row.key, "strong"
    if row.status == "unchanged":
        yield line(name, ("  every line is valid; stays as it is", "dim"))
        return
    if row.status != "compacted":
        yield from left_alone(row.key, row.problem.reason, row.problem.hint)
        return
    gone = units.size(row.bytes_before - row.bytes_after)
    yield line(name, f"  {units.counted(row.dropped, 'damaged line')} of {gone} · {_sizes(row)}")
    at, stayed = 1, 0
    for fault in row.gone:
        if fault.line is not None:
            if fault.line > at:
                yield line(f"  {_stay(at, fault.line - 1)}")
                stayed += fault.line - at
            at = fault.line + fault.lines
        size = f"  {units.size(fault.span.length)}" if fault.span is not None else ""
        went = f"! {location(fault)} {'goes' if fault.lines == 1 else 'go'}{size}"
        holds = recoverable.NONE.with_fault(fault)
        yield line((went, "error"), f"  {catalogue.what(fault)}", (f" ({holds})" if holds.total else "", "warning"))
    more = row.dropped - sum(fault.lines for fault in row.gone)
    if more > 0:
        yield dim(f"… and {units.counted(more, 'more damaged line')} {'goes' if more == 1 else 'go'}")
    elif row.kept > stayed:
        yield line("  the lines behind it stay" if row.gone else "  every message stays")


def _sizes(row: CompactRow, *, tenths: bool = False) -> str:
    return f"{units.size(row.bytes_before, tenths=tenths)} → {units.size(row.bytes_after, tenths=tenths)}"


def _stay(first: int, last: int) -> str:
    return f"line {first:,} stays" if first == last else f"lines {first:,}–{last:,} stay"


def said(done: RowsOutcome[CompactRow]) -> str:
    """What was done."""
    return f"removed {_removed(done.changed)}"


def rows(done: RowsOutcome[CompactRow]) -> list[TextLine]:
    """What became of each session."""
    cells = ((key(row.key), units.count(row.dropped), units.count(row.kept), _sizes(row)) for row in done.changed)
    return table(("session", "removed", "kept", "bytes"), cells, right=(1, 2))


def listed(rows: Sequence[CompactRow], was: str) -> Iterator[tuple[str, ...]]:
    """The same on the command line; ``was``: ``was`` or ``would be``."""
    for row in rows:
        if row.status == "compacted":
            kept = units.counted(row.kept, "message")
            yield row.key, f" {was} compacted: {_removed([row])} removed, {kept} kept, {_sizes(row, tenths=True)}"
        if row.problem.is_after_recovery:
            yield recovery.after(row.key)
    if unchanged := sum(row.status == "unchanged" and not row.problem.is_after_recovery for row in rows):
        yield (f"{units.counted(unchanged, 'session')} without anything to remove",)
