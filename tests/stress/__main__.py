"""``python -m tests.stress [trial…] [--messages N] [--pause SECONDS] [--folder DIR]``: exit 1 where a message was lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.stress import rounds, verdict
from tests.stress.trial import Plan, Round, Trial, run

TRIALS: dict[str, tuple[Round, Callable[[Trial], None], float]] = {
    "functions": (rounds.tidying, verdict.lost_nothing, 0.0),
    "command": (rounds.by_command, verdict.lost_nothing, 0.0),
    "killed": (rounds.undoing, verdict.kept_every_record, 0.01),
    "two": (rounds.two_at_once, verdict.lost_what_was_popped, 0.0),
}


def _requested() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stress", description="Change a session beside its writers.")
    parser.add_argument("trial", nargs="*", help=f"{', '.join(TRIALS)}; default: all")
    parser.add_argument("--messages", type=int, default=20_000, help="of each of the two writers, at least")
    parser.add_argument("--pause", type=float, default=0.002, help="seconds between two of them, on average")
    parser.add_argument("--seconds", type=float, default=600, help="for how long at most they wait for enough changes")
    parser.add_argument(
        "--folder", type=Path, help="where it takes place; its file system decides what leases there are"
    )
    request = parser.parse_args()
    if unknown := [name for name in request.trial if name not in TRIALS]:
        parser.error(f"no such trial: {', '.join(unknown)}")
    return request


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def _show(name: str, trial: Trial) -> None:
    figures = trial.figures
    _say(
        f"{name}: {sum(each.messages for each in figures.wrote):,} messages in {figures.seconds:.1f} s, "
        f"{sum(each.deaths for each in figures.wrote)} writers killed, {figures.attempts} changes, "
        f"{figures.rewrites} rewrites, {trial.carried} with late bytes, {len(figures.refused)} refused, "
        f"longest wait in open {figures.longest * 1000:.1f} ms, tail -F printed {trial.tail.stat().st_size:,} bytes"
    )
    for sentence, times in Counter(figures.refused).most_common(5):
        _say(f"  {times} × {sentence}")


def main() -> int:
    request = _requested()
    failed = 0
    for name in request.trial or TRIALS:
        change, holds, dies = TRIALS[name]
        with tempfile.TemporaryDirectory(dir=request.folder) as folder:
            trial = run(Path(folder), Plan(request.messages, request.pause, request.seconds, dies=dies), change)
            _show(name, trial)
            alone = change is not rounds.two_at_once  # two get into each other's way, and one of them is refused
            for check in (holds, verdict.went_well) if alone else (holds,):
                try:
                    check(trial)
                except AssertionError as error:
                    failed += 1
                    _say(f"  FAILED: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
