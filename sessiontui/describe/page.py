"""What a person reads, as plain values that a test can read without a screen: lines of text with looks, pages of a dialog.

Text may be hostile: the front end that shows it makes it visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Sized
from itertools import islice
from typing import Final, NamedTuple

from sessiontui import units

LINES: Final = 1000
"""Lines that a dialog shows; what has more says how many."""

Piece = tuple[str, str]
"""Text, and its look: ``strong``, ``dim``, ``warning``, ``error``, ``accent``, ``success``, or none; ``key`` and ``strong
key`` are the key of a session, which is shortened where it is long."""
Keys = Callable[[str], str]
"""The key of a screen that does an action, by its id; empty where none does."""


class TextLine(NamedTuple):
    """One line."""

    pieces: tuple[Piece, ...]
    right: tuple[int, ...] | None = None
    """None: the pieces follow each other. Else they are the cells of a table, aligned with those of the lines beside it;
    these are the numbers of the columns that end at their right edge."""


class Fact(NamedTuple):
    """Something known, behind its label; one without a label and a text is a blank line."""

    label: str
    text: str
    look: str = "key"
    """How it looks on the screen: what is wrong is a ``fault``."""


def line(*parts: str | Piece) -> TextLine:
    """A line of text; a part without a look has none."""
    return TextLine(tuple((part, "") if isinstance(part, str) else part for part in parts))


def warning(text: str) -> TextLine:
    """A line that warns."""
    return line((text, "warning"))


def dim(text: str) -> TextLine:
    """A line that says something less important."""
    return line((text, "dim"))


BLANK: Final = line(" ")


def table(head: Sequence[str], rows: Iterable[Sequence[str | Piece]], right: Sequence[int]) -> list[TextLine]:
    """Rows with aligned columns under a head; none where there are no rows."""
    lines = [line(*row)._replace(right=tuple(right)) for row in rows]
    return [TextLine(tuple((name, "dim") for name in head), tuple(right)), *lines] if lines else []


def limited(rows: Iterable[TextLine]) -> tuple[TextLine, ...]:
    """As many lines as a dialog shows, and how many more there are. Of lines that are made one by one no more are made
    than that, and it only says that there are more."""
    made = iter(rows)
    shown = tuple(islice(made, LINES))
    if next(made, None) is None:
        return shown
    more = f"{len(rows) - LINES:,} more" if isinstance(rows, Sized) else "more"
    return (*shown, dim(f"… and {more} lines"))


class Page(NamedTuple):
    """What a dialog says. ``act`` is the button that does something, ``also`` one that does something else; empty where
    there is nothing of the kind to do."""

    title: str
    body: tuple[TextLine, ...] = ()
    undo: str = ""
    """Said below the body, always in view: how to undo it."""
    act: str | None = None
    leave: str = "Cancel"
    also: str | None = None


def key(name: str, look: str = "key") -> Piece:
    """The key of a session."""
    return name or "(no name)", look


def which(keys: Sequence[str]) -> str:
    """The key of the only session that is meant, or how many are."""
    return keys[0] if len(keys) == 1 else units.counted(len(keys), "session")


def stays(name: str, why: str) -> TextLine:
    """A session that a change leaves alone, and why."""
    return line(("! ", "warning"), key(name, "strong key"), (f"  stays: {why}", "warning"))


def left_alone(name: str, reason: str, hint: str = "") -> list[TextLine]:
    """A session that a change of several leaves alone, and what to do next."""
    return [line((name, "strong"), (f"  ! left alone: {reason}", "warning")), *[dim(f"  {hint}")] * bool(hint)]
