"""What no text on a screen may hold, told by Unicode's own properties and not by the tables of ``visible``."""

from __future__ import annotations

import unicodedata

SIGNS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Characters that count as formatting and yet have a look of their own."""
JOINERS = set("\u200c\u200d")
FILLERS = set("\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters without a look."""


def is_safe(text: str) -> bool:
    """Whether ``text`` holds nothing, but for line feeds, that a terminal obeys, hides, or reorders text for."""
    return all(char == "\n" or not _is_hostile(char) for char in text)


def _is_hostile(char: str) -> bool:
    kind = unicodedata.category(char)
    return kind in ("Cc", "Cs", "Zl", "Zp") or char in FILLERS or (kind == "Cf" and char not in SIGNS | JOINERS)
