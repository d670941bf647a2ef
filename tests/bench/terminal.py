"""A program at a pseudo-terminal, with the time of every frame it painted. It answers the one question that makes
Textual mark where a frame ends (synchronised output), and knows nothing else of terminals."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

import pyte

_ASKS_SYNC: Final = b"\x1b[?2026$p"
_HAS_SYNC: Final = b"\x1b[?2026;2$y"
_FRAME_END: Final = b"\x1b[?2026l"
_ESCAPES: Final = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P].*?(?:\x07|\x1b\\)|\x1b[@-_]", re.DOTALL)
_FOREIGN: Final = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
"""Sequences that the emulator doesn't know and would print."""
COLUMNS, ROWS = 120, 40
ENTER: Final = b"\r"
PAGE_DOWN: Final = b"\x1b[6~"


class Late(Exception):
    """What was waited for did not come in time, or the program ended before."""


class Terminal:
    """A running program; a context manager that ends it."""

    def __init__(self, argv: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        surroundings = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})}
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            [os.fspath(word) for word in argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=surroundings,
        )
        os.close(slave)
        self._output = bytearray()
        self._frames: list[tuple[float, int]] = []
        """When a frame was complete, and how long the output was then."""
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._emulator = pyte.ByteStream(self._screen)
        self._emulated = 0
        self.peaks: dict[int, int] = {}
        """The greatest resident size seen, in bytes, of each process but the program itself."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            chunk = os.read(self._master, 1 << 16)
        except OSError:  # Linux says EIO when the program has gone
            chunk = b""
        if not chunk:
            raise Late(f"the program ended: {self.text()[-300:].strip()}")
        now = time.perf_counter()
        if _ASKS_SYNC in chunk:
            os.write(self._master, _HAS_SYNC)
        start = max(0, len(self._output) - len(_FRAME_END))
        self._output += chunk
        if self._output.find(_FRAME_END, start) >= 0:
            self._frames.append((now, len(self._output)))
        return True

    def text(self, start: int = 0) -> str:
        """What was written since ``start``, without escape sequences; not a picture of the screen."""
        return _ESCAPES.sub(b"", bytes(self._output[start:])).decode(errors="replace")

    def mark(self) -> int:
        """How much was written so far: the ``start`` of what comes."""
        return len(self._output)

    def wait(self, found: Callable[[str], bool], start: int = 0, seconds: float = 60) -> float:
        """Read until ``found`` holds of the text since ``start``; the time at which its last piece came."""
        limit = time.perf_counter() + seconds
        while not found(self.text(start)):
            if not self._read(limit - time.perf_counter()) and time.perf_counter() >= limit:
                raise Late(f"nothing of the kind in {seconds} s; last was: {self.text(start)[-300:].strip()}")
        return time.perf_counter()

    def settle(self, quiet: float = 0.3, seconds: float = 60) -> None:
        """Read until nothing was written for ``quiet`` seconds."""
        limit = time.perf_counter() + seconds
        while self._read(quiet):
            if time.perf_counter() > limit:
                raise Late(f"still painting after {seconds} s")

    def pause(self, seconds: float) -> bool:
        """Read for this long; whether anything was written."""
        before, limit = len(self._output), time.perf_counter() + seconds
        while (left := limit - time.perf_counter()) > 0:
            self._read(left)
        return len(self._output) > before

    def press(self, keys: bytes) -> float:
        """Type; the time at which it was."""
        now = time.perf_counter()
        os.write(self._master, keys)
        return now

    def next_frame(self, seconds: float = 5) -> float:
        """The time at which the next frame is complete."""
        seen, limit = len(self._frames), time.perf_counter() + seconds
        while len(self._frames) == seen:
            if not self._read(limit - time.perf_counter()) and time.perf_counter() >= limit:
                raise Late(f"no frame in {seconds} s")
        return self._frames[-1][0]

    def picture(self, stop: int | None = None) -> list[str]:
        """What stands on the screen when the output was ``stop`` long; never an earlier time than was asked before."""
        stop = len(self._output) if stop is None else stop
        self._emulator.feed(_FOREIGN.sub(b"", bytes(self._output[self._emulated : stop])))
        self._emulated = stop
        return list(self._screen.display)

    def last_change(self, start: int, below: int, quiet: float = 0.5, columns: int = COLUMNS) -> float:
        """The time at which the picture, less its first ``below`` rows, became what it is ``quiet`` seconds later; 0
        where it stayed as it was. Only the first ``columns`` of it are looked at."""

        def picture(stop: int) -> list[str]:
            return [row[:columns] for row in self.picture(stop)[below:]]

        seen = sum(1 for _, stop in self._frames if stop <= start)
        self.pause(quiet)
        before, changed = picture(start), 0.0
        for when, stop in self._frames[seen:]:
            if (now := picture(stop)) != before:
                before, changed = now, when
        return changed

    def cpu(self) -> float:
        """Seconds of processor time so far, of the program and of the processes that it started; 0 where this system
        doesn't tell."""
        return sum(_spent(pid) for pid in (self.pid, *_descendants(self.pid)))

    def watch_children(self) -> None:
        """Look at the resident sizes of the processes that the program started."""
        for pid in _descendants(self.pid):
            self.peaks[pid] = max(self.peaks.get(pid, 0), peak(pid))

    def end(self, keys: bytes = b"") -> int:
        """Ask it to go, else make it go; the greatest resident size it had, in bytes."""
        if self._process.returncode is None:
            if keys:
                self.press(keys)
                with contextlib.suppress(Late):
                    self.wait(lambda _: False, seconds=5)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            _, status, usage = os.wait4(self.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self._peak = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
            os.close(self._master)
        return self._peak


def _descendants(pid: int) -> list[int]:
    try:
        children = [
            int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()
        ]
    except OSError:
        return []
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _spent(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # user and system, its own and of what it waited for


def peak(pid: int) -> int:
    """The greatest resident size a running process had, in bytes; 0 where this system doesn't tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else 0
