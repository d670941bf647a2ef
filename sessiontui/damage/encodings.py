"""Records written in UTF-16 or UTF-32, a whole file or a part of one, as records in UTF-8.

A newline of theirs has NULs beside its ``0x0A``, and a character of theirs may have an ``0x0A`` in it: their lines
are not those of the file. Refuses bytes in which no record begins: many NULs alone are no encoding.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Wide(NamedTuple):
    """A run of bytes in a wide encoding."""

    codec: str
    name: str
    begin: int
    """Behind the byte order mark."""
    stop: int


_CODECS: Final = (
    ("utf-32-le", "UTF-32", b"\xff\xfe\0\0"),
    ("utf-32-be", "UTF-32", b"\0\0\xfe\xff"),
    ("utf-16-le", "UTF-16", b"\xff\xfe"),
    ("utf-16-be", "UTF-16", b"\xfe\xff"),
)
_NARROW: Final = {
    codec: re.compile(re.escape("\n".encode(codec)) + rb"(?=\{\"|\xef\xbb\xbf|\Z)") for codec, _, _ in _CODECS
}
"""Where lines of UTF-8 go on behind wide ones."""


def wide(data: bytes, at: int) -> Wide | None:
    """The wide run that begins at ``at``, which must be the beginning of a line."""
    for codec, name, mark in _CODECS:
        begin = at + len(mark) * data.startswith(mark, at)
        if codec == "utf-16-le" and data.startswith(b'\0{\0"\0', at):  # behind the 0x0A of the newline before
            begin = at + 1
        if data.startswith('{"'.encode(codec), begin) or (begin > at and len(mark) == 2 and begin + 2 <= len(data)):
            end = _NARROW[codec].search(data, begin)
            return Wide(codec, name, begin, end.end() if end else len(data))
    return None


def decoded(data: bytes, run: Wide) -> bytes:
    """The run in UTF-8; halves of pairs stay as they are, and a character that is cut at the end is left out."""
    size = 4 if run.name == "UTF-32" else 2
    stop = run.stop - (run.stop - run.begin) % size
    try:
        return data[run.begin : stop].decode(run.codec, "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return b""


def width(narrow: bytes, run: Wide) -> int:
    """How many bytes these bytes of the decoded run were in the file."""
    return len(narrow.decode("utf-8", "surrogatepass").encode(run.codec, "surrogatepass"))
