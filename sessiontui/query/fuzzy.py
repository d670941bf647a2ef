"""Rank names by what a person typed of them: letters in their order, gaps allowed, best first.

A name fits when each word of the pattern is a subsequence of it, case and diacritics apart. rapidfuzz says how well;
where the letters are is worked out here, when it is asked for. For keys of sessions, not for messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module

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


def load() -> None:
    """Load now what the first name that is ranked would wait for: 35 ms that no first paint has to spare."""
    import_module("rapidfuzz.fuzz")
    import_module("rapidfuzz.process")


class Names:
    """Names that are ranked again and again while somebody types: folded once, and narrowed where the pattern grew."""

    def __init__(self, names: Iterable[str]) -> None:
        self._folded = [fold(name) for name in names]
        self._pattern = ""
        self._fitting: Sequence[int] = range(len(self._folded))

    def rank(self, pattern: str) -> list[int]:
        """Which of the names fit, best first; all where nothing was typed."""
        return [at for at, _ in self.scored(pattern)]

    def scored(self, pattern: str) -> list[tuple[int, float]]:
        """The same with how well each fits, from 0 to 100.

        Of the same score come first those that begin with what was typed, then the order is the one given.
        """
        words = fold(pattern).split()
        if not words:
            return [(at, 100.0) for at in range(len(self._folded))]
        fitting = self._narrowed(pattern, words)
        scores = dict.fromkeys(fitting, 0.0)
        for word in words:
            self._add_scores(scores, word, 1 / len(words))
        first = words[0]
        begin = [at for at in fitting if self._folded[at].startswith(first)]
        others = [at for at in fitting if not self._folded[at].startswith(first)] if len(begin) < len(fitting) else []
        return [(at, scores[at]) for at in sorted([*begin, *others], key=scores.__getitem__, reverse=True)]

    def _narrowed(self, pattern: str, words: list[str]) -> Sequence[int]:
        """The names that hold the words. Where the pattern only grew, no other name can than held it before."""
        fitting = self._fitting if pattern.startswith(self._pattern) else range(len(self._folded))
        for word in words:
            holds = re.compile("".join(f"[^{letter}]*{letter}" for letter in map(re.escape, word))).match
            fitting = [at for at in fitting if holds(self._folded[at])]
        self._pattern, self._fitting = pattern, fitting
        return fitting

    def _add_scores(self, scores: dict[int, float], word: str, share: float) -> None:
        """Add how well each name holds a word: 100 where it stands together, which need not be asked for."""
        scattered: dict[int, str] = {}
        for at in scores:
            name = self._folded[at]
            if word in name:
                scores[at] += 100.0 * share
            else:
                scattered[at] = name
        if scattered:
            from rapidfuzz import fuzz, process  # late: see load()

            for _, score, at in process.extract(word, scattered, scorer=fuzz.partial_ratio, limit=None):
                scores[at] += score * share


def rank(pattern: str, names: Sequence[str]) -> list[Match]:
    """The names that fit, best first; all where nothing was typed."""
    return [Match(at, score, pattern, names[at]) for at, score in Names(names).scored(pattern)]


def positions(pattern: str, name: str) -> tuple[int, ...]:
    """Where in the name the letters of the pattern are: together where they stand so, else as far left as possible."""
    letters = [at for at, character in enumerate(name) if not is_mark(character)]
    folded = fold(name)
    found: set[int] = set()
    for word in fold(pattern).split():
        found.update(letters[at] for at in _places(word, folded))
    return tuple(sorted(found))


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
