"""Marks of a record: how it begins and ends, and the names ``role`` and ``content``, in whatever quotes, escapes or colours.

Bytes in, an answer out, in linear time. A mark says only that somebody may have written a record there.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.damage.patterns import lazy
from sessiontui.dialects import strict

BEGIN: Final = lazy(rb'\{[ \t\r]*+"(?:role|content)"[ \t\r]*+:[ \t\r]*+"')
"""How a record begins: this can't stand in the text of a sound record, for quotes are escaped there."""
HEADING: Final = b'{"role":"","content":"'
"""A record with nothing in it, up to its content."""
_IN_ROLE: Final = len(b'{"role":"')
NEAR: Final = 64
"""Bytes before a name, and of it, that are looked at: so many of two neighbouring pieces are looked at together."""

_BETWEEN: Final = rb"(?:[\r\n\x00]|\x1b\[[0-9;:]{0,32}[A-Za-z]){0,16}"
"""What a terminal, a fold or a wide encoding puts between two characters."""
_QUOTE: Final = b"(?:%s)" % b"|".join(
    [
        rb"[\"'`\x91-\x94]",
        *map(str.encode, "´‘’‚‛“”„‟«»‹›「」『』＂＇"),
        rb"&(?:quot|apos|\#0{0,4}3[49]|\#x0{0,4}2[27]);",
        rb"[%=]2[27]",
        rb"\\(?:u00|x)2[27]",
    ]
)


def _letter(letter: str) -> bytes:
    """A letter, or its escape in JSON."""
    return rb"(?:%c|\\{1,8}u00%x)" % (ord(letter), ord(letter))


def _name(name: str) -> bytes:
    return _BETWEEN.join(map(_letter, name))


_HIDES: Final = lazy(rb"[\\\r\n\x00\x1b]")
"""What may be in a name, or stand for a letter of it."""
_NAME: Final = lazy(rb"%s|%s" % (_name("role"), _name("content")))
_OPENED: Final = lazy(rb"%s%s\Z" % (_QUOTE, _BETWEEN))
_CLOSED: Final = lazy(rb"%s\\{0,32}%s" % (_BETWEEN, _QUOTE))
_LISTED: Final = lazy(rb"[{(,][ \t]{0,16}%s\Z" % _BETWEEN)
_APART: Final = lazy(rb"(?:\A|[^A-Za-z0-9_-]|\x1b\[[0-9;:]{0,32}[A-Za-z])\Z")
_BEHIND: Final = lazy(rb"%s[ \t]{0,16}[:=]" % _BETWEEN)


def is_tail(text: bytes) -> bool:
    """Whether the bytes are the end of a record, without its beginning."""
    text = text.rstrip(b" \t\r")
    if not text.endswith((b'"}', b'"]')):
        return False
    cuts = [size for size in range(1, len(HEADING)) if HEADING[size] == text[0]]
    heads = (HEADING[:size] for size in (len(HEADING), _IN_ROLE, *cuts))
    return any(strict.record_end(head + text, 0) == len(head + text) for head in heads)


def is_marked(data: bytes) -> bool:
    """Whether the bytes hold a quoted name of a record, or one that begins an entry of an object or of a call."""
    return _holds_name(data, _LISTED)


def is_named(line: bytes) -> bool:
    """Whether a line holds a mark, or the bare name in front of a colon or an equals sign."""
    return _holds_name(line, _APART)


def _holds_name(data: bytes, before: re.Pattern[bytes]) -> bool:
    """Whether the bytes hold a name in quotes, or one behind ``before`` and in front of a colon or an equals sign."""
    if b"role" not in data and b"content" not in data and not _HIDES.search(data):
        return False
    around = (_OPENED, _CLOSED), (before, _BEHIND)
    return any(
        behind.match(data, name.end()) and front.search(data, max(0, name.start() - NEAR), name.start())
        for name in _NAME.finditer(data)
        for front, behind in around
    )
