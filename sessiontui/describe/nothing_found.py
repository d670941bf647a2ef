"""What to say where a search found nothing: why that may be, and what to try next. Pure; text in, text out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui.query.ast import Phrase, Query

SHORT: Final = 3
"""A word of so few letters is not worth shortening."""


def advice(text: str, query: Query, note: str, where: str = "") -> str:
    """Some sentences, one a line. ``note``: what the search says of itself, that not all is indexed yet; ``where``: that
    not all sessions were searched."""
    return "\n".join(filter(None, ("Nothing found.", where, *_advice(text, query, note), "Esc clears the search")))


def nowhere_else(pattern: str) -> str:
    """Where alone it was looked for."""
    return f"Searched only in sessions that fit “{pattern}”"


def _advice(text: str, query: Query, note: str) -> Iterator[str]:
    if not query:
        yield 'Punctuation alone asks for nothing; between "quotation marks" it is looked for as it stands'
        return
    if note:
        yield note[:1].upper() + note[1:]
    if len(query.terms) > 1:
        yield "All words must stand in one message: fewer words find more"
    elif '"' in text:
        yield "Without the quotation marks the words may stand apart"
    words = [word for term in query.terms if isinstance(term, Phrase) for word in term.words]
    if query.substrings:
        yield "Symbols and text without spaces (Chinese, Japanese, Thai …) are looked for exactly as they stand"
    elif len(words) == 1 and len(words[0]) > SHORT:
        yield "The beginning of a word finds more"
