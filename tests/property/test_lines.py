"""The lines of any bytes: forwards, backwards, in bulk and by their ends they are the same, and tile the file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from sessiontui.disk import lines
from sessiontui.disk.lines import Huge

contents = st.lists(st.sampled_from([b"\n", b"\n\n", b"a", b"\r\n", b"\xe2\x80\xa8", b"0123456789", b"\x00"])).map(
    b"".join
)


@contextmanager
def opened(data: bytes, chunk: int, huge: int) -> Iterator[int]:
    with (
        tempfile.TemporaryFile() as file,
        mock.patch.object(lines, "_CHUNK", chunk),
        mock.patch.object(lines, "_BACK", chunk),
        mock.patch.object(lines, "HUGE", huge),
    ):
        file.write(data)
        file.flush()
        yield file.fileno()


def plain(data: bytes, start: int, huge: int) -> list[tuple[int, bytes | Huge]]:
    parts = data[start:].split(b"\n")
    if not parts[-1]:
        parts.pop()
    found: list[tuple[int, bytes | Huge]] = []
    for part in parts:
        stop = start + len(part)
        found.append((start, Huge(len(part), ended=stop < len(data)) if len(part) > huge else part))
        start = stop + 1
    return found


@given(contents, st.integers(1, 20), st.integers(1, 12), st.data())
def test_every_way_gives_the_same_lines(data: bytes, chunk: int, huge: int, draw: st.DataObject) -> None:
    starts = [offset for offset, _ in plain(data, 0, huge)] or [0]
    start = draw.draw(st.sampled_from(starts))
    stop = draw.draw(st.integers(start, len(data)))
    with opened(data, chunk, huge) as fd:
        expected = plain(data[:stop], start, huge)
        assert list(lines.lines(fd, start, stop)) == expected
        assert list(lines.backwards(fd, stop)) == plain(data[:stop], 0, huge)[::-1]
        ends = list(lines.line_ends(fd, start, stop))
        assert ends == [offset for offset, _ in expected][1:] + ([stop] if expected else [])
        assert lines.ends_open(fd, stop) == (stop > 0 and data[stop - 1 : stop] != b"\n")


@given(contents, st.integers(1, 20), st.integers(1, 12))
def test_blocks_tile_the_file(data: bytes, chunk: int, huge: int) -> None:
    with opened(data, chunk, huge) as fd:
        at = 0
        for offset, block in lines.blocks(fd):
            assert offset == at
            assert block
            for line in block:
                if isinstance(line, Huge):
                    assert len(block) == 1
                    assert line.ended == (data[at + line.length - 1 : at + line.length] == b"\n")
                else:
                    assert line == data[at : at + len(line)]
                    assert line.find(b"\n") in (-1, len(line) - 1)
                at += len(line)
        assert at == len(data) == os.fstat(fd).st_size
