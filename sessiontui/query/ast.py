"""What is asked, as frozen values. Knows no storage and no syntax.

A query is the AND of its terms; one without terms finds nothing. The texts are as they were typed: whoever compares
them folds them first (``query.tokens``).
"""

from __future__ import annotations

from typing import NamedTuple


class Phrase(NamedTuple):
    """One word or more, one behind the other, as unicode61 cuts words; with ``prefix``, the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False


class Substring(NamedTuple):
    """Text looked for as it stands, case and diacritics apart: what unicode61 has no words for (CJK, symbols, emoji)."""

    text: str


Term = Phrase | Substring


class Query(NamedTuple):
    """All of its terms stand in the content of a message that matches."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def substrings(self) -> tuple[Substring, ...]:
        """The terms that no index of words can answer exactly."""
        return tuple(term for term in self.terms if isinstance(term, Substring))
