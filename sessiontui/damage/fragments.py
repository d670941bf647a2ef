"""Bytes of a line that are no whole value: the readable part of a torn record, printed Python, text of other programs.

What is made of a torn record is a guess at where the writer would have gone on, and never called more than that.
"""

from __future__ import annotations

import ast
import re
from typing import Final

from sessiontui.damage.encodings import is_utf8, valid_up_to
from sessiontui.damage.marks import is_tail
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import made
from sessiontui.damage.verdict import Shape
from sessiontui.dialects import source, strict, zeroclaw
from sessiontui.model import Message, Part, Salvage, Span

MOST: Final = 1 << 16
"""The most bytes that are read as Python."""

_PRINTED: Final = lazy(
    rb"[ \t]*+\{[ \t]*+(?:'|u'|\"(?:role|content)\"[ \t]*+:[ \t]*+(?:'|None\b|u'|\"[^\"]*+\"[ \t]*+,[ \t]*+')"
    rb"|\"role\"[ \t]*+:[ \t]*+\"[^\"\\]*+\"[ \t]*+,[ \t]*+\"content\"[ \t]*+:[ \t]*+None)"
)
_ESCAPE: Final = lazy(rb"\\(.)", re.DOTALL)
_USUAL: Final = frozenset(b"\\'\"nrtxuU")
"""What Python prints behind a backslash; it warns of others aloud."""
_BEGUN: Final = lazy(rb'\{[ \t]*+"role"[ \t]*+:[ \t]*+"(?P<role>[^"\\]*+)"[ \t]*+,[ \t]*+"content"[ \t]*+:[ \t]*+"')
_WORD: Final = lazy(rb"(?P<foreign>undefined|\[object Object\])|null|true|false|-?[0-9][0-9.eE+-]*+")
_MARKER: Final = lazy(rb"(?:<{7}|>{7}|\|{7}|%{7}|\+{7})(?: [^{\x00]{0,200})?|={7}")
_LIST: Final = (b"[", b"]", b"],")


def torn(data: bytes) -> Part:
    """A torn record with what of it can be read: its role, and its content up to the last whole character."""
    unread = Part(Span(0, len(data)), Salvage.NONE)
    begun = _BEGUN.match(data)
    if not begun:
        return unread
    content = data[begun.end() : source.reach(source.EXACT, data, begun.end())]
    size = valid_up_to(content)
    try:
        text = strict.unescaped(content[:size])
        record = zeroclaw.write(Message(begun["role"].decode(), text))[:-1]
    except ValueError:
        return unread
    stop = begun.end() + size
    left = (Span(stop, len(data) - stop),) if stop < len(data) else ()
    return Part(unread.span, Salvage.PARTIAL, (record,), left) if text else unread


def printed(line: bytes) -> Shape | None:
    """A record that was printed by Python, not dumped as JSON."""
    if len(line) > MOST or not _PRINTED.match(line) or line.count(b"[") + line.count(b"{") > 20:
        return None
    if not is_utf8(line) or not {escape[1][0] for escape in _ESCAPE.finditer(line)} <= _USUAL:
        return None
    try:
        value = ast.literal_eval(line.strip().decode())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    at = line.find(b"{") + 1
    role, content = value.get("role"), value.get("content", ...)
    salvage = Salvage.PARTIAL if content is None else Salvage.OFFERED
    of = made("python-repr", at, "the record was printed by Python", role, "" if content is None else content, salvage)
    whole = content is not None and len(value) == 2
    return of if whole or not of.records else of._replace(left=(Span(0, len(line)),))


def plain(line: bytes) -> Shape | None:
    """A line that says all by how it is written, with no value of its own in it."""
    if _MARKER.fullmatch(line.rstrip(b"\r")):
        return Shape("merge-marker", 0, "the line marks one side of a merge conflict", Salvage.LOSSLESS)
    if line.strip(b" \t\r") in _LIST:
        return Shape("array", 0, "a bracket of a list stands on the line", Salvage.LOSSLESS)
    return word(line)


def word(line: bytes) -> Shape | None:
    """A line of one word, or of a number, that some program wrote for a value."""
    found = _WORD.fullmatch(line.strip(b" \t\r"))
    if not found:
        return None
    id = "foreign" if found["foreign"] else "wrong-shape"
    return Shape(id, 0, f"“{found[0][:40].decode()}” stands where a record should")


def text(text: bytes, at: int) -> tuple[str, int, str]:
    """What text is that stands where a record should."""
    bare = text.strip(b" \t\r")
    if is_tail(text):
        return "stale-tail", at, "the end of a record stands without its beginning"
    if (stop := valid_up_to(text)) < len(text):
        return "invalid-utf8", at + stop, f"{source.shown(text[stop])} is not UTF-8, in what is no JSON"
    if bare in _LIST or b'":' in bare or bare.endswith((b"}", b"]")):
        return "malformed", at, "a part of a record stands by itself"
    return "log-text", at, "text of some program stands where a record should"
