"""Session files that hold no session: what they are, as one fault of the whole file.

Such a file is told by its beginning (an archive, a database), or, where ZeroClaw loads no message of it, by the program
whose history it is, or by lines in which nobody wrote a record. Reads no further than to the first message or the first
mark of a record. Writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from sessiontui.damage import catalogue, marks, wholefile
from sessiontui.damage.patterns import lazy
from sessiontui.dialects import programs, zeroclaw
from sessiontui.disk import lines
from sessiontui.errors import Refused
from sessiontui.model import Fault, Severity, Span
from sessiontui.store.jsonl import session_file
from sessiontui.store.jsonl.session_file import OpenFile
from sessiontui.store.protocol import IsCancelled, never

_FEW: Final = 64
"""Files that are not read again while they stay as they are."""
_OURS: Final = lazy(
    rb'(?:\A|\n)[ \t\r]*\{[ \t\r]*"role"[ \t\r]*:[ \t\r]*"[^"\\]*+"[ \t\r]*,[ \t\r]*"content"[ \t\r]*:[ \t\r]*"'
)
"""A line that begins as a record of ZeroClaw does."""
_TORN: Final = lazy(rb'[ \t]*\{[ \t]*(?:"(?:role|rol|ro|r|content|conten|conte|cont|con|co|c)[ \t\r]*\n?|"?)\Z')
"""A line of nothing but the beginning of a record; of less than its first letter only where no newline ends it."""
_NULS: Final = lazy(rb"(?:\A|\n)[ \t\r]*\x00|\x00[ \t\r]*(?:\n|\Z)")
"""NULs where a line begins or ends: the power failed there, or it is text in two bytes."""


@lru_cache(_FEW)
def known(file: OpenFile) -> Fault | None:
    """As ``of``, remembered as long as the file stays as it is."""
    return of(file.fd, file.stamp.size)


def of(fd: int, size: int, cancelled: IsCancelled = never) -> Fault | None:
    """What the first ``size`` bytes of a file are; None where they are a session, a damaged or an empty one too."""
    head = os.pread(fd, min(size, wholefile.HEAD), 0)
    if head[:1] == b"{":
        first, newline, _ = head.partition(b"\n")
        if newline and zeroclaw.is_valid(first):
            return None
    elif name := wholefile.sure(head):
        return _fault("not-jsonl", name, fd, size)
    return _by_its_lines(fd, size, head, cancelled)


def refusal(name: str, whole: Fault) -> Refused:
    """Why a change leaves the file of this name alone."""
    return Refused(f"{name} is no session: {what(whole)}", "move it out of the folder of sessions", unchanged=True)


def what(whole: Fault) -> str:
    """What the file is, without how that comes about."""
    return catalogue.what(whole)


def _by_its_lines(fd: int, size: int, head: bytes, cancelled: IsCancelled) -> Fault | None:
    name = program = None
    begun = dropped = nuls = binary = False
    before = b""
    for data, valid, is_dropped, torn in _blocks(fd, size, cancelled):
        if valid:
            return None
        if not begun:
            begun, name = True, wholefile.likely(head)
            program = None if name else _program(fd, size, head)
        near = before + data
        if _OURS.search(near) if name or program else torn or marks.is_marked(near):
            return None
        dropped = dropped or is_dropped
        nuls = nuls or _NULS.search(data) is not None
        binary = binary or wholefile.is_binary(data)
        before = data[-marks.NEAR :]
    if program:
        return _fault("foreign", programs.title(program), fd, size)
    if not dropped or (nuls and not (name or binary)):
        return None
    return _fault("not-jsonl", name or wholefile.text(head), fd, size)


def _program(fd: int, size: int, head: bytes) -> str | None:
    first = os.pread(fd, min(size, programs.LONGEST), 0)
    return programs.program(first.split(b"\n")) or (programs.of_document(first) if size <= len(first) else None)


def _blocks(fd: int, size: int, cancelled: IsCancelled) -> Iterator[tuple[bytes, bool, bool, bool]]:
    """Some lines, or a piece of a huge one: the bytes, and whether one is valid, one is dropped, and a dropped one is a
    beginning or an end of a record, without a name in it."""
    for _, block, validated in session_file.validated(fd, 0, size, cancelled):
        valid, dropped = validated.valid > 0, bool(validated.dropped)
        if isinstance(block, Span):
            yield from ((piece, valid, dropped, False) for piece in lines.pieces(fd, block))
        else:
            yield b"".join(block), valid, dropped, any(_is_torn(block[at]) for at, _ in validated.dropped)


def _is_torn(line: bytes) -> bool:
    bare = line.rstrip(b"\r\n")
    return _TORN.match(line) is not None or (bare.endswith((b'"}', b'"]')) and marks.is_tail(bare))


def _fault(id: str, name: str, fd: int, size: int) -> Fault:
    span = Span(0, size - (not lines.ends_open(fd, size)))
    reason = catalogue.sentence(id, f"the file is {name}")
    return Fault(id, Severity.DAMAGE, reason, at=0, span=span, lines=0)
