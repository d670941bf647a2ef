"""What is wrong with damaged lines: their faults, each with the account of its bytes.

Which lines are damaged is not decided here: ``dialects.zeroclaw`` judges that, and the lines that it reads never come
here. Bytes in, values out; nothing raises, and the time is linear in the bytes. Mends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sessiontui.damage import encodings, lenient_json, margins, multiline, neighbours, wholefile
from sessiontui.damage.pieces import is_blank
from sessiontui.damage.verdict import Line, Verdict, behind, continues, fault, merged, together
from sessiontui.dialects import zeroclaw
from sessiontui.model import Fault, Message, Part, Salvage, Span

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
    for number, raw in enumerate(data.split(b"\n"), 1):
        ended = at + len(raw) < len(data)
        if raw or ended:
            yield Line(number, at, raw, ended)
        at += len(raw) + 1


def faults(lines: Iterable[Line], *, settled: bool = True, decoded: bool = False) -> Iterator[Fault]:
    """What is wrong with any lines of a file, in order, healthy ones too; memory does not grow with the file.

    ``settled`` False: the file was written to a moment ago, so that a torn last line may be still being written.
    What is wrong with very many lines together is found in several goes, which ``whole`` makes one again.
    ``decoded``: they were in a wide encoding, so that no NUL in them is a sign of one.
    """
    damaged = (line for line in lines if not isinstance(zeroclaw.read(line.data), Message))
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
            held = together(held.bare, each.bare)
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
        if lines[at].data.lstrip(b" \t")[:1] in (b"{", b"["):
            return at
    return len(lines)


def _is_open(lines: Sequence[Line]) -> bool:
    """Whether the last of these lines with which a record begins is joined to the others, and that is still none."""
    begin = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].data[:1] == b"{"), None)
    joined = b"" if begin is None else b"".join([line.data for line in lines[begin:]])
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
    goes_on = before is not None and before.line is not None and behind(before) == lines[0].number
    if what := _whole(data, base, before if goes_on else None):
        return [_not_jsonl(what, lines, data)]
    codec = (before.codec or "?" * (before.id == "nul-run")) if before and goes_on else ""
    found: list[Fault] = []
    budget = _PATIENCE * len(data)
    at = 0
    while at < len(lines):
        line = lines[at]
        if is_blank(line.data):
            at += 1
            continue
        sure = first and (bool(at) or not codec or before is None or before.salvage is Salvage.LOSSLESS)
        join, looked = _join(data, lines, at, budget, sure=sure, before=None if decoded else "" if at else codec)
        budget -= looked
        if join:
            found.append(fault(join.verdict, line.number, line.offset, join.lines))
            at += join.lines
        else:
            above = found[-1] if found else before if goes_on else None
            end = _end(found[-1], data, base) if found else None
            found.append(neighbours.alone(line, above, end, settled=settled))
            if end is not None and found[-1].stays:
                found[-2] = neighbours.keeping(found[-2], found[-1], end)
            at += 1
        first = first and not _is_narrow_record(found[-1])
    if len(found) < 2:
        return found
    return merged(neighbours.held(neighbours.bracketed(found, lambda each: _bytes(each.span, data, base))))


def _end(found: Fault, data: bytes, base: int) -> bytes:
    """The bytes of its last part."""
    return _bytes(found.parts[-1].span, data, base)


def _bytes(span: Span | None, data: bytes, base: int) -> bytes:
    return data[span.offset - base : span.stop - base] if span else b""


def _is_narrow_record(found: Fault) -> bool:
    return found.salvage is Salvage.LOSSLESS and found.recovers > 0 and not found.codec


def account(data: bytes, *, decoded: bool = False) -> list[Part]:
    """What each byte of a whole file is to become; healthy lines become themselves. The parts tile the file."""
    lines = list(lines_of(data))
    parts: list[Part] = []
    at = 0
    for each in faults(lines, decoded=decoded):
        span = each.span or Span(at, 0)
        parts += _healthy(data, at, span.offset)
        parts += each.parts
        at = span.stop
    return parts + _healthy(data, at, len(data))


def _healthy(data: bytes, start: int, stop: int) -> list[Part]:
    """The parts of lines that are read, of blank ones, and of the newlines between them."""
    parts: list[Part] = []
    for line in lines_of(data[start:stop]):
        if line.data:
            records = () if is_blank(line.data) else (line.data,)
            parts.append(Part(Span(start + line.offset, len(line.data)), Salvage.LOSSLESS, records))
        if line.ended:
            parts.append(Part(Span(start + line.stop - 1, 1), Salvage.LOSSLESS))
    return parts


def _whole(data: bytes, base: int, before: Fault | None) -> str | None:
    """What else than lines of JSON the file holds."""
    if not base and (kind := wholefile.kind(data[:2048])):
        return f"the file is {kind}"
    return "the file is no JSONL" if before and before.id == "not-jsonl" else None


def _not_jsonl(what: str, lines: Sequence[Line], data: bytes) -> Fault:
    part = Part(Span(0, len(data)), Salvage.NONE)
    return fault(Verdict("not-jsonl", 0, what, (part,)), lines[0].number, lines[0].offset, len(lines))


def _join(
    data: bytes, lines: Sequence[Line], at: int, budget: int, *, sure: bool, before: str | None
) -> tuple[multiline.Join | None, int]:
    """The lines from ``at`` on that are one matter, and how many bytes were looked at in vain.

    ``before``: the encoding that may go on here; None: there is no wide one.
    """
    begin = lines[at].offset - lines[0].offset
    run: encodings.Wide | None = None
    if before is not None and budget > 0:
        before = before or ("?" if at and b"\0" in lines[at - 1].data else "")
        run = encodings.wide(data, begin, before, ended=lines[-1].ended)
    if run:
        wide = _wide(data, begin, run, sure=sure)
        return wide, 0 if wide else run.stop - begin
    if at + 1 == len(lines):
        return None, 0
    above, looked = margins.over(lines, at) if budget > 0 else (None, 0)
    if above:
        return above, 0
    if join := multiline.woven([line.data for line in lines[at : at + 10]]):
        return join, 0
    join, more = multiline.over(data, begin, begin + len(lines[at].data)) if budget > 0 else (None, 0)
    return join, looked + more


def _wide(data: bytes, begin: int, run: encodings.Wide, *, sure: bool) -> multiline.Join | None:
    """The lines of a wide run; None where no record is in it."""
    narrow = encodings.decoded(data, run)
    inner = account(narrow, decoded=True)
    stop = _line_end(data, begin, run.stop)
    if stop < begin or not any(part.records for part in inner):
        return None
    parts = [Part(Span(0, run.begin - begin), Salvage.LOSSLESS)]
    for part in inner:
        size = encodings.width(narrow[part.span.offset : part.span.stop], run)
        salvage = Salvage.OFFERED if part.salvage is Salvage.LOSSLESS and not (sure and run.sure) else part.salvage
        span = Span(parts[-1].span.stop, size)
        left = tuple(_widened(narrow, part, each, span, run) for each in part.left)
        parts.append(part._replace(span=span, salvage=salvage, left=left))
    return multiline.Join(data.count(b"\n", begin, stop) + 1, _fitted(run, parts, data[begin:stop]))


def _widened(narrow: bytes, part: Part, left: Span, span: Span, run: encodings.Wide) -> Span:
    """Bytes of a part that was decoded, where they stand in what it was decoded from, which begins at ``span``."""
    before = encodings.width(narrow[part.span.offset : left.offset], run)
    return Span(span.offset + before, encodings.width(narrow[left.offset : left.stop], run))


def _line_end(data: bytes, begin: int, stop: int) -> int:
    """Where the last line of a wide run ends that stops at ``stop``; -1 where it stops on the line that it begins on."""
    end = data.find(b"\n", stop)
    end = end if end >= 0 else len(data)
    return end if end - stop < encodings.WIDEST else data.rfind(b"\n", begin, stop)


def _fitted(run: encodings.Wide, parts: list[Part], data: bytes) -> Verdict:
    """The parts made to end where the lines do: a newline of a wide encoding goes beyond theirs."""
    fitted = [part for part in parts if part.span.length and part.span.stop <= len(data)]
    at = fitted[-1].span.stop if fitted else 0
    if rest := data[at:]:
        fitted.append(Part(Span(at, len(rest)), Salvage.NONE if rest.strip(b"\0\r\n") else Salvage.LOSSLESS))
    return Verdict("utf16", 0, f"lines stand in {run.name}, not in UTF-8", tuple(fitted), codec=run.codec)
