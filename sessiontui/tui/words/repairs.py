"""Repair put into words: fault by fault what comes back, what is kept elsewhere and what stays; then what became of it.

What only a person can decide is never said to be lost: it is said to stay, and which key shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from sessiontui import paths, units
from sessiontui.changes.verbs.repair import Repaired, RepairPlan, RepairRow
from sessiontui.damage import catalogue
from sessiontui.damage.salvage import Outcome
from sessiontui.dialects.keys import written
from sessiontui.model import Fault, Salvage, Severity
from sessiontui.tui.looks import ink
from sessiontui.tui.looks.key_names import Keys
from sessiontui.tui.words.fault_words import location
from sessiontui.tui.words.page import Page, key, limited, table
from sessiontui.visible import visible

WRITTEN: Final = " may still be being written"


def question(plan: RepairPlan) -> Page:
    """Put a plan into words. A page without ``act`` has nothing to ask; its title says why."""
    goes = [row for row in plan.rows if row.status == "repaired"]
    if not goes:
        return Page(visible(_nothing(plan.rows)))
    back = sum(row.recovered for row in goes)
    whose = goes[0].key if len(goes) == 1 else units.counted(len(goes), "session")
    what = f"Have {units.counted(back, 'message')} of {whose} back?" if back else f"Repair {whose}?"
    damaged = [row for row in plan.rows if not _is_healthy(row)]
    rows = _outcomes(goes[0]) if len(plan.rows) == 1 else (line for row in damaged for line in _row(row))
    body = (ink.content(visible(_sums(goes))), ink.content(visible(" ")), *limited(rows), *_healthy(plan.rows))
    return Page(visible(what), body, visible(_undo(plan.rows)), visible("Repair"))


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
    """What is left then, what is kept where, and how to take it back."""
    left = sum(row.left for row in rows)
    stays = f"{units.counted(left, 'fault')} {_stay(left)} damaged: x shows {'it' if left == 1 else 'them'}. "
    kept = "The fragments and the old file are kept in .sessiontui" if sum(row.dropped for row in rows) else ""
    return f"{stays * bool(left)}{kept or 'The old file is kept'}: afterwards u brings every byte back."


def _sums(rows: Sequence[RepairRow]) -> str:
    """What becomes of these sessions, in units."""
    back, stay = sum(row.recovered for row in rows), sum(row.kept for row in rows)
    kept = sum(row.dropped for row in rows)
    before, after = sum(row.bytes_before for row in rows), sum(row.bytes_after for row in rows)
    told = (
        f"{units.counted(back, 'message')} {'comes' if back == 1 else 'come'} back" if back else "",
        f"{units.counted(stay, 'valid one' if back else 'valid message')} {_stay(stay)} unchanged",
        f"{units.counted(kept, 'fragment')} {'is' if kept == 1 else 'are'} kept" if kept else "",
        f"{units.size(before)} → {units.size(after)}",
    )
    return " · ".join(filter(None, told))


def _row(row: RepairRow) -> Iterator[Content]:
    """One session of several."""
    name = (visible(row.key), "bold")
    if row.status == "repaired":
        yield ink.content(name, visible(f"  {_sums([row])}"))
    elif row.problem.code:
        yield ink.content(name, (visible(f"  ! left alone: {row.problem.reason}"), "$warning"))
    else:
        yield ink.content(name, (visible("  nothing comes back; stays as it is"), "dim"))
    yield from _outcomes(row)


def _is_healthy(row: RepairRow) -> bool:
    return row.status == "unchanged" and not row.outcomes


def _healthy(rows: Sequence[RepairRow]) -> Iterator[Content]:
    """The sessions of which there is no more to say."""
    healthy = [row.key for row in rows if _is_healthy(row)]
    who = healthy[0] if len(healthy) == 1 else units.counted(len(healthy), "session")
    if healthy:
        told = f"  every line is valid; {_stay(len(healthy))} unchanged"
        yield ink.content((visible(who), "bold"), (visible(told), "dim"))


def _outcomes(row: RepairRow) -> Iterator[Content]:
    """Line by line what becomes of each fault, and how many more there are than are named."""
    for each in row.outcomes:
        yield _stays(each.fault) if each.stays else _goes(each)
    if told := _more(row):
        yield ink.content((visible(f"… {', '.join(told)}"), "dim"))
    elif row.status == "repaired" and all(each.stays for each in row.outcomes):
        yield ink.content(
            (visible("· "), "dim"), visible("a newline is put behind the last record, which nobody ended")
        )


def _more(row: RepairRow) -> list[str]:
    """What becomes of the faults that are not named."""
    if row.faults <= len(row.outcomes):
        return []
    back = row.recovered - sum(len(each.records) for each in row.outcomes)
    left = row.left - sum(each.stays for each in row.outcomes)
    chosen = row.wish.lossless or row.wish.partial
    told = [f"{units.counted(back, 'more message')} back"] * (back > 0)
    return told + [f"{units.counted(left, 'more fault')} {_stay(left)}{'' if chosen else ': not chosen'}"] * (left > 0)


def _stays(fault: Fault) -> Content:
    said = visible(f"! {location(fault)} {_stay(fault.lines)}"), "$warning"
    return ink.content(said, visible(f"  {catalogue.what(fault)}"), (visible(f": {_why(fault)}"), "dim"))


def _why(fault: Fault) -> str:
    """Why a fault stays."""
    back = units.counted(fault.recovers, "message")
    if fault.severity is Severity.INCOMPLETE:
        return f"it{WRITTEN}"
    match fault.salvage:
        case Salvage.PARTIAL:
            return f"a guess could have {back if fault.recovers > 1 else 'it'} back (x shows it)"
        case Salvage.OFFERED:
            return f"{back} could come back if you say so (x shows it)"
        case Salvage.LOSSLESS:
            return f"it{WRITTEN}"
        case Salvage.NONE:
            return "no message is whole in it"


def _goes(found: Outcome) -> Content:
    sure = found.fault.salvage is Salvage.LOSSLESS
    back = len(found.records) or found.fault.recovers * sure  # of very many the records are not told
    kept, size = len(found.fragments), units.size(sum(span.length for span in found.fragments))
    fragments = f"a fragment of {size} is kept" if kept == 1 else f"{kept:,} fragments of {size} are kept"
    told = (
        [units.counted(back, "message")] * bool(back) + [fragments] * bool(kept) + ["its end stays"] * bool(found.end)
    )
    becomes = ", ".join(told) or f"goes: {'nothing is lost' if sure else 'its bytes are kept'}"
    sign = ("+", "$success") if back else ("×" if kept else "·", "dim")
    where = visible(f"{sign[0]} {location(found.fault)}"), sign[1]
    return ink.content(where, visible(f"  {catalogue.what(found.fault)} → {becomes}"))


# ---- when it was made


def sentence(rows: Sequence[RepairRow]) -> str:
    """What was done, in few words."""
    made = [row for row in rows if row.status == "repaired"]
    back, kept = sum(row.recovered for row in made), sum(row.dropped for row in made)
    if back or not kept:
        return f"had {units.counted(back, 'message')} back" if back else "removed what was damaged"
    return f"set {units.counted(kept, 'fragment')} aside"


def first_left(shown: object) -> str | None:
    """The first session in which damage stays, by the plan or the outcome of a repair."""
    rows = shown.rows if isinstance(shown, RepairPlan | Repaired) else ()
    return next((row.key for row in rows if row.left), None)


def needs_page(done: Repaired) -> bool:
    """Whether there is more to read than the sentence."""
    return len(done.rows) > 1 or (done.change is not None and any(row.dropped or row.left for row in done.rows))


def told(done: Repaired, keys: Keys) -> list[Content]:
    """What became of each session, where the fragments are, and what is left."""
    lines = []
    made = [row for row in done.rows if row.status == "repaired"]
    if made:
        cells = ([key(row.key), *map(visible, _figures(row))] for row in made)
        lines += [
            *table(("session", "had back", "fragments", "left"), cells, right=(1, 2, 3)),
            ink.content(visible(" ")),
        ]
    if done.fragments is not None:
        lines.append(ink.content(visible(f"The fragments are in {paths.shortened(written(str(done.fragments)))}")))
    if left := sum(row.left for row in done.rows):
        stays = visible(f"! {units.counted(left, 'fault')} {_stay(left)} damaged"), "$warning"
        shows = f": {keys('inspect')} shows {'it' if left == 1 else 'each'}, and what could be had back"
        lines.append(ink.content(stays, visible(shows if keys("inspect") else "")))
    return lines


def _figures(row: RepairRow) -> tuple[str, str, str]:
    back, kept, left = map(units.count, (row.recovered, row.dropped, row.left))
    return back, kept if row.dropped else "–", left if row.left else "–"
