"""A short prefix (``a*``, ``th*``) is answered early: by the newest messages, where enough of these match.

The index takes 60 to 470 ms for one, for it gathers all rows of the prefix before it gives the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sessiontui.model import Found, Hit
from sessiontui.query.ast import Phrase, Query, Term
from sessiontui.query.fts import SHORT, match_expression
from sessiontui.query.match import matches
from sessiontui.query.tokens import fold
from sessiontui.store.index.segments import Candidate

NEWEST: Final = 2_000
"""So many messages are looked at before the index is asked for a prefix of up to ``SHORT`` letters."""

LETTERS: Final = 4
"""A quarter of them for one of so many."""


def early(
    query: Query,
    limit: int,
    candidates: Callable[[Query, str | None], Iterator[Candidate]],
    hit: Callable[[Query, Candidate], Hit | None],
) -> Found | None:
    """Hits among the newest messages, or the newest with the other words, where the query has a short prefix.

    None where it has none, and where these are not enough, or don't look like it.
    """
    most = max(map(_worth, query.terms))
    if not most:
        return None
    others = match_expression(Query(tuple(term for term in query.terms if not _worth(term))))
    hits: list[Hit] = []
    for seen, found in enumerate(candidates(query, others)):
        if len(hits) >= limit:
            return Found(tuple(hits), None)
        if seen == most or (seen == most // 8 and len(hits) < limit // 8):
            return None
        if matches(query, found.message.content) and (each := hit(query, found)) is not None:
            hits.append(each)
    return Found(tuple(hits), len(hits))


def _worth(term: Term) -> int:
    """How many messages may be looked at to spare the index a term: it is the dearer, the shorter a prefix is."""
    letters = LETTERS + 1
    if isinstance(term, Phrase) and term.prefix and len(term.words) == 1:
        letters = len(fold(term.words[0]))
    return 0 if letters > LETTERS else NEWEST if letters <= SHORT else NEWEST // 4
