"""Text typed by a person → ``Query``. Any text is legal: this never raises and never gives a message.

* A word is looked for as a word; ``foo*`` and, while typing, an unfinished last word, as the beginning of one.
* A word that holds punctuation is the phrase of its parts: ``foo.bar`` is ``"foo bar"``.
* Quotation marks make a phrase; one that is not closed goes to the end.
* What holds a symbol, an emoji or a script written without spaces is looked for as it stands, quoted or not.
* Bare punctuation asks for nothing; quoted, it is looked for as it stands.

No operators and no fields yet: AND, NEAR, ``-`` and ``:`` mean what they look like.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from sessiontui.query.ast import Phrase, Query, Substring, Term
from sessiontui.query.tokens import fold, tokens

_PIECE: Final = re.compile(r'"(?P<quoted>[^"]*)(?P<closed>"\*?)?|(?P<bare>[^\s"]+)')

_SYMBOLS: Final = "Sm Sc Sk So Cn Co Cs"
"""Categories without words; those that are not assigned in this Python are emoji more often than not."""

_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1100-\u11ff"  # Hangul Jamo
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u2fdf"  # CJK radicals
    "\u3000-\ua4cf"  # CJK symbols, kana, bopomofo, ideographs, Yi
    "\ua960-\ua97f"  # Hangul Jamo
    "\uac00-\ud7ff"  # Hangul
    "\uf900-\ufaff\ufe30-\ufe4f"  # CJK compatibility
    "\uff00-\uffef"  # full and half width
    "\U00016fe0-\U00018dff"  # Tangut
    "\U0001aff0-\U0001b2ff"  # kana
    "\U00020000-\U0003ffff]"  # ideographs
)

_VARIATION: Final = "\ufe0e\ufe0f"
"""Says only how the emoji before it is drawn."""


def parse(text: str, live: bool = False) -> Query:
    """Read a query. With ``live`` the text is still being typed, and a last word that nothing ends is a prefix."""
    pieces = ((piece, live and piece.end() == len(text)) for piece in _PIECE.finditer(text))
    terms = (term for piece, unfinished in pieces for term in _terms(piece, unfinished))
    return Query(tuple(dict.fromkeys(terms)))


def _terms(piece: re.Match[str], unfinished: bool) -> Iterator[Term]:
    quoted, closed, bare = piece["quoted"], piece["closed"], piece["bare"]
    if bare is not None:
        text = bare.rstrip("*") or bare
        prefix = unfinished or text != bare
    else:
        text = quoted.strip()
        prefix = closed == '"*' or (unfinished and not closed and quoted == quoted.rstrip())
    found = [(token.start, token.stop) for token in tokens(text)]
    if any(map(_wordless, text)) or (quoted and not found):
        literal = text.rstrip(_VARIATION)
        if fold(literal):
            yield Substring(literal)
    elif found:
        prefix = prefix and found[-1][1] == len(text)
        yield Phrase(tuple(text[start:stop] for start, stop in found), prefix)


def _wordless(character: str) -> bool:
    """Whether unicode61 has no words for what this character is part of."""
    if character.isascii():
        return character in "$+<=>^`|~"
    return unicodedata.category(character) in _SYMBOLS or _UNSPACED.match(character) is not None
