"""Every step of every kind of change fails once, in every way: afterwards each message is there, once, in order, and the
next change finishes what was begun or rolls it back."""

from __future__ import annotations

import errno
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from sessiontui.errors import SessiontuiError
from tests.faults.kinds import KINDS, Kind
from tests.faults.remains import NO_CHANGE, Whole, contents, hold, names, noting, whole
from tests.support import matrices
from tests.support.faulty import (
    Call,
    Crash,
    DieAt,
    FailAt,
    FullAt,
    FullFrom,
    KillAt,
    Watch,
    needs_rights,
    not_closing,
    writes,
)

FEWER = {"undo": ("dies",), "redo": ("EIO",)}
"""Undo and redo go the ways of the other changes: in the fast set they fail in these alone, and the others not in all."""
ERRORS: dict[str, Callable[[int], Watch]] = {
    "full": FullAt,
    "stays-full": FullFrom,
    "EIO": lambda n: FailAt(n, OSError(errno.EIO, os.strerror(errno.EIO)), of=not_closing),
    "EACCES": lambda n: FailAt(n, OSError(errno.EACCES, os.strerror(errno.EACCES)), of=needs_rights),
    "interrupted": lambda n: FailAt(n, KeyboardInterrupt(), after=True),
}


def spoken(value: Kind | str | Callable[..., object]) -> str:
    """The name of a test's parameter."""
    return value if isinstance(value, str) else str(getattr(value, "name", None) or getattr(value, "__name__", ""))


def is_fast(name: str) -> bool:
    """Whether the fast set makes this kind of change fail in this way: some in each, a third of the others in one."""
    ways = FEWER.get(name[:4], ("full", "interrupted", "is_killed"))
    sampled = name.startswith(tuple(f"{kind}-" for kind in matrices.KINDS))
    return name.endswith(ways) if sampled else name.endswith(ways[-1]) and matrices.third(name)


def refs(ways: Iterable[str | Callable[..., object]]) -> Iterator[Any]:
    """Each kind of change with each way to fail, at every step; of most, at some steps for the fast set."""
    named = {f"{kind.name}-{spoken(way)}": (kind, way) for kind, way in product(KINDS, ways)}
    return matrices.at_moments(named, is_fast, 29)


@contextmanager
def fresh(kind: Kind, location: Path) -> Iterator[Path]:
    """A store that is ready for the change; it goes again."""
    folder = location / "store"
    folder.mkdir()
    kind.prepare(folder)
    yield folder
    shutil.rmtree(folder)


def steps(kind: Kind, location: Path) -> list[Call]:
    """What the change does where nothing fails, when what the cache keeps of this store is there."""
    for _ in range(2):
        with fresh(kind, location) as folder, Watch().watching() as watch:
            kind.run(folder)
    assert sum(map(writes, watch.calls)) >= kind.least
    return watch.calls


@pytest.mark.parametrize(("kind", "error", "stride"), refs(ERRORS))
def test_a_step_that_fails_loses_nothing(location: Path, kind: Kind, error: str, stride: int) -> None:
    around = whole(kind, location)
    calls = steps(kind, location)
    for n in count(matrices.first(stride, f"{kind.name}{error}"), stride):
        fault = ERRORS[error](n)
        with fresh(kind, location) as folder:
            descriptors = set(os.listdir("/dev/fd"))
            raised: BaseException | None = None
            result: Any = None
            with fault.watching():
                try:
                    result = kind.run(folder)
                except (Exception, KeyboardInterrupt) as risen:  # noqa: BLE001  what it is, is judged
                    raised = risen
            with noting(f"step {n}, {fault.calls[n - 1 : n]}: {raised!r}"):
                assert raised is None or isinstance(
                    raised, KeyboardInterrupt if error == "interrupted" else SessiontuiError
                )
                what_was_said_is_so(folder, around, raised, result)
                if fault.steps[n - 1 : n] != ["close"]:  # of two that are closed together, the other may stay
                    assert set(os.listdir("/dev/fd")) == descriptors
                assert names(folder) <= around.names | {".sessiontui"}
                hold(kind, folder, around)
        if not fault.reached:
            break
    assert fault.steps == [call.name for call in calls if fault.of(call)]


def what_was_said_is_so(folder: Path, around: Whole, raised: BaseException | None, result: Any) -> None:
    """Who was told that it is done finds it done; who was told that nothing was changed finds nothing changed."""
    found = contents(folder)
    if raised is not None:
        assert NO_CHANGE not in str(raised) or found == around.start
        return
    problems = {row.key: row.problem for row in getattr(result, "rows", ()) if row.problem.code}
    for key, problem in problems.items():
        if NO_CHANGE in problem.reason:
            assert found.get(f"{key}.jsonl") == around.start[f"{key}.jsonl"]
    assert problems or found == around.end


# ---- killed


def dies(kind: Kind, folder: Path, n: int) -> bool:
    """Whether the change ended in the middle of its n-th step that writes."""
    with DieAt(n).watching():
        try:
            kind.run(folder)
        except Crash:
            return True
    return False


def is_killed(kind: Kind, folder: Path, n: int) -> bool:
    """Whether a child that made the change was killed before its n-th step that writes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads; none of them holds a lock
        child = os.fork()
    if not child:
        try:
            with KillAt(n).watching():
                kind.run(folder)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize(("kind", "end", "stride"), refs((dies, is_killed)))
def test_an_end_at_any_step_loses_nothing(
    location: Path, kind: Kind, end: Callable[[Kind, Path, int], bool], stride: int
) -> None:
    around = whole(kind, location)
    calls = [call for call in steps(kind, location) if writes(call)]
    for n in {*range(matrices.first(stride, kind.name), len(calls), stride), len(calls), len(calls) + 1}:
        with fresh(kind, location) as folder:
            ended = end(kind, folder, n)
            with noting(f"step {n}, {calls[n - 1 : n]}"):
                assert ended is (n <= len(calls))
                hold(kind, folder, around)
