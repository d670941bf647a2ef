"""How something goes along a session of any length, in few numbers: lengths by place, messages by time. Pure values.

Both are exact for short sessions and grow coarser, never longer: where there are too many numbers, neighbours merge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

MOST: Final = 1024
"""Numbers that are kept."""

STEPS: Final = (
    60,
    600,
    3600,
    6 * 3600,
    86400,
    7 * 86400,
    28 * 86400,
    364 * 86400,
    3640 * 86400,
    36400 * 86400,
    364000 * 86400,
)
"""Seconds of the spans that messages are counted by; each is a multiple of the one before."""

MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
"""Weeks begin on Mondays."""


@dataclass(frozen=True, slots=True)
class Series:
    """The sums of each ``per`` values, in order, of ``count`` values in all; the last sum may be of fewer."""

    per: int = 1
    sums: tuple[int, ...] = ()
    count: int = 0

    def within(self, most: int) -> Series:
        """The same in at most so many numbers."""
        times = max(1, -(-len(self.sums) // max(1, most)))
        return Series(self.per * times, tuple(_added(self.sums, times)), self.count)

    def means(self) -> list[int]:
        """What the values are on average, whole numbers; 0 is for nothing but zeros."""
        sizes = [min(self.per, self.count - at * self.per) for at in range(len(self.sums))]
        return [-(-sum // size) for sum, size in zip(self.sums, sizes, strict=True)]


class Lengths:
    """Follows values of which there may be any number."""

    def __init__(self) -> None:
        self._per = 1
        self._sums: list[int] = []
        self._count = 0

    def add(self, value: int) -> None:
        """The next value."""
        if self._count == len(self._sums) * self._per:
            if len(self._sums) == MOST:
                self._sums = _added(self._sums, 2)
                self._per *= 2
            self._sums.append(0)
        self._sums[-1] += value
        self._count += 1

    def course(self) -> Series:
        """How they went."""
        return Series(self._per, tuple(self._sums), self._count)


def _added(values: Sequence[int], of: int) -> list[int]:
    return [sum(values[at : at + of]) for at in range(0, len(values), of)]


class Activity(NamedTuple):
    """How many messages came in each span of ``step`` seconds; spans without any are left out."""

    step: int = STEPS[0]
    counts: tuple[tuple[int, int], ...] = ()
    """Number of the span, and messages in it, the oldest first."""

    @property
    def spans(self) -> int:
        """How many spans there are from the first to the last, empty ones too."""
        return self.counts[-1][0] - self.counts[0][0] + 1 if self.counts else 0

    def by(self, step: int) -> Activity:
        """The same by a longer step, a multiple of this one."""
        return Activity(step, tuple(sorted(_coarser(self.counts, step // self.step).items())))

    def within(self, most: int) -> Activity:
        """The same by the shortest step at which there are at most so many spans; by the longest where none is."""
        for step in STEPS[STEPS.index(self.step) :]:
            found = self.by(step)
            if found.spans <= most:
                break
        return found

    def values(self) -> list[int]:
        """The counts of all spans, empty ones too."""
        if not self.counts:
            return []
        first = self.counts[0][0]
        found = [0] * self.spans
        for span, count in self.counts:
            found[span - first] = count
        return found


class TimeHistogram:
    """Counts messages by their times."""

    def __init__(self) -> None:
        self.count = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._step = 0
        self._counts: Counter[int] = Counter()

    def add(self, at: datetime) -> None:
        """A message came at this time."""
        self.count += 1
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)
        since = at - MONDAY
        self._counts[(since.days * 86400 + since.seconds) // STEPS[self._step]] += 1
        while len(self._counts) > MOST and self._step < len(STEPS) - 1:
            self._step += 1
            self._counts = _coarser(self._counts.items(), STEPS[self._step] // STEPS[self._step - 1])

    def activity(self) -> Activity:
        """The counts."""
        return Activity(STEPS[self._step], tuple(sorted(self._counts.items())))


def _coarser(counts: Iterable[tuple[int, int]], times: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for span, count in counts:
        found[span // times] += count
    return found
