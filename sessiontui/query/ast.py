"""What is asked, as frozen values. Knows no storage and no syntax.

A query is the AND of its terms; one without terms finds nothing. The texts are as they were typed: whoever compares
them folds them first (``query.tokens``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word, as unicode61 cuts words; with ``prefix``, any word that begins so."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two or more words, one behind the other; with ``prefix``, the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Substring:
    """Text looked for as it stands, case and diacritics apart: what unicode61 has no words for (CJK, symbols, emoji)."""

    text: str


Term = Word | Phrase | Substring


@dataclass(frozen=True, slots=True)
class Query:
    """All of its terms stand in the content of a message that matches."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def substrings(self) -> tuple[Substring, ...]:
        """The terms that no index of words can answer exactly."""
        return tuple(term for term in self.terms if isinstance(term, Substring))
