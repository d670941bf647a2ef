"""What repair would recover, and recovered; what is kept as a fragment and what stays damaged.

What only a person can decide is never said to be lost: it is said to stay, and which key shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sessiontui import paths, units
from sessiontui.changes.verbs.plans import RowsOutcome, rows_of
from sessiontui.changes.verbs.repair import RepairPlan, RepairRow, fragments_path
from sessiontui.damage import catalogue
from sessiontui.damage.salvage import Outcome
from sessiontui.describe import recovery, signs
from sessiontui.describe.faults import location, numbered
from sessiontui.describe.page import BLANK, Keys, Page, TextLine, dim, key, left_alone, limited, line, table, which
from sessiontui.dialects.file_names import written
from sessiontui.model import Fault, Salvage, Severity

WRITTEN: Final = " may still be being written"
NAMED: Final = 12
"""How many line numbers are named in a sentence."""


# ---- before


def question(plan: RepairPlan) -> Page:
    """Ask; a plan that repairs nothing says why."""
    goes = plan.goes
    if not goes:
        return Page(_nothing(plan.rows))
    back = sum(row.recovered for row in goes)
    of = which([row.key for row in goes])
    title = f"Have {units.counted(back, 'message')} of {of} back?" if back else f"Repair {of}?"
    several = (each for row in plan.rows if not _is_healthy(row) for each in _lines(row))
    lines = _outcomes(goes[0]) if len(plan.rows) == 1 else several
    body = (line(_sums(goes)), BLANK, *limited(lines), *_healthy(plan.rows))
    return Page(title, body, _undo(plan.rows), "Repair")


def _nothing(rows: Sequence[RepairRow]) -> str:
    """Why there is nothing to ask about."""
    if reason := next((row.problem.reason for row in rows if row.problem.code), ""):
        return reason
    faults = [each.fault for row in rows for each in row.outcomes]
    left = sum(row.left for row in rows)
    if not left:
        return f"there is nothing to repair: {'the last line' + WRITTEN if faults else 'every line is valid'}"
    stay = f"{units.counted(left, 'fault')} {_stay(left)}"
    if any(fault.severity is Severity.DAMAGE and fault.salvage is not Salvage.NONE for fault in faults):
        return f"nothing comes back without your say: {stay}; x shows what could be had back"
    return f"nothing can be had back: {stay}; x shows why"


def _stay(count: int) -> str:
    return "stays" if count == 1 else "stay"


def _undo(rows: Sequence[RepairRow]) -> str:
    """What is left then, what is kept where, and how to undo it."""
    left = sum(row.left for row in rows)
    stays = f"{units.counted(left, 'fault')} {_stay(left)} damaged: x shows {'it' if left == 1 else 'them'}. "
    kept = "The fragments and the old file are kept in .sessiontui" if sum(row.dropped for row in rows) else ""
    return f"{stays * bool(left)}{kept or 'The old file is kept'}: afterwards u brings every byte back."


def _sums(rows: Sequence[RepairRow]) -> str:
    """What becomes of these sessions, in units."""
    back, stay = sum(row.recovered for row in rows), sum(row.kept for row in rows)
    kept = sum(row.dropped for row in rows)
    before, after = sum(row.bytes_before for row in rows), sum(row.bytes_after for row in rows)
    said = (
        f"{units.counted(back, 'message')} {'comes' if back == 1 else 'come'} back" if back else "",
        f"{units.counted(stay, 'valid one' if back else 'valid message')} {_stay(stay)} unchanged",
        f"{units.counted(kept, 'fragment')} {'is' if kept == 1 else 'are'} kept" if kept else "",
        f"{units.size(before)} → {units.size(after)}",
    )
    return " · ".join(filter(None, said))


def _lines(row: RepairRow) -> Iterator[TextLine]:
    """One session of several."""
    if row.status == "repaired":
        yield line((row.key, "strong"), f"  {_sums([row])}")
    elif row.problem.code:
        yield from left_alone(row.key, row.problem.reason)
    else:
        yield line((row.key, "strong"), ("  nothing comes back; stays as it is", "dim"))
    yield from _outcomes(row)


def _is_healthy(row: RepairRow) -> bool:
    return row.status == "unchanged" and not row.outcomes


def _healthy(rows: Sequence[RepairRow]) -> Iterator[TextLine]:
    """The sessions of which there is no more to say."""
    healthy = [row.key for row in rows if _is_healthy(row)]
    if healthy:
        yield line((which(healthy), "strong"), (f"  every line is valid; {_stay(len(healthy))} unchanged", "dim"))


def _outcomes(row: RepairRow) -> Iterator[TextLine]:
    """TextLine by line what becomes of each fault, and how many more there are than are named."""
    for each in row.outcomes:
        yield _stays(each.fault) if each.stays else _goes(each)
    if more := _more(row):
        yield dim(f"… {', '.join(more)}")
    elif row.status == "repaired" and all(each.stays for each in row.outcomes):
        yield line(("· ", "dim"), "a newline is put behind the last record, which nobody ended")


def _more(row: RepairRow) -> list[str]:
    """What becomes of the faults that are not named."""
    if row.faults <= len(row.outcomes):
        return []
    back = row.recovered - sum(len(each.records) for each in row.outcomes)
    left = row.left - sum(each.stays for each in row.outcomes)
    chosen = row.wish.lossless or row.wish.partial
    said = [f"{units.counted(back, 'more message')} back"] * (back > 0)
    return said + [f"{units.counted(left, 'more fault')} {_stay(left)}{'' if chosen else ': not chosen'}"] * (left > 0)


def _stays(fault: Fault) -> TextLine:
    what, why = f"  {catalogue.what(fault)}", f": {_why(fault)}"
    return line((f"! {location(fault)} {_stay(fault.lines)}", "warning"), what, (why, "dim"))


def _why(fault: Fault) -> str:
    """Why a fault stays."""
    back = units.counted(fault.recovers, "message")
    if fault.severity is Severity.INCOMPLETE or fault.salvage is Salvage.LOSSLESS:
        return f"it{WRITTEN}"
    match fault.salvage:
        case Salvage.PARTIAL:
            return f"a guess could have {back if fault.recovers > 1 else 'it'} back (x shows it)"
        case Salvage.OFFERED:
            return f"{back} could come back if you say so (x shows it)"
    return "no message is whole in it"


def _goes(found: Outcome) -> TextLine:
    sure = found.fault.salvage is Salvage.LOSSLESS
    back = len(found.records) or found.fault.recovers * sure  # of very many the records are not known
    kept, size = len(found.fragments), units.size(sum(span.length for span in found.fragments))
    fragments = f"a fragment of {size} is kept" if kept == 1 else f"{kept:,} fragments of {size} are kept"
    said = (
        [units.counted(back, "message")] * bool(back) + [fragments] * bool(kept) + ["its end stays"] * bool(found.end)
    )
    becomes = ", ".join(said) or f"goes: {'nothing is lost' if sure else 'its bytes are kept'}"
    sign, look = (signs.LOSSLESS, "success") if back else (signs.APART if kept else signs.GONE, "dim")
    return line((f"{sign} {location(found.fault)}", look), f"  {catalogue.what(found.fault)} → {becomes}")


# ---- after


def said(done: RowsOutcome[RepairRow]) -> str:
    """What was done, in few words."""
    back, kept = sum(row.recovered for row in done.changed), sum(row.dropped for row in done.changed)
    if back or not kept:
        return f"had {units.counted(back, 'message')} back" if back else "removed what was damaged"
    return f"set {units.counted(kept, 'fragment')} aside"


def first_left(shown: object) -> str | None:
    """The first session in which damage stays, by the plan or the outcome of a repair."""
    return next((row.key for row in rows_of(shown) if isinstance(row, RepairRow) and row.left), None)


def needs_page(done: RowsOutcome[RepairRow]) -> bool:
    """Whether there is more to read than the sentence."""
    return len(done.rows) > 1 or (done.change is not None and any(row.dropped or row.left for row in done.rows))


def rows(done: RowsOutcome[RepairRow], keys: Keys) -> list[TextLine]:
    """What became of each session, where the fragments are, and what is left."""
    cells = [
        (key(row.key), units.count(row.recovered), _figure(row.dropped), _figure(row.left)) for row in done.changed
    ]
    lines = table(("session", "had back", "fragments", "left"), cells, right=(1, 2, 3)) + [BLANK] * bool(cells)
    if kept := fragments_path(done.rows):
        lines.append(line(f"The fragments are in {paths.shortened(written(str(kept)))}"))
    if left := sum(row.left for row in done.rows):
        shows = f": {keys('inspect')} shows {'it' if left == 1 else 'each'}, and what could be had back"
        stays = f"! {units.counted(left, 'fault')} {_stay(left)} damaged"
        lines.append(line((stays, "warning"), shows if keys("inspect") else ""))
    return lines


def _figure(count: int) -> str:
    return units.count(count) if count else "–"


# ---- on the command line


def listed(rows: Sequence[RepairRow], was: str) -> Iterator[tuple[str, ...]]:
    """What became of each session; ``was``: ``was`` or ``would be``."""
    idle = []
    for row in rows:
        if row.status == "repaired":
            before, after = (units.size(size, tenths=True) for size in (row.bytes_before, row.bytes_after))
            yield row.key, f" {was} repaired: {_had(row)}, {before} → {after}"
        if row.problem.is_after_recovery:
            yield recovery.after(row.key)
        elif row.status in ("repaired", "unchanged") and row.left:
            yield row.key, f": {units.counted(row.left, 'fault')} {_ways(row)}"
        elif row.status == "unchanged":
            idle.append(row)
    if idle:
        why = {row.problem.reason for row in idle if row.problem.reason}
        yield (
            f"{units.counted(len(idle), 'session')} without anything to repair",
            *(f": {reason}" for reason in why),
        )


def _had(row: RepairRow) -> str:
    said = [f"{units.counted(row.recovered, 'message')} had back"] if row.recovered else []
    said.append(f"{units.counted(row.kept, 'message')} kept")
    if row.dropped:
        said.append(f"{units.counted(row.dropped, 'fragment')} set aside")
    return ", ".join(said)


def _ways(row: RepairRow) -> str:
    """Which options recover what is left."""
    ways = []
    if row.offered:
        more = ",…" if len(row.offered) > NAMED else ""
        ways.append(f"`--mark {','.join(map(str, row.offered[:NAMED]))}{more}` takes what is offered")
    if row.guesses:
        ways.append(f"`--partial` guesses at {row.guesses:,}")
    if not ways:
        only = row.outcomes[0].fault if len(row.outcomes) == 1 and row.outcomes[0].stays else None
        return f"{_stay(row.left)}, nothing can be had back" + (f": {catalogue.what(only)}" if only else "")
    return f"{_stay(row.left)}: {', '.join(ways)}"


def foretold(rows: Sequence[RepairRow]) -> Iterator[tuple[str, ...]]:
    """Each fault, and what would become of it."""
    for row in rows:
        for outcome in row.outcomes:
            fault = outcome.fault
            at = "" if fault.line is None else f":{fault.line}"
            yield row.key, f"{at}: {catalogue.what(fault)} [{fault.id}] → {_becomes(outcome)}"
            for reading in numbered(fault):
                yield row.key, reading
    if rest := sum(row.faults - len(row.outcomes) for row in rows):
        yield (f"… and {units.counted(rest, 'fault')} more",)


def _becomes(outcome: Outcome) -> str:
    fault = outcome.fault
    if not outcome.stays:
        had = max(len(outcome.records), fault.recovers)
        said = [units.counted(had, "message")] if had else []
        said += [units.counted(len(outcome.fragments), "fragment")] if outcome.fragments else []
        said += ["its end stays, as a line"] if outcome.end else []
        return ", ".join(said) or "removed, nothing is lost"
    if fault.severity is Severity.INCOMPLETE:
        return "stays, for it may still be being written"
    match fault.salvage:
        case Salvage.OFFERED:
            return f"stays; --mark {fault.line} has {units.counted(fault.recovers, 'message')} back"
        case Salvage.PARTIAL:
            return f"stays; --partial guesses at {units.counted(fault.recovers, 'message')}"
    return "stays"


def unoffered(row: RepairRow, lines: Iterable[int]) -> tuple[str, str]:
    """Why nothing is offered on lines that were marked, and what to do next; both empty where it is."""
    for at, readings in row.unread:
        if at not in row.unoffered:
            has = units.counted(readings, "reading")
            return f"line {at} of {row.key} has {has}: `sessiontui check` numbers them from 1", ""
    if not row.unoffered:
        return "", ""
    there = sorted({*row.offered, *lines} - {*row.unoffered})
    has = f"{_named(there)} {'has' if len(there) == 1 else 'have'}" if there else "none has"
    reason = f"nothing is offered on {_named(row.unoffered)} of {row.key}; {has}"
    return reason, "`sessiontui repair KEY --dry-run` says what becomes of each"


def _named(lines: Sequence[int]) -> str:
    shown = [str(each) for each in lines[:NAMED]]
    if len(lines) > NAMED:
        return f"lines {', '.join(shown)} and {len(lines) - NAMED:,} more"
    return f"line {shown[0]}" if len(shown) == 1 else f"lines {', '.join(shown[:-1])} and {shown[-1]}"
