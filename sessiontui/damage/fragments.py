"""Bytes of a line that are no whole value: the readable part of a torn record, printed Python, text of other programs.

What is made of a torn record is a guess at where the writer would have gone on, and never called more than that.
"""

from __future__ import annotations

import ast
import re
from typing import Final, NamedTuple

from sessiontui.damage import pieces
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import Shape
from sessiontui.dialects import source, strict, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.errors import UsageError
from sessiontui.model import Message, Salvage, Span

MOST: Final = 1 << 16
"""The most bytes that are read as Python."""

_PRINTED: Final = lazy(
    rb"[ \t]*+\{[ \t]*+(?:'|u'|\"(?:role|content)\"[ \t]*+:[ \t]*+(?:'|None\b|u'|\"[^\"]*+\"[ \t]*+,[ \t]*+'))"
)
_NONE: Final = lazy(rb'[ \t]*+\{[ \t]*+"role"[ \t]*+:[ \t]*+"[^"\\]*+"[ \t]*+,[ \t]*+"content"[ \t]*+:[ \t]*+None')
_ESCAPE: Final = lazy(rb"\\(.)", re.DOTALL)
_USUAL: Final = frozenset({b"\\", b"'", b'"', b"n", b"r", b"t", b"x", b"u", b"U"})
"""What Python prints behind a backslash; it warns of others aloud."""
_BEGUN: Final = lazy(rb'\{[ \t]*+"role"[ \t]*+:[ \t]*+"(?P<role>[^"\\]*+)"[ \t]*+,[ \t]*+"content"[ \t]*+:[ \t]*+"')
_WORDS: Final = {
    b"undefined": "foreign",
    b"[object Object]": "foreign",
    b"null": "wrong-shape",
    b"true": "wrong-shape",
    b"false": "wrong-shape",
}
_NUMBER: Final = lazy(rb"-?[0-9][0-9.eE+-]*+")
_LIST: Final = frozenset({b"[", b"]", b"],"})


class Read(NamedTuple):
    """A record of what can be read of a torn one, and how many of its bytes are in that."""

    record: bytes
    size: int


def readable(torn: bytes) -> Read | None:
    """A record of what can be read of a torn one: its role, and its content up to the last whole character."""
    begun = _BEGUN.match(torn)
    if not begun:
        return None
    stop = source.reach(source.EXACT, torn, begun.end())
    content = torn[begun.end() : stop]
    size = _whole_characters(content)
    try:
        role = begun["role"].decode()
        text = strict.unescaped(content[:size])
        return Read(zeroclaw.write(Message(role, text))[:-1], begun.end() + size) if text else None
    except (ValueError, UsageError):
        return None


def _whole_characters(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(content)


def printed(line: bytes) -> Shape | None:
    """A record that was printed by Python, not dumped as JSON."""
    if len(line) > MOST or not (_PRINTED.match(line) or _NONE.match(line)) or line.count(b"[") + line.count(b"{") > 20:
        return None
    try:
        source_text = line.strip().decode()
    except UnicodeDecodeError:
        return None
    if not {escape[1] for escape in _ESCAPE.finditer(line)} <= _USUAL:
        return None
    try:
        value = ast.literal_eval(source_text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    at = line.find(b"{") + 1
    what = "the record was printed by Python"
    if not isinstance(value, dict):
        return None
    role, content = value.get("role"), value.get("content")
    if not isinstance(role, str) or not isinstance(content, str | None) or "content" not in value:
        return Shape("python-repr", at, what)
    salvage = Salvage.PARTIAL if content is None else Salvage.OFFERED
    whole = content is not None and len(value) == len(("role", "content"))
    left = () if whole else (Span(0, len(line)),)
    try:
        record = zeroclaw.write(Message(role, content or ""))[:-1]
    except (ValueError, UsageError):
        return Shape("python-repr", at, what)
    return Shape("python-repr", at, what, salvage, (record,), left)


def word(line: bytes) -> Shape | None:
    """A line of one word, or of a number, that some program wrote for a value."""
    bare = line.strip(b" \t\r")
    id = _WORDS.get(bare) or ("wrong-shape" if _NUMBER.fullmatch(bare) else None)
    return Shape(id, 0, f"“{bare[:40].decode()}” stands where a record should") if id else None


def text(text: bytes, at: int) -> tuple[str, int, str]:
    """What text is that stands where a record should."""
    bare = text.strip(b" \t\r")
    if pieces.is_tail(text):
        return "stale-tail", at, "the end of a record stands without its beginning"
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return "invalid-utf8", at + error.start, f"{source.shown(text[error.start])} is not UTF-8, in what is no JSON"
    if _looks_like_json(bare):
        return "malformed", at, "a part of a record stands by itself"
    return "log-text", at, "text of some program stands where a record should"


def malformed(line: bytes, start: int) -> tuple[str, int, str]:
    """An object that goes wrong in its middle."""
    wrong = strict.record_end(line, start)
    if isinstance(wrong, Dropped):
        return "malformed", wrong.at, wrong.reason
    return "malformed", start, "bytes of it are damaged"


def _looks_like_json(bare: bytes) -> bool:
    return bare in _LIST or b'":' in bare or bare[-1:] in (b"}", b"]")
