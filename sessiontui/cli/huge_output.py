"""Huge files and lines on their way out: read in pieces, never held whole. Knows no terminal."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from sessiontui.dialects import stream
from sessiontui.disk import lines
from sessiontui.errors import Changed
from sessiontui.model import Span


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = lines.open_file(path)
    try:
        yield fd
    finally:
        os.close(fd)


def _content(fd: int, path: Path, span: Span) -> Span:
    """Where the content of a valid message stands. Raises ``Changed`` when it is a valid message no longer."""
    scanned = stream.scan(lines.pieces(fd, span), span.offset)
    if not isinstance(scanned, stream.Scanned):
        raise Changed(path.name)
    return scanned.content


def content(path: Path, span: Span) -> Iterator[str]:
    """The content of the message on a line, piece by piece."""
    with _opened(path) as fd:
        yield from stream.text(lines.pieces(fd, _content(fd, path, span)))


def escaped_content(path: Path, span: Span) -> Iterator[bytes]:
    """The same as it stands in the file, between its quotes: already JSON, and without a newline."""
    with _opened(path) as fd:
        yield from lines.pieces(fd, _content(fd, path, span))


def escaped_line(path: Path, span: Span) -> Iterator[bytes]:
    r"""A line as the inside of a JSON string; bytes that aren't UTF-8 as ``\xNN``."""
    decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
    with _opened(path) as fd:
        for piece in lines.pieces(fd, span):
            yield orjson.dumps(decode(piece))[1:-1]
    yield orjson.dumps(decode(b"", final=True))[1:-1]


def line_number(path: Path, offset: int) -> int:
    """Which line, from 1, begins at ``offset``; reads the file up to there."""
    with _opened(path) as fd:
        return 1 + sum(piece.count(b"\n") for piece in lines.pieces(fd, Span(0, offset)))
