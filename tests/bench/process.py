"""Programs run to their end, with the time they took and the memory they had at most; in turns with their rivals."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.table import Cost, Pair, Skip

ROOT: Final = Path(__file__).resolve().parents[2]
RIVALS: Final = Path(__file__).parent / "rivals"
OURS: Final = (sys.executable, "-m", "sessiontui")
DRIVE: Final = (sys.executable, "-m", "tests.bench.drive")


@dataclass(frozen=True, slots=True)
class Run:
    """How a program went."""

    seconds: float
    cpu: float
    """Seconds of processor time, of its own and of the processes that it waited for."""
    peak: int
    """The greatest resident size, in bytes."""
    output: str

    @property
    def cost(self) -> Cost:
        return Cost(self.seconds, self.cpu)


def run(argv: Sequence[str | Path], home: Path | None = None, allowed: tuple[int, ...] = (0,)) -> Run:
    """Run a program in the repository's folder. Raises ``Skip`` with its last word where it fails."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                [os.fspath(word) for word in argv],
                cwd=ROOT,
                env=surroundings(home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        except OSError as error:
            raise Skip(f"{argv[0]} can't be started: {error.strerror}") from error
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            errors.seek(0)
            raise Skip(last_word(errors.read().decode(errors="replace")) or f"exit {process.returncode}")
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak, output.decode())


def last_word(said: str) -> str:
    """The last line that begins at the margin: an error's sentence, without the advice below it."""
    return next((line.strip() for line in reversed(said.splitlines()) if line[:1].strip()), "")


def surroundings(home: Path | None) -> dict[str, str]:
    """The environment of a program; with ``home`` it has no cache and no settings but there."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SESSIONTUI_", "ZEROCLAW_"))}
    if home is not None:
        env |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "XDG_CONFIG_HOME": str(home / ".config")}
    return env


def in_turns(pairs: int, ours: Callable[[], Cost], rival: Callable[[], Cost]) -> list[Pair]:
    """Both, one after the other, so many times; the rival goes first, so that it warms the disk's cache for ours."""
    taken: list[Pair] = []
    for _ in range(pairs):
        theirs = rival()
        taken.append((ours(), theirs))
    return taken


@contextmanager
def scratch(near: Path) -> Iterator[Path]:
    """An empty folder on the disk that ``near`` is on."""
    with tempfile.TemporaryDirectory(dir=near, prefix="scratch-") as name:
        yield Path(name)


def rival(name: str, *arguments: str | Path) -> Run:
    """Run one of the rivals."""
    return run([sys.executable, RIVALS / f"{name}.py", *arguments])


def drive(home: Path, *words: str | Path) -> Any:
    """What a function of ours tells of its own time, in a process of its own; see ``tests.bench.drive``."""
    return json.loads(run([*DRIVE, *words], home).output)


def copy(source: Path, target: Path) -> Run:
    """``cp -R``."""
    return run(["cp", "-R", source, target])


def program(name: str, package: str, near: Path) -> Path:
    """A rival that is a program of its own: the one that ``SESSIONTUI_BENCH_NAME`` or the path names, else one that is
    installed, with its libraries, into a folder beside the stores. Raises ``Skip`` where it can't be."""
    if found := os.environ.get(f"SESSIONTUI_BENCH_{name.upper()}") or shutil.which(name):
        return Path(found)
    home = near / package.partition("=")[0]
    if not (home / "bin" / name).exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True)
            subprocess.run([home / "bin" / "pip", "install", "-q", package], check=True, capture_output=True)
        except subprocess.CalledProcessError as error:
            raise Skip(f"{package} can't be installed") from error
    return home / "bin" / name
