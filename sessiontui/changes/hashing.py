"""SHA-256 made beside the copying, in a thread: hashlib lets go of the interpreter while it works. No IO here."""

from __future__ import annotations

import hashlib
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Final, Self

AHEAD: Final = 4
"""So many pieces may wait; who copies faster waits for the hash, so that no file gathers in memory."""


class Hashing:
    """The hash of the pieces that it was told, in that order; its thread ends with the ``with`` block."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self._pieces: Queue[bytes | None] = Queue(AHEAD)
        self._thread = Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def update(self, piece: bytes) -> None:
        """Hash a piece, by and by."""
        self._pieces.put(piece)

    def hexdigest(self) -> str:
        """The hash of all pieces; no more may come."""
        self._end()
        return self._sum.hexdigest()

    def _end(self) -> None:
        if self._thread.is_alive():
            self._pieces.put(None)
            self._thread.join()

    def _work(self) -> None:
        while (piece := self._pieces.get()) is not None:
            self._sum.update(piece)
