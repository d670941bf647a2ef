"""Rank names by what a person typed of them: letters in order, gaps allowed, best first.

A name fits when each word of the pattern is a subsequence of it, case and diacritics apart. rapidfuzz says how well;
where the letters are is worked out here, when it is asked for. For keys of sessions, not for messages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sessiontui.query.tokens import fold, is_mark


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits. ``score`` is from 0 to 100: 100 where what was typed stands together."""

    index: int
    """Which of the names it is, from 0."""
    score: float
    _pattern: str = field(repr=False)
    _name: str = field(repr=False)

    @property
    def positions(self) -> tuple[int, ...]:
        """The characters of the name that were typed, from 0, rising."""
        return positions(self._pattern, self._name)


def rank(pattern: str, names: Sequence[str]) -> list[Match]:
    """The names that fit, best first; all where nothing was typed.

    Of the same score come first those that begin with what was typed, then the order is the one given.
    """
    words = fold(pattern).split()
    if not words:
        return [Match(index, 100.0, "", name) for index, name in enumerate(names)]
    folded = [fold(name) for name in names]
    fitting = [index for index, name in enumerate(folded) if _fits(words, name)]
    scores = _scores(words, [folded[index] for index in fitting])
    ranked = sorted(
        (-score, not folded[index].startswith(words[0]), index) for score, index in zip(scores, fitting, strict=True)
    )
    return [Match(index, -score, pattern, names[index]) for score, _, index in ranked]


def positions(pattern: str, name: str) -> tuple[int, ...]:
    """Where in the name the letters of the pattern are: together where they stand so, else as far left as possible."""
    letters = [at for at, character in enumerate(name) if not is_mark(character)]
    folded = fold(name)
    found: set[int] = set()
    for word in fold(pattern).split():
        found.update(letters[at] for at in _places(word, folded))
    return tuple(sorted(found))


def _fits(words: list[str], name: str) -> bool:
    for word in words:
        at = 0
        for letter in word:
            at = name.find(letter, at) + 1
            if not at:
                return False
    return True


def _scores(words: list[str], names: list[str]) -> list[float]:
    """How well each name holds the words: the mean over the words."""
    from rapidfuzz import fuzz, process  # 35 ms that no first paint waits for

    scores = [0.0] * len(names)
    for word in words:
        for _, score, at in process.extract_iter(word, names, scorer=fuzz.partial_ratio):
            scores[at] += score / len(words)
    return scores


def _places(word: str, name: str) -> list[int]:
    """A whole stretch, best at the beginning of a part of the name; else letter by letter."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(word)})", name)]
    if starts:
        begin = next((at for at in starts if at == 0 or not name[at - 1].isalnum()), starts[0])
        return list(range(begin, begin + len(word)))
    places: list[int] = []
    at = 0
    for letter in word:
        at = name.find(letter, at) + 1
        if not at:
            return []
        places.append(at - 1)
    return places
