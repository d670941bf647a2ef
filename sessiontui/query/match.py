"""Whether a message's content answers a query, and where: the reference meaning that every home agrees with.

Indexes are the optimisation of what stands here. Looks at content only, never at roles or keys; an empty query
matches nothing. The time is bounded by the content's length: the text is folded once, and each term is looked for in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from sessiontui.query.ast import Phrase, Query, Substring, Term
from sessiontui.query.tokens import LONGEST, Token, fold, marks, runs, tokens, whole

Span = tuple[int, int]
"""First character and the one behind the last."""

_WORD: Final = 24
"""So far a word is looked for to begin with: what stands before a hit counts more, and not all scripts have spaces."""


def matches(query: Query, content: str) -> bool:
    """Whether all terms stand in the content."""
    if not query:
        return False
    folded = fold(content)
    tests = _tests(query)
    return all(needle in folded for needle, _ in tests) and all(test(folded) for _, test in tests if test)


def spans(query: Query, content: str) -> list[Span]:
    """What to highlight: the places of every term, in order, joined where they meet. Empty where it does not match."""
    return locations(query, content) if matches(query, content) else []


def locations(query: Query, content: str) -> list[Span]:
    """The places of the terms in a piece of a content that matches; not every term need be in the piece."""
    joined: list[Span] = []
    folded = _Folded(content)
    for start, stop in sorted(span for term in query.terms for span in _locations(term, folded)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def first_span(query: Query, content: str) -> Span | None:
    """The first place of any term, found without looking at the rest."""
    folded = _Folded(content)
    firsts = (next(_locations(term, folded), None) for term in query.terms)
    return min(filter(None, firsts), default=None)


class _Folded:
    """A content and its folded text, with the way back from a character of this to one of that."""

    def __init__(self, content: str) -> None:
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
    return whole(max(parts, key=len)), lambda folded: next(_word_spans(parts, term.prefix, folded), None) is not None


@lru_cache(maxsize=64)
def _parts(term: Phrase) -> tuple[str, ...]:
    return tuple(token.text for word in term.words for token in tokens(word))


def _locations(term: Term, folded: _Folded) -> Iterator[Span]:
    """The places of a term in the content, the marks behind their last character in them."""
    if isinstance(term, Phrase):
        found = _word_spans(_parts(term), term.prefix, folded.text)
    else:
        found = (match.span() for match in re.finditer(re.escape(fold(term.text)), folded.text))
    return ((folded.origin(start), folded.origin(stop)) for start, stop in found)


def _word_spans(parts: tuple[str, ...], prefix: bool, folded: str) -> Iterator[Span]:
    """The places of words one behind the other in folded text; they may overlap."""
    if max(map(len, parts)) * 4 > LONGEST:
        yield from _window_spans(parts, prefix, folded)
        return
    letters, between = runs(ascii=folded.isascii())
    at = folded.find(parts[0])
    while at >= 0:
        if not at or letters.match(folded, at - 1) is None:
            stop = _phrase_end(parts, folded, at, between)
            end = None if stop is None else letters.match(folded, stop)
            if stop is not None and (end is None or prefix):
                yield at, end.end() if end else stop
        word = letters.match(folded, at)  # no other word begins before its end
        at = folded.find(parts[0], word.end() if word else at + 1)


def _phrase_end(parts: tuple[str, ...], folded: str, at: int, between: re.Pattern[str]) -> int | None:
    """Where the last word ends that begins as these do, the first of which begins here; None where one is another."""
    stop = at + len(parts[0])
    for part in parts[1:]:
        gap = between.match(folded, stop)
        if gap is None or not folded.startswith(part, gap.end()):
            return None
        stop = gap.end() + len(part)
    return stop


def _window_spans(parts: tuple[str, ...], prefix: bool, folded: str) -> Iterator[Span]:
    """The same for words so long that FTS5 clips them: a window of words slides over the text."""
    window: deque[Token] = deque(maxlen=len(parts))
    for token in tokens(folded):
        window.append(token)
        texts = tuple(each.text for each in window)
        if texts == parts or (prefix and texts[:-1] == parts[:-1] and token.text.startswith(parts[-1])):
            yield window[0].start, token.stop


# ---- what is shown of a hit


def snippet(query: Query, content: str, width: int = 120) -> str:
    """A hit in one line, still hostile text: about ``width`` characters around the first place of any term; a run of white
    space becomes one space."""
    at, stop = first_span(query, content) or (0, 0)
    start = _begin(content, max(0, at - max(0, width - (stop - at)) // 3), at)
    shown = " ".join(content[start : start + 4 * width].split())
    before = "…" if content[:start][-4096:].strip() else ""
    more = len(shown) > width or bool(content[start + 4 * width :][:4096].strip())
    return f"{before}{shown[:width].rstrip()}{'…' if more else ''}"


def _begin(content: str, low: int, at: int) -> int:
    """The beginning of a word soon behind ``low``, or ``low`` where none begins before the hit."""
    if low == 0 or content[low - 1].isspace():
        return low
    for spot in range(low, min(at, low + _WORD)):
        if content[spot].isspace():
            return spot + 1
    return low
