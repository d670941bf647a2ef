"""Answers what is typed into the search bar; a newer key interrupts the query before it."""

from __future__ import annotations

import time
from typing import ClassVar

from sessiontui.query.parse import parse
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.messages import Searched
from sessiontui.tui.work.errand import Errand

PAUSE = 0.03
"""Seconds without a key before a query is sent."""
LIMIT = 200
"""Hits that are shown."""


class Searcher(Errand):
    """Live search in one store."""

    name: ClassVar[str] = "search"

    def search(self, store: Store, text: str) -> None:
        """Reports ``Searched`` unless another key comes first."""
        self.begin(lambda generation, cancelled: self._search(store, text, generation, cancelled))

    def _search(self, store: Store, text: str, generation: int, cancelled: IsCancelled) -> None:
        time.sleep(PAUSE)
        if cancelled():
            return
        query = parse(text, live=True)
        self.report(Searched(generation, text, query, store.search(query, limit=LIMIT, cancelled=cancelled)))
