"""What would become of a fault, as a difference: the lines that go, the records that come, the fragments kept apart.

Pure: a fault and its bytes in, values out. What is long is shown by its beginning and its end, so that a proposal is
always small. The same plan makes it as makes the change.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from io import BytesIO
from itertools import islice, takewhile
from operator import eq
from types import MappingProxyType
from typing import Final, NamedTuple

from sessiontui.damage import salvage
from sessiontui.damage.salvage import Outcome, Wish
from sessiontui.model import Fault, Part, Salvage, Severity, Span

ROWS: Final = 60
"""Lines, records or fragments that are shown of a fault; of more it is said how many."""
PIECES: Final = 60
"""Pieces of one of them that are told apart."""
LONG: Final = 480
"""Bytes of a piece that are shown whole; of a longer one, its two ends."""
CLOSE: Final = 600
"""Bytes of two texts that are compared within, where they are not alike at their ends."""
_NULS: Final = re.compile(r"\x00{9,}")
_CHARACTER: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+|.", re.DOTALL)


class Stroke(NamedTuple):
    """One line of the difference: its sign, and its text in pieces, each with the name of its look. Hostile text."""

    sign: str
    pieces: tuple[tuple[str, str], ...]


class Proposal(NamedTuple):
    """What is proposed for a fault."""

    outcome: Outcome | None = None
    """None where that is not known."""
    before: tuple[Stroke, ...] = ()
    after: tuple[Stroke, ...] = ()
    more: tuple[int, int] = (0, 0)
    """Lines before, and records and fragments after, that are not shown."""
    acts: bool = False
    """There is something to accept."""
    hidden: bool = False
    """It can be accepted and is too large to be shown."""
    reading: int = 1
    """Which one, where there are several."""


def wish(faults: Sequence[Fault], readings: Mapping[int, int] = MappingProxyType({})) -> Wish:
    """What accepting what is proposed for these faults of one session means; a guess only where there is nothing surer.

    ``readings``: by line, which one is chosen, from 1.
    """
    lines = frozenset(each.line for each in faults if each.line)
    guessed = frozenset(each.line for each in faults if each.line and each.salvage is Salvage.PARTIAL)
    return Wish(lossless=False, marked=lines, guessed=guessed, readings=readings)


def acts(fault: Fault) -> bool:
    """Whether there is something to accept."""
    if fault.line is None or fault.severity is not Severity.DAMAGE:
        return False
    return not _outcome(fault).stays if fault.parts else fault.recovers > 0


def propose(fault: Fault, data: bytes | None, reading: int = 1) -> Proposal:
    """What is proposed for a fault; ``data`` are all of its bytes, None where they are too many or there are none."""
    reading = min(reading, len(fault.readings) or 1)
    fault = fault.read_as(reading) if fault.parts else fault
    does = acts(fault)
    outcome = _outcome(fault) if fault.parts else None
    if not does or data is None or not outcome:
        return Proposal(outcome, acts=does, hidden=does, reading=reading)
    before, after = (tuple(islice(strokes(outcome, data), ROWS)) for strokes in (_before, _after))
    rows = data.count(b"\n") + 1, len(outcome.records) + len(outcome.fragments) + bool(outcome.end)
    more = max(0, rows[0] - ROWS), max(0, rows[1] - ROWS)
    return Proposal(outcome, before, after, more, acts=True, reading=reading)


def _outcome(fault: Fault) -> Outcome:
    return next(salvage.plan([fault], wish([fault])))


def fate(part: Part, outcome: Outcome) -> str:
    """What becomes of the bytes of a part: ``kept`` in a record, kept ``apart``, or ``gone`` without a loss."""
    if outcome.stays or part.span == outcome.end:
        return "kept"
    at = bisect_right(outcome.fragments, part.span.offset, key=lambda each: each.offset) - 1
    is_picked = part.left and part.records and part.records[0] in outcome.records
    if at >= 0 and part.span.length and part.span.stop <= outcome.fragments[at].stop and not is_picked:
        return "apart"
    return "kept" if part.records else "gone"


# ---- before


def _before(outcome: Outcome, data: bytes) -> Iterator[Stroke]:
    """The damaged lines, what changes in them told apart."""
    pieces: list[tuple[str, str]] = []
    for run, look in _runs(outcome, data):
        for at, piece in enumerate(run.split(b"\n")):
            if at:
                yield Stroke("-", tuple(pieces))
                pieces = []
            if piece and len(pieces) < PIECES:
                pieces.append((shown(piece), look))
    yield Stroke("-", tuple(pieces))


def _runs(outcome: Outcome, data: bytes) -> Iterator[tuple[bytes, str]]:
    """The bytes, in order, with the looks that they have."""
    rest = BytesIO(data)
    for part in outcome.fault.parts:
        raw = rest.read(part.span.length)
        of = fate(part, outcome)
        if of == "kept" and part.span != outcome.end and _is_alike(outcome.fault, part) and raw != part.records[0]:
            left = [(span.offset - part.span.offset, span.stop - part.span.offset) for span in part.left]
            for a, b, same in _same(raw, part.records[0]):
                apart = any(start < b and a < stop for start, stop in left)
                yield raw[a:b], "raw" if same else "apart" if apart else "gone"
        else:
            yield raw, "raw" if of == "kept" else of


# ---- after


def _after(outcome: Outcome, data: bytes) -> Iterator[Stroke]:
    """The records in the order in which they will stand, and the fragments where their bytes stood."""
    base = outcome.fault.span.offset if outcome.fault.span else 0
    fragments = list(outcome.fragments)
    for part in outcome.fault.parts:
        while fragments and fragments[0].offset <= part.span.offset:
            yield _fragment(fragments.pop(0), data, base)
        if fate(part, outcome) == "kept":
            raw = data[part.span.offset - base : part.span.stop - base]
            if part.span == outcome.end:
                yield Stroke("+", ((shown(raw), "raw"),))
                continue
            for record in part.records:
                is_told_apart = _is_alike(outcome.fault, part) and raw != record
                pieces = _same(record, raw) if is_told_apart else [(0, len(record), True)]
                looks = ((shown(record[a:b]), "key" if same else "come") for a, b, same in islice(pieces, PIECES))
                yield Stroke("+", tuple(looks))
    for span in fragments:
        yield _fragment(span, data, base)


def _fragment(span: Span, data: bytes, base: int) -> Stroke:
    return Stroke("~", ((shown(data[span.offset - base : span.stop - base]), "apart"),))


def _is_alike(fault: Fault, part: Part) -> bool:
    """Whether it says something to compare the bytes of a part with what they become."""
    return len(part.records) == 1 and not fault.codec


def _same(one: bytes, other: bytes) -> Iterator[tuple[int, int, bool]]:
    """The pieces of one text, each with whether the other has it too; no character is cut."""
    head = sum(takewhile(bool, map(eq, one, other)))  # so many are the same
    while head and (_is_inside(one, head) or _is_inside(other, head)):
        head -= 1
    tail = sum(takewhile(bool, map(eq, reversed(one[head:]), reversed(other[head:]))))
    while tail and _is_inside(one, len(one) - tail):
        tail -= 1
    stop = len(one) - tail
    pieces = [(0, head, True), *_middle(one[head:stop], other[head : len(other) - tail], head), (stop, len(one), True)]
    return ((start, end, same) for start, end, same in pieces if start < end)


def _is_inside(text: bytes, at: int) -> bool:
    """Whether a character of UTF-8 goes on there."""
    return at < len(text) and 0x80 <= text[at] < 0xC0


def _middle(one: bytes, other: bytes, at: int) -> Iterator[tuple[int, int, bool]]:
    if len(one) + len(other) > CLOSE:
        yield at, at + len(one), False
        return
    ours, theirs = _CHARACTER.findall(one), _CHARACTER.findall(other)
    for tag, start, stop, _, _ in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        size = sum(map(len, ours[start:stop]))
        yield at, at + size, tag == "equal"
        at += size


# ---- bytes as text


def shown(raw: bytes) -> str:
    r"""Bytes as text; what is no UTF-8 as ``\xNN``, many NULs as their number, of what is long its two ends."""
    if len(raw) <= LONG or not raw.strip(b"\0"):
        return _text(raw)
    half = LONG // 2
    return f"{_text(raw[:half])} … {len(raw) - 2 * half:,} bytes … {_text(raw[-half:])}"


def _text(raw: bytes) -> str:
    return _NULS.sub(lambda nuls: f"␀×{len(nuls[0]):,} ", raw.decode("utf-8", "backslashreplace"))
