"""Records that a tool has coloured: jq, bat, grep and others put colour codes between tokens, or inside of texts.

The codes may stand as a terminal takes them, without their ESC, or with it written out. Refuses lines whose records
are whole between the codes.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage.corrections import mended
from sessiontui.damage.languages import replaced
from sessiontui.damage.layers import Examine, Layer, different, outward, under
from sessiontui.damage.patterns import lazy
from sessiontui.model import Part, Reading, Salvage, Span

_RAW: Final = lazy(rb"(?:\x1b\[|\xc2\x9b)[0-9;:]*[mK]|\x1b\(B")
_RESET: Final = lazy(rb"\x1b\[0*m")
_ERASES: Final = lazy(rb"\x1b\[K")
"""Behind each colour of grep."""
_BEFORE: Final = lazy(rb"\[[0-9;]{0,40}m[ \t]*\Z")
_BEHIND: Final = lazy(rb'[ \t]*+[^ \t"{\[]{0,6}\[[0-9;]{0,40}m')
"""A colour without its ESC, at the first brace of a line."""
_INTRO: Final = lazy(rb"(?:\^\[|\\x1[bB]|\\u001[bB]|\\u\{1[bB]\}|\\0?33|\\e|\xe2\x90\x9b|)\Z")
_TEXT: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_ALL: Final = "without any colours"


def is_likely(line: bytes) -> bool:
    """Whether colours may stand in the line: a sign that costs little."""
    return b"\x1b[" in line or (line[:2] != b'{"' and b"m" in line and b"[" in line)


def layer(line: bytes, examine: Examine) -> Layer | None:
    """The colours over a line; None where there are none, or where no record is under them."""
    if b"\x1b[" in line or b"\xc2\x9b" in line:
        return _raw(line, examine)
    brace = line.find(b"{")
    shown = _BEFORE.search(line, max(0, brace - 60), brace) or _BEHIND.match(line, brace + 1) if brace >= 0 else None
    return _shown(line, shown, examine) if shown else None


def _raw(line: bytes, examine: Examine) -> Layer | None:
    plain = replaced(line, _RAW, lambda _: b"")
    parts = under(plain.data, examine) if plain and plain.data != line else ()
    if not plain or _stand(parts, line):
        return None
    found = [Reading(_ALL, outward(parts, plain, 0, 0, len(line)))]
    if not _ERASES.search(line) and (as_written := mended(line)):
        if not _RESET.search(line):
            return None
        found.append(
            Reading("as a text with colours", (Part(Span(0, len(line)), Salvage.OFFERED, (as_written.record,)),))
        )
    return _layer(line, _RAW, tuple(found))


def _shown(line: bytes, shown: re.Match[bytes], examine: Examine) -> Layer | None:
    """Codes whose ESC was lost, or is written out; those that stand in a text may be of the text."""
    bracket = line.index(b"[", shown.start())
    intro = _INTRO.search(line, max(0, bracket - 8), bracket)
    code = re.compile(re.escape(intro[0] if intro else b"") + rb"\[[0-9;]{0,40}[mK]")
    beside = re.compile(_TEXT + rb"|" + code.pattern, re.DOTALL)
    ways = [
        (
            "without the colours between tokens",
            replaced(line, beside, lambda run: run[0] if run[0][:1] == b'"' else b""),
        ),
        (_ALL, replaced(line, code, lambda _: b"")),
    ]
    found = []
    for what, plain in ways:
        parts = under(plain.data, examine) if plain and plain.data != line else ()
        if plain and not _stand(parts, line):
            found.append((Reading(what, outward(parts, plain, 0, 0, len(line))), True))
    return _layer(line, code, different(found)) if found else None


def _stand(parts: tuple[Part, ...], line: bytes) -> bool:
    """Whether the records stand in the line without any colour, or there are none."""
    return all(record in line for part in parts for record in part.records)


def _layer(line: bytes, code: re.Pattern[bytes], readings: tuple[Reading, ...]) -> Layer:
    codes = [found.start() for found in code.finditer(line)]
    what = f"{len(codes):,} colour code{'s' * (len(codes) > 1)} of a tool stand{'s' * (len(codes) == 1)} in the record"
    return Layer("coloured", what, codes[0], 0, len(line), readings)
