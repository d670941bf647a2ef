"""The bytes of a line, piece by piece, and the tokens in them that may be cut between two pieces.

What ``strict`` reads its grammar from. Keeps no piece and knows no record. Refuses to judge UTF-8: whoever gives the
pieces has looked at that, and cuts them between characters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sessiontui.model import Span

END: Final = -1
"""Stands behind the last byte."""
ALL: Final = sys.maxsize
"""How many bytes of a token are kept, where all of them are."""

# A group has so many rounds a match, and `reach` matches again: a greedy repeat remembers every round, and a possessive
# one does not go back to where a failed round began before Python 3.11.5.
OUTER: Final = re.compile(
    rb"(?:[\t-\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80){0,4096}"
)
"""White_Space, as Rust trims it."""
INNER: Final = re.compile(rb"[ \t\r\n]*+")
"""White space between two tokens of JSON."""
DIGITS: Final = re.compile(rb"[0-9]*+")
LOOSE: Final = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4}){0,4096}')
"""The inside of a text that nobody reads: any four hexadecimal digits will do."""
EXACT: Final = re.compile(
    rb'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u(?:[0-9A-Ca-cEFef][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}'
    rb"|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})){0,4096}"
)
"""The inside of a text that is read: surrogates only in pairs."""

_QUOTE, _BACKSLASH, _HEXADECIMAL = b'"\\u'
_SHORT: Final = frozenset(b'"\\/bfnrt')
_DIGIT: Final = frozenset(b"0123456789abcdefABCDEF")


class Dropped(NamedTuple):
    """ZeroClaw drops the line: the byte of the line (from 0) at which it goes wrong, and why, in one sentence."""

    at: int
    reason: str


class Wrong(Exception):
    """Leaves the grammar at the first mistake; who called it gets the ``Dropped``."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.dropped = Dropped(at, reason)


class Source:
    """A line that is being read from its beginning, or from byte ``at`` of its first piece."""

    __slots__ = ("_at", "_base", "_piece", "_pieces")

    def __init__(self, pieces: Iterable[bytes], at: int = 0) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._piece = next(self._pieces, b"")
        self._at = at
        self._base = 0

    @property
    def position(self) -> int:
        """Which byte of the line ``peek`` shows, from 0."""
        return self._base + self._at

    def peek(self) -> int:
        """The next byte, ``END`` behind the last."""
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return END
            self._base += len(self._piece)
            self._piece, self._at = piece, 0
        return self._piece[self._at]

    def take(self) -> int:
        """Read the next byte."""
        byte = self.peek()
        self._at += byte != END
        return byte

    def accept(self, *of: int) -> bool:
        """Read the next byte where it is one of these, and say whether it is."""
        is_one = self.peek() in of
        self._at += is_one
        return is_one

    def skip(self, pattern: re.Pattern[bytes], keep: int = 0) -> bytes:
        """Read all that ``pattern``, which may match nothing, matches; return its first ``keep`` bytes.

        A token that is cut by the end of a piece is left.
        """
        kept = b""
        while self.peek() != END:
            begin = self._at
            self._at = reach(pattern, self._piece, begin)
            kept += self._piece[begin : min(self._at, begin + keep - len(kept))]
            if self._at < len(self._piece):
                break
        return kept

    def string(self, pattern: re.Pattern[bytes], keep: int = 0) -> tuple[bytes, Span]:
        """Read a text in quotes, its inside by ``LOOSE`` or ``EXACT``; return what ``skip`` does, and its place."""
        self.take()
        begin = self.position
        kept = b""
        while True:
            kept += self.skip(pattern, max(0, keep - len(kept)))
            byte = self.peek()
            if byte == _QUOTE:
                break
            if byte != _BACKSLASH:
                at = self.position
                self.skip(OUTER)  # white space at the end of the line is not part of a text
                if self.peek() == END:
                    raise Wrong(at, unclosed(begin))
                raise Wrong(at, f"{shown(byte)} stands unescaped in a text")
            escape = self._escape(exact=pattern is EXACT)
            kept += escape if len(kept) < keep else b""
        span = Span(begin, self.position - begin)
        self.take()
        return kept, span

    def _escape(self, *, exact: bool) -> bytes:
        """Read an escape that the pattern left: one that is broken, or cut between two pieces."""
        begin = self.position
        self.take()
        byte = self.take()
        if byte in _SHORT:
            return bytes((_BACKSLASH, byte))
        if byte == END:
            raise Wrong(self.position, "the line ends inside an escape")
        if byte != _HEXADECIMAL:
            raise Wrong(begin, f"JSON has no escape of a backslash and {shown(byte)}")
        digits = self._digits()
        unit = int(digits, 16)
        if not exact or not 0xD800 <= unit < 0xE000:
            return rb"\u" + digits
        if unit < 0xDC00 and (self.take(), self.take()) == (_BACKSLASH, _HEXADECIMAL):
            low = self._digits()
            if 0xDC00 <= int(low, 16) < 0xE000:
                return rb"\u" + digits + rb"\u" + low
        raise Wrong(begin, f"\\u{unit:04x} is half a surrogate pair")

    def _digits(self) -> bytes:
        digits = b""
        while len(digits) < 4:
            byte = self.peek()
            if byte == END:
                raise Wrong(self.position, "the line ends inside an escape")
            if byte not in _DIGIT:
                raise Wrong(self.position, f"\\u needs four hexadecimal digits, and here stands {shown(byte)}")
            digits += bytes((self.take(),))
        return digits


def reach(pattern: re.Pattern[bytes], piece: bytes, at: int = 0) -> int:
    """Where what ``pattern``, which may match nothing, matches of ``piece`` from ``at`` on ends."""
    while (match := pattern.match(piece, at)) and match.end() > at:
        at = match.end()
    return at


def unclosed(begin: int) -> str:
    """What is wrong with a line in which the text whose inside begins at ``begin`` has no end."""
    return f"the line ends inside a text that begins at byte {begin}"


def shown(byte: int) -> str:
    """A byte, or the end, for people."""
    if byte == END:
        return "the end of the line"
    return f"“{chr(byte)}”" if 0x20 < byte < 0x7F else f"byte 0x{byte:02x}"
