"""The exact grammar of a ZeroClaw record over bytes: what serde accepts as ``{role: String, content: String}``.

Slow and exact where the fast path of ``zeroclaw`` can't decide, and the one grammar of ``stream`` too: it reads
pieces of a line one after the other and keeps none of them. Nesting and the digits of a number may be of any length,
so nothing here calls itself. It refuses to judge UTF-8: whoever feeds it has looked at that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sessiontui.model import Message, Span

END: Final = -1
OUTER: Final = re.compile(
    rb"(?:[\t-\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)*+"
)
"""White_Space around a record, as Rust trims it."""
INNER: Final = re.compile(rb"[ \t\r\n]*+")
DIGITS: Final = re.compile(rb"[0-9]*+")
LOOSE: Final = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*+')
"""The inside of a text in a value that nobody reads: any four hexadecimal digits will do."""
EXACT: Final = re.compile(
    rb'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u(?:[0-9A-Ca-cEFef][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}'
    rb"|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}))*+"
)
"""The inside of a text that is read: surrogates only in pairs."""

_QUOTE, _COMMA, _COLON, _BACKSLASH = b'",:\\'
_OBJECT, _ARRAY, _MINUS, _ZERO, _POINT = b"{[-0."
_SHORT: Final = frozenset(b'"\\/bfnrt')
_DIGIT: Final = frozenset(b"0123456789")
_HEXADECIMAL: Final = frozenset(b"0123456789abcdefABCDEF")
_EXPONENT: Final = frozenset(b"eE")
_SIGN: Final = frozenset(b"+-")
_NAME: Final = len(rb"\u0063" * len("content")) + 1  # a longer key, however it is escaped, is neither of ours
_LITERALS: Final = {b"t"[0]: b"true", b"f"[0]: b"false", b"n"[0]: b"null"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """ZeroClaw drops the line: the byte of the line (from 0) at which it goes wrong, and why, in one sentence."""

    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record: the escaped bytes of its role, and where in the line the escaped bytes of its content stand."""

    role: bytes
    content: Span


class Wrong(Exception):
    """Leaves the grammar at the first mistake; the callers of this room's readers get a ``Dropped``."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.dropped = Dropped(at, reason)


class Source:
    """The bytes of a line, piece by piece; ``position`` counts from the beginning of the line."""

    __slots__ = ("_at", "_base", "_piece", "_pieces")

    def __init__(self, pieces: Iterable[bytes], at: int = 0) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._piece = next(self._pieces, b"")
        self._at = at
        self._base = 0

    @property
    def position(self) -> int:
        """The byte that ``peek`` shows."""
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
        """The next byte, read."""
        byte = self.peek()
        self._at += byte != END
        return byte

    def skip(self, pattern: re.Pattern[bytes], keep: int | None = 0) -> bytes:
        """Read all that ``pattern``, which matches nothing too, matches; return its first ``keep`` bytes or all.

        Tokens of several bytes that are cut by the end of a piece are left.
        """
        kept = b""
        while self.peek() != END:
            begin = self._at
            match = pattern.match(self._piece, begin)
            self._at = match.end() if match else begin
            if keep is None or len(kept) < keep:
                stop = self._at if keep is None else min(self._at, begin + keep - len(kept))
                kept += self._piece[begin:stop]
            if self._at < len(self._piece):
                break
        return kept


def read(line: bytes) -> Message | Dropped | None:
    """Read a line as ZeroClaw does, exactly: None for a blank one."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return not_utf8(error, 0)
    try:
        record = whole(Source([line]))
    except Wrong as wrong:
        return wrong.dropped
    if record is None:
        return None
    return Message(unescaped(record.role), unescaped(line[record.content.offset : record.content.stop]))


def not_utf8(error: UnicodeDecodeError, base: int) -> Dropped:
    """What a decoding error means; ``base`` is where in the line the decoded bytes began."""
    at = base + error.start
    return Dropped(at, f"byte 0x{error.object[error.start]:02x} is not UTF-8")


def unescaped(inside: bytes) -> str:
    """The text whose escaped, valid bytes these are."""
    if b"\\" not in inside:
        return inside.decode()
    text: str = json.loads(b'"%b"' % inside)
    return text


def record_end(line: bytes, at: int) -> int | Dropped:
    """Where the record that begins at ``at`` ends, or where and why it is none; what follows does not matter."""
    source = Source([line], at)
    try:
        _record(source)
    except Wrong as wrong:
        return wrong.dropped
    return source.position


def whole(source: Source) -> Record | None:
    """Read a line: white space, one record, white space; None for white space alone. Raises ``Wrong``."""
    source.skip(OUTER)
    if source.peek() == END:
        return None
    record = _record(source)
    source.skip(OUTER)
    if source.peek() == _OBJECT:
        raise Wrong(source.position, "another record follows on the same line")
    if source.peek() != END:
        raise Wrong(source.position, f"{_shown(source.peek())} follows the record")
    return record


def _record(source: Source) -> Record:
    """record = object | array"""
    byte = source.peek()
    if byte == _OBJECT:
        return _object(source)
    if byte == _ARRAY:
        return _array(source)
    raise Wrong(source.position, f"a record begins with {{, and here stands {_shown(byte)}")


def _object(source: Source) -> Record:
    """object = "{" [ key ":" value { "," key ":" value } ] "}", in it role and content once each, both texts"""
    begin = source.position
    role: bytes | None = None
    content: Span | None = None
    more = _opened(source)
    while more:
        at = source.position
        name = _key(source, EXACT)
        if (name == "role" and role is not None) or (name == "content" and content is not None):
            raise Wrong(at, f"“{name}” stands in the record twice")
        if name == "role":
            role, _ = _text(source, name, keep=None)
        elif name == "content":
            _, content = _text(source, name)
        else:
            _value(source)
        more = _another(source, _OBJECT)
    if role is None or content is None:
        raise Wrong(begin, f"the record has no “{'role' if role is None else 'content'}”")
    return Record(role, content)


def _array(source: Source) -> Record:
    """array = "[" role "," content "]" """
    begin = source.position
    if not _opened(source):
        raise Wrong(begin, "an empty list is no record")
    role, _ = _text(source, "role", keep=None)
    if not _another(source, _ARRAY):
        raise Wrong(begin, "a list is a record only when it holds role and content")
    _, content = _text(source, "content")
    at = source.position
    if _another(source, _ARRAY):
        raise Wrong(at, "a list is a record only when it holds role and content, and nothing else")
    return Record(role, content)


def _opened(source: Source) -> bool:
    """Read the opening bracket and, where nothing stands inside, the closing one; whether something stands inside."""
    close = source.take() + 2  # in ASCII both closing brackets stand two behind the opening ones
    source.skip(INNER)
    if source.peek() != close:
        return True
    source.take()
    return False


def _another(source: Source, opened: int) -> bool:
    """Read what follows a value in the open object or array: True for a comma, False for its end."""
    source.skip(INNER)
    byte = source.peek()
    if byte not in (_COMMA, opened + 2):
        raise Wrong(source.position, f"a comma or {chr(opened + 2)} is missing: here stands {_shown(byte)}")
    source.take()
    source.skip(INNER)
    return byte == _COMMA


def _key(source: Source, pattern: re.Pattern[bytes]) -> str:
    """Read a key and its colon; return the key, or an empty text for one that is too long to be ours."""
    if source.peek() != _QUOTE:
        raise Wrong(source.position, f'a key begins with ", and here stands {_shown(source.peek())}')
    raw, _ = _string(source, pattern, _NAME)
    source.skip(INNER)
    if source.peek() != _COLON:
        raise Wrong(source.position, f"a colon is missing behind a key: here stands {_shown(source.peek())}")
    source.take()
    source.skip(INNER)
    return unescaped(raw) if pattern is EXACT and len(raw) < _NAME else ""


def _text(source: Source, name: str, keep: int | None = 0) -> tuple[bytes, Span]:
    """Read the value of role or content."""
    byte = source.peek()
    if byte != _QUOTE:
        raise Wrong(source.position, f"“{name}” must be a text, and here stands {_shown(byte)}")
    return _string(source, EXACT, keep)


def _string(source: Source, pattern: re.Pattern[bytes], keep: int | None = 0) -> tuple[bytes, Span]:
    """string = '"' { character | escape } '"'; return the first ``keep`` bytes inside (None: all) and their place."""
    source.take()
    begin = source.position
    kept = b""
    while True:
        kept += source.skip(pattern, keep if keep is None else keep - len(kept))
        byte = source.peek()
        if byte == _QUOTE:
            break
        if byte == END:
            raise Wrong(source.position, f"the line ends inside a text that begins at byte {begin}")
        if byte != _BACKSLASH:
            raise Wrong(source.position, f"{_shown(byte)} stands unescaped in a text")
        kept += _escape(source, exact=pattern is EXACT)
    stop = source.position
    source.take()
    return kept, Span(begin, stop - begin)


def _escape(source: Source, *, exact: bool) -> bytes:
    """escape = "\\" ( one of '"\\/bfnrt' | "u" four hexadecimal digits ); one that is broken, or cut by a piece"""
    begin = source.position
    raw = bytes([source.take()])
    byte = source.take()
    if byte in _SHORT:
        return raw + bytes([byte])
    if byte == END:
        raise Wrong(source.position, "the line ends inside an escape")
    if byte != b"u"[0]:
        raise Wrong(begin, f"an escape that JSON does not have: \\ and {_shown(byte)}")
    raw += b"u" + _hexadecimal(source)
    unit = int(raw[2:], 16)
    if not exact or not 0xD800 <= unit < 0xE000:
        return raw
    if unit < 0xDC00 and (source.take(), source.take()) == (_BACKSLASH, b"u"[0]):
        low = _hexadecimal(source)
        if 0xDC00 <= int(low, 16) < 0xE000:
            return raw + rb"\u" + low
    raise Wrong(begin, f"half a surrogate pair: \\u{unit:04x}")


def _hexadecimal(source: Source) -> bytes:
    digits = b""
    while len(digits) < 4:
        byte = source.peek()
        if byte == END:
            raise Wrong(source.position, "the line ends inside an escape")
        if byte not in _HEXADECIMAL:
            raise Wrong(source.position, f"four hexadecimal digits are missing behind \\u: here stands {_shown(byte)}")
        digits += bytes([source.take()])
    return digits


def _value(source: Source) -> None:
    """value = object | array | string | number | literal; of a key that nobody reads, so only its grammar counts"""
    stack = bytearray()
    while True:
        byte = source.peek()
        if byte in (_OBJECT, _ARRAY):
            if _opened(source):
                stack.append(byte)
                if byte == _OBJECT:
                    _key(source, LOOSE)
                continue
        else:
            _scalar(source, byte)
        while stack and not _another(source, stack[-1]):
            stack.pop()
        if not stack:
            return
        if stack[-1] == _OBJECT:
            _key(source, LOOSE)


def _scalar(source: Source, byte: int) -> None:
    if byte == _QUOTE:
        _string(source, LOOSE)
    elif byte == _MINUS or byte in _DIGIT:
        _number(source)
    elif byte in _LITERALS:
        _literal(source, _LITERALS[byte])
    else:
        raise Wrong(source.position, f"a value is missing: here stands {_shown(byte)}")


def _number(source: Source) -> None:
    """number = [ "-" ] ( "0" | digits that do not begin with 0 ) [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ]"""
    if source.peek() == _MINUS:
        source.take()
    if source.peek() == _ZERO:
        source.take()
        if source.peek() in _DIGIT:
            raise Wrong(source.position, "a number begins with 0")
    else:
        _digits(source)
    if source.peek() == _POINT:
        source.take()
        _digits(source)
    if source.peek() in _EXPONENT:
        source.take()
        if source.peek() in _SIGN:
            source.take()
        _digits(source)


def _digits(source: Source) -> None:
    if source.peek() not in _DIGIT:
        raise Wrong(source.position, f"a digit is missing in a number: here stands {_shown(source.peek())}")
    source.skip(DIGITS)


def _literal(source: Source, word: bytes) -> None:
    for byte in word:
        if source.peek() != byte:
            raise Wrong(source.position, f"“{word.decode()}” is broken off by {_shown(source.peek())}")
        source.take()


def _shown(byte: int) -> str:
    """A byte for people."""
    if byte == END:
        return "the end of the line"
    return chr(byte) if 0x20 < byte < 0x7F else f"byte 0x{byte:02x}"
