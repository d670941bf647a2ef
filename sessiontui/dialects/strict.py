"""The exact grammar of a ZeroClaw record over bytes: what serde accepts as ``{role: String, content: String}``.

Slow and exact where the fast path of ``zeroclaw`` can't decide, and the one grammar of ``stream`` too. Nesting and
the digits of a number may be of any length, so nothing here calls itself. Refuses to look for more than the one
record that ZeroClaw would have read.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from sessiontui.dialects.source import (
    ALL,
    DIGITS,
    END,
    EXACT,
    INNER,
    LOOSE,
    OUTER,
    Dropped,
    Source,
    Wrong,
    reach,
    shown,
    unclosed,
)
from sessiontui.model import Message, Span

_QUOTE, _OBJECT, _ARRAY, _MINUS = b'"{[-'
_DIGIT: Final = frozenset(b"0123456789")
_LITERALS: Final = {word[0]: word for word in (b"true", b"false", b"null")}
WRITTEN: Final = re.compile(rb'\{"role":"[^"\\\x00-\x1f]*+","content":"')
"""How ZeroClaw begins a record."""
_BEHIND_CONTENT: Final = b" \t\r\n,}"
"""What may stand behind the quote that closes a content; the end of the line may too, which is in any bytes."""
_NAME: Final = len(rb"\u0063" * len("content")) + 1
"""A key of so many bytes, however it is escaped, is neither of ours."""


class Record(NamedTuple):
    """A whole record: the escaped bytes of its role, and where in the line the escaped bytes of its content stand."""

    role: bytes
    content: Span


def read(line: bytes) -> Message | Dropped | None:
    """Read a line as ZeroClaw does, exactly: None for a blank one."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return not_utf8(error, 0)
    if dropped := _plainly_dropped(line):
        return dropped
    try:
        record = whole(Source([line]))
    except Wrong as wrong:
        return wrong.dropped
    if record is None:
        return None
    return Message(unescaped(record.role), unescaped(line[record.content.offset : record.content.stop]))


def _plainly_dropped(line: bytes) -> Dropped | None:
    """What ``whole`` says of the lines that are damaged most often, without its way through every token.

    They begin as ZeroClaw writes them, and are torn in the content, or have another record behind it or inside it.
    """
    opening = WRITTEN.match(line)
    if not opening:
        return None
    at = reach(EXACT, line, opening.end())
    if at == len(line):
        return Dropped(at, unclosed(opening.end()))
    if line.startswith(b'"}{', at):
        return Dropped(at + 2, _follows(_OBJECT))
    if line.startswith(b'"', at) and line[at + 1 : at + 2] not in _BEHIND_CONTENT:
        return Dropped(at + 1, _missing(_OBJECT, line[at + 1]))
    return None


def written(line: bytes, at: int = 0) -> int:
    """How far the content goes of a record that begins at ``at`` as ZeroClaw writes it; -1 for any other."""
    opening = WRITTEN.match(line, at)
    return reach(EXACT, line, opening.end()) if opening else -1


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
    if source.peek() != END:
        raise Wrong(source.position, _follows(source.peek()))
    return record


def _follows(byte: int) -> str:
    return f"{'another record' if byte == _OBJECT else shown(byte)} follows the record on the same line"


def unescaped(inside: bytes) -> str:
    """The text that these escaped, valid bytes stand for."""
    if b"\\" not in inside:
        return inside.decode()
    text: str = json.loads(b'"%b"' % inside)
    return text


def not_utf8(error: UnicodeDecodeError, base: int) -> Dropped:
    """What a decoding error means; ``base`` is where in the line the decoded bytes begin."""
    return Dropped(base + error.start, f"byte 0x{error.object[error.start]:02x} is not UTF-8")


def _record(source: Source) -> Record:
    """Read ``record = object | array``."""
    byte = source.peek()
    if byte == _OBJECT:
        return _object(source)
    if byte == _ARRAY:
        return _array(source)
    raise Wrong(source.position, f"a record begins with “{{”, and here stands {shown(byte)}")


def _object(source: Source) -> Record:
    """Read ``object = "{" [ key ":" value { "," key ":" value } ] "}"`` with role and content once each, as texts."""
    role: bytes | None = None
    content: Span | None = None
    more = _opened(source)
    while more:
        at = source.position
        name = _key(source, EXACT)
        if (name == "role" and role is not None) or (name == "content" and content is not None):
            raise Wrong(at, f"“{name}” stands in the record twice")
        if name == "role":
            role, _ = _text(source, name, ALL)
        elif name == "content":
            _, content = _text(source, name)
        else:
            _value(source)
        more = _another(source, _OBJECT)
    if role is None or content is None:
        raise Wrong(source.position - 1, f"the record ends without a “{'role' if role is None else 'content'}”")
    return Record(role, content)


def _array(source: Source) -> Record:
    """Read ``array = "[" role "," content "]"``."""
    more = _opened(source)
    if more:
        role, _ = _text(source, "role", ALL)
        more = _another(source, _ARRAY)
    if more:
        _, content = _text(source, "content")
        more = _another(source, _ARRAY)
        if not more:
            return Record(role, content)
    raise Wrong(source.position - (not more), "a list is a record only when it holds a role and a content, no more")


def _opened(source: Source) -> bool:
    """Read an opening bracket and, where nothing stands inside, the closing one; whether something stands inside."""
    close = source.take() + 2  # in ASCII both closing brackets stand two behind the opening ones
    source.skip(INNER)
    return not source.accept(close)


def _another(source: Source, opened: int) -> bool:
    """Read what follows a value in the open object or array: True for a comma, False for its end."""
    source.skip(INNER)
    if source.accept(*b","):
        source.skip(INNER)
        return True
    if not source.accept(opened + 2):
        raise Wrong(source.position, _missing(opened, source.peek()))
    return False


def _missing(opened: int, byte: int) -> str:
    return f"“,” or “{chr(opened + 2)}” is missing, and here stands {shown(byte)}"


def _key(source: Source, pattern: re.Pattern[bytes]) -> str:
    """Read a key and its colon; return the key, or an empty text for one that is none of ours."""
    if source.peek() != _QUOTE:
        raise Wrong(source.position, f"a key in quotes is missing, and here stands {shown(source.peek())}")
    raw, _ = source.string(pattern, _NAME)
    source.skip(INNER)
    if not source.accept(*b":"):
        raise Wrong(source.position, f"“:” is missing behind a key, and here stands {shown(source.peek())}")
    source.skip(INNER)
    return unescaped(raw) if pattern is EXACT and len(raw) < _NAME and raw.isascii() else ""


def _text(source: Source, name: str, keep: int = 0) -> tuple[bytes, Span]:
    """Read the value of role or content."""
    byte = source.peek()
    if byte != _QUOTE:
        raise Wrong(source.position, f"“{name}” must be a text, and here stands {shown(byte)}")
    return source.string(EXACT, keep)


def _value(source: Source) -> None:
    """Read ``value = object | array | string | number | literal`` of a key that nobody reads: grammar alone counts."""
    stack = bytearray()
    while True:
        if stack and stack[-1] == _OBJECT:
            _key(source, LOOSE)
        byte = source.peek()
        if byte not in (_OBJECT, _ARRAY):
            _scalar(source, byte)
        elif _opened(source):
            stack.append(byte)
            continue
        while stack and not _another(source, stack[-1]):
            stack.pop()
        if not stack:
            return


def _scalar(source: Source, byte: int) -> None:
    if byte == _QUOTE:
        source.string(LOOSE)
    elif byte == _MINUS or byte in _DIGIT:
        _number(source)
    elif byte in _LITERALS:
        word = _LITERALS[byte]
        for each in word:
            if not source.accept(each):
                raise Wrong(source.position, f"“{word.decode()}” is broken off by {shown(source.peek())}")
    else:
        raise Wrong(source.position, f"a value is missing, and here stands {shown(byte)}")


def _number(source: Source) -> None:
    """Read ``number = [ "-" ] ( "0" | digits ) [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ]``."""
    source.accept(*b"-")
    if not source.accept(*b"0"):
        _digits(source)
    elif source.peek() in _DIGIT:
        raise Wrong(source.position, "a digit follows the 0 that a number begins with")
    if source.accept(*b"."):
        _digits(source)
    if source.accept(*b"eE"):
        source.accept(*b"+-")
        _digits(source)


def _digits(source: Source) -> None:
    if source.peek() not in _DIGIT:
        raise Wrong(source.position, f"a digit is missing in a number, and here stands {shown(source.peek())}")
    source.skip(DIGITS)
