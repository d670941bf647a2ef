"""Ask the running SQLite how its unicode61 cuts and folds, and write that down as ``sessiontui/query/unicode61.py``.

``python -m tests.support.unicode61`` rewrites the module; a test compares it with the SQLite at hand.
"""

from __future__ import annotations

import sqlite3
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TARGET = Path(__file__).parents[2] / "sessiontui" / "query" / "unicode61.py"
EVERYTHING = [*range(0xD800), *range(0xE000, 0x110000)]

HEAD = '''"""How SQLite's unicode61 tokenizer sees each code point; written by a program, not by hand.

It knows Unicode 6.1: what was assigned later counts as a letter. Refuses nothing and decides nothing: ``query.tokens``
reads these tables. A test asks the running SQLite again and compares.
"""

'''


@dataclass
class Seen:
    """What the tokenizer does with the code points that were asked about."""

    separators: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    """Continue a token but begin none; folded to nothing."""
    folds: list[tuple[int, int]] = field(default_factory=list)


def ask(code_points: Iterable[int]) -> Seen:
    """Put each code point between two letters, and alone, into an FTS5 table, and read the words back."""
    seen = Seen()
    for point, inside, alone in _words(code_points):
        if inside == ["q", "q"]:
            seen.separators.append(point)
        elif inside == ["qq"] and not alone:
            seen.marks.append(point)
        elif inside == [f"q{alone}q"] and len(alone) == 1:
            if alone != chr(point):
                seen.folds.append((point, ord(alone)))
        else:
            raise AssertionError(f"U+{point:04X} does what the tables have no room for: {inside} {alone!r}")
    return seen


def _words(code_points: Iterable[int]) -> Iterator[tuple[int, list[str], str]]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(inside, alone)")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(f, 'instance')")
    points = list(code_points)
    connection.executemany(
        "INSERT INTO f(rowid, inside, alone) VALUES(?, ?, ?)", ((p + 1, f"q{chr(p)}q", chr(p)) for p in points)
    )
    inside: dict[int, dict[int, str]] = {}
    alone: dict[int, str] = {}
    for term, doc, column, offset in connection.execute("SELECT term, doc, col, offset FROM v"):
        if column == "inside":
            inside.setdefault(doc - 1, {})[offset] = term
        else:
            alone[doc - 1] = term
    connection.close()
    for point in points:
        yield point, [word for _, word in sorted(inside[point].items())], alone.get(point, "")


def ranges(points: Iterable[int]) -> str:
    """``30-39 41 …`` in hexadecimal."""
    runs: list[list[int]] = []
    for point in points:
        if runs and runs[-1][1] == point - 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return " ".join(f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in runs)


def runs(folds: list[tuple[int, int]]) -> str:
    """``41-5a>61 100-12e/2>101 …``: first-last[/step]>what the first folds to; the others keep the distance."""
    parts = []
    at = 0
    while at < len(folds):
        best, step = at, 1
        for tried in (1, 2):
            end = at
            while end + 1 < len(folds) and folds[end + 1] == (folds[end][0] + tried, folds[end][1] + tried):
                end += 1
            if end > best:
                best, step = end, tried
        first, to = folds[at]
        last = f"-{folds[best][0]:x}" if best > at else ""
        parts.append(f"{first:x}{last}{'/2' if step == 2 else ''}>{to:x}")
        at = best + 1
    return " ".join(parts)


def module(seen: Seen) -> str:
    """The text of ``unicode61.py``."""
    out = HEAD
    for name, text in (
        ("SEPARATORS", ranges(seen.separators)),
        ("MARKS", ranges(seen.marks)),
        ("FOLDS", runs(seen.folds)),
    ):
        lines = "\n".join(textwrap.wrap(text, 116, break_on_hyphens=False))
        out += f'{name} = """\n{lines}\n"""\n\n'
    return out.rstrip("\n") + "\n"


if __name__ == "__main__":
    TARGET.write_text(module(ask(EVERYTHING)), encoding="utf-8")
