"""Whether a message's content answers a query, and where: the reference meaning that every home agrees with.

Indexes are the optimisation of what stands here. Looks at content only, never at roles or keys; an empty query
matches nothing. The time is bounded by the content's length: the text is folded once, and ``re`` looks for each term.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache

from sessiontui.query.ast import Phrase, Query, Substring, Term, Word
from sessiontui.query.tokens import LONGEST, Token, classes, fold, marks, tokens, whole, words

Span = tuple[int, int]
"""First character and the one behind the last."""


def matches(query: Query, content: str) -> bool:
    """Whether all terms stand in the content."""
    if not query:
        return False
    folded = fold(content)
    tests = _tests(query)
    return all(needle in folded for needle, _ in tests) and all(test(folded) for _, test in tests if test)


def spans(query: Query, content: str) -> list[Span]:
    """What to highlight: the places of every term, in order, joined where they meet. Empty where it does not match."""
    return places(query, content) if matches(query, content) else []


def places(query: Query, content: str) -> list[Span]:
    """The places of the terms in a piece of a content that matches; not every term need be in the piece."""
    joined: list[Span] = []
    folded = _Folded(content)
    for start, stop in sorted(span for term in query.terms for span in _places(term, folded)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def first_span(query: Query, content: str) -> Span | None:
    """The first place of any term, found without looking at the rest."""
    folded = _Folded(content)
    firsts = (next(_places(term, folded), None) for term in query.terms)
    return min((span for span in firsts if span is not None), default=None)


class _Folded:
    """A content and its folded text, with the way back from a character of this to one of that."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.text = fold(content)
        left_out = marks(content) if len(self.text) != len(content) else []
        self._behind = [at - count for count, at in enumerate(left_out)]
        """For each mark that folding left out: the folded character behind it."""

    def origin(self, at: int) -> int:
        """The place in the content of a folded character; of the end, the end."""
        return at + bisect_right(self._behind, at)


@lru_cache(maxsize=64)
def _tests(query: Query) -> list[tuple[str, Callable[[str], bool] | None]]:
    """For each term: text that must stand in the folded content, and what to ask of that content (None: nothing)."""
    return [_test(term) for term in query.terms]


def _test(term: Term) -> tuple[str, Callable[[str], bool] | None]:
    if isinstance(term, Substring):
        return fold(term.text), None
    parts = _parts(term)
    return whole(max(parts, key=len)), lambda folded: next(_word_places(parts, term.prefix, folded), None) is not None


def _parts(term: Word | Phrase) -> tuple[str, ...]:
    texts = (term.text,) if isinstance(term, Word) else term.words
    return tuple(part for text in texts for part in words(text))


def _places(term: Term, folded: _Folded) -> Iterator[Span]:
    """The places of a term in the content, the marks behind their last character in them."""
    if isinstance(term, Substring):
        found = _literal_places(fold(term.text), folded.text)
    else:
        found = _word_places(_parts(term), term.prefix, folded.text)
    return ((folded.origin(start), folded.origin(stop)) for start, stop in found)


def _literal_places(needle: str, folded: str) -> Iterator[Span]:
    at = folded.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = folded.find(needle, at + len(needle))


def _word_places(parts: tuple[str, ...], prefix: bool, folded: str) -> Iterator[Span]:
    """The places of words one behind the other in folded text; they may overlap."""
    if max(map(len, parts)) * 4 > LONGEST:
        yield from _window_places(parts, prefix, folded)
        return
    pattern = _pattern(parts, prefix, folded.isascii())
    found = pattern.search(folded)
    while found:
        yield found.span()
        found = pattern.search(folded, found.start() + 1)


@lru_cache(maxsize=128)
def _pattern(parts: tuple[str, ...], prefix: bool, ascii: bool) -> re.Pattern[str]:
    """The words one behind the other. It begins with their text, for which ``re`` has its fastest search, and looks back
    from there whether a word begins: with the look first, a text of 24 MB took ten times as long."""
    letter, between = classes(ascii=ascii)
    first, *others = map(re.escape, parts)
    rest = "".join(f"{between}++{part}" for part in others)
    return re.compile(f"{first}(?<!{letter}{first}){rest}" + (f"{letter}*+" if prefix else f"(?!{letter})"))


def _window_places(parts: tuple[str, ...], prefix: bool, folded: str) -> Iterator[Span]:
    """The same for words so long that FTS5 clips them: a window of words slides over the text."""
    window: deque[Token] = deque(maxlen=len(parts))
    for token in tokens(folded):
        window.append(token)
        if len(window) == len(parts) and _fits(parts, prefix, tuple(each.text for each in window)):
            yield window[0].start, token.stop


def _fits(parts: tuple[str, ...], prefix: bool, window: tuple[str, ...]) -> bool:
    if not prefix:
        return window == parts
    return window[:-1] == parts[:-1] and window[-1].startswith(parts[-1])
