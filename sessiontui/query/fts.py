"""A query as FTS5 reads it. Everything typed ends up between quotation marks, so nothing in it is an operator.

Knows no database. A ``Substring`` can only be narrowed down by an index of words; whoever uses the expression of such
a query looks at each row again with ``match.matches``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui.query.ast import Phrase, Query, Substring
from sessiontui.query.tokens import LONGEST, fold, folds_alone, tokens

SHORT: Final = 3
"""A prefix of so few letters is dear to an index of words."""


def match_expression(query: Query) -> str | None:
    """The MATCH text over the column ``content``, or None where no index of words can help.

    Exact, unless the query has substrings: then it gives what may match, and more.
    """
    narrowed = (_within(term.text) if isinstance(term, Substring) else (term,) for term in query.terms)
    parts = [_expression(phrase) for phrases in narrowed for phrase in phrases]
    return f"content : ({' AND '.join(dict.fromkeys(parts))})" if parts else None


def anchors(query: Query) -> tuple[str, ...]:
    """Characters that stand unchanged in every content that matches, a cheap first look at what has to be scanned.

    They stand in a line of JSON too, unless it holds a numeric escape.
    """
    characters = "".join(term.text for term in query.substrings)
    return tuple(character for character in dict.fromkeys(characters) if _is_anchor(character))


def _is_anchor(character: str) -> bool:
    surrogate = "\ud800" <= character <= "\udfff"
    return character > " " and character not in '"\\/' and not surrogate and folds_alone(character)


def _within(text: str) -> Iterator[Phrase]:
    """The words that every content with this substring holds: those behind a separator, the last maybe unfinished."""
    folded = fold(text)
    found = [token for token in tokens(folded) if token.start > 0]
    prefix = bool(found) and found[-1].stop == len(folded)
    if prefix and len(found[-1].text) <= SHORT:  # narrows nothing down and costs more than it spares
        found.pop()
        prefix = False
    if not found or len(folded) * 4 > LONGEST:
        return
    yield Phrase(tuple(token.text for token in found), prefix)


def _expression(term: Phrase) -> str:
    text = " ".join(term.words)
    return f'"{text}" *' if term.prefix else f'"{text}"'
