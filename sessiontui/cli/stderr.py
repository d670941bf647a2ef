"""Standard error: errors, notices and progress; and which exit code a failure means. The only writer of it.

An error is one plain line and at most one more with the next thing to do, never a traceback (but with
``SESSIONTUI_DEBUG=1``, for whoever mends this program). What is printed has gone through ``visible``.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import ClassVar

import click

from sessiontui.dialects.file_names import written
from sessiontui.errors import SessiontuiError, StoreError
from sessiontui.store.protocol import IsCancelled, Progress, silent
from sessiontui.visible import visible

INTERRUPTED = 130
"""The exit code of work that a person stopped."""


PATIENT = 0.5
"""Seconds that work may take before a person is told what it waits for."""


def tell(sentence: str, hint: str = "") -> None:
    """Print a notice or an error: the sentence, and the next thing to do on a line of its own."""
    _print(f"sessiontui: {visible(written(sentence))}\n" + (f"  {visible(written(hint))}\n" if hint else ""))


def error(problem: SessiontuiError) -> int:
    """Say what went wrong; return the exit code it means."""
    tell(problem.sentence, problem.hint)
    return problem.exit_code


def _print(text: str) -> None:
    """Write to standard error, whatever its encoding; where nobody can hear us there is nothing left to say."""
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()


def guarded(work: Callable[[], int]) -> int:
    """Run ``work`` and return its exit code, or that of the error it ended with, which is told."""
    try:
        code = work()
        _flush()
        return code
    except BrokenPipeError:
        _forget_output()
        return 0
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as problem:
        if os.environ.get("SESSIONTUI_DEBUG") == "1":
            raise
        return _told(problem)


def _told(problem: Exception) -> int:
    """Tell any exception in one or two lines; return its exit code."""
    with suppress(OSError):
        _flush()  # what was found before the trouble is still an answer
    if isinstance(problem, SessiontuiError):
        return error(problem)
    if isinstance(problem, click.exceptions.Exit):
        return problem.exit_code
    if isinstance(problem, click.ClickException):
        context = getattr(problem, "ctx", None)
        tell(problem.format_message(), f"`{context.command_path} --help` shows what it takes" if context else "")
        return 2
    if isinstance(problem, OSError):
        _forget_output()
        return error(disk_error(problem))
    kind = type(problem).__name__
    return error(StoreError(f"unexpected trouble, {kind}: {problem}", "SESSIONTUI_DEBUG=1 shows where it arose"))


def disk_error(problem: OSError) -> StoreError:
    """What the operating system said, as a sentence."""
    named = isinstance(problem.filename, str | bytes | os.PathLike)
    where = os.fsdecode(problem.filename) if named else "the store"
    return StoreError(f"{where}: {(problem.strerror or str(problem)).lower()}")


def lost(problem: OSError) -> OSError:
    """The same with standard output as its place. Not of our errors, which end one session's work: it ends all."""
    return OSError(problem.errno, problem.strerror, "standard output")


def _flush() -> None:
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except OSError as problem:
            raise lost(problem) from problem


def _forget_output() -> None:
    """Point standard output nowhere, so that what is still buffered makes no second error at the end."""
    with suppress(OSError, ValueError, AttributeError):
        number = sys.stdout.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)


class ExitTally:
    """The highest exit code of several sessions, each of which may fail alone."""

    def __init__(self) -> None:
        self.code = 0

    def add(self, code: int) -> None:
        """One more outcome."""
        self.code = max(self.code, code)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Tell an error of the work inside and go on behind it."""
        try:
            yield
        except SessiontuiError as problem:
            if problem.exit_code == INTERRUPTED:
                raise
            self.add(error(problem))


class _Gauge:
    """A label with its per cent on the last row of the terminal; ``wipe`` takes it away until the next one."""

    current: ClassVar[_Gauge | None] = None
    """There is one terminal."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.percent = -1
        self.on_screen = False

    def show(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 0
        if percent != self.percent:
            self.percent = percent
            self.on_screen = True
            _print(f"\r{self.label} {percent} %")

    def wipe(self) -> None:
        if self.on_screen:
            self.on_screen = False
            _print("\r" + " " * (len(self.label) + 6) + "\r")


def wipe() -> bool:
    """Make room for a line of output where progress is shown; whether it is."""
    gauge = _Gauge.current
    if gauge is not None:
        gauge.wipe()
    return gauge is not None


@contextmanager
def meanwhile(tell: Callable[[], None]) -> Iterator[None]:
    """Have ``tell`` say, from a thread of its own, what keeps the work inside for longer than ``PATIENT`` seconds;
    nothing where standard error is no terminal."""
    if not _is_terminal():
        yield
        return

    def aside() -> None:
        wipe()
        tell()

    timer = threading.Timer(PATIENT, aside)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A ``Progress`` that shows per cent on standard error, where that is a terminal."""
    if not _is_terminal():
        yield silent
        return
    gauge = _Gauge.current = _Gauge(label)
    try:
        yield gauge.show
    finally:
        _Gauge.current = None
        gauge.wipe()


@contextmanager
def interruptible() -> Iterator[IsCancelled]:
    """An ``IsCancelled`` that the first Ctrl-C sets, for work that ends cleanly between two steps; the second one
    interrupts as ever."""
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # a shell's background job
    if ignored or threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    waiting = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        waiting.set()
        signal.signal(number, before)

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield waiting.is_set
    finally:
        signal.signal(signal.SIGINT, before)
