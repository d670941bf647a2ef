from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessiontui.changes.edits import hashing
from sessiontui.changes.edits.hashing import AHEAD, Hashing
from sessiontui.disk import lines
from sessiontui.errors import Changed
from sessiontui.model import Span

PART = 1000
DATA = bytes(n % 251 for n in range(100_123))


@pytest.fixture
def fd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(hashing, "PART", PART)
    path = tmp_path / "f"
    path.write_bytes(DATA)
    found = os.open(path, os.O_RDWR)
    yield found
    os.close(found)


def of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("step", [1, 7, PART - 1, PART, PART + 1, 10 * PART, len(DATA)])
def test_the_hash_is_that_of_the_bytes_told_of(fd: int, step: int) -> None:
    with Hashing(fd) as found:
        for _ in range(0, len(DATA) - step + 1, step):
            found.more(step)
        whole = len(DATA) // step * step
        assert found.length == whole
        assert found.hexdigest() == of(DATA[:whole])


def test_of_nothing_it_is_the_hash_of_nothing(fd: int) -> None:
    with Hashing(fd) as found:
        assert found.hexdigest() == found.hexdigest() == of(b"")


def test_what_is_not_told_of_yet_does_not_count(fd: int) -> None:
    with Hashing(fd) as found:
        found.more(5 * PART)
        os.pwrite(fd, b"news", 5 * PART)
        assert found.hexdigest() == of(DATA[: 5 * PART])


def test_little_takes_no_thread(fd: int) -> None:
    before = threading.active_count()
    with Hashing(fd) as found:
        found.more(PART - 1)
        assert threading.active_count() == before
        assert found.hexdigest() == of(DATA[: PART - 1])
        found.more(PART)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_what_goes_wrong_in_the_thread_is_raised_in_the_end(fd: int) -> None:
    os.ftruncate(fd, 10 * PART)
    with Hashing(fd) as found:
        for _ in range(10 * AHEAD):
            found.more(PART)
        with pytest.raises(Changed):
            found.hexdigest()


def test_no_thread_outlives_the_block_that_failed_and_what_waits_is_left(
    fd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    failed, real, end = threading.Event(), lines.pieces, Hashing._end
    before = threading.active_count()

    def pieces(fd: int, span: Span, size: int) -> Iterator[bytes]:
        read.append(span.offset)
        assert failed.wait(60)
        return real(fd, span, size)

    def ending(found: Hashing) -> None:
        failed.set()
        end(found)

    def fails() -> None:
        with Hashing(fd) as found:
            for _ in range(AHEAD):
                found.more(PART)
            raise ZeroDivisionError

    monkeypatch.setattr(lines, "pieces", pieces)
    monkeypatch.setattr(Hashing, "_end", ending)
    with pytest.raises(ZeroDivisionError):
        fails()
    assert threading.active_count() == before
    assert len(read) <= 1
