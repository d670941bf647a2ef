"""Records over several lines, each of which holds something of another program: colours, a prefix, a wrapper.

That is taken off each line, and what is left is judged like any value over several lines. Nothing of it is ever
lossless. Refuses what is no record without it; looks at no more lines than the record has, about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import orjson

from sessiontui.damage import lenient_json, multiline
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import is_record
from sessiontui.damage.verdict import Effort, Line, Verdict, distinct, of_readings, records
from sessiontui.model import Part, Reading, Salvage, Span

_CODE: Final = lazy(rb"(?:\x1b\[|\xc2\x9b)[0-9;:]*[mK]|\x1b\(B")
_BEGINS: Final = lazy(rb'[ \t]*\{[ \t]*(?:"|\r?\n?\Z)')
_PREFIX: Final = lazy(rb"[^{}\x1b]{1,200}")
_PIECE: Final = lazy(rb"(?:stdout|stderr) [PF] ")
"""How a container's log marks the pieces of a line."""
_CARRIERS: Final = ("log", "message", "msg", "line", "MESSAGE")
_CARRIES: Final = lazy(rb'\{"(?:log|message|msg|line|MESSAGE)":')
_FEW: Final = 16
"""So many lines are looked at first; then, while the value goes on, sixteen times as many."""
_WHOLE: Final = {b"": "joined with nothing", b"\n": "joined with a newline"}


class _Margin(NamedTuple):
    """What stands on each line beside a piece of a record."""

    id: str
    what: str
    without: Callable[[bytes], bytes | None]
    """The line without it; None where it has none."""
    joints: tuple[bytes, ...]
    """What may have stood between the pieces."""


def over(lines: Sequence[Line], at: int, effort: Effort) -> Verdict | None:
    """What is wrong with the record on the line at index ``at`` and more; what is looked at in vain is an effort."""
    margin = _margin(lines[at].data)
    looked, count = 0, _FEW
    while margin:
        raw = [line.data for line in lines[at : at + count]]
        found: list[bytes] = []
        for line in raw:
            piece = margin.without(line)
            if piece is None:
                break
            found.append(piece)
        looked += sum(map(len, found))
        text = margin.joints[0].join(found)
        reached = lenient_json.reach(text, len(text) - len(text.lstrip()))
        if reached.whole and (verdict := _verdict(raw, found, text[: reached.stop], margin)):
            return verdict
        if reached.whole or reached.stop < len(text) or len(found) < count:
            break
        count *= _FEW
    effort.left -= looked
    return None


def _margin(line: bytes) -> _Margin | None:
    """What stands beside the beginning of a record on a line that holds no whole one."""
    if b"\x1b[" in line[:80] and _BEGINS.match(_plain(line)):
        return _Margin("coloured", "colour codes of a tool stand in a record over several lines", _plain, (b"\n",))
    if line[:1] == b"{":
        carried = _carried(line) if _CARRIES.match(line) else None
        what = "the record is in several records of a tool, each with a piece of it"
        return _Margin("wrapped", what, _carried, (b"",)) if carried and _BEGINS.match(carried) else None
    prefix = _PREFIX.match(line)
    if not prefix or not prefix[0].strip() or not _BEGINS.match(line, prefix.end()):
        return None
    return _prefixed(prefix[0])


def _prefixed(prefix: bytes) -> _Margin:
    bare = re.sub(rb"\d+", rb"\\d+", re.escape(prefix.rstrip()))
    bare = re.sub(rb"(stdout|stderr)\\ [PF]\Z", rb"\1\\ [PF]", bare)
    same = re.compile(rb"%b(?:%b|\r?\Z)" % (bare, re.escape(prefix[len(prefix.rstrip()) :])))

    def without(line: bytes) -> bytes | None:
        found = same.match(line)
        return line[found.end() :] if found else None

    joints = (b"",) if _PIECE.search(prefix) else (b"\n", b"")
    return _Margin("log-text", "each line of a record has the same text of some program before it", without, joints)


def _plain(line: bytes) -> bytes:
    return _CODE.sub(b"", line)


def _carried(line: bytes) -> bytes | None:
    """The text that a record of a tool carries."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    texts = [value[key] for key in _CARRIERS if isinstance(value.get(key), str)] if isinstance(value, dict) else []
    return texts[0].encode() if len(texts) == 1 else None


def _verdict(lines: Sequence[bytes], found: list[bytes], text: bytes, margin: _Margin) -> Verdict | None:
    """What is wrong with the lines that hold the value, where that is a record and stands on several."""
    joint = margin.joints[0]
    size = count = 0
    while size < len(text):
        size += len(found[count]) + len(joint) * (count > 0)
        count += 1
    rest = joint.join(found[:count])[len(text) :]
    if count < 2 or rest.strip():
        return None
    span = Span(0, sum(map(len, lines[:count])) + count - 1)
    left = () if margin.id == "coloured" else (span,)
    made = distinct(
        Reading(what, (Part(span, Salvage.OFFERED, had, left),))
        for joint in margin.joints
        for what, had in _read(joint.join(found[:count]).strip(), _WHOLE[joint])
        if had
    )
    return of_readings(margin.id, 0, margin.what, made) if made else None


def _read(value: bytes, what: str) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """The records that a value is, on one line or several; in each way where there are some."""
    if is_record(value):
        yield what, (value,)
    found = multiline.over(value, 0, value.index(b"\n"), Effort(0)) if b"\n" in value else None
    for reading in found.readings or (Reading(what, found.parts),) if found else ():
        yield reading.what, records(reading.parts)
