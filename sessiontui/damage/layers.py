"""Records under one more layer of another program: in its quotes, its wrapper, its colours, its escapes.

Such a layer is taken off, what is under it is judged like any bytes, and the parts are told where the line has them.
Nothing of it is ever lossless: that the layer is what it seems to be, a person has to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sessiontui.damage import lenient_json
from sessiontui.damage.corrections import is_record, joined
from sessiontui.damage.languages import Plain
from sessiontui.damage.shapes import shape
from sessiontui.dialects import zeroclaw
from sessiontui.model import Part, Reading, Salvage, Span

Examine = Callable[[bytes], tuple[Part, ...]]
"""What becomes of all the bytes of a line that is no record."""
_SPACES: Final = b" \t\r\n"
_CLEAR: Final = frozenset({Salvage.LOSSLESS, Salvage.OFFERED})


class Layer(NamedTuple):
    """Some bytes of a line that say the same as others."""

    id: str
    what: str
    at: int
    """The byte at which it goes wrong."""
    start: int
    stop: int
    readings: tuple[Reading, ...]
    """The ways to read them, one at least. Their parts tile the bytes from ``start`` to ``stop``."""

    def moved(self, by: int) -> Layer:
        """The same, so many bytes further on."""
        readings = tuple(Reading(each.what, tuple(part.moved(by) for part in each.parts)) for each in self.readings)
        return self._replace(at=self.at + by, start=self.start + by, stop=self.stop + by, readings=readings)


def under(data: bytes, examine: Examine) -> tuple[Part, ...]:
    """What becomes of the bytes under a layer; empty where no whole record is among them."""
    if b"role" not in data or b"content" not in data:
        return ()
    parts = _value(data) or _lines(data, examine)
    if not any(part.records and part.salvage in _CLEAR for part in parts):
        return ()
    return tuple(part._replace(salvage=Salvage.OFFERED) if _is_had(part) else part for part in parts)


def _is_had(part: Part) -> bool:
    return bool(part.records) and part.salvage is Salvage.LOSSLESS


def _value(data: bytes) -> list[Part]:
    """A record, or a list of some, on one line or several, and nothing else."""
    value = data.strip(_SPACES)
    if is_record(value):
        return [Part(Span(0, len(data)), Salvage.LOSSLESS, (value,))]
    if b"\n" not in value and value[:1] != b"[":
        return []
    reached = lenient_json.reach(value)
    if not reached.whole or reached.stop < len(value):
        return []
    if value[:1] == b"[":
        of = shape(value)
        return [Part(Span(0, len(data)), of.salvage, of.records, of.left)] if of.id == "array" else []
    split, mend = joined(value)
    return [Part(Span(0, len(data)), mend.salvage, (mend.record,), mend.left)] if mend and not split else []


def _lines(data: bytes, examine: Examine) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for line in data.split(b"\n"):
        if is_record(line):
            parts.append(Part(Span(at, len(line)), Salvage.LOSSLESS, (line,)))
        elif not line.strip(_SPACES):
            parts.append(Part(Span(at, len(line)), Salvage.LOSSLESS))
        else:
            parts += (part.moved(at) for part in examine(line))
        at += len(line) + 1
        parts.append(Part(Span(at - 1, 1), Salvage.LOSSLESS))
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


def different(readings: Sequence[tuple[Reading, bool]]) -> tuple[Reading, ...]:
    """The readings that give different messages, in their order; ``bool``: whether nothing had to be mended."""
    exact = [each for each in readings if each[1]] or readings
    found = {tuple(map(zeroclaw.read, _records(each.parts))): each for each, _ in reversed(exact)}
    return tuple(each for each, _ in exact if each in found.values())


def _records(parts: Sequence[Part]) -> list[bytes]:
    return [record for part in parts for record in part.records]


def is_exact(parts: Sequence[Part], data: bytes) -> bool:
    """Whether the records are in the bytes as they are, and nothing that looks like one is left over."""
    left = (data[part.span.offset : part.span.stop] for part in parts if not part.records)
    return all(record in data for record in _records(parts)) and not any(b'"content"' in each for each in left)
