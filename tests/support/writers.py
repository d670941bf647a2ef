"""Writers as ZeroClaw is one: processes that append messages by open, write, write, close, and never look at the file.

Started by ``start``, run as a program of its own. Whatever a writer puts into the session it puts into a shadow too, a
file that nobody else changes: what the session would be had nothing but writers ever touched it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MENDED = (
    b'{"role":"user","con\n',
    b"\0\0\0\0\n",
    b"Traceback (most recent call last):\n",
    b"\n",
    b"}\n",
    b"\xff\xfe\n",
)
"""Damage that ends with its line."""
OPEN = (b'{"role":"user","content":"to', b"{", b"\0\0")
"""Damage that the next append is glued to."""


class Writer(NamedTuple):
    """What a writer is to do."""

    name: str
    session: str
    shadow: str
    messages: int
    """So many messages at least."""
    until: str
    """Goes on until a file of this name exists."""
    pause: float = 0.0
    """Seconds between two messages, on average."""
    whole: bool = True
    """No other writer comes between a message and its newline; sessiontui may."""
    dies: float = 0.0
    """How likely it is killed between a message and its newline; it is started again."""
    damages: bool = False
    """Appends damage instead of messages."""


class Wrote(NamedTuple):
    """What a writer did: messages 0 to ``messages``, less one."""

    name: str
    messages: int
    deaths: int
    longest: float
    """Seconds that it waited in one ``open``, at most."""


def message(name: str, n: int) -> bytes:
    """The n-th record of a writer, without its newline; some are longer than a page."""
    filler = "·" * (4500 if n % 97 == 5 else n % 60)
    return f'{{"role":"user","content":"{name} {n} {filler}"}}'.encode()


@contextlib.contextmanager
def start(writer: Writer) -> Iterator[subprocess.Popen[bytes]]:
    """A writer at work; killed when the block ends before it does."""
    program = [sys.executable, "-I", "-S", __file__, json.dumps(writer)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def finished(process: subprocess.Popen[bytes], seconds: float = 60) -> Wrote:
    """What it did, when it has come to its end."""
    said, _ = process.communicate(timeout=seconds)
    return Wrote(*json.loads(said))


class Waiting:
    """A writer that appends one message when it is told to, and may stop before its newline until it is told again."""

    def __init__(self) -> None:
        program = [sys.executable, "-I", "-S", __file__]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._owes = 1
        self._holds = False
        self._hear(GIVES_UP, "it did not start")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def tell(self, session: Path, record: bytes, *, hold: bool = False, wait: bool = False) -> None:
        """Let it append. It may have to wait for us, and goes on when it can; with ``wait`` it must not have to. With
        ``hold`` it keeps the file open once the record is written."""
        self._say(json.dumps([str(session), record.decode(), hold]))
        self._owes = 1 + hold
        self._holds = hold
        self._hear(*((GIVES_UP, "it waits in open") if wait else (PATIENCE,)))

    def end(self) -> None:
        """Let it finish, and wait for that."""
        if self._holds:
            while self._owes > 1:
                self._hear(GIVES_UP, "it still waits in open")
            self._say("")
        self._holds = False
        while self._owes:
            self._hear(GIVES_UP, "it still waits in open")

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _hear(self, seconds: float, otherwise: str = "") -> None:
        assert self._process.stdout is not None
        if select.select([self._process.stdout], [], [], seconds)[0]:
            assert os.read(self._process.stdout.fileno(), 1) == b"."
            self._owes -= 1
        else:
            assert not otherwise, otherwise


PATIENCE = 0.03
"""Seconds that a writer is given to append, before it is taken to wait for us."""
GIVES_UP = 30.0


def _obey() -> None:
    """Append what standard input says; a point on standard output for each thing that is done."""
    os.write(1, b".")
    for line in sys.stdin:
        session, record, hold = json.loads(line)
        fd = os.open(session, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        os.write(fd, record.encode())
        if hold:
            os.write(1, b".")
            sys.stdin.readline()
        os.write(fd, b"\n")
        os.close(fd)
        os.write(1, b".")


class _Shared:
    """What outlives a writer that is killed: the number of its next message, its deaths, its longest wait."""

    def __init__(self) -> None:
        self._numbers = memoryview(mmap.mmap(-1, 4096)).cast("Q")

    def __getitem__(self, at: int) -> int:
        return self._numbers[at]

    def __setitem__(self, at: int, value: int) -> None:
        self._numbers[at] = value


NEXT, DEATHS, LONGEST = range(3)


def _live(writer: Writer, shared: _Shared) -> None:
    """Append until all is appended or death comes."""
    chance = random.Random(f"{writer.name} {shared[DEATHS]}")
    shadow = os.open(writer.shadow, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    while shared[NEXT] < writer.messages or not os.path.exists(writer.until):
        n = shared[NEXT]
        shared[NEXT] = n + 1
        began = time.monotonic_ns()
        fd = os.open(writer.session, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        shared[LONGEST] = max(shared[LONGEST], time.monotonic_ns() - began)
        if writer.damages:
            _put(fd, shadow, chance.choice(MENDED if writer.whole else MENDED + OPEN))
        elif writer.whole:
            _put(fd, shadow, message(writer.name, n), b"\n")
        else:
            _put(fd, shadow, message(writer.name, n))
            if chance.random() < writer.dies:
                os.kill(os.getpid(), signal.SIGKILL)
            _put(fd, shadow, b"\n")
        os.close(fd)
        time.sleep(chance.random() * 2 * writer.pause)


def _put(session: int, shadow: int, *parts: bytes) -> None:
    """Write to both, in an order that is the same in both whatever other writers do."""
    fcntl.flock(shadow, fcntl.LOCK_EX)
    for part in parts:
        os.write(session, part)
    os.write(shadow, b"".join(parts))
    fcntl.flock(shadow, fcntl.LOCK_UN)


def _main(writer: Writer) -> None:
    shared = _Shared()
    while True:
        pid = os.fork()
        if not pid:
            _live(writer, shared)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            break
        shared[DEATHS] += 1
    if status:
        sys.exit(1)
    print(json.dumps(Wrote(writer.name, shared[NEXT], shared[DEATHS], shared[LONGEST] / 1e9)))  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:]:
        _main(Writer(*json.loads(sys.argv[1])))
    else:
        _obey()
