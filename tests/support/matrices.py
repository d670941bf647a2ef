"""Of a matrix the fast set runs a sample; the whole of it is exhaustive."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import pytest

KINDS: Final = frozenset(
    {
        "append", "append-new", "pop-rewrites", "pop-before-damage", "compact", "repair", "cleanup", "migrate",
        "append-row", "cleanup-rows", "undo-compact", "undo-migrate", "undo-pop-row", "redo-cleanup", "redo-append-row",
    }
)  # fmt: skip
"""The changes of the fast set, by the names that they have in the tests of faults."""


def thinned(refs: Iterable[Any], is_fast: Callable[[Any], bool]) -> list[Any]:
    """The cases as parameters, those outside the sample marked as exhaustive."""
    return [pytest.param(ref, marks=() if is_fast(ref) else pytest.mark.exhaustive) for ref in refs]


def few(*refs: Any) -> list[Any]:
    """The cases as parameters of one name; the first is in the sample, the others are exhaustive."""
    return [pytest.param(ref, marks=pytest.mark.exhaustive if n else ()) for n, ref in enumerate(refs)]


def at_moments(refs: dict[str, tuple[Any, ...]], is_fast: Callable[[str], bool], stride: int) -> Iterator[Any]:
    """The cases, by name, with a stride behind each: 1, all moments, as exhaustive; those of the sample with this one."""
    for name, ref in refs.items():
        if is_fast(name):
            yield pytest.param(*ref, stride, id=f"{name}-some")
        yield pytest.param(*ref, 1, id=f"{name}-every", marks=pytest.mark.exhaustive)


def always(name: str) -> bool:
    """Each case is in the sample."""
    return True


def first(stride: int, name: str) -> int:
    """The moment to begin at, from 1: cases of other names meet other moments."""
    return zlib.crc32(name.encode()) % stride + 1
