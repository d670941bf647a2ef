"""Copies messages as plain text: a few into the clipboard, more into a private file whose path is said instead.

A terminal takes the clipboard's text as one escape sequence, and many take no long one. What is copied is freed of
control characters but newline and tab: pasted into a shell they would be obeyed. Nothing is copied half.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sessiontui.errors import Cancelled, Changed, StoreError
from sessiontui.model import Hit
from sessiontui.paths import cache_folder
from sessiontui.query.ast import Query
from sessiontui.query.match import matches
from sessiontui.store.protocol import IsCancelled, Store
from sessiontui.tui.tasks.search_task import row_of

CLIPBOARD: Final = 64 * 1024
"""Bytes that go into a clipboard."""
KEPT: Final = 20
"""Files with copies that stay; the oldest go."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HALVES: Final = re.compile(r"[\ud800-\udfff]")


def plain(text: str) -> str:
    """The text without what a terminal could obey: safe to paste, and to encode."""
    return _HALVES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", text))


def copied(pieces: Iterable[str], cancelled: IsCancelled) -> tuple[str, Path | None, int]:
    """What goes into the clipboard, or the file that holds it where it is too long for one; and how many bytes it is."""
    held: list[bytes] = []
    size = 0
    rest = _portions(pieces, cancelled)
    for piece in rest:
        held.append(plain(piece).encode())
        size += len(held[-1])
        if size > CLIPBOARD:
            path, more = _written(held, rest)
            return "", path, size + more
    return b"".join(held).decode(), None, size


def _written(held: list[bytes], rest: Iterator[str]) -> tuple[Path, int]:
    folder = cache_folder() / "copies"
    try:
        _make_private(folder)
        fd, name = tempfile.mkstemp(".txt", "copy-", folder)
        try:
            with os.fdopen(fd, "wb") as file:
                file.writelines(held)
                more = sum(file.write(plain(piece).encode()) for piece in rest)
        except BaseException:
            os.unlink(name)
            raise
        _forget_oldest(folder)
    except OSError as error:
        raise StoreError(f"{folder} can't be written: {error.strerror}", "it holds what is too long to copy") from error
    return Path(name), more


def _portions(pieces: Iterable[str], cancelled: IsCancelled) -> Iterator[str]:
    """The same text, a little at a time: a megabyte in one go is a while in which the screen stands still."""
    for piece in pieces:
        for at in range(0, max(1, len(piece)), CLIPBOARD):
            if cancelled():
                raise Cancelled
            yield piece[at : at + CLIPBOARD]


def _make_private(folder: Path) -> None:
    """A folder of ours alone. Raises ``OSError`` where what stands there is something else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise NotADirectoryError(0, "it is no folder of yours")
    if stat.S_IMODE(status.st_mode) != 0o700:
        folder.chmod(0o700)


def _forget_oldest(folder: Path) -> None:
    copies = sorted(folder.glob("copy-*.txt"), key=lambda path: path.lstat().st_mtime_ns)
    for path in copies[:-KEPT]:
        path.unlink(missing_ok=True)


def one(store: Store, key: str, number: int) -> Iterator[str]:
    """The text of a message by its number."""
    return (message.content for message in store.messages(key, number - 1, number))


def every(store: Store, key: str) -> Iterator[str]:
    """The texts of all messages of a session, each after its role."""
    return (f"{message.role}: {message.content}\n\n" for message in store.messages(key))


def found(store: Store, hit: Hit, query: Query) -> Iterable[str]:
    """The text of a hit. Raises ``Changed`` where none such stands there now."""
    row = row_of(hit) or 0
    entry = next(iter(store.transcript(hit.key).scan().load(row, row + 1)), None)
    if entry is not None and entry.message is not None:
        number = entry.ordinal or hit.ordinal
        if entry.clipped and number is not None:
            return one(store, hit.key, number)
        if matches(query, entry.message.content):
            return [entry.message.content]
    raise Changed(f"session “{hit.key}”")
