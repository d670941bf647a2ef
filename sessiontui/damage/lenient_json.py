"""JSON as broken writers leave it: how far a value goes, and what in it is text.

More is let through than any reader takes: raw bytes of any kind in a text, trailing commas, words for values. What
goes wrong all the same is where something else begins. Each byte is looked at once; nothing is decoded and nothing
here calls itself. Refuses to say what a value means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sessiontui.damage.patterns import lazy

_SPACE: Final = lazy(rb"[ \t\r\n]*+")
_WORD: Final = lazy(rb"[-+.0-9A-Za-z_]++")
_QUOTE, _BACKSLASH, _COMMA, _COLON, _OBJECT, _ARRAY = b'"\\,:{['
_VALUE, _KEY, _BEHIND_KEY, _BEHIND_VALUE = range(4)


class Reach(NamedTuple):
    """How far a value goes."""

    stop: int
    """Behind it where it is whole; else the byte that doesn't fit, or the end of the bytes."""
    whole: bool


class JsonToken(NamedTuple):
    """A run of bytes: a text with its quotes, or all that stands between two texts."""

    start: int
    stop: int
    text: bool


def closing(data: bytes, at: int, sign: bytes = b'"') -> int:
    """Where the quote stands that closes the text whose inside begins at ``at``; -1 where there is none."""
    begin = at
    while (quote := data.find(sign, at)) >= 0:
        run = quote
        while run > begin and data[run - 1] == _BACKSLASH:
            run -= 1
        if (quote - run) % 2 == 0:
            return quote
        at = begin = quote + 1
    return -1


def reach(data: bytes, at: int = 0) -> Reach:
    """How far the value that begins at ``at`` goes."""
    stack = bytearray()
    want = _VALUE
    end = len(data)
    while (at := behind_space(data, at)) < end:
        byte = data[at]
        if byte == _QUOTE and want in (_VALUE, _KEY):
            quote = closing(data, at + 1)
            if quote < 0:
                return Reach(end, whole=False)
            at = quote + 1
            want = _BEHIND_KEY if want == _KEY else _BEHIND_VALUE
        elif stack and byte == stack[-1] + 2 and want != _BEHIND_KEY:  # both closing brackets are two behind in ASCII
            stack.pop()
            at += 1
            want = _BEHIND_VALUE
        elif want == _VALUE and byte in (_OBJECT, _ARRAY):
            stack.append(byte)
            at += 1
            want = _KEY if byte == _OBJECT else _VALUE
        elif want == _VALUE and (word := _WORD.match(data, at)):
            at = word.end()
            want = _BEHIND_VALUE
        elif want == _BEHIND_KEY and byte == _COLON:
            at += 1
            want = _VALUE
        elif want == _BEHIND_VALUE and byte == _COMMA:
            at += 1
            want = _KEY if stack[-1] == _OBJECT else _VALUE
        else:
            return Reach(at, whole=False)
        if want == _BEHIND_VALUE and not stack:
            return Reach(at, whole=True)
    return Reach(end, whole=False)


def tokens(data: bytes) -> Iterator[JsonToken]:
    """The texts and what stands between them; together they are all of the bytes."""
    at = 0
    while (quote := data.find(b'"', at)) >= 0:
        if quote > at:
            yield JsonToken(at, quote, text=False)
        close = closing(data, quote + 1)
        at = close + 1 if close >= 0 else len(data)
        yield JsonToken(quote, at, text=True)
    if at < len(data):
        yield JsonToken(at, len(data), text=False)


def rebuilt(value: bytes, change: Callable[[bytes], bytes], *, text: bool = True) -> bytes:
    """The value with each of its texts changed; ``text`` False: with what stands between them changed."""
    made: list[bytes] = []
    for token in tokens(value):
        run = value[token.start : token.stop]
        made.append(change(run) if token.text is text else run)
    return b"".join(made)


def behind_space(data: bytes, at: int) -> int:
    """Where the white space at ``at`` ends."""
    match = _SPACE.match(data, at)
    return match.end() if match else at
