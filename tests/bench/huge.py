"""One line of 100 MB, damaged and healthy: how soon it is on the screen, and what memory it costs above a short one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from tests.bench.process import OURS, scratch, surroundings
from tests.bench.stores import Stores
from tests.bench.table import Amount, Row, Skip, Taken
from tests.bench.terminal import Late, Terminal, peak

SIZE: Final = 100_000_000
"""Bytes of the line."""
_WORDS: Final = b"lorem ipsum dolor sit amet " * 4_096
_LAST: Final = 1_000_000_000
"""When the files were written: long ago, so that nobody may still be writing."""


class _Look(NamedTuple):
    """How a session came to the screen."""

    seconds: float
    peak: int
    """The most memory of the browser, in bytes; not of the helper process that indexes."""


@contextmanager
def _session(near: Path, size: int, end: bytes) -> Iterator[tuple[Path, Path]]:
    """A home, and a folder with one session, of one line of so many bytes."""
    with scratch(near) as home:
        folder = home / "sessions"
        folder.mkdir()
        file = folder / "huge.jsonl"
        with file.open("wb") as out:
            out.write(b'{"role":"user","content":"')
            for at in range(0, size, len(_WORDS)):
                out.write(_WORDS[: size - at])
            out.write(end)
        os.utime(file, (_LAST, _LAST))
        yield home, folder


def _look(near: Path, size: int, end: bytes, sign: str) -> _Look:
    """From the start of the program to the line on the screen; the most memory until all work behind it is done."""
    with (
        _session(near, size, end) as (home, folder),
        Terminal([*OURS, "browse", folder], surroundings(home)) as terminal,
    ):
        shown = terminal.wait(lambda text: sign in text) - terminal.began
        terminal.settle(quiet=2.0, seconds=120)
        return _Look(shown, peak(terminal.pid))


def huge_line(stores: Stores, pairs: int) -> list[Taken]:
    figures: list[Taken] = []
    try:
        for name, end, sign in (("damaged", b"", "the line ends"), ("healthy", b'"}\n', "lorem ipsum")):
            short = [_look(stores.root, 1_000, end, "lorem ipsum") for _ in range(pairs)]
            long = [_look(stores.root, SIZE, end, sign) for _ in range(pairs)]
            seconds = median(each.seconds for each in long)
            above = median(each.peak for each in long) - median(each.peak for each in short)
            figures += [
                Amount("huge-line", f"one {name} line of 100 MB on the screen", "s", seconds),
                Amount("huge-line", "… and its memory above that of a short one", "MB", above / 1e6, 64),
            ]
    except Late as error:
        raise Skip(str(error).splitlines()[0]) from error
    return figures


ROWS = (Row("huge-line", "one line of 100 MB on the screen, and its memory", huge_line),)
