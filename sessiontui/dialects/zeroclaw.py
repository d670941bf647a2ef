"""ZeroClaw's lines: bytes → message as it reads them, message → the very bytes it writes.

Valid means that ZeroClaw would read it. The fast way lets orjson judge the grammar and then makes sure that no key
stands in the record twice; all that is not plainly so goes the slow, exact way of ``strict``. Refuses to guess: a line
that is not exactly one record is ``Dropped``, whatever could be had back from it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import length_hint
from typing import Final

import orjson

from sessiontui.dialects import strict
from sessiontui.dialects.source import Dropped
from sessiontui.errors import UsageError
from sessiontui.model import Message

_OPENINGS: Final = {
    role[:1]: (len(opening), opening)
    for role in (b"system", b"user", b"assistant", b"tool")
    for opening in [b'{"role":"%b","content":"' % role]
}
"""How nearly all lines begin, by the first letter of the role.

Where no other quote stands behind, but for a line's last three bytes, a line of sound JSON can only end in ``"}``: it
is one record. This spares a look at what was read, and half of the time that ``validate`` needs beside orjson.
"""
_NONE: Final = (0, b"none")


@dataclass(slots=True)
class Validated:
    """What many lines are: how many valid, which are blank, and which are dropped and why; by index, from 0."""

    valid: int = 0
    blank: list[int] = field(default_factory=list)
    dropped: list[tuple[int, Dropped]] = field(default_factory=list)


def read(line: bytes) -> Message | Dropped | None:
    """Read a line, with or without its newline: None for a blank one."""
    try:
        record = orjson.loads(line)
        if _is_plain(record, line):
            return Message(record["role"], record["content"])
    except orjson.JSONDecodeError:
        pass
    return strict.read(line.removesuffix(b"\n"))


def is_valid(line: bytes) -> bool:
    """Whether ZeroClaw reads the line, given with or without its newline, as a message."""
    return isinstance(read(line), Message)


def validate(lines: Sequence[bytes]) -> Validated:
    """Read many lines, with or without newlines, and keep only what they are: for loops over a whole store."""
    validated = Validated()
    unsound = _unsound(lines)
    opening_of = _OPENINGS.get
    valid = 0
    for index, line in enumerate(lines):
        size, opening = opening_of(line[9:10], _NONE)
        if (
            line[:size] == opening
            and (34 not in line[size:-3] or _has_two_pairs(line))  # 34: a quote
            and index not in unsound
        ):
            valid += 1
            continue
        outcome = strict.read(line.removesuffix(b"\n")) if index in unsound else read(line)
        if isinstance(outcome, Message):
            valid += 1
        elif outcome is None:
            validated.blank.append(index)
        else:
            validated.dropped.append((index, outcome))
    validated.valid = valid
    return validated


def _unsound(lines: Sequence[bytes]) -> set[int]:
    """Which lines orjson refuses. The loop over the others is C's alone: it costs a sixth less than one in Python."""
    found: set[int] = set()
    rest = iter(lines)
    records = map(orjson.loads, rest)
    while True:
        try:
            deque(records, maxlen=0)
        except orjson.JSONDecodeError:
            found.add(len(lines) - length_hint(rest) - 1)
        else:
            return found


def _is_plain(record: object, line: bytes) -> bool:
    """Whether what orjson read from the line is a role and a content, both texts, once each, and nothing else."""
    return (
        type(record) is dict
        and len(record) == 2
        and type(record.get("role")) is str
        and type(record.get("content")) is str
        and _has_two_pairs(line)
    )


def _has_two_pairs(line: bytes) -> bool:
    """Whether a sound object, in which a role and a content stand as texts, has no other key, as its quotes tell.

    Two pairs have eight quotes, and each key more has two. Where no text ends in a backslash, every escaped quote and
    no other one has a backslash before it; so those don't count.
    """
    quotes = line.count(b'"')
    return quotes == 8 or (quotes - line.count(b'\\"') == 8 and b'\\\\"' not in line)


def write(message: Message) -> bytes:
    """The bytes that ZeroClaw writes for a message, newline included.

    Raises ``errors.UsageError`` for text that has no UTF-8 form: half a surrogate pair.
    """
    try:
        return orjson.dumps({"role": message.role, "content": message.content}, None, orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError as error:
        raise UsageError(
            "this text holds half a surrogate pair, which can't be written", "replace or remove that character"
        ) from error
