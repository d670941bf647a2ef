"""Facts, headings and sentences as rows of a sheet, laid out for a width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sessiontui.describe.page import Fact
from sessiontui.tui.theme.wrap import wrap
from sessiontui.tui.widgets.sheet import SheetRow
from sessiontui.visible import Visible, visible

LABEL: Final = 14
"""Columns of the label of a fact."""


def facts(known: Iterable[Fact], width: int) -> list[SheetRow]:
    """Each fact behind its label."""
    return [row for each in known for row in fact(each.label, each.text, width, each.look)]


def heading(text: str, more: str, width: int) -> Iterator[SheetRow]:
    """A blank line, then what follows is about."""
    yield SheetRow()
    if len(text) + len(more) + 3 <= width:
        yield SheetRow([(f" {text}", "match"), (f"  {more}", "dim")])
    else:
        yield SheetRow([(f" {text}", "match")])
        yield from wrapped(more, "dim", width)


def fact(label: str, text: str, width: int, look: str = "key") -> Iterator[SheetRow]:
    """One fact behind its label."""
    if not label and not text:
        yield SheetRow()
        return
    shown = f" {label:<{LABEL}}"
    for row in _pieces(text, width - LABEL - 2):
        yield SheetRow([(shown, "dim"), (row, look)])
        shown = " " * (LABEL + 1)


def wrapped(text: str, look: str, width: int) -> Iterator[SheetRow]:
    """Sentences."""
    for row in _pieces(text, width - 2):
        yield SheetRow([(" ", look), (row, look)])


def _pieces(text: str, width: int) -> Iterator[Visible]:
    shown = visible(text, lines=True)
    return (shown[start:stop] for start, stop in wrap(shown, max(8, width)))
