"""Of a matrix the fast set runs a sample; the whole of it is exhaustive, or with ``--moments N`` each Nth moment of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import pytest

KINDS: Final = frozenset(
    {
        "append", "pop-rewrites", "compact", "repair", "cleanup", "migrate", "append-row", "undo-compact", "undo-pop-row",
        "redo-cleanup",
    }
)  # fmt: skip
"""The changes of the fast set, by the names that they have in the tests of faults."""

stride = 1
"""How many moments further the next one is that an exhaustive test tries; ``--moments`` says it."""


def thinned(cases: Iterable[Any], is_fast: Callable[[Any], bool]) -> list[Any]:
    """The cases as parameters, those outside the sample marked as exhaustive."""
    return [pytest.param(case, marks=() if is_fast(case) else pytest.mark.exhaustive) for case in cases]


def few(*cases: Any) -> list[Any]:
    """The cases as parameters of one name; the first is in the sample, the others are exhaustive."""
    return [pytest.param(case, marks=pytest.mark.exhaustive if n else ()) for n, case in enumerate(cases)]


def at_moments(cases: dict[str, tuple[Any, ...]], is_fast: Callable[[str], bool], fast: int) -> Iterator[Any]:
    """The cases, by name, with a stride behind each: ``stride`` as exhaustive; those of the sample with ``fast``."""
    for name, case in cases.items():
        if is_fast(name):
            yield pytest.param(*case, fast, id=f"{name}-some")
        yield pytest.param(*case, stride, id=f"{name}-every", marks=pytest.mark.exhaustive)


def trials(number: int) -> int:
    """How many of a number of random trials are made: a quarter where ``--moments`` leaves moments out."""
    return number if stride == 1 else -(-number // 4)


def third(name: str) -> bool:
    """A third of the cases are in the sample."""
    return first(3, name) == 1


def always(name: str) -> bool:
    """Each case is in the sample."""
    return True


def first(stride: int, name: str) -> int:
    """The moment to begin at, from 1: cases of other names meet other moments."""
    return zlib.crc32(name.encode()) % stride + 1
