"""Whether bytes are UTF-8; and records written in UTF-16 or UTF-32, a whole file or a part of one, as records in UTF-8.

A newline of these has NULs beside its ``0x0A``, and a character of theirs may have an ``0x0A`` in it: their lines
are not those of the file. Refuses bytes in which no record begins: many NULs alone are no encoding.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sessiontui.damage.patterns import lazy


class Wide(NamedTuple):
    """A run of bytes in a wide encoding."""

    codec: str
    begin: int
    """Behind the byte order mark."""
    stop: int
    sure: bool = True
    """The byte order is known; of big-endian without a mark it is not, for a NUL of something else may stand first."""


_MARKS: Final = {
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}
"""Byte order marks: that of UTF-16 begins as one of UTF-32 does, which is looked for first."""
WIDEST: Final = 4
"""The most bytes of a unit: of a character of UTF-32."""
_SAMPLE: Final = 16
"""How many bytes, every second of them NUL, are a sign of UTF-16."""
_NARROW: Final = {
    codec: lazy(re.escape("\n".encode(codec)) + rb"(?=\{\"|\xef\xbb\xbf|\Z)" + rb"|(?=\{\"(?:role|content)\":\")")
    for codec in _MARKS
}
"""Where lines of UTF-8 go on behind wide ones, or a record in UTF-8 behind a torn one."""


def valid_up_to(data: bytes) -> int:
    """How many of the bytes, from the first, are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    return valid_up_to(data) == len(data)


def wide(data: bytes, at: int, codec: str = "", *, ended: bool = False) -> Wide | None:
    """The wide run that begins at ``at``, the beginning of a line; or that goes on there in ``codec``.

    ``codec`` may be ``?``: NULs stand before. Then the first NUL may be the rest of a newline, and big-endian can't be
    told from little-endian in ASCII; rather none than the wrong one. ``ended``: a newline stands behind the last byte.
    """
    sample = data[at : at + _SAMPLE]
    if not codec and 0 not in sample and not sample.startswith(tuple(_MARKS.values())):
        return None
    for each, mark in _MARKS.items():
        marked = data.startswith(mark, at)
        if codec == "?" and not marked and data.startswith(b"\0", at):
            continue
        begin = at + len(mark) * marked
        if codec == each and not marked:
            begin += codec.endswith("le") * (len(mark) - 1)  # the rest of the newline before
        elif not data.startswith('{"'.encode(each), begin) and not (marked and len(mark) == 2):
            continue
        run = _run(data, each, begin, sure=marked or bool(codec) or not each.endswith("be"))
        if marked or codec or each != "utf-16-be" or _is_even(data, run, ended=ended):  # else of little-endian
            return run
    if len(sample) >= _SAMPLE // 2 and codec != "?":
        one, other = sample[::2], sample[1::2]
        if not other.strip(b"\0") and 0 not in one:
            return _run(data, "utf-16-le", at, sure=False)
        run = _run(data, "utf-16-be", at, sure=False)
        if not one.strip(b"\0") and 0 not in other and _is_even(data, run, ended=ended):
            return run
    return None


def _is_even(data: bytes, run: Wide, *, ended: bool) -> bool:
    """Whether the lines of the run have an even length; what follows on the line on which it ends is none of them."""
    behind = data.rfind(b"\n", run.begin, run.stop) + 1
    stop = run.stop + ended if run.stop == len(data) else behind or run.stop
    return (stop - run.begin) % 2 == 0


def _run(data: bytes, codec: str, begin: int, *, sure: bool) -> Wide:
    end = _NARROW[codec].search(data, begin)
    run = Wide(codec, begin, end.end() if end else len(data), sure)
    try:
        decoded(data, run)
    except UnicodeDecodeError as error:  # of UTF-32 alone, which has bytes that are no character
        return run._replace(stop=begin + error.start)
    return run


def decoded(data: bytes, run: Wide) -> bytes:
    """The run in UTF-8; halves of pairs stay as they are, and a character that is cut at the end is left out."""
    cut = (run.stop - run.begin) % (4 if run.codec.startswith("utf-32") else 2)
    return data[run.begin : run.stop - cut].decode(run.codec, "surrogatepass").encode("utf-8", "surrogatepass")


def encoded(narrow: bytes, run: Wide) -> bytes:
    """Bytes of the decoded run as they were in the file."""
    return narrow.decode("utf-8", "surrogatepass").encode(run.codec, "surrogatepass")
