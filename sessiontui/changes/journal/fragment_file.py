"""The fragments of a session: bytes that a change takes out of it and puts nowhere, in a file of the journal.

A JSON object a line: key, line, offset in the file as it was, the fault's id, and the bytes in base64. The file goes
with its change, and with the edit where that is not made, after a crash too. Reads none of it back.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.disk import lines
from sessiontui.disk.replace import sync, write_all
from sessiontui.model import Fault, Span

KIND: Final = "fragments"
_PIECE: Final = 3 << 18


def takes(key: str, fault: Fault, span: Span) -> int:
    """Bytes that a fragment takes of the disk, but for a digit or two."""
    return len(_head(key, fault.line, span.offset, fault.id)) + (span.length + 2) // 3 * 4 + len(_END)


_END: Final = b'"}\n'


def _head(key: str, line: int | None, offset: int, id: str) -> bytes:
    fields = {"key": key, "line": line, "offset": offset, "id": id, "bytes": ""}
    return json.dumps(fields, separators=(",", ":")).encode("ascii").removesuffix(b'"}')


class Fragments:
    """The file of the edit that comes next, while its new bytes are written. There is none before the first fragment;
    it goes with an edit that is not made."""

    def __init__(self, record: ChangeRecord) -> None:
        self._folder = record.folder
        self._name = record.name(KIND)
        self._fd: int | None = None
        self.path: Path | None = None
        """Where they are; None where there are none."""

    def close(self) -> None:
        """Give the descriptor back."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    def add(self, key: str, fault: Fault, spans: tuple[Span, ...], fd: int) -> None:
        """Keep these bytes of an open session file, in order; they are some of the fault's."""
        line, at = fault.line, fault.span.offset if fault.span else 0
        for span in spans:
            if line is not None:
                line += sum(piece.count(b"\n") for piece in lines.pieces(fd, Span(at, span.offset - at)))
            at = span.offset
            self._put(_head(key, line, at, fault.id))
            for piece in _encoded(lines.pieces(fd, span, _PIECE)):
                self._put(piece)
            self._put(_END)

    def sync(self) -> None:
        """Have all of them on the disk."""
        if self._fd is not None:
            sync(self._fd)
            self._folder.sync()

    def _put(self, data: bytes) -> None:
        if self._fd is None:
            self._fd = self._folder.new(self._name)
            self.path = self._folder.path(self._name)
        write_all(self._fd, data)


def _encoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Base64 of bytes that come in pieces of any length."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        whole = len(data) // 3 * 3
        rest = data[whole:]
        yield b64encode(data[:whole])
    yield b64encode(rest)
