"""Huge lines: judged and decoded in pieces, with memory that does not grow."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from sessiontui.dialects import stream
from sessiontui.dialects.source import Dropped
from sessiontui.dialects.stream import Scanned
from sessiontui.errors import Changed
from sessiontui.model import Span

OPENING = b'{"role":"tool","content":"'
PIECE = "é🧠\\n\\u00e9\\ud83d\\ude00abc ".encode() * 4096


def line(pieces: int, end: bytes = b'"}') -> Iterator[bytes]:
    yield OPENING
    for _ in range(pieces):
        yield PIECE
    yield end


def test_a_huge_line_is_judged_and_its_content_found() -> None:
    length = 50 * len(PIECE)
    assert stream.scan(line(50)) == Scanned("tool", Span(26, length))
    assert stream.scan(line(50), 1 << 40) == Scanned("tool", Span((1 << 40) + 26, length))
    assert stream.scan(line(50, b'\\"')) == Dropped(28 + length, "the line ends inside a text that begins at byte 26")
    assert stream.scan(line(50, b'","role":""}')) == Dropped(28 + length, "“role” stands in the record twice")


def test_a_byte_that_is_not_utf8_outweighs_every_other_mistake() -> None:
    assert stream.scan([b"not json at all", b" \xff"]) == Dropped(16, "byte 0xff is not UTF-8")
    assert stream.scan([b"  ", b" \xff"]) == Dropped(3, "byte 0xff is not UTF-8")
    assert stream.scan([OPENING, b"\xe2\x80"]) == Dropped(26, "byte 0xe2 is not UTF-8")
    assert stream.scan([OPENING, b"\xe2", b"\x80", b'"}']) == Dropped(26, "byte 0xe2 is not UTF-8")


def test_blank_lines() -> None:
    assert stream.scan([]) is None
    assert stream.scan([b"", b" \t", b"\xe2\x80", b"\xa8", b"\r"]) is None


def test_all_pieces_are_read_whatever_they_hold() -> None:
    rest = iter([b"{", b"}", b"}", b"more"])
    assert isinstance(stream.scan(rest), Dropped)
    assert next(rest, None) is None


def peak_of_scan(pieces: int) -> int:
    tracemalloc.start()
    try:
        assert isinstance(stream.scan(line(pieces)), Scanned)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_line() -> None:
    assert peak_of_scan(100) < 1.2 * peak_of_scan(4)


def test_content_decodes_piece_by_piece() -> None:
    decoded = list(stream.text([PIECE] * 3))
    assert "".join(decoded) == "é🧠\né😀abc " * 4096 * 3
    assert len(decoded) == 3
    assert "".join(stream.text(PIECE[:999][i : i + 1] for i in range(999 - 999 % 32))) != ""
    assert list(stream.text([])) == []
    assert list(stream.text([b"\\", b"n"])) == ["\n"]
    assert list(stream.text([b"\\ud83d", b"\\ud", b"e00"])) == ["😀"]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"\xff"],
        [b"\xe2\x80"],
        [b"a\\"],
        [b"\\ud83d"],
        [b"\\ud83d", b"x"],
        [b'a"', b"bcdefghijklm"],
        [b"a\n" + b"x" * 20],
    ],
)
def test_content_that_is_not_what_was_scanned_says_so(pieces: list[bytes]) -> None:
    with pytest.raises(Changed):
        list(stream.text(pieces))


def test_content_that_is_not_what_was_scanned_is_not_read_to_its_end() -> None:
    rest = iter([b'a"', b"b" * 20, b"c"])
    with pytest.raises(Changed):
        list(stream.text(rest))
    assert list(rest) == [b"c"]
