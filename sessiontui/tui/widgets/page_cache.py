"""The entries of a transcript that are in memory: whole pages of rows, the least used of them forgotten first.

Knows which pages were asked for and have not come yet, so that none is asked for twice. Bounded by pages and by bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from sessiontui.model import Entry

PAGE: Final = 64
"""Rows that are read at once."""
PAGES: Final = 24
BYTES: Final = 32 * 1024 * 1024


class PageCache:
    """Entries by row."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, Sequence[Entry]] = OrderedDict()
        self._sizes: dict[int, int] = {}
        self._requested: set[int] = set()

    def get(self, row: int) -> Entry | None:
        """The entry of a row; None when it is not in memory."""
        number, at = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            return None
        self._pages.move_to_end(number)
        return page[at] if at < len(page) else None

    def wanted(self, start: int, stop: int) -> list[int]:
        """First rows of the pages that rows ``start`` to ``stop`` need and nobody has asked for; now they are."""
        pages = range(start // PAGE, (stop - 1) // PAGE + 1)
        missing = [page for page in pages if page not in self._requested and not self._holds(page, stop)]
        self._requested.update(missing)
        return [page * PAGE for page in missing]

    def _holds(self, page: int, stop: int) -> bool:
        """Whether a page is here up to row ``stop``: the last one ends early until more rows are added."""
        return page in self._pages and len(self._pages[page]) >= min(PAGE, stop - page * PAGE)

    def put(self, start: int, entries: Sequence[Entry]) -> None:
        """Keep the entries of rows ``start`` onwards; ``start`` is the first row of a page."""
        if start % PAGE:
            raise ValueError("only whole pages are kept")
        for at in range(0, len(entries), PAGE):
            number, page = (start + at) // PAGE, entries[at : at + PAGE]
            if len(page) < len(self._pages.get(number, ())):
                continue  # it was asked for before rows were added
            self._pages[number] = page
            self._sizes[number] = sum(map(_size, page))
            if len(page) == PAGE:
                self._requested.discard(number)
        while len(self._pages) > 2 and (len(self._pages) > PAGES or sum(self._sizes.values()) > BYTES):
            number, _ = self._pages.popitem(last=False)
            del self._sizes[number]
            self._requested.discard(number)

    def unask(self) -> None:
        """Pages that were asked for could not be read: they may be asked for again."""
        self._requested.clear()

    def grow(self, count: int) -> None:
        """Rows were added to ``count`` of them: a last page that ended early goes on now, and its last row is forgotten,
        for an unfinished line may have gone on as well. Until then nobody asks again for its rest."""
        self._requested.clear()
        number, at = divmod(max(0, count - 1), PAGE)
        if number in self._pages:
            self._pages[number] = self._pages[number][:at]

    def clear(self) -> None:
        """Forget everything, and what was asked for."""
        self._pages.clear()
        self._sizes.clear()
        self._requested.clear()


def last_pages(count: int, rows: int = PAGE) -> int:
    """The first row of the pages that hold the last ``rows`` of ``count``."""
    return max(0, count - rows) // PAGE * PAGE


def _size(entry: Entry) -> int:
    return len(entry.raw) + (len(entry.message.content) if entry.message else 0) + 200
