"""What is counted as a step is all that the system sees; and faults that the system itself makes lose nothing, in
what SQLite does too."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sessiontui.cli.verbs import verbs
from sessiontui.store.sqlite.checkpoints import loses_commits
from tests.faults.kinds import KINDS, Kind
from tests.faults.remains import NO_CHANGE, Whole, contents, hold, names, noting, whole
from tests.faults.traced import Seen, injected, need_strace, step, traced
from tests.support import matrices
from tests.support.databases import writer
from tests.support.faulty import Watch, writes

BY_SQLITE = [kind for kind in KINDS if kind.sqlite or "migrate" in kind.name]
FAST = {"pop-rewrites", "append-row", "undo-pop-row", "redo-migrate"}
"""The kinds of change of the fast set."""
ROOM = {"write", "pwrite64", "ftruncate", "link", "linkat", "mkdir", "mkdirat"}
NOT_MADE_TO_FAIL = {"openat", "fcntl", "fchown"}
"""Other calls of that name come before in every run of Python, or SQLite does not ask how it went."""


def refs(tried: list[Kind]) -> Iterator[Any]:
    """These kinds of change, each with a stride through its calls; few of them in the fast set.

    A redo makes the calls of the change itself, and fails in this process at each of its steps: here a sample is enough.
    """
    every = matrices.at_moments({kind.name: (kind,) for kind in tried}, lambda name: name in FAST, 29)
    return (ref for ref in every if not str(ref.id).startswith("redo-") or str(ref.id).endswith("-some"))


@pytest.fixture(autouse=True)
def _strace() -> None:
    need_strace()


@contextmanager
def ready(kind: Kind, location: Path, name: str) -> Iterator[Path]:
    """A store that is ready for the change."""
    folder = location / name
    folder.mkdir(parents=True)
    kind.prepare(folder)
    yield folder


# ---- nothing is overlooked


@pytest.mark.parametrize(
    "kind",
    matrices.thinned([kind for kind in KINDS if not kind.sqlite], lambda kind: kind.name in FAST),
    ids=lambda kind: kind.name,
)
def test_every_call_that_writes_is_a_step(location: Path, kind: Kind) -> None:
    with ready(kind, location, "seen/store") as folder:
        system = [call.step for call in traced(folder, kind.command) if call.path.startswith(f"{folder}")]
    with ready(kind, location, "counted/store") as folder, Watch().watching() as watch:
        assert CliRunner().invoke(verbs, [*kind.command, "-s", str(folder)]).exit_code == 0
    counted = [step(call.name, call.path) for call in watch.calls if writes(call) and call.path.startswith(f"{folder}")]
    ours = [each for each in counted if not _is_sqlite(each)]
    if kind in BY_SQLITE:  # which brings names to the disk, too
        ours, system = ([each for each in found if each != ("fsync", "store")] for found in (ours, system))
    assert ours == [each for each in system if not _is_sqlite(each)]
    assert len(counted) >= kind.least


def _is_sqlite(step: tuple[str, str]) -> bool:
    """Whether SQLite does it, in C: what it writes is not counted."""
    return step[1].startswith("sessions.db") or step[1].endswith(".rows")


BESIDE = [kind for kind in KINDS if kind.name in ("append-row", "pop-row", "cleanup-rows")]


@pytest.mark.parametrize("kind", BESIDE, ids=lambda kind: kind.name)
def test_beside_another_program_sqlite_writes_the_wal_alone(location: Path, kind: Kind) -> None:
    if not loses_commits():
        pytest.skip("this SQLite may checkpoint beside another connection")
    for name, daemon in (("alone", nullcontext()), ("beside", None)):
        with ready(kind, location, name) as folder, daemon or writer(folder / "sessions.db") as other:
            if other is not None:
                other.execute("SELECT count(*) FROM sessions").fetchall()
            calls = traced(folder, kind.command)
        written = {call.step[1] for call in calls if call.step[0] == "write"}
        assert ("sessions.db" in written) is (name == "alone")
        assert "sessions.db-wal" in written


# ---- faults of the system's own


@pytest.mark.timeout(600)  # every call of an import, each in a process of its own
@pytest.mark.parametrize(("kind", "stride"), refs(BY_SQLITE))
def test_an_error_in_what_sqlite_does_loses_nothing(location: Path, kind: Kind, stride: int) -> None:
    around = whole(kind, location)
    for n, call in enumerate(some(chosen(kind, location), kind, stride)):
        error = "ENOSPC" if call.name in ROOM and n % 2 else "EIO"
        with ready(kind, location, f"{n}") as folder, noting(f"{call}: {error}"):
            done = injected(folder, kind.command, call, f"error={error}")
            what_was_said_is_so(kind, folder, around, done.returncode, done.stderr)
            assert names(folder) <= around.names | {".sessiontui"}
            hold(kind, folder, around)


@pytest.mark.parametrize(("kind", "stride"), refs(KINDS))
def test_a_kill_loses_nothing(location: Path, kind: Kind, stride: int) -> None:
    around = whole(kind, location)
    for n, call in enumerate(some(chosen(kind, location), kind, stride)):
        with ready(kind, location, f"{n}") as folder, noting(f"{call}"):
            assert injected(folder, kind.command, call, "signal=SIGKILL").returncode == -signal.SIGKILL
            hold(kind, folder, around)


def what_was_said_is_so(kind: Kind, folder: Path, around: Whole, code: int, said: str) -> None:
    """Done is done, and nothing changed is nothing changed; never a traceback."""
    assert "Traceback" not in said
    assert code in (0, 3, 4), said
    found = contents(folder)
    assert code or found == around.end
    assert NO_CHANGE not in said or found == around.start or kind.command[0] == "migrate"  # one session of several


def some(calls: list[Seen], kind: Kind, stride: int) -> list[Seen]:
    """One of so many."""
    return calls[matrices.first(stride, kind.name) - 1 :: stride]


def chosen(kind: Kind, location: Path) -> list[Seen]:
    """The calls that are made to fail: of what SQLite does, of neighbours that do the same to the same file, the first
    and the last; of what we do, which fails elsewhere at every step, some."""
    with ready(kind, location, "chosen") as folder:
        every = traced(folder, kind.command)
    calls = [call for call in every if call.path.startswith(f"{folder}") and call.name not in NOT_MADE_TO_FAIL]
    assert len(calls) >= kind.least - 3
    if kind not in BY_SQLITE:
        return calls[1::3]
    groups = [list(group) for step, group in groupby(calls, lambda call: call.step) if _is_sqlite(step)]
    return [call for group in groups for call in dict.fromkeys((group[0], group[-1]))]
