"""Rank names by what a person typed of them: letters in their order, gaps allowed, best first.

A name fits when each word of the pattern is a subsequence of it, case and diacritics apart. rapidfuzz says how well;
where the letters are is worked out here, when it is asked for. For keys of sessions, not for messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from unicodedata import normalize

from sessiontui.query.tokens import fold, is_mark


def load() -> None:
    """Load now what the first name that is ranked would wait for: 35 ms that no first paint has to spare."""
    import_module("rapidfuzz.fuzz")
    import_module("rapidfuzz.process")


class Names:
    """Names that are ranked again and again while somebody types: folded once, and narrowed where the pattern grew."""

    def __init__(self, names: Iterable[str]) -> None:
        self._folded = [_folded(name) for name in names]
        self._pattern = ""
        self._fitting: Sequence[int] = range(len(self._folded))

    def rank(self, pattern: str) -> Sequence[int]:
        """Which of the names fit, best first; all where nothing was typed."""
        whole, scattered = self.tiers(pattern)
        return [*whole, *scattered] if scattered else whole

    def tiers(self, pattern: str) -> tuple[Sequence[int], dict[int, float]]:
        """The names in which each word stands together, then those that have gaps, each with how well it fits.

        Of equal ones come first those that begin with what was typed, then the order is the one given.
        """
        words = _folded(pattern).split()
        if not words:
            return range(len(self._folded)), {}
        whole, scattered = self._split(pattern, words)
        scores = self._scores(words, self._begun_first(words[0], scattered))
        best = sorted(scores, key=scores.__getitem__, reverse=True)
        return self._begun_first(words[0], whole), {at: scores[at] for at in best}

    def _begun_first(self, word: str, fitting: list[int]) -> list[int]:
        folded = self._folded
        begun = [at for at in fitting if folded[at].startswith(word)]
        return [*begun, *(at for at in fitting if not folded[at].startswith(word))] if begun else fitting

    def _split(self, pattern: str, words: list[str]) -> tuple[list[int], list[int]]:
        """Names that hold the words together and with gaps. Where the pattern grew, no others can than held it before."""
        folded = self._folded
        whole = list(self._fitting if pattern.startswith(self._pattern) else range(len(folded)))
        scattered: list[int] = []
        for word in words:
            holds = re.compile("".join(f"[^{letter}]*{letter}" for letter in map(re.escape, word))).match
            apart = [at for at in whole if word not in folded[at]] if len(word) > 1 else []
            whole = [at for at in whole if word in folded[at]]
            scattered = [at for at in (*scattered, *apart) if holds(folded[at])]
        self._pattern, self._fitting = pattern, sorted([*whole, *scattered])
        return whole, sorted(scattered)

    def _scores(self, words: list[str], scattered: list[int]) -> dict[int, float]:
        """How well these names hold the words: the mean over the words."""
        scores = dict.fromkeys(scattered, 0.0)
        if scattered:
            from rapidfuzz import fuzz, process  # late: see load()

            names = {at: self._folded[at] for at in scattered}
            for word in words:
                for _, score, at in process.extract(word, names, scorer=fuzz.partial_ratio, limit=None):
                    scores[at] += score / len(words)
        return scores


def positions(pattern: str, name: str) -> tuple[int, ...]:
    """Where in the name the letters of the pattern are: together where they stand so, else as far left as possible."""
    composed = normalize("NFC", name)
    letters = [at for at, character in enumerate(composed) if not is_mark(character)]
    folded = fold(composed)
    found: set[int] = set()
    for word in _folded(pattern).split():
        found.update(letters[at] for at in _locations(word, folded))
    if composed == name:
        return tuple(sorted(found))
    owners = (len(normalize("NFC", name[: at + 1])) - 1 for at in range(len(name)))
    return tuple(at for at, owner in enumerate(owners) if owner in found and not is_mark(name[at]))


def _folded(text: str) -> str:
    """Case and diacritics apart, in whichever way these are written; Hangul and kana have some that folding leaves."""
    return fold(normalize("NFC", text))


def _locations(word: str, name: str) -> list[int]:
    """A whole stretch, best at the beginning of a part of the name; else letter by letter."""
    starts = [match.start() for match in re.finditer(f"(?={re.escape(word)})", name)]
    if starts:
        begin = next((at for at in starts if at == 0 or not name[at - 1].isalnum()), starts[0])
        return list(range(begin, begin + len(word)))
    locations: list[int] = []
    at = 0
    for letter in word:
        at = name.find(letter, at) + 1
        if not at:
            return []
        locations.append(at - 1)
    return locations
