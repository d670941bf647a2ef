"""Huge lines: judged and decoded piece by piece, never held whole, by the grammar of ``strict``.

Memory does not grow with the line, but for the role, which is returned, and a byte for each level of nesting. The
pieces of a line may be cut anywhere, inside a character or an escape too.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sessiontui.dialects import strict
from sessiontui.dialects.source import EXACT, Dropped, Source, Wrong, reach
from sessiontui.errors import Changed
from sessiontui.model import Span

_LONGEST: Final = len(rb"\ud83d\ude0")
"""The most bytes of a content that can wait for the next piece: an escape less its last digit."""


class Scanned(NamedTuple):
    """A valid line: its role, and where in the file the bytes between the quotes of its content stand."""

    role: str
    content: Span


def scan(pieces: Iterable[bytes], offset: int = 0) -> Scanned | Dropped | None:
    """Judge a line given in pieces, without its newline: None for a blank one. Reads all of it.

    ``offset`` is where the line begins in its file: what is added to the place of the content.
    """
    broken: list[Dropped] = []
    checked = _checked(pieces, broken)
    outcome: Scanned | Dropped | None = None
    try:
        if record := strict.whole(Source(checked)):
            content = record.content.moved(offset)
            outcome = Scanned(strict.unescaped(record.role), content)
    except Wrong as wrong:
        outcome = wrong.dropped
    for _ in checked:  # a byte that is not UTF-8 outweighs every other mistake
        pass
    return broken[0] if broken else outcome


def text(pieces: Iterable[bytes]) -> Iterator[str]:
    """Decode the bytes between the quotes of a valid content, given in pieces, into pieces of text.

    Raises ``errors.Changed`` when they are not valid: the file is no longer what was scanned.
    """
    held = b""
    for piece in pieces:
        held += piece
        try:
            decoded, used = codecs.utf_8_decode(held[: reach(EXACT, held)], "strict", False)
        except UnicodeDecodeError as error:
            raise Changed("the file") from error
        held = held[used:]
        if len(held) > _LONGEST:
            raise Changed("the file")
        if decoded:
            yield json.loads(f'"{decoded}"') if "\\" in decoded else decoded
    if held:
        raise Changed("the file")


def _checked(pieces: Iterable[bytes], broken: list[Dropped]) -> Iterator[bytes]:
    """The same bytes, cut between characters, up to one that is not UTF-8, which is told to ``broken``."""
    base = 0
    held = b""
    try:
        for piece in pieces:
            held += piece
            used = codecs.utf_8_decode(held, "strict", False)[1]
            yield held[:used]
            base += used
            held = held[used:]
        held.decode()
    except UnicodeDecodeError as error:
        broken.append(strict.not_utf8(error, base))
