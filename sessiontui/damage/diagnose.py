"""What is wrong with damaged lines: their faults, each with the account of its bytes.

Which lines are damaged is not decided here: ``dialects.zeroclaw`` judges that, and the lines that it reads never come
here. Bytes in, values out; nothing raises, and the time is linear in the bytes. Mends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Final

from sessiontui.damage import encodings, layers, lenient_json, margins, multiline, neighbours, wholefile
from sessiontui.damage.pieces import is_blank
from sessiontui.damage.verdict import Effort, Line, Shape, Verdict, behind, continues, fault, merged, together
from sessiontui.dialects import zeroclaw
from sessiontui.model import Fault, Part, Salvage, Span

_WINDOW: Final = 2000
"""How many lines are looked at together, at least, where so many damaged ones follow each other."""
_OPEN: Final = 16
"""So many times as many, where a record that begins in the first half goes on."""
_WEIGHT: Final = 8 * 1024 * 1024
"""And no more bytes than this, but for the last line."""
_PATIENCE: Final = 4
"""How often the bytes of a window may be looked at for values over several lines."""


def lines_of(data: bytes) -> Iterator[Line]:
    """The lines of a file that is held in memory."""
    at = 0
    for number, raw in enumerate(BytesIO(data), 1):
        yield Line(number, at, raw.removesuffix(b"\n"), raw.endswith(b"\n"))
        at += len(raw)


def faults(lines: Iterable[Line], *, settled: bool = True, decoded: bool = False) -> Iterator[Fault]:
    """What is wrong with any lines of a file, in order, healthy ones too; memory does not grow with the file.

    ``settled`` False: the file was written to a moment ago, so that a torn last line may be still being written.
    What is wrong with very many lines together is found in several goes, which ``whole`` makes one again.
    ``decoded``: they were in a wide encoding, so that no NUL in them is a sign of one.
    """
    damaged = (line for line in lines if not zeroclaw.is_valid(line.data))
    return of_damaged(damaged, settled=settled, decoded=decoded)


def of_damaged(lines: Iterable[Line], *, settled: bool = True, decoded: bool = False) -> Iterator[Fault]:
    """The same of the damaged and blank lines alone, for who has judged all of them."""
    before: Fault | None = None
    first, behind_last = True, 1
    for stretch in _stretches(lines):
        first = first and stretch[0].number == behind_last
        for found in of_stretch(stretch, before, first=first, settled=settled, decoded=decoded):
            yield found
            before = found
            first = first and not _is_narrow_record(found)
        behind_last = stretch[-1].number + 1


def whole(found: Iterable[Fault]) -> Iterator[Fault]:
    """The same faults; what is one matter over very many lines is one, whose parts are not told."""
    held: Fault | None = None
    for each in found:
        if held and continues(held, each):
            held = together(held, each)
            continue
        if held:
            yield held
        held = each
    if held:
        yield held


def _stretches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines that follow each other, together; very many in several lists; blank ones alone not at all."""
    held: list[Line] = []
    weight, most = 0, _WINDOW
    for line in lines:
        if held and line.number != held[-1].number + 1:
            if not all(is_blank(each.data) for each in held):
                yield held
            held, weight, most = [], 0, _WINDOW
        if len(held) >= most or weight > _WEIGHT:
            rest = _beginning(held)
            if rest == len(held) < _OPEN * _WINDOW and weight <= _WEIGHT and _is_open(held):
                most = 2 * len(held)
            else:
                yield held[:rest]
                held, most = held[rest:], _WINDOW
                weight = sum(len(each.data) for each in held)
        held.append(line)
        weight += len(line.data)
    if not all(is_blank(each.data) for each in held):
        yield held


def _beginning(lines: Sequence[Line]) -> int:
    """The last line, in the second half of these, with which something begins; all of them where none does."""
    for at in range(len(lines) - 1, len(lines) // 2, -1):
        if lines[at].data.lstrip(b" \t").startswith((b"{", b"[")):
            return at
    return len(lines)


def _is_open(lines: Sequence[Line]) -> bool:
    """Whether the last of these lines with which a record begins is joined to the others, and that is still none."""
    begin = max((at for at, line in enumerate(lines) if line.data[:1] == b"{"), default=len(lines))
    joined = b"".join([line.data for line in lines[begin:]])
    reached = lenient_json.reach(joined)
    return 0 < len(joined) == reached.stop and not reached.whole


def of_stretch(
    lines: Sequence[Line], before: Fault | None = None, *, first: bool, settled: bool = True, decoded: bool = False
) -> list[Fault]:
    """What is wrong with lines that follow each other, damaged and blank ones alone.

    ``before`` was found last; ``first``: no record stands before these lines, neither whole nor to be had back.
    """
    data = b"\n".join(line.data for line in lines)
    base = lines[0].offset
    if before and behind(before) != lines[0].number:
        before = None
    kind = None if base else wholefile.kind(data[:2048])
    if kind or (before and before.id == "not-jsonl"):
        what = f"the file is {kind}" if kind else "the file is no JSONL"
        return [fault(Shape("not-jsonl", 0, what).verdict(len(data)), lines[0].number, base, len(lines))]

    def text(span: Span | None) -> bytes:
        return data[span.offset - base : span.stop - base] if span else b""

    codec = (before.codec or "?" * (before.id == "nul-run")) if before else ""
    doubted = before and codec and before.salvage is not Salvage.LOSSLESS
    found: list[Fault] = []
    effort = Effort(_PATIENCE * len(data))
    at = 0
    while at < len(lines):
        line = lines[at]
        if is_blank(line.data):
            at += 1
            continue
        sure = first and (at > 0 or not doubted)
        goes_on = None if decoded else "" if at else codec
        if join := _join(data, lines, at, effort, sure=sure, before=goes_on):
            begin = line.offset - base
            size = data.count(b"\n", begin, begin + join.span.length) + 1
            found.append(fault(join, line.number, line.offset, size))
        else:
            above, end = (found[-1], text(found[-1].parts[-1].span)) if found else (before, None)
            found.append(neighbours.alone(line, above, end, settled=settled))
            if end is not None:
                found[-2] = neighbours.keeping(found[-2], found[-1], end)
        at += found[-1].lines
        first = first and not _is_narrow_record(found[-1])
    if len(found) < 2:
        return found
    return merged(neighbours.held(neighbours.bracketed(found, text)))


def _is_narrow_record(found: Fault) -> bool:
    return found.salvage is Salvage.LOSSLESS and found.recovers > 0 and not found.codec


def account(data: bytes, *, decoded: bool = False) -> list[Part]:
    """What each byte of a whole file is to become; healthy lines become themselves. The parts tile the file."""
    parts: list[Part] = []
    at = 0
    for each in faults(lines_of(data), decoded=decoded):
        parts += _healthy(data, at, each.parts[0].span.offset)
        parts += each.parts
        at = parts[-1].span.stop
    return parts + _healthy(data, at, len(data))


def _healthy(data: bytes, start: int, stop: int) -> list[Part]:
    """The parts of lines that are read, of blank ones, and of the newlines between them."""
    parts = layers.of_lines(data[start:stop], lambda line: (Part(Span(0, len(line)), Salvage.LOSSLESS),))
    return [part.moved(start) for part in parts if part.span.length]


def _join(
    data: bytes, lines: Sequence[Line], at: int, effort: Effort, *, sure: bool, before: str | None
) -> Verdict | None:
    """What is wrong with the lines from ``at`` on that are one matter.

    ``before``: the encoding that may go on here; None: there is no wide one.
    """
    begin = lines[at].offset - lines[0].offset
    is_patient = not effort.spent
    if before is not None and is_patient:
        before = before or ("?" if at and b"\0" in lines[at - 1].data else "")
        if run := encodings.wide(data, begin, before, ended=lines[-1].ended):
            wide = _wide(data, begin, run, sure=sure)
            effort.left -= 0 if wide else run.stop - begin
            return wide
    if at + 1 == len(lines):
        return None
    return (
        (margins.over(lines, at, effort) if is_patient else None)
        or multiline.woven([line.data for line in lines[at : at + 10]])
        or (multiline.over(data, begin, begin + len(lines[at].data), effort) if is_patient else None)
    )


def _wide(data: bytes, begin: int, run: encodings.Wide, *, sure: bool) -> Verdict | None:
    """The lines of a wide run; None where no record is in it."""
    narrow = encodings.decoded(data, run)
    inner = account(narrow, decoded=True)
    stop = _line_end(data, begin, run.stop)
    if stop < begin or not any(part.records for part in inner):
        return None
    parts = [Part(Span(0, run.begin - begin), Salvage.LOSSLESS)]

    def widened(span: Span, start: int, base: int) -> Span:
        """Decoded bytes where they stand in the file, where those from ``start`` on stand from ``base`` on."""
        before = encodings.encoded(narrow[start : span.offset], run)
        return Span(base + len(before), len(encodings.encoded(narrow[span.offset : span.stop], run)))

    for part in inner:
        span = widened(part.span, part.span.offset, parts[-1].span.stop)
        if span.stop > stop - begin:  # a newline of a wide encoding goes beyond that of the file
            break
        left = tuple(widened(each, part.span.offset, span.offset) for each in part.left)
        salvage = Salvage.OFFERED if part.salvage is Salvage.LOSSLESS and not (sure and run.sure) else part.salvage
        parts.append(Part(span, salvage, part.records, left))
    at = parts[-1].span.stop
    rest = data[begin + at : stop]
    parts.append(Part(Span(at, len(rest)), Salvage.NONE if rest.strip(b"\0\r\n") else Salvage.LOSSLESS))
    made = tuple(part for part in parts if part.span.length)
    return Verdict("utf16", 0, f"lines stand in {run.codec[:6].upper()}, not in UTF-8", made, codec=run.codec)


def _line_end(data: bytes, begin: int, stop: int) -> int:
    """Where the last line of a wide run ends that stops at ``stop``; -1 where it stops on the line that it begins on."""
    end = data.find(b"\n", stop)
    end = end if end >= 0 else len(data)
    return end if end - stop < encodings.WIDEST else data.rfind(b"\n", begin, stop)
