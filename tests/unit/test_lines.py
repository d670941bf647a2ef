"""Lines of a file: cut at 0x0A alone, at any size, from both ends."""

from __future__ import annotations

import errno
import hashlib
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from sessiontui.disk import lines, stamps
from sessiontui.disk.lines import Huge, NotAFile
from sessiontui.errors import Changed
from sessiontui.model import Span
from tests.support import capabilities
from tests.support.capabilities import listening
from tests.support.watch import watched

CASES = {
    "empty": (b"", []),
    "one": (b"a\n", [(0, b"a")]),
    "unterminated": (b"a\nbc", [(0, b"a"), (2, b"bc")]),
    "only newlines": (b"\n\n\n", [(0, b""), (1, b""), (2, b"")]),
    "one newline": (b"\n", [(0, b"")]),
    "crlf": (b"a\r\nb\r\n", [(0, b"a\r"), (3, b"b\r")]),
    "lone cr": (b"a\rb\n", [(0, b"a\rb")]),
    "other separators": (
        "a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b\n".encode(),
        [(0, "a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b".encode())],
    ),
    "nul and not utf-8": (b"\x00\xff\n\xfe", [(0, b"\x00\xff"), (3, b"\xfe")]),
    "blank at the end": (b"a\n\n", [(0, b"a"), (2, b"")]),
}


@pytest.fixture(params=[1, 2, 3, 7, 65536])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    size: int = request.param
    monkeypatch.setattr(lines, "_CHUNK", size)
    monkeypatch.setattr(lines, "_BACK", size)
    return size


def opened(tmp_path: Path, data: bytes) -> int:
    path = tmp_path / "file"
    path.write_bytes(data)
    return lines.open_file(path)


@pytest.mark.parametrize("ref", CASES)
@pytest.mark.usefixtures("chunk")
def test_lines_forwards_and_backwards(tmp_path: Path, ref: str) -> None:
    data, expected = CASES[ref]
    fd = opened(tmp_path, data)
    assert list(lines.lines(fd)) == expected
    assert list(lines.backwards(fd)) == expected[::-1]
    assert list(lines.line_ends(fd)) == [min(offset + len(line) + 1, len(data)) for offset, line in expected]
    assert lines.ends_open(fd) == (data != b"" and not data.endswith(b"\n"))
    os.close(fd)


@pytest.mark.usefixtures("chunk")
def test_a_line_above_huge_is_never_given_as_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "HUGE", 8)
    data = b"12345678\n123456789\n\nshort\n" + b"x" * 100 + b"\n" + b"y" * 9
    expected = [
        (0, b"12345678"),
        (9, Huge(9, ended=True)),
        (19, b""),
        (20, b"short"),
        (26, Huge(100, ended=True)),
        (127, Huge(9, ended=False)),
    ]
    fd = opened(tmp_path, data)
    assert list(lines.lines(fd)) == expected
    assert list(lines.backwards(fd)) == expected[::-1]
    assert list(lines.line_ends(fd)) == [9, 19, 20, 26, 127, 136]
    alone = [block for _, block in lines.blocks(fd) if any(isinstance(line, Huge) for line in block)]
    assert alone == [[Huge(10, ended=True)], [Huge(101, ended=True)], [Huge(9, ended=False)]]
    os.close(fd)


def test_a_huge_line_costs_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sparse"
    path.write_bytes(b"first\n")
    os.truncate(path, 3 * lines.HUGE)
    fd = lines.open_file(path)
    reads = watched(monkeypatch, os, "pread")
    length = 3 * lines.HUGE - 6
    for way, expected in (
        (lines.lines, [(0, b"first"), (6, Huge(length, ended=False))]),
        (lines.backwards, [(6, Huge(length, ended=False)), (0, b"first")]),
    ):
        tracemalloc.start()
        assert list(way(fd)) == expected
        assert tracemalloc.get_traced_memory()[1] < 1.5 * lines.HUGE
        tracemalloc.stop()
    sizes = [size for _, size, _ in reads]
    assert max(sizes) <= 65536
    assert sum(sizes) <= 2 * 3 * lines.HUGE + 1
    os.close(fd)


def test_a_part_of_a_file(tmp_path: Path) -> None:
    fd = opened(tmp_path, b"one\ntwo\nthree\n")
    assert list(lines.lines(fd, 4)) == [(4, b"two"), (8, b"three")]
    assert list(lines.lines(fd, 4, 10)) == [(4, b"two"), (8, b"th")]
    assert list(lines.lines(fd, 0, 8)) == [(0, b"one"), (4, b"two")]
    assert list(lines.backwards(fd, 8)) == [(4, b"two"), (0, b"one")]
    assert list(lines.backwards(fd, 6)) == [(4, b"tw"), (0, b"one")]
    assert list(lines.line_ends(fd, 4, 10)) == [8, 10]
    assert lines.ends_open(fd, 10)
    assert not lines.ends_open(fd, 8)
    assert not lines.ends_open(fd, 0)
    os.close(fd)


def test_what_is_appended_while_reading_is_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_CHUNK", 4)
    fd = opened(tmp_path, b"one\ntwo\n")
    reading = lines.lines(fd)
    assert next(reading) == (0, b"one")
    with (tmp_path / "file").open("ab") as file:
        file.write(b"late\n")
    assert list(reading) == [(4, b"two")]
    os.close(fd)


WAYS: dict[str, Callable[[int], object]] = {
    "lines": lambda fd: list(lines.lines(fd, 0, 12)),
    "backwards": lambda fd: list(lines.backwards(fd, 12)),
    "pieces": lambda fd: list(lines.pieces(fd, Span(0, 12))),
    "tail": lambda fd: lines.tail_hash(fd, 12),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_file_that_shrinks_while_it_is_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(lines, "_CHUNK", 4)
    monkeypatch.setattr(lines, "_BACK", 4)
    fd = opened(tmp_path, b"one\ntwo\nsix\n")
    os.truncate(tmp_path / "file", 5)
    with pytest.raises(Changed):
        WAYS[way](fd)
    os.close(fd)


def test_reading_from_the_end_reads_only_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fd = opened(tmp_path, b"line\n" * 100_000)
    reads = watched(monkeypatch, os, "pread")
    reading = lines.backwards(fd)
    assert [next(reading) for _ in range(3)] == [(499_995, b"line"), (499_990, b"line"), (499_985, b"line")]
    assert sum(size for _, size, _ in reads) <= 65536 + 1
    os.close(fd)


def test_pieces_and_tail(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    fd = opened(tmp_path, data)
    assert list(lines.pieces(fd, Span(10, 7), 3)) == [data[10:13], data[13:16], data[16:17]]
    assert list(lines.pieces(fd, Span(10, 0))) == []
    for at in (0, 1, 4096, 5000, len(data)):
        assert lines.tail_hash(fd, at) == hashlib.sha256(data[max(0, at - 4096) : at]).hexdigest()
    os.close(fd)


def test_a_stamp_tells_a_changed_file(tmp_path: Path) -> None:
    fd = opened(tmp_path, b"one\n")
    first = stamps.stamp(fd)
    assert stamps.stamp(fd) == first == stamps.stamp_of((tmp_path / "file").stat())
    assert (first.size, first.inode) == (4, (tmp_path / "file").stat().st_ino)
    os.utime(tmp_path / "file", ns=(1, 1))
    assert stamps.stamp(fd) != first
    os.close(fd)


def test_opens_regular_files_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    with listening(tmp_path / "socket"):
        for name in ("folder", "fifo", "socket"):
            with pytest.raises(NotAFile, match="not a regular file") as caught:
                lines.open_file(tmp_path / name)
            assert caught.value.filename == tmp_path / name
    with pytest.raises(FileNotFoundError):
        lines.open_file(tmp_path / "nothing")


def test_refusing_leaves_no_descriptor_open(tmp_path: Path) -> None:
    before = set(os.listdir("/dev/fd"))
    for _ in range(3):
        with pytest.raises(NotAFile):
            lines.open_file(tmp_path)
    assert set(os.listdir("/dev/fd")) == before


def test_what_opening_a_socket_gives_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported on socket", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(NotAFile):
        lines.open_file(tmp_path / "socket")


def test_opens_names_of_any_bytes_and_links(tmp_path: Path) -> None:
    capabilities.need_any_name(tmp_path)
    name = os.fsencode(tmp_path) + b"/\xff.jsonl"
    Path(os.fsdecode(name)).write_bytes(b"x\n")
    (tmp_path / "link").symlink_to(os.fsdecode(name))
    for fd in (lines.open_file(name), lines.open_file(os.fsdecode(name)), lines.open_file(tmp_path / "link")):
        assert list(lines.lines(fd)) == [(0, b"x")]
        assert not os.get_inheritable(fd)
        os.close(fd)


def test_reading_changes_no_byte_and_no_time_of_change(tmp_path: Path) -> None:
    fd = opened(tmp_path, b"one\ntwo")
    os.utime(tmp_path / "file", ns=(10**18, 10**18))
    before = (tmp_path / "file").stat()
    assert list(lines.lines(fd))
    assert list(lines.backwards(fd))
    after = (tmp_path / "file").stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_size) == (before.st_mtime_ns, before.st_ctime_ns, 7)
    assert os.lseek(fd, 0, os.SEEK_CUR) == 0
    os.close(fd)
