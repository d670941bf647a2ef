"""Changes that are hindered so many times and then made: by errors of our own, and by a program that really writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sessiontui.changes.outcome import problem
from sessiontui.changes.verbs.plans import only
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import Busy, SessiontuiError, Unleased

DAEMON = "zeroclaw (pid 4711)"

_HOLD = """
import sys
file = open(sys.argv[1], "ab")
print("open", flush=True)
sys.stdin.readline()
file.close()
print("closed", flush=True)
sys.stdin.readline()
"""
_LEASE = """
import fcntl, signal, sys, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGURG])
file = open(sys.argv[1], "r+b")
fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
signal.sigwait([signal.SIGURG])
print("wanted", flush=True)
time.sleep(float(sys.argv[2]))
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
"""


def busy(name: str) -> Busy:
    return Busy(f"{name}.jsonl", (DAEMON,))


def unleased(name: str) -> Unleased:
    return Unleased(f"{name}.jsonl", "the file belongs to another user")


def raising(monkeypatch: pytest.MonkeyPatch, module: ModuleType, *errors: SessiontuiError) -> list[WaitPolicy]:
    """Have a change raise each of these errors once, and be made then; returns the patience of every try."""
    made, left, tries = module.make, list(errors), []

    def make(*given: Any, **named: Any) -> Any:
        tries.append(_patience(given, named))
        if left:
            raise left.pop(0)
        return made(*given, **named)

    monkeypatch.setattr(module, "make", make)
    return tries


def refusing(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    *kinds: tuple[Collection[str], Callable[[str], SessiontuiError]],
) -> list[WaitPolicy]:
    """Have a change of several sessions refuse some of them, each time others; returns the patience of every try."""
    made, left, tries = module.make, list(kinds), []

    def make(*given: Any, **named: Any) -> Any:
        tries.append(_patience(given, named))
        if not left:
            return made(*given, **named)
        keys, error = left.pop(0)
        at = next(at for at, each in enumerate(given) if hasattr(each, "rows"))
        plan = given[at]
        free = {row.key for row in plan.rows} - set(keys)
        done = made(*given[:at], only(plan, free), *given[at + 1 :], **named)
        rows = [replace(row, status="refused", problem=problem(error(row.key))) for row in plan.rows if row.key in keys]
        return replace(done, rows=(*done.rows, *rows))

    monkeypatch.setattr(module, "make", make)
    return tries


def _patience(given: tuple[Any, ...], named: dict[str, Any]) -> WaitPolicy:
    return next(each for each in (*given, *named.values()) if isinstance(each, WaitPolicy))


@contextmanager
def writing(path: Path) -> Iterator[Callable[[], None]]:
    """Another process has the file open for writing, until what this gives is called."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as child:
        to, of = child.stdin, child.stdout
        assert to is not None
        assert of is not None
        assert of.readline() == "open\n"

        def close() -> None:
            to.write("\n")
            assert of.readline() == "closed\n"

        try:
            yield close
        finally:
            child.kill()


@contextmanager
def leased(path: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Another process holds a write lease on the file, until so many seconds after somebody first wanted to open it."""
    with subprocess.Popen(
        [sys.executable, "-c", _LEASE, path, str(seconds)], stdout=subprocess.PIPE, text=True, bufsize=1
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.kill()
