"""Whether a message's content answers a query, and where: the reference meaning that every home agrees with.

Indexes are the optimisation of what stands here. Looks at content only, never at roles or keys; an empty query
matches nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from sessiontui.query.ast import Phrase, Query, Substring, Term, Word
from sessiontui.query.tokens import LONGEST, Token, fold, folded_words, is_mark, tokens, whole, words

Span = tuple[int, int]
"""First character and the one behind the last."""


def matches(query: Query, content: str) -> bool:
    """Whether all terms stand in the content."""
    if not query:
        return False
    folded = fold(content)
    tests = _tests(query)
    if not all(needle in folded for needle, _ in tests):
        return False
    found: list[str] | None = None
    for _, test in tests:
        if test is not None:
            found = folded_words(folded) if found is None else found
            if not test(found):
                return False
    return True


def spans(query: Query, content: str) -> list[Span]:
    """What to highlight: the places of every term, in order, joined where they meet. Empty where it does not match."""
    return places(query, content) if matches(query, content) else []


def places(query: Query, content: str) -> list[Span]:
    """The places of the terms in a piece of a content that matches; not every term need be in the piece."""
    joined: list[Span] = []
    for start, stop in sorted(span for term in query.terms for span in _places(term, content)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def first_span(query: Query, content: str) -> Span | None:
    """The first place of any term, found without looking at the rest."""
    firsts = (next(_places(term, content), None) for term in query.terms)
    return min((span for span in firsts if span is not None), default=None)


_Test = Callable[[list[str]], bool]


@lru_cache(maxsize=64)
def _tests(query: Query) -> list[tuple[str, _Test | None]]:
    """For each term: text that must stand in the folded content, and what to ask of its words (None: nothing)."""
    return [_test(term) for term in query.terms]


def _test(term: Term) -> tuple[str, _Test | None]:
    if isinstance(term, Substring):
        return fold(term.text), None
    parts = _parts(term)
    needle = whole(max(parts, key=len))
    if len(parts) > 1:
        return needle, lambda found: _follows(parts, term.prefix, found)
    if term.prefix:
        return needle, lambda found: any(word.startswith(parts[0]) for word in found)
    return needle, lambda found: parts[0] in found


def _parts(term: Word | Phrase) -> list[str]:
    texts = (term.text,) if isinstance(term, Word) else term.words
    return [part for text in texts for part in words(text)]


def _follows(parts: list[str], prefix: bool, found: list[str]) -> bool:
    """Whether the parts stand one behind the other somewhere in the words."""
    size = len(parts)
    starts = (at for at in range(len(found) - size + 1) if found[at] == parts[0])
    return any(_fits(parts, prefix, found[at : at + size]) for at in starts)


def _fits(parts: list[str], prefix: bool, window: list[str]) -> bool:
    if not prefix:
        return window == parts
    return window[:-1] == parts[:-1] and window[-1].startswith(parts[-1])


def _places(term: Term, content: str) -> Iterator[Span]:
    if isinstance(term, Substring):
        return _literal_places(fold(term.text), content)
    return _word_places(_parts(term), term.prefix, content)


def _word_places(parts: list[str], prefix: bool, content: str) -> Iterator[Span]:
    """A window of as many words as there are parts slides over the content; of one part in ASCII, ``re`` does it."""
    if len(parts) == 1 and content.isascii() and len(parts[0]) < LONGEST:
        yield from (found.span() for found in _ascii_word(parts[0], prefix).finditer(content.lower()))
        return
    window: deque[Token] = deque(maxlen=len(parts))
    for token in tokens(content):
        window.append(token)
        if len(window) == len(parts) and _fits(parts, prefix, [each.text for each in window]):
            yield window[0].start, token.stop


@lru_cache(maxsize=64)
def _ascii_word(part: str, prefix: bool) -> re.Pattern[str]:
    end = "[0-9a-z]*" if prefix else "(?![0-9a-z])"
    return re.compile(f"(?<![0-9a-z]){re.escape(part)}{end}")


def _literal_places(needle: str, content: str) -> Iterator[Span]:
    folded = fold(content)
    origin: Sequence[int] = range(len(content))
    if len(folded) != len(content):
        origin = [at for at, character in enumerate(content) if not is_mark(character)]
    at = folded.find(needle)
    while at >= 0:
        yield origin[at], origin[at + len(needle) - 1] + 1
        at = folded.find(needle, at + len(needle))
