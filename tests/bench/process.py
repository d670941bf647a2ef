"""Programs run to their end, with the time they took and the memory they had at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.table import Skip

ROOT: Final = Path(__file__).resolve().parents[2]
RIVALS: Final = Path(__file__).parent / "rivals"
OURS: Final = (sys.executable, "-m", "sessiontui")
DRIVE: Final = (sys.executable, "-m", "tests.bench.drive")


@dataclass(frozen=True, slots=True)
class Run:
    """How a program went."""

    seconds: float
    peak: int
    """The greatest resident size, in bytes."""
    output: str


def run(argv: Sequence[str | Path], home: Path | None = None, allowed: tuple[int, ...] = (0,)) -> Run:
    """Run a program in the repository's folder. Raises ``Skip`` with its last word where it fails."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [os.fspath(word) for word in argv],
            cwd=ROOT,
            env=surroundings(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            errors.seek(0)
            raise Skip(last_word(errors.read().decode(errors="replace")) or f"exit {process.returncode}")
    return Run(seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), output.decode())


def last_word(said: str) -> str:
    """The last line that begins at the margin: an error's sentence, without the advice below it."""
    return next((line.strip() for line in reversed(said.splitlines()) if line[:1].strip()), "")


def surroundings(home: Path | None) -> dict[str, str]:
    """The environment of a program; with ``home`` it has no cache and no settings but there."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SESSIONTUI_", "ZEROCLAW_"))}
    if home is not None:
        env |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "XDG_CONFIG_HOME": str(home / ".config")}
    return env


def medians(runs: int, ours: Callable[[], float], rival: Callable[[], float]) -> tuple[float, float]:
    """The medians of both, taken in turns; the rival goes first, so that it warms the disk's cache for ours."""
    rivals, own = [], []
    for _ in range(runs):
        rivals.append(rival())
        own.append(ours())
    return median(own), median(rivals)


@contextmanager
def scratch(near: Path) -> Iterator[Path]:
    """An empty folder on the disk that ``near`` is on."""
    with tempfile.TemporaryDirectory(dir=near, prefix="scratch-") as name:
        yield Path(name)


def rival(name: str, *arguments: str | Path) -> Run:
    """Run one of the rivals."""
    return run([sys.executable, RIVALS / f"{name}.py", *arguments])


def copy(source: Path, target: Path) -> float:
    """``cp``; the seconds it took."""
    return run(["cp", "-R", source, target]).seconds
