"""Records under one more layer of another program: in its quotes, its wrapper, its colours, its escapes.

Such a layer is taken off, what is under it is judged like any bytes, and the parts are told where the line has them.
Nothing of it is ever lossless: that the layer is what it seems to be, a person has to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sessiontui.damage import lenient_json
from sessiontui.damage.languages import Plain
from sessiontui.damage.shapes import is_record, joined, shape
from sessiontui.damage.verdict import Shape, offered, records
from sessiontui.model import Part, Salvage, Span

Examine = Callable[[bytes], tuple[Part, ...]]
"""What becomes of all the bytes of a line that is no record."""
_SPACES: Final = b" \t\r\n"


def under(data: bytes, examine: Examine) -> tuple[Part, ...]:
    """What becomes of the bytes under a layer; empty where no whole record is among them."""
    if b"role" not in data or b"content" not in data:
        return ()
    value = _value(data)
    parts = [value.part(len(data))] if value else of_lines(data, examine)
    clear = (part.salvage in (Salvage.LOSSLESS, Salvage.OFFERED) for part in parts if part.records)
    return tuple(map(offered, parts)) if any(clear) else ()


def _value(data: bytes) -> Shape | None:
    """A record, or a list of some, on one line or several, and nothing else."""
    value = data.strip(_SPACES)
    if is_record(value):
        return Shape("", 0, "", Salvage.LOSSLESS, (value,))
    if b"\n" not in value and value[:1] != b"[":
        return None
    reached = lenient_json.reach(value)
    if not reached.whole or reached.stop < len(value):
        return None
    found = shape(value) if value[:1] == b"[" else joined(value)
    return found if found and found.id in ("array", "pretty-printed") else None


def of_lines(data: bytes, examine: Examine) -> list[Part]:
    """What becomes of each line and each newline; only lines that are neither records nor blank are examined."""
    parts: list[Part] = []
    at = 0
    for line in data.split(b"\n"):
        span = Span(at, len(line))
        is_blank = not line.strip(_SPACES)
        if is_blank or is_record(line):
            parts.append(Part(span, Salvage.LOSSLESS, () if is_blank else (line,)))
        else:
            parts += (part.moved(at) for part in examine(line))
        at = span.stop + 1
        parts.append(Part(Span(span.stop, 1), Salvage.LOSSLESS))
    return parts[:-1]


def outward(parts: Sequence[Part], plain: Plain, begin: int, start: int, stop: int) -> tuple[Part, ...]:
    """Parts of what is under a layer as parts of the line, from ``start`` to ``stop``; ``begin``: where its inside does."""
    made: list[Part] = []
    at = start
    for part in parts:
        end = stop if part is parts[-1] else begin + plain.origin(part.span.stop)
        if end > at or part.records:
            span = Span(at, end - at)
            made.append(part._replace(span=span, left=(span,) if part.left else ()))
            at = end
    return tuple(made)


def beneath(plain: Plain | None, examine: Examine, begin: int, start: int, stop: int) -> tuple[Part, ...]:
    """What becomes of the line from ``start`` to ``stop``, where ``plain`` is what its inside, which begins at
    ``begin``, stands for; empty where no whole record is in that."""
    return outward(under(plain.data, examine), plain, begin, start, stop) if plain else ()


def is_exact(parts: Sequence[Part], data: bytes) -> bool:
    """Whether the records are in the bytes as they are, and nothing that looks like one is left over."""
    left = (data[part.span.offset : part.span.stop] for part in parts if not part.records)
    return all(record in data for record in records(parts)) and not any(b'"content"' in each for each in left)
