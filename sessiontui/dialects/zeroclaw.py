"""ZeroClaw's lines: bytes → message as it reads them, message → the very bytes it writes.

Valid means that ZeroClaw would read it. The fast way is a round trip: when orjson writes what it read with the same
bytes, there is no room for a second key, odd white space or an escape. What fails it goes the slow, exact way of
``strict``. Refuses to guess: a line that is not exactly one record is ``Dropped``, whatever could be had back from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from sessiontui.dialects import strict
from sessiontui.dialects.source import Dropped
from sessiontui.errors import UsageError
from sessiontui.model import Message

__all__ = ["Dropped", "Judged", "is_valid", "judge", "read", "write"]


@dataclass(slots=True)
class Judged:
    """What many lines are: how many valid, and which are dropped (index from 0) and why; the others are blank."""

    valid: int = 0
    blank: int = 0
    dropped: list[tuple[int, Dropped]] = field(default_factory=list)


def read(line: bytes) -> Message | Dropped | None:
    """Read a line, with or without its newline: None for a blank one."""
    body = line.rstrip(b"\r\n") if line.endswith((b"\n", b"\r")) else line
    try:
        record = orjson.loads(body)
        if type(record) is dict and orjson.dumps(record) == body:
            role, content = record.get("role"), record.get("content")
            if type(role) is str and type(content) is str:
                return Message(role, content)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    return strict.read(line)


def is_valid(line: bytes) -> bool:
    """Whether ZeroClaw reads the line, given with or without its newline, as a message."""
    return isinstance(read(line), Message)


def judge(lines: Iterable[bytes]) -> Judged:
    """Read many lines, with their newlines, and keep only what they are: for loops over a whole store."""
    judged = Judged()
    loads, dumps, newline = orjson.loads, orjson.dumps, orjson.OPT_APPEND_NEWLINE
    refused = (orjson.JSONDecodeError, orjson.JSONEncodeError)
    valid = 0
    for index, line in enumerate(lines):
        try:
            record = loads(line)
            if (
                type(record) is dict
                and type(record.get("role")) is str
                and type(record.get("content")) is str
                and dumps(record, None, newline) == line
            ):
                valid += 1
                continue
        except refused:
            pass
        outcome = read(line)
        if isinstance(outcome, Message):
            valid += 1
        elif outcome is None:
            judged.blank += 1
        else:
            judged.dropped.append((index, outcome))
    judged.valid = valid
    return judged


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
