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
from sessiontui.damage.corrections import is_record
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import shape
from sessiontui.damage.verdict import Verdict
from sessiontui.dialects import zeroclaw
from sessiontui.model import Part, Reading, Salvage, Span

_FIRST: Final = 1024
"""So many bytes are looked at first; twice as many while the value goes on."""
_SURE: Final = 6
"""So many lines, all of one width, are not filled by whole words by chance."""
_NEAR: Final = 16
"""So many characters are shown on each side of a break."""
_BLANK: Final = b" "[0]
_ESCAPE: Final = lazy(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_NEWLINE: Final = lazy(rb"(?<!\\)(?:\\\\)*\\n")
_SINGLE: Final = lazy(rb"[^ ] \Z")
_BESIDE: Final = lazy(rb" [^ ]")
_WORD: Final = lazy(rb"[-+.0-9A-Za-z]{2}")
_HOW: Final = {b"": "joined with nothing", b" ": "joined with a blank", b"\n": "joined with a newline"}
_MIXED: Final = "joined with nothing behind a full line, with a newline behind the others"
_WORDS: Final = "joined with a blank behind a line without room for the next word, with a newline behind the others"


class Unfolded(NamedTuple):
    """A value over several lines, its pieces joined with nothing."""

    text: bytes
    breaks: list[int]
    """Where in the text the lines were broken, in order."""
    lines: list[bytes]
    """The pieces; the first with what stands before it on its line."""
    end: bytes
    """What ends each of the lines but the last: a newline, a return before it or none."""
    stop: int
    """Where the value ends in the bytes that were looked at."""

    @property
    def length(self) -> int:
        """Of the value with all that ends its lines."""
        return len(self.text) + len(self.end) * len(self.breaks)


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
            return _cut(data, at, piece, text[: reached.stop], end), looked
        if reached.stop < len(text) or at + size >= len(data):
            return None, looked
        size *= 2


def _cut(data: bytes, at: int, piece: bytes, text: bytes, end: bytes) -> Unfolded | None:
    starts = list(accumulate(len(line) for line in piece.split(end)))
    breaks = starts[: bisect_left(starts, len(text))]
    if not breaks:
        return None
    stop = at + len(text) + len(end) * len(breaks)
    before = data[data.rfind(b"\n", 0, at) + 1 : at]
    return Unfolded(text, breaks, (before + data[at:stop]).split(end), end, stop)


class _Kinds(NamedTuple):
    """What the breaks of a value cut."""

    sure: set[int]
    """A key, a role, a word, an escape sequence or a character: nothing stood there."""
    open: list[int]
    """Another text."""
    odd: bool
    """They are hardly newlines of a text: it has escaped ones beside them, or a single blank stands at one of them."""


def _kinds(text: bytes, breaks: list[int]) -> _Kinds:
    sure: set[int] = {at for at in breaks if 0x80 <= text[at] < 0xC0}
    inside: list[int] = []
    odd = False
    for escape in _ESCAPE.finditer(text):
        first = bisect_right(breaks, escape.start())
        sure.update(breaks[first : bisect_left(breaks, escape.end())])
    for token, named in _named(text):
        cut = breaks[bisect_right(breaks, token.start) : bisect_left(breaks, token.stop)]
        if not token.text:
            sure.update(at for at in cut if _WORD.match(text, at - 1))
        elif named:
            sure.update(cut)
        else:
            inside += cut
            odd = odd or (bool(cut) and bool(_NEWLINE.search(text, token.start, token.stop)))
    open = [at for at in inside if at not in sure]
    return _Kinds(
        sure, open, odd or any(_SINGLE.search(text, max(0, at - 2), at) or _BESIDE.match(text, at) for at in open)
    )


def _named(text: bytes) -> Iterator[tuple[lenient_json.JsonToken, bool]]:
    """The tokens, each with whether it is a key or a role."""
    key = b'"role"' if text[:1] == b"[" else b""
    tokens = list(lenient_json.tokens(text))
    for token, behind in zip(tokens, [*tokens[1:], None], strict=True):
        is_key = behind is not None and text[behind.start : behind.stop].lstrip()[:1] == b":"
        yield token, is_key or (token.text and key == b'"role"')
        if token.text:
            key = text[token.start : token.stop] if is_key else b""


class _Fold(NamedTuple):
    """What a fold says of the breaks of a value."""

    explains: bool
    sure: bool
    """Joined with nothing it is what it was."""
    full: list[bool]
    """Of each break, whether the line before it is full."""
    words: list[bool]
    """And whether the next word has no room on it."""


def _fold(found: Unfolded, kinds: _Kinds) -> _Fold | None:
    """None where the breaks are newlines of a text."""
    measured = widths.measured(found.lines)
    hard = any(widths.is_hard(each) for each in measured)
    explains = hard or any(widths.is_wrapped(each) for each in measured)
    if not (explains or kinds.sure or kinds.odd or _is_mixed(found, kinds, measured)):
        return None
    sure = (
        hard
        and bool(kinds.sure)
        and b"\r" not in found.text
        and not _may_be_wrapped(found.text, kinds, min(max(each.widths) for each in measured))
    )
    return _Fold(explains, sure, widths.full(measured[-1]), widths.wrapped(measured[-1]))


def _is_mixed(found: Unfolded, kinds: _Kinds, measured: list[widths.Measured]) -> bool:
    """Whether a fold explains several breaks, and the others are in texts, where they may be newlines."""
    open = set(kinds.open)
    return any(
        all(folded or at in open for at, folded in zip(found.breaks, mixed, strict=True))
        for each in measured
        for mixed in widths.mixed(each)
    )


def _may_be_wrapped(text: bytes, kinds: _Kinds, room: int) -> bool:
    """Whether the lines, all of one width, may be filled by whole words and parts of long ones by chance, and the blanks
    behind the words be lost. No such line begins with a blank, and none ends in one before a word that has room."""
    if any(text[at] == _BLANK or (text[at - 1] == _BLANK and _run(text, at) <= room) for at in kinds.open):
        return False
    if any(_run(text, at) <= room for at in kinds.sure):
        return False
    return bool(kinds.open) and sum(_run(text, at) <= room for at in kinds.open) < _SURE


def _run(text: bytes, at: int) -> int:
    """How many bytes stand between the blanks around a byte."""
    stop = text.find(b" ", at)
    return (stop if stop >= 0 else len(text)) - (text.rfind(b" ", 0, at) + 1)


def verdict(found: Unfolded) -> Verdict | None:
    """What is wrong with it where a fold explains it; None where none does, or where it is no record."""
    kinds = _kinds(found.text, found.breaks)
    if not (kinds.sure or kinds.open):
        return _laid_out(found)
    fold = _fold(found, kinds)
    records = _records(found, kinds, fold) if fold else []
    if not fold or not records or records[0][0] != _HOW[b""]:
        return None
    length, at = found.length, found.breaks[0]
    what = "the lines of a record are broken at a width" if fold.sure else "the lines of a record may be folded"
    if fold.sure:
        return Verdict("folded", at, what, (_part(length, records[0][1].salvage, records[0][1].records),))
    near = _near(found, kinds)
    readings = tuple(
        Reading(how + near.get(how, ""), (_part(length, _offered(made.salvage), made.records),))
        for how, made in records
    )
    return Verdict("folded", at, what, readings[0].parts, readings=readings if len(readings) > 1 else ())


def _part(length: int, salvage: Salvage, records: tuple[bytes, ...]) -> Part:
    """All of it; with what is guessed in it the whole is kept."""
    span = Span(0, length)
    return Part(span, salvage, records, (span,) if salvage is Salvage.PARTIAL else ())


def _laid_out(found: Unfolded) -> Verdict | None:
    """The verdict on a record that was broken at a width between its texts alone."""
    if not is_record(found.text) or not any(map(widths.is_hard, widths.measured(found.lines))):
        return None
    part = Part(Span(0, found.length), Salvage.LOSSLESS, (found.text,))
    return Verdict("pretty-printed", found.breaks[0], "a record is laid out over several lines", (part,))


def _offered(salvage: Salvage) -> Salvage:
    return Salvage.OFFERED if salvage is Salvage.LOSSLESS else salvage


class _Reflowed(NamedTuple):
    salvage: Salvage
    records: tuple[bytes, ...]


def _records(found: Unfolded, kinds: _Kinds, fold: _Fold) -> list[tuple[str, _Reflowed]]:
    """How the pieces can be joined, each with the records that this gives; those that say the same, once."""
    newline = rb"\r\n" if found.end == b"\r\n" else rb"\n"
    escaped = {b"": b"", b" ": b" ", b"\n": newline}
    ways = [(how, [escaped[joint]] * len(found.breaks)) for joint, how in _HOW.items()]
    if not fold.explains:
        ways.append((_MIXED, [b"" if full else newline for full in fold.full]))
        ways.append((_WORDS, [b" " if no_room else newline for no_room in fold.words]))
    records: list[tuple[str, _Reflowed]] = []
    said: list[object] = []
    for how, joints in ways:
        made = _made(_joined(found, kinds, joints))
        messages = made and [zeroclaw.read(record) for record in made.records]
        if made and messages not in said:
            said.append(messages)
            records.append((how, made))
    return records


def _made(value: bytes) -> _Reflowed | None:
    """The records that a whole value on one line is; None where it is none, or more than that."""
    if is_record(value):
        return _Reflowed(Salvage.LOSSLESS, (value,))
    of = shape(value)
    return _Reflowed(of.salvage, of.records) if of.records else None


def _joined(found: Unfolded, kinds: _Kinds, joints: list[bytes]) -> bytes:
    """The pieces with these bytes at the breaks that a text is open at, and nothing at the others."""
    open = set(kinds.open)
    at, made = 0, []
    for stop, joint in zip(found.breaks, joints, strict=True):
        made += [found.text[at:stop], joint if stop in open else b""]
        at = stop
    return b"".join((*made, found.text[at:]))


def _near(found: Unfolded, kinds: _Kinds) -> dict[str, str]:
    """What stands around the first break that can be read in several ways, by how it is read."""
    if not kinds.open:
        return {}
    at = kinds.open[0]
    left, right = (
        text.decode("utf-8", "replace") for text in (found.text[max(0, at - _NEAR) : at], found.text[at : at + _NEAR])
    )
    signs = {b"": "", b" ": " ", b"\n": "⏎"}
    return {how: f": “{left}{signs[joint]}{right}”" for joint, how in _HOW.items()}
