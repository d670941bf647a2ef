"""Others who write to a file beside a change: threads that come in the middle of it, a process that never goes away.

Each opens it as programs do, and waits in ``open`` where a lease makes it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

_LOCKS = Path("/proc/locks")
_GIVES_UP = 20.0


@contextmanager
def held(path: Path) -> Iterator[str]:
    """Another process has the file open for appending while the block runs; gives the name by which it is known."""
    program = "import sys; file = open(sys.argv[1], 'ab'); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-I", "-S", "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        name = Path(f"/proc/{process.pid}/comm").read_text(encoding="utf-8").strip()
        try:
            yield f"{name} (pid {process.pid})"
        finally:
            process.kill()


class Late:
    """Writers that come in the course of a change; ``end`` waits for them."""

    def __init__(self) -> None:
        self._threads: list[Thread] = []

    def append(self, path: Path, *records: bytes) -> None:
        """Append as ZeroClaw does. Comes back when it is done, or waits for us."""
        self._start(path, os.O_APPEND | os.O_CREAT, records)

    def rewrite(self, path: Path, data: bytes) -> None:
        """Empty the file and write it anew. Comes back when it is done, or waits for us."""
        self._start(path, os.O_TRUNC, (data,))

    def end(self) -> None:
        """Wait until all have written. Raises ``AssertionError`` where one still waits."""
        for thread in self._threads:
            thread.join(_GIVES_UP)
            assert not thread.is_alive(), "it still waits in open"

    def _start(self, path: Path, flags: int, records: tuple[bytes, ...]) -> None:
        file = os.stat(path).st_ino if path.exists() else 0
        thread = Thread(target=_put, args=(path, flags, records), daemon=True)
        self._threads.append(thread)
        thread.start()
        until = time.monotonic() + _GIVES_UP
        while thread.is_alive() and not _is_awaited(file):
            assert time.monotonic() < until, "it neither writes nor waits"
            thread.join(0.001)


def _put(path: Path, flags: int, records: tuple[bytes, ...]) -> None:
    fd = os.open(path, os.O_WRONLY | flags, 0o644)
    for record in records:
        os.write(fd, record)
    os.close(fd)


def _is_awaited(file: int) -> bool:
    """Whether somebody waits for the end of a lease on the file of that number."""
    for line in _LOCKS.read_text(encoding="ascii").splitlines() if _LOCKS.exists() else ():
        fields = line.split()
        if "LEASE" in fields and "BREAKING" in fields and any(f.endswith(f":{file}") for f in fields):
            return True
    return False
