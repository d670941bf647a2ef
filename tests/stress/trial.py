"""One session, two writers, somebody who damages it, ``tail -F`` throughout, and changes in a loop beside them.

A trial ends when enough was written, rewritten and carried over, or its time is up. What must hold then is asked of
its files by ``tests.stress.verdict``; how well it went is in its ``Figures``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sessiontui.errors import Refused
from tests.support.writers import Writer, Wrote, finished, start

KEY = "chat"
NAMES = ("ada", "ben")
INSISTS = 20
"""So often an undo is tried that must succeed in the end."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a trial is to go."""

    messages: int
    """Of each writer, at least."""
    pause: float
    """Seconds between two messages of a writer, on average."""
    seconds: float
    """After so many, writers stop that have written enough, whatever else was reached."""
    rewrites: int = 30
    carried: int = 10
    dies: float = 0.0
    """How likely a writer is killed between a message and its newline; above 0 the writers get in each other's way, too."""


@dataclass(slots=True)
class Figures:
    """How it went."""

    wrote: tuple[Wrote, ...] = ()
    attempts: int = 0
    refused: list[str] = field(default_factory=list)
    """What each refusal said."""
    rewrites: int = 0
    seconds: float = 0.0

    @property
    def longest(self) -> float:
        """The longest that a writer waited in one ``open``."""
        return max(each.longest for each in self.wrote)


@dataclass(slots=True)
class Trial:
    """The files of a trial, and its figures so far."""

    folder: Path
    plan: Plan
    figures: Figures = field(default_factory=Figures)
    popped: dict[str, str] = field(default_factory=dict)
    """What was popped and not put back at once, by the id of the change; it may have been undone since."""

    @property
    def sessions(self) -> Path:
        """The store."""
        return self.folder / "sessions"

    @property
    def session(self) -> Path:
        """The file that everybody writes."""
        return self.sessions / f"{KEY}.jsonl"

    @property
    def shadow(self) -> Path:
        """What it would be had nobody but writers touched it."""
        return self.folder / "shadow"

    @property
    def tail(self) -> Path:
        """What ``tail -F`` printed."""
        return self.folder / "tail"

    def attempt(self, change: Callable[[], T]) -> T | None:
        """Make a change, counted; None where it was refused."""
        before = self.session.stat().st_ino
        self.figures.attempts += 1
        try:
            return change()
        except Refused as error:
            self.figures.refused.append(error.sentence)
            return None
        finally:
            self.figures.rewrites += self.session.stat().st_ino != before

    def insist(self, change: Callable[[], T]) -> T:
        """Make a change that may be refused a few times, but must succeed."""
        for _ in range(INSISTS):
            if (made := self.attempt(change)) is not None:
                return made
        raise AssertionError(self.figures.refused[-1])

    @property
    def carried(self) -> int:
        """Rewrites that had late bytes to carry, as the journal has it."""
        return sum(len(_carried(path)) for path in (self.sessions / ".sessiontui").glob("*.change"))


Round = Callable[[Trial], None]
"""Some changes, one after the other."""


def run(folder: Path, plan: Plan, change: Round) -> Trial:
    """Let writers write while ``change`` is called again and again; then, when all is still, once more."""
    trial = Trial(folder, plan)
    trial.sessions.mkdir()
    for path in (trial.session, trial.shadow):
        path.write_bytes(b'{"role":"system","content":"begin"}\n')
    began = time.monotonic()
    with _tailing(trial):
        with _writing(trial) as writers:
            while any(process.poll() is None for process in writers):
                change(trial)
                if _reached(trial) or time.monotonic() - began > plan.seconds:
                    _stop(trial, "ada", "ben")
            trial.figures.wrote = tuple(finished(process) for process in writers)
        trial.figures.seconds = time.monotonic() - began
        for path in (trial.session, trial.shadow):
            with path.open("ab") as file:
                file.write(b"\nand then\n")  # so that the last round has something to do
        change(trial)
        _await_tail(trial)
    return trial


@contextlib.contextmanager
def _writing(trial: Trial) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The two writers, and one who damages what they write."""
    plan = trial.plan
    with ExitStack() as stack:
        writers = [
            Writer(
                name,
                str(trial.session),
                str(trial.shadow),
                0 if name == "damage" else plan.messages,
                str(trial.folder / f"stop-{name}"),
                plan.pause * (20 if name == "damage" else 1),
                whole=not plan.dies,
                dies=plan.dies,
                damages=name == "damage",
            )
            for name in (*NAMES, "damage")
        ]
        started = [stack.enter_context(start(writer)) for writer in writers]
        try:
            yield started[:-1]
        finally:
            _stop(trial, "damage")
        finished(started[-1])


def _stop(trial: Trial, *names: str) -> None:
    for name in names:
        (trial.folder / f"stop-{name}").touch()


def _reached(trial: Trial) -> bool:
    plan = trial.plan
    return trial.figures.rewrites >= plan.rewrites and trial.carried >= plan.carried


def _carried(path: Path) -> set[int]:
    """The edits of a recorded change that were made and had late bytes to carry."""
    with contextlib.suppress(FileNotFoundError):
        values = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
        late = {value["late"] for value in values if "late" in value}
        return late & {value["made"] for value in values if "made" in value}
    return set()


@contextlib.contextmanager
def _tailing(trial: Trial) -> Iterator[None]:
    """``tail -F`` on the session, from its beginning."""
    with trial.tail.open("wb") as out:
        process = subprocess.Popen(
            ["tail", "-n", "+1", "-s", "0.2", "-F", str(trial.session)], stdout=out, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def _await_tail(trial: Trial) -> None:
    """Wait until it has printed the file as it is now. It begins anew with each file of the name that it notices; that
    a file was cut, and grew beyond where it was before it looked again, it does not."""
    if trial.popped:  # by others, at once, and perhaps nothing was rewritten since
        copy = trial.session.with_name("copy")
        shutil.copyfile(trial.session, copy)
        copy.replace(trial.session)
    with trial.session.open("ab") as file:
        file.write(b"\n")  # it looks up when something is written
    data = trial.session.read_bytes()
    until = time.monotonic() + 20
    while not _ends_with(trial.tail, data):
        assert time.monotonic() < until, "tail -F did not come to the end"
        time.sleep(0.05)


def _ends_with(path: Path, data: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - len(data)))
        return file.read() == data
