"""Recovery comes before planning: a command was killed, perhaps again while it recovered; one more run finishes all of it
and ends with 0. A dry run in between changes nothing and says that recovery comes first."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
import warnings
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessiontui.cli.verbs import verbs
from tests.faults.remains import Homes, contents, everything, noting
from tests.support import databases, matrices, mounts
from tests.support.faulty import FullFrom, KillAt, Watch, writes
from tests.support.folders import REPLY, TORN, USER, written

PAIRS = 400
KILLS = 200
SEED = 20_261_130
LONG_AGO = 1_700_000_000_123_456_789
WHOLE_STORE = {
    "migrate": ("migrate",),
    "finish": ("migrate",),
    "compact": ("compact", "--all"),
    "repair": ("repair", "--all"),
    "cleanup": ("cleanup", "--ttl-hours", "1"),
}
QUICK = ("migrate",)
"""Those of the fast set."""
"""Commands that end in one state, however often they are run."""


def prepare(folder: Path, verb: str) -> Path:
    """Three sessions; to be finished is an import that ZeroClaw began."""
    folder.mkdir()
    if verb == "finish":
        databases.append(databases.database(folder, "head"), "d", "user", "hello", "2026-01-01T00:00:00+00:00")
        written(folder, "d", USER + TORN + b"\n" + REPLY).rename(folder / "d.jsonl.importing")
        return folder
    for key, data in {
        "a": USER + TORN + b"\n" + REPLY,
        "b": USER + REPLY,
        "c": USER + USER[:-1] + REPLY + TORN,
    }.items():
        written(folder, key, data, mtime_ns=LONG_AGO)
    return folder


@pytest.fixture
def store(location: Path) -> Path:
    return location / "store"


def run(folder: Path, *command: str) -> Result:
    return CliRunner().invoke(verbs, [*command, "-s", str(folder)])


def is_killed(folder: Path, command: tuple[str, ...], n: int) -> bool:
    """Whether a child that ran the command was killed before its n-th step that writes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads; none of them holds a lock
        child = os.fork()
    if not child:
        try:
            with KillAt(n).watching():
                run(folder, *command)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def undisturbed(folder: Path, verb: str) -> tuple[Homes, int]:
    """What the command makes of the store, and in how many steps that write, once the cache knows of the store."""
    for _ in range(2):
        prepare(folder, verb)
        with Watch().watching() as watch:
            ran = run(folder, *WHOLE_STORE[verb])
        assert ran.exit_code == 0, ran.output
        found = contents(folder)
        shutil.rmtree(folder)
    return found, sum(map(writes, watch.calls))


def one_more_run_finishes(folder: Path, command: tuple[str, ...], end: Homes) -> None:
    ran = run(folder, *command)
    assert (ran.exit_code, contents(folder)) == (0, end), ran.output
    assert "undone" not in run(folder, "undo", "--list").output


@pytest.mark.parametrize("case", matrices.few(("migrate", 3), *((verb, 1) for verb in WHOLE_STORE)))
def test_a_command_that_was_killed_at_any_step_is_finished_by_one_run(store: Path, case: tuple[str, int]) -> None:
    verb, stride = case
    command = WHOLE_STORE[verb]
    end, steps = undisturbed(store, verb)
    for n in range(matrices.first(stride, verb), steps + 1, stride):
        with noting(f"step {n}"):
            assert is_killed(prepare(store, verb), command, n)
            one_more_run_finishes(store, command, end)
        shutil.rmtree(store)


def killed_twice(store: Path, verb: str, times: int) -> None:
    """Kills at a step, and again at a step of the recovery, or of what it goes on with."""
    command = WHOLE_STORE[verb]
    end, steps = undisturbed(store, verb)
    chosen = random.Random(f"{SEED} {verb}")
    for _ in range(times):
        first, second = chosen.randint(1, steps), chosen.randint(1, steps)
        with noting(f"steps {first} and {second}"):
            assert is_killed(prepare(store, verb), command, first)
            is_killed(store, command, second)
            one_more_run_finishes(store, command, end)
        shutil.rmtree(store)


@pytest.mark.parametrize("verb", matrices.thinned(WHOLE_STORE, QUICK.__contains__))
def test_a_recovery_that_was_killed_is_finished_by_one_run(store: Path, verb: str) -> None:
    killed_twice(store, verb, 10)


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
@pytest.mark.parametrize("verb", matrices.thinned(WHOLE_STORE, QUICK.__contains__))
def test_four_hundred_recoveries_that_were_killed(store: Path, verb: str) -> None:
    killed_twice(store, verb, matrices.trials(PAIRS // len(WHOLE_STORE)))


@cache
def _takes(folder: Path) -> float:
    began = time.monotonic()
    subprocess.run(_process(folder, "list"), check=True, capture_output=True)
    return time.monotonic() - began


def _process(folder: Path, *command: str) -> list[str]:
    return [sys.executable, "-m", "sessiontui", *command, "-s", str(folder)]


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
def test_a_process_that_is_killed_at_any_time_is_finished_by_one_run(store: Path) -> None:
    """Two hundred seeded times, from the start of the process to what is the end of most."""
    chosen = random.Random(SEED)
    ends = {verb: undisturbed(store, verb)[0] for verb in WHOLE_STORE}
    usual = _takes(prepare(store, "migrate"))
    shutil.rmtree(store)
    for n in range(matrices.trials(KILLS)):
        verb = chosen.choice(list(WHOLE_STORE))
        seconds = chosen.uniform(0.2, 2.0) * usual
        prepare(store, verb)
        process = subprocess.Popen(
            _process(store, *WHOLE_STORE[verb]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.kill()
        process.wait()
        with noting(f"the {n}th, {verb}, killed after {seconds:.3f} s"):
            one_more_run_finishes(store, WHOLE_STORE[verb], ends[verb])
        shutil.rmtree(store)


# ---- a dry run


@pytest.mark.parametrize("case", matrices.few(("migrate", 3), *((verb, 1) for verb in WHOLE_STORE)))
def test_a_dry_run_marks_what_is_planned_after_recovery(store: Path, case: tuple[str, int]) -> None:
    verb, stride = case
    command = WHOLE_STORE[verb]
    _, steps = undisturbed(store, verb)
    marked = 0
    for n in range(matrices.first(stride, verb), steps + 1, stride):
        assert is_killed(prepare(store, verb), command, n)
        before = everything(store)
        ran = run(store, *command, "--dry-run")
        told = run(store, *command, "--dry-run", "--json")
        assert everything(store) == before
        assert (ran.exit_code, told.exit_code) == (0, 0), ran.output
        rows = [json.loads(line) for line in told.stdout.splitlines()]
        after = [row["key"] for row in rows if row.get("after_recovery")]
        for key in after:
            assert f"{key}: planned after recovery" in ran.stdout
        if after:
            marked += 1
            assert f"sessiontui: recovery comes first: change 1, {command[0]}, was interrupted" in ran.stderr
        shutil.rmtree(store)
    assert marked * stride >= 5


@pytest.mark.parametrize("verb", ["compact", "repair"])
def test_a_dry_run_of_undo_names_no_change_before_recovery(store: Path, verb: str) -> None:
    """A change that was interrupted may be the newest afterwards."""
    prepare(store, verb)
    assert run(store, "append", "b", "--role", "user", "more").exit_code == 0
    _, steps = undisturbed(store.with_name("counted"), verb)
    assert is_killed(store, WHOLE_STORE[verb], steps // 2)
    before = everything(store)
    told = run(store, "undo", "--dry-run")
    assert (told.exit_code, told.stdout) == (0, "undo: planned after recovery\n")
    assert f"recovery comes first: change 2, {verb}, was interrupted" in told.stderr
    (row,) = [json.loads(line) for line in run(store, "undo", "--dry-run", "--json").stdout.splitlines()]
    assert (row["change"], row["verb"], row["status"], row["after_recovery"]) == (None, verb, "undo", True)
    assert run(store, "undo", "1", "--dry-run").stdout.startswith("would undo change 1: append b")
    assert everything(store) == before


@mounts.on("tmpfs")
def test_a_dry_run_promises_no_recovery_where_nothing_can_be_written(tmp_path: Path) -> None:
    store = tmp_path / "store"
    _, steps = undisturbed(store.with_name("counted"), "compact")
    assert is_killed(prepare(store, "compact"), WHOLE_STORE["compact"], steps // 2)
    with mounts.read_only(tmp_path):
        for command in (*WHOLE_STORE.values(), ("undo",), ("pop", "b"), ("append", "b", "--role", "user", "more")):
            told = run(store, *command, "--dry-run")
            assert told.exit_code == 3, command
            assert "can't be written; nothing was changed" in told.stderr
            assert "planned after recovery" not in told.output


# ---- recovery that can't be finished


@pytest.mark.parametrize("verb", matrices.few("migrate", "compact", "repair"))
def test_a_recovery_that_finds_the_disk_full_says_so_and_the_next_run_finishes(store: Path, verb: str) -> None:
    command = WHOLE_STORE[verb]
    end, steps = undisturbed(store, verb)
    for n in range(1, steps + 1, 3):
        with noting(f"step {n}"):
            assert is_killed(prepare(store, verb), command, n)
            with FullFrom(1 + n % 7).watching():
                ran = run(store, *command)
            assert ran.exit_code in (0, 3), ran.output
            if ran.exit_code:
                assert "No space left on device" in ran.stderr
            assert "stands beside" not in ran.stderr
            assert "Traceback" not in ran.output
            one_more_run_finishes(store, command, end)
        shutil.rmtree(store)
