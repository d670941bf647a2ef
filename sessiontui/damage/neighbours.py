"""What a damaged line is, given the lines above and below it: what may belong to a torn record, and what goes with what.

Which lines those are is found by ``diagnose``. Bytes and values in, values out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sessiontui.damage import catalogue, marks, one_line
from sessiontui.damage.patterns import lazy
from sessiontui.damage.salvage import plan
from sessiontui.damage.verdict import Line, Shape, behind, best, fault
from sessiontui.model import Fault, Salvage, Span

_CODES: Final = rb"(?:\x1b\[[0-9;:]*[mK]|[ \t\r])*"
_OPENS: Final = lazy(rb"[{\[]" + _CODES + rb"\Z")
_CLOSES: Final = lazy(_CODES + rb"[}\]]")
_TORN: Final = ("torn", "fused", "nul-run", "malformed")
"""What may break off in the middle of a record."""


def alone(line: Line, above: Fault | None, end: bytes | None, *, settled: bool) -> Fault:
    """What is wrong with a line. ``above``: with the nearest line above that is not blank, where that is damaged;
    ``end``: the bytes of its last part, where they are known."""
    verdict = one_line.verdict(line.data, line.wrong)
    stays = False
    goes_on = above is not None and above.id == "torn" and behind(above) == line.number
    if goes_on and verdict.id == "escaped":  # a record that the torn text quotes
        verdict = Shape("log-text", verdict.at, "").verdict(len(line.data))
    if catalogue.kind(verdict.id).removed and best(verdict.parts) is Salvage.NONE:
        if verdict.id == "log-text" and goes_on:
            parts = tuple(part._replace(salvage=Salvage.PARTIAL) for part in verdict.parts)  # goes when that one does
            verdict = verdict._replace(id="torn", what="the text of a torn record goes on", parts=parts)
        else:
            stays = (above is not None and _ends_torn(above, end)) or marks.is_named(line.data)
    elif not settled and not line.ended and verdict.id == "torn":
        verdict = verdict._replace(id="incomplete")
    return fault(verdict, line.number, line.offset)._replace(stays=stays)


def _ends_torn(found: Fault, end: bytes | None) -> bool:
    """Whether the last line of a fault may go on below, also as a line of its own."""
    if found.id not in _TORN or not found.parts or found.parts[-1].salvage not in (Salvage.PARTIAL, Salvage.NONE):
        return False
    return end is None or len(found.parts) == 1 or one_line.verdict(end).id in _TORN


def keeping(above: Fault, below: Fault, end: bytes) -> Fault:
    """The fault above, which keeps its ``end``, the bytes of its last part, where the text below may belong to it."""
    is_kept = below.stays and len(above.parts) > 1 and _ends_torn(above, end)
    return above._replace(keeps_end=True) if is_kept else above


def bracketed(found: list[Fault], text: Callable[[Span | None], bytes]) -> list[Fault]:
    """The same; a line that opens a bracket above one that stays, or closes one below it, stays with that.

    ``text`` gives the bytes of a span.
    """
    if all(each.stays or not catalogue.kind(each.id).removed for each in found):
        return found
    stay = [outcome.stays for outcome in plan(found)]
    made = list(found)
    for at, each in enumerate(found):
        if stay[at] or not catalogue.kind(each.id).removed or each.recovers:
            continue
        above = at > 0 and stay[at - 1] and behind(found[at - 1]) == each.line
        below = at + 1 < len(found) and stay[at + 1] and behind(each) == found[at + 1].line
        if (below and _OPENS.search(text(each.span))) or (above and _CLOSES.match(text(each.span))):
            made[at] = each._replace(stays=True)
    return made


def held(found: list[Fault]) -> list[Fault]:
    """The same; lines that would only go, between lines that stay, go with a guess at those.

    Without them the others would stand together, and might be taken for something that nobody wrote.
    """
    made = list(found)
    begin = len(found)
    for at, outcome in enumerate(plan(found)):
        if outcome.stays:
            made[begin:at] = map(_with_the_others, made[begin:at])
            begin = at + 1
        elif outcome.records:
            begin = len(found)
    return made


def _with_the_others(found: Fault) -> Fault:
    parts = tuple(part._replace(salvage=Salvage.PARTIAL) for part in found.parts)
    return found._replace(salvage=Salvage.NONE, parts=parts, readings=())
