"""Records that a pager, a mail program or a terminal broke over several lines, at a width or at words.

A record's line breaks have one cause. Where a fold explains them, they are no newlines of a text. What stood at a break
is certain only where a hard fold cut what no text can hold a break in; else the readings are offered. Refuses a record
that is none when its pieces are joined with nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from sessiontui.damage import lenient_json, widths
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import is_record, shape
from sessiontui.damage.verdict import Shape, Verdict, distinct, of_readings, offered
from sessiontui.damage.widths import Measured
from sessiontui.model import Part, Reading, Salvage, Span

_FIRST: Final = 1024
"""So many bytes are looked at first; twice as many while the value goes on."""
_SURE: Final = 6
"""So many lines, all of one width, are not filled by whole words by chance."""
_NEAR: Final = 16
"""So many characters are shown on each side of a break."""
_ESCAPE: Final = lazy(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_NEWLINE: Final = lazy(rb"(?<!\\)(?:\\\\)*\\n")
_SINGLE: Final = lazy(rb"[^ ] \Z")
_BESIDE: Final = lazy(rb" [^ ]")
_COLON: Final = lazy(rb"\s*+:")
_WORD: Final = lazy(rb"[-+.0-9A-Za-z]{2}")
_NOTHING: Final = "joined with nothing"
_SIGNS: Final = {_NOTHING: "", "joined with a blank": " ", "joined with a newline": "⏎"}
"""How all pieces may be joined, and how that is shown."""


class Unfolded(NamedTuple):
    """A value over several lines, its pieces joined with nothing."""

    text: bytes
    breaks: list[int]
    """Where in the text the lines were broken, in order."""
    lines: list[bytes]
    """The pieces; the first with what stands before it on its line."""
    end: bytes
    """What ends each of the lines but the last: a newline, a return before it or none."""
    sure: set[int]
    """The breaks that cut a key, a role, a word, an escape sequence or a character: nothing stood there."""
    open: set[int]
    """Those that cut another text."""
    odd: bool
    """They are hardly newlines of a text: it has escaped ones beside them, or a single blank stands at one of them."""

    @property
    def span(self) -> Span:
        """The value with all that ends its lines, from its first byte."""
        return Span(0, len(self.text) + len(self.end) * len(self.breaks))


def unfolded(data: bytes, at: int) -> tuple[Unfolded | None, int]:
    """The value that begins at ``at``, None where it does not end on a later line; and how many bytes were looked at."""
    first = data.find(b"\n", at)
    if first < 0:
        return None, 0
    end = b"\r\n" if data[first - 1 : first] == b"\r" and first > at else b"\n"
    size, looked = first - at + _FIRST, 0
    while True:
        piece = data[at : at + size]
        text = piece.replace(end, b"")
        reached = lenient_json.reach(text)
        looked += reached.stop
        if reached.whole:
            break
        if reached.stop < len(text) or at + size >= len(data):
            return None, looked
        size *= 2
    text = text[: reached.stop]
    starts = list(accumulate(map(len, piece.split(end))))
    breaks = starts[: bisect_left(starts, len(text))]
    if not breaks:
        return None, looked
    stop = at + len(text) + len(end) * len(breaks)
    lines = data[data.rfind(b"\n", 0, at) + 1 : stop].split(end)
    return Unfolded(text, breaks, lines, end, *_kinds(text, breaks)), looked


def _kinds(text: bytes, breaks: list[int]) -> tuple[set[int], set[int], bool]:
    """What the breaks cut: ``sure``, ``open`` and ``odd``."""
    sure = {at for at in breaks if 0x80 <= text[at] < 0xC0}
    open: set[int] = set()
    odd = False
    key = b'"role"' if text[:1] == b"[" else b""
    for escape in _ESCAPE.finditer(text):
        sure.update(_within(breaks, *escape.span()))
    for token in lenient_json.tokens(text):
        cut = _within(breaks, token.start, token.stop)
        if not token.text:
            sure.update(at for at in cut if _WORD.match(text, at - 1))
            continue
        is_key = _COLON.match(text, token.stop) is not None
        if is_key or key == b'"role"':
            sure.update(cut)
        else:
            open.update(cut)
            odd |= bool(cut and _NEWLINE.search(text, token.start, token.stop))
        key = text[token.start : token.stop] if is_key else b""
    open -= sure
    return sure, open, odd or any(_SINGLE.search(text, max(0, at - 2), at) or _BESIDE.match(text, at) for at in open)


def _within(breaks: list[int], start: int, stop: int) -> list[int]:
    return breaks[bisect_right(breaks, start) : bisect_left(breaks, stop)]


def verdict(found: Unfolded) -> Verdict | None:
    """What is wrong with it where a fold explains it; None where none does, or where it is no record."""
    measured = widths.measured(found.lines)
    hard = any(map(widths.is_hard, measured))
    at = found.breaks[0]
    if not (found.sure or found.open):
        part = Part(found.span, Salvage.LOSSLESS, (found.text,))
        what = "a record is laid out over several lines"
        return Verdict("pretty-printed", at, what, (part,)) if hard and is_record(found.text) else None
    explains = hard or any(map(widths.is_wrapped, measured))
    if not (explains or found.sure or found.odd or _is_mixed(found, measured)):
        return None
    readings = distinct(_readings(found, None if explains else measured[-1]))
    if not readings or readings[0].what != _NOTHING:
        return None
    room = min(max(each.widths) for each in measured)
    if hard and found.sure and b"\r" not in found.text and not _may_be_wrapped(found, room):
        return Verdict("folded", at, "the lines of a record are broken at a width", readings[0].parts)
    shown = [Reading(how + _near(found, how), tuple(map(offered, parts))) for how, parts in readings]
    return of_readings("folded", at, "the lines of a record may be folded", shown)


def _is_mixed(found: Unfolded, measured: list[Measured]) -> bool:
    """Whether a fold explains several breaks, and the others are in texts, where they may be newlines."""
    return any(
        all(folded or at in found.open for at, folded in zip(found.breaks, mixed, strict=True))
        for each in measured
        for mixed in widths.mixed(each)
    )


def _may_be_wrapped(found: Unfolded, room: int) -> bool:
    """Whether the lines, all of one width, may be filled by whole words and parts of long ones by chance, and the blanks
    behind the words be lost. No such line begins with a blank, and none ends in one before a word that has room."""
    text = found.text
    short = {at for at in found.sure | found.open if _run(text, at) <= room}
    if any(text[at] in b" " or (text[at - 1] in b" " and at in short) for at in found.open):
        return False
    return bool(found.open) and not short & found.sure and len(short) < _SURE


def _run(text: bytes, at: int) -> int:
    """How many bytes stand between the blanks around a byte."""
    stop = text.find(b" ", at)
    return (stop if stop >= 0 else len(text)) - (text.rfind(b" ", 0, at) + 1)


def _readings(found: Unfolded, mixed: Measured | None) -> Iterator[Reading]:
    """How the pieces can be joined to give records; ``mixed``: how wide the lines are, where a fold broke some alone."""
    newline = rb"\r\n" if found.end == b"\r\n" else rb"\n"
    ways = {how: [newline if sign == "⏎" else sign.encode()] * len(found.breaks) for how, sign in _SIGNS.items()}
    if mixed:
        how = "joined with nothing behind a full line, with a newline behind the others"
        ways[how] = [b"" if each else newline for each in widths.full(mixed)]
        how = "joined with a blank behind a line without room for the next word, with a newline behind the others"
        ways[how] = [b" " if each else newline for each in widths.wrapped(mixed)]
    for how, joints in ways.items():
        value = _joined(found, joints)
        of = Shape("", 0, "", Salvage.LOSSLESS, (value,)) if is_record(value) else shape(value)
        if of.records:
            left = (found.span,) if of.salvage is Salvage.PARTIAL else ()  # the whole is kept beside a guess
            yield Reading(how, (Part(found.span, of.salvage, of.records, left),))


def _joined(found: Unfolded, joints: list[bytes]) -> bytes:
    """The pieces with these bytes at the breaks that a text is open at, and nothing at the others."""
    at, made = 0, []
    for stop, joint in zip(found.breaks, joints, strict=True):
        made += [found.text[at:stop], joint if stop in found.open else b""]
        at = stop
    return b"".join((*made, found.text[at:]))


def _near(found: Unfolded, how: str) -> str:
    """What stands around the first break that can be read in several ways, where all are read so."""
    if not found.open or how not in _SIGNS:
        return ""
    at = min(found.open)
    left, right = found.text[max(0, at - _NEAR) : at], found.text[at : at + _NEAR]
    return f": “{left.decode('utf-8', 'replace')}{_SIGNS[how]}{right.decode('utf-8', 'replace')}”"
