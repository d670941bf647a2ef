"""Records that a tool has coloured: jq, bat, grep and others put colour codes between tokens, or inside of texts.

The codes may stand as a terminal takes them, without their ESC, or with it written out. Refuses lines whose records
are whole between the codes.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage.languages import replaced
from sessiontui.damage.layers import Examine, beneath
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import mended
from sessiontui.damage.verdict import Verdict, distinct, of_readings, records
from sessiontui.model import Part, Reading, Salvage, Span

_RAW: Final = lazy(rb"(?:\x1b\[|\xc2\x9b)[0-9;:]*[mK]|\x1b\(B")
_RESET: Final = lazy(rb"\x1b\[0*m")
_ERASE: Final = b"\x1b[K"
"""Behind each colour of grep."""
_BEFORE: Final = lazy(rb"\[[0-9;]{0,40}m[ \t]*\Z")
_BEHIND: Final = lazy(rb'[ \t]*+[^ \t"{\[]{0,6}\[[0-9;]{0,40}m')
"""A colour without its ESC, at the first brace of a line."""
_INTRO: Final = lazy(rb"(?:\^\[|\\x1[bB]|\\u001[bB]|\\u\{1[bB]\}|\\0?33|\\e|\xe2\x90\x9b|)\Z")
_TEXT: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_ALL: Final = "without any colours"


def layer(line: bytes, examine: Examine) -> Verdict | None:
    """The colours over a line; None where there are none, or where no record is under them."""
    is_raw = b"\x1b[" in line
    if not is_raw and (line[:2] == b'{"' or b"m" not in line or b"[" not in line):  # signs that cost little
        return None
    if is_raw or b"\xc2\x9b" in line:
        return _raw(line, examine)
    brace = line.find(b"{")
    shown = _BEFORE.search(line, max(0, brace - 60), brace) or _BEHIND.match(line, brace + 1) if brace >= 0 else None
    return _shown(line, shown, examine) if shown else None


def _raw(line: bytes, examine: Examine) -> Verdict | None:
    found = _without(line, _RAW, _ALL, examine)
    if _ERASE not in line and found and (as_written := mended(line)):
        if not _RESET.search(line):
            return None
        part = Part(Span(0, len(line)), Salvage.OFFERED, as_written.records)
        found.append(Reading("as a text with colours", (part,)))
    return _layer(line, _RAW, found)


def _shown(line: bytes, shown: re.Match[bytes], examine: Examine) -> Verdict | None:
    """Codes whose ESC was lost, or is written out; those that stand in a text may be of the text."""
    bracket = line.index(b"[", shown.start())
    intro = _INTRO.search(line, max(0, bracket - 8), bracket)
    code = re.compile(re.escape(intro[0] if intro else b"") + rb"\[[0-9;]{0,40}[mK]")
    beside = re.compile(_TEXT + rb"|" + code.pattern, re.DOTALL)
    between = _without(line, beside, "without the colours between tokens", examine)
    return _layer(line, code, distinct(between + _without(line, code, _ALL, examine)))


def _without(line: bytes, sign: re.Pattern[bytes], how: str, examine: Examine) -> list[Reading]:
    """The line without what ``sign`` finds, but for texts; nothing where its records stand in the line all the same."""
    plain = replaced(line, sign, lambda run: run[0] if run[0][:1] == b'"' else b"")
    parts = beneath(plain, examine, 0, 0, len(line)) if plain and plain.data != line else ()
    return [] if all(record in line for record in records(parts)) else [Reading(how, parts)]


def _layer(line: bytes, code: re.Pattern[bytes], readings: list[Reading]) -> Verdict | None:
    codes = [found.start() for found in code.finditer(line)]
    what = f"{len(codes):,} colour code{'s' * (len(codes) > 1)} of a tool stand{'s' * (len(codes) == 1)} in the record"
    return of_readings("coloured", codes[0], what, readings) if readings else None
