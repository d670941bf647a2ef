"""The terminal under the browser: a driver whose output never keeps the program from ending, and that comes back from a stop.

Textual's own writes in a thread that ends with the first error, while the screen waits for it for ever.
"""

from __future__ import annotations

import os
import select
import signal
from collections import deque
from threading import Condition, Thread
from typing import Final

from textual.drivers.linux_driver import LinuxDriver

WAITING: Final = 30
"""Pieces of output that may wait: a terminal that is slower than the screen slows the screen."""


def hang_up() -> None:
    """Have this process told that its terminal is gone."""
    os.kill(os.getpid(), signal.SIGHUP)


class TerminalDriver(LinuxDriver):
    """Reads from and writes to the terminal that this process was started on."""

    _output: TerminalOutput | None = None

    # ---- output

    def start_application_mode(self) -> None:
        """Begin to write; the terminal is ours."""
        if self._file is not None:  # a program may be started without it
            self._output = TerminalOutput(self._file.fileno(), self._file.encoding)
            self._output.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def write(self, data: str) -> None:
        """Have it written; waits while too much does, unless the terminal was given up."""
        if self._output is not None:
            self._output.write(data)

    def close(self) -> None:
        """Wait until all is written, unless the terminal was given up."""
        if self._output is not None:
            self._output.stop()
        super().close()

    def give_up(self) -> None:
        """Write no more: nobody reads it, and nobody shall wait for that."""
        if self._output is not None:
            self._output.give_up()

    @property
    def lost(self) -> bool:
        """Whether the terminal was given up."""
        return self._output is not None and self._output.lost

    # ---- input

    def run_input_thread(self) -> None:
        """Read until the end; a terminal that can't be read any more is gone, and no fault of ours."""
        try:
            super().run_input_thread()
        except OSError:
            hang_up()

    # ---- stopped, and going on

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal back, also where SIGSTOP told nobody to give it away; the app draws all of it again."""
        if not self._auto_restart:
            return
        if self._output is not None and not self._output.stopped:
            self.suspend_application_mode()
        self._must_signal_resume = True
        self.resume_application_mode()


class TerminalOutput(Thread):
    """Writes to a descriptor, in order, what others hand to it."""

    def __init__(self, descriptor: int, encoding: str) -> None:
        super().__init__(name="terminal output", daemon=True)
        self._descriptor = descriptor
        self._encoding = encoding
        self._pieces: deque[str] = deque()
        self._changed = Condition()  # its lock lets in who has it: a signal may come in the middle of a write
        self._written = False
        self.stopped = False
        self.lost = False

    def write(self, text: str) -> None:
        """Hand over a piece; waits while WAITING others do. Dropped once it was stopped or given up."""
        with self._changed:
            while len(self._pieces) >= WAITING and not self.lost:
                self._changed.wait()
            if not self.lost and not self.stopped:
                self._pieces.append(text)
                self._changed.notify_all()

    def stop(self) -> None:
        """Take no more, and wait until all is written or given up."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()
            while not self._written and not self.lost:
                self._changed.wait()

    def give_up(self) -> None:
        """Drop what waits and what comes."""
        with self._changed:
            self.lost = True
            self._pieces.clear()
            self._changed.notify_all()

    def run(self) -> None:
        """Write until it is stopped; a terminal that takes nothing any more is gone."""
        while (text := self._next()) is not None:
            try:
                self._send(text.encode(self._encoding, "backslashreplace"))
            except OSError:
                self.give_up()
                hang_up()

    def _next(self) -> str | None:
        """The next piece; None where none will come."""
        with self._changed:
            while not self._pieces and not self.stopped and not self.lost:
                self._changed.wait()
            if self._pieces:
                text = self._pieces.popleft()
                self._changed.notify_all()
                return text
            self._written = True
            self._changed.notify_all()
            return None

    def _send(self, data: bytes) -> None:
        while data and not self.lost:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # another program left it so
                select.select([], [self._descriptor], [])
