"""SHA-256 of a file while it is copied, in a thread that reads for itself, for hashlib lets go of the interpreter.

What was just read or written comes from the system's cache, and the hash is of what really stands there. Writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Final, Self

from sessiontui.disk import lines
from sessiontui.model import Span

PART: Final = 4 << 20
"""So many bytes are left to the thread at once, and read at once: after each it has to wait for the interpreter. A file
that has less is hashed without one."""
AHEAD: Final = 3
"""So many parts may wait; who copies faster waits for the hash: a cancelled change ends soon, and what is to be read
still is in the cache."""


class Hashing:
    """The hash of the beginning of an open file, as far as was told; its thread ends with the ``with`` block."""

    def __init__(self, fd: int) -> None:
        self.length = 0
        """So many bytes were told of."""
        self._fd = fd
        self._sum = hashlib.sha256()
        self._begun = 0
        self._parts: Queue[Span | None] = Queue(AHEAD)
        self._thread: Thread | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._error = self._error or error  # then what waits is not wanted
        self._end()

    def read(self, span: Span) -> Iterator[bytes]:
        """The bytes of the span behind those that were told of, which are told of as they are read."""
        for piece in lines.pieces(self._fd, span):
            self.more(len(piece))
            yield piece

    def more(self, count: int) -> None:
        """So many bytes more are there, to be read by and by."""
        self.length += count
        if self.length - self._begun >= PART:
            if self._thread is None:
                self._thread = Thread(target=self._work, daemon=True)
                self._thread.start()
            self._parts.put(self._part())

    def hexdigest(self) -> str:
        """The hash of all that was told of. Raises what kept the thread from reading it."""
        self._end()
        if self._error is not None:
            raise self._error
        self._take(self._part())
        return self._sum.hexdigest()

    def _part(self) -> Span:
        """What was told of since the last."""
        part = Span(self._begun, self.length - self._begun)
        self._begun = self.length
        return part

    def _end(self) -> None:
        if self._thread is not None:
            self._parts.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (part := self._parts.get()) is not None:
            try:
                if self._error is None:
                    self._take(part)
            except BaseException as error:  # noqa: BLE001 - raised by hexdigest
                self._error = error

    def _take(self, part: Span) -> None:
        for piece in lines.pieces(self._fd, part, PART):
            self._sum.update(piece)
