"""Standard output: data, nothing else. Objects for programs, one a line; text for people, made safe for a terminal.

``say`` is the only way for text to a person's terminal: all of it goes through ``visible`` here, whatever it is made
of. ``row`` and ``raw`` write true bytes. Says nothing of what went wrong: that is ``stderr``.
"""

from __future__ import annotations

import errno
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sessiontui import units
from sessiontui.cli import stderr
from sessiontui.dialects.file_names import written
from sessiontui.visible import visible

WIDEST = 48
"""A column grows no wider than this many cells; a longer text pushes its own row only."""

LONGEST = 1 << 20
"""Characters of one line of text that are held before they are written."""

INDENT = "  "
"""Stands before the lines of a text."""

_ASCII = str.maketrans(
    {"·": "-", "…": "...", "“": '"', "”": '"', "─": "-", "→": "->", "–": "-", "×": "x", "≠": "/", "∅": "0"}
)


class Strong(str):
    """Text that is emphasised where the terminal can."""

    __slots__ = ()


def terminal() -> bool:
    """Whether a person's terminal is at the other end of standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def raw(data: bytes) -> None:
    """Write bytes as they are; at once where progress is shown between them."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "closed", "standard output")
    shown = stderr.wipe()
    try:
        sys.stdout.buffer.write(data)
        if shown:
            sys.stdout.buffer.flush()
    except OSError as problem:
        raise stderr.lost(problem) from problem


def row(**fields: object) -> None:
    """Write one JSON object on one line, its fields in this order. Text that no UTF-8 can hold is ``written``."""
    import orjson  # late: the browser starts without it

    try:
        line = orjson.dumps(fields)
    except TypeError:
        line = orjson.dumps({name: _encodable(value) for name, value in fields.items()})
    raw(line + b"\n")


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return written(value)
    return [_encodable(item) for item in value] if isinstance(value, list | tuple) else value


def say(*parts: str) -> None:
    """Write one line for people. What a terminal would obey is made visible, line feeds too."""
    emphasis = terminal() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    shown = ((visible(written(part)), emphasis and isinstance(part, Strong)) for part in parts)
    line = "".join(f"\x1b[1m{part}\x1b[0m" if strong else part for part, strong in shown)
    raw(_encoded(f"{line}\n"))


def text(pieces: Iterable[str]) -> None:
    """Write text of several lines for people, each indented, tabs expanded. ``pieces`` are cut anywhere; of a line that
    goes on for longer than ``LONGEST`` the parts are written as they come."""
    held, indent = "", INDENT
    for piece in pieces:
        *done, held = f"{held}{piece}".split("\n")
        for line in done:
            raw(_encoded(f"{indent}{visible(expand(line))}\n"))
            indent = INDENT
        if len(held) > LONGEST:
            raw(_encoded(f"{indent}{visible(expand(held))}"))
            held = indent = ""
    raw(_encoded(f"{indent}{visible(expand(held))}\n"))


def _encoded(line: str) -> bytes:
    encoding = (sys.stdout and sys.stdout.encoding) or "utf-8"
    try:
        return line.encode(encoding)
    except UnicodeEncodeError:
        return line.translate(_ASCII).encode(encoding, "backslashreplace")


def table(rows: Iterable[Sequence[str]], right: Sequence[int]) -> None:
    """Write rows for people in aligned columns; a column that is empty in every row is left out. ``right``:
    the columns that are aligned at their right edge."""
    cells = [[visible(written(cell)) for cell in cells] for cells in rows]
    columns = list(zip(*cells, strict=True))
    kept = [number for number, column in enumerate(columns) if any(column)]
    widths = {number: min(max(map(width, columns[number])), WIDEST) for number in kept}
    for line in cells:
        say("  ".join(pad(line[n], widths[n], right=n in right) for n in kept).rstrip())


def count(number: int | None, noun: str) -> str:
    """``1 message``, ``12,004 messages``; what is not known is ``…``."""
    return units.UNKNOWN if number is None else units.counted(number, noun)


def column(number: int | None, noun: str) -> str:
    """The same for a column that is aligned at its right edge: ``1 message `` stands under ``2 messages``."""
    return count(number, noun) + (" " if number == 1 else "")


def size(number: int | None) -> str:
    """A number of bytes for people: ``812 B``, ``1.2 MB``; what is not known is ``…``."""
    return units.size(number, tenths=True)


def age(moment: datetime | None) -> str:
    """How long ago, in its greatest unit: ``5s``, ``2m``, ``1h``, ``12d``, ``2mo``; ``in 3d`` ahead; ``-`` where not known."""
    return "-" if moment is None else units.age(moment, datetime.now(UTC))


# ---- cells of a terminal


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff":
        return 0  # the latter: vowel and end of a Hangul syllable in pieces, as macOS names files
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Cells that ``text`` takes on one row of a terminal."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """``text`` filled with spaces up to ``cells``; a longer one stays as it is."""
    space = " " * (cells - width(text))
    return space + text if right else text + space


def expand(line: str) -> str:
    """``line`` with each tab made into the spaces that lead to the next multiple of eight cells."""
    first, *rest = line.split("\t")
    parts, column = [first], width(first)
    for part in rest:
        gap = 8 - column % 8
        parts += (" " * gap, part)
        column += gap + width(part)
    return "".join(parts)
