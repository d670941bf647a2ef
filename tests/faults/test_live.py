"""Changes beside writers that never rest: nothing is lost, doubled or out of order. ``python -m tests.stress`` goes on longer.

Where there are no leases nothing of this is promised, and it is skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from sessiontui.disk import lease
from tests.stress import rounds, verdict
from tests.stress.trial import Plan, run
from tests.support.matrices import few


@pytest.fixture(autouse=True)
def _leases(tmp_path: Path) -> None:
    """Needed throughout."""
    path = tmp_path / "any"
    path.touch()
    fd = os.open(path, os.O_RDONLY)
    try:
        lease.reading(fd, 0).give_back()
    except lease.NoLease as none:
        pytest.skip(f"no leases here: {none}")
    finally:
        os.close(fd)


@pytest.fixture
def _no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that had late bytes waits a second for more. Not here: so many more are made beside the writers."""
    monkeypatch.setattr(journal, "SOON", 0.0)


@pytest.mark.usefixtures("_no_second_look")
@pytest.mark.parametrize("messages", few(1_500, 3_000))
def test_two_writers_lose_nothing_while_their_session_is_popped_restored_and_compacted(
    tmp_path: Path, messages: int
) -> None:
    trial = run(tmp_path, Plan(messages=messages, pause=0.002, seconds=50), rounds.tidying)
    verdict.lost_nothing(trial)
    verdict.went_well(trial)


@pytest.mark.usefixtures("_no_second_look")
@pytest.mark.parametrize("messages", few(1_500, 3_000))
def test_what_writers_finished_before_they_were_killed_is_kept(tmp_path: Path, messages: int) -> None:
    trial = run(tmp_path, Plan(messages=messages, pause=0.002, seconds=50, dies=0.01), rounds.undoing)
    verdict.kept_every_record(trial)
    verdict.went_well(trial)
    assert sum(wrote.deaths for wrote in trial.figures.wrote) >= messages // 150


@pytest.mark.exhaustive
def test_the_command_line_loses_nothing_beside_two_writers(tmp_path: Path) -> None:
    plan = Plan(messages=500, pause=0.002, seconds=40, rewrites=4, carried=1)
    trial = run(tmp_path, plan, rounds.by_command)
    verdict.lost_nothing(trial)


@pytest.mark.exhaustive
def test_two_that_change_one_store_at_once_lose_nothing_of_its_writers(tmp_path: Path) -> None:
    plan = Plan(messages=1_000, pause=0.002, seconds=15, rewrites=1, carried=0)
    trial = run(tmp_path, plan, rounds.two_at_once)
    verdict.lost_what_was_popped(trial)
    assert trial.popped
