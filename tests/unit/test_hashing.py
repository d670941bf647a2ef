from __future__ import annotations

import hashlib
import threading

import pytest

from sessiontui.changes.hashing import AHEAD, Hashing


def test_the_hash_is_that_of_the_pieces_in_order() -> None:
    pieces = [bytes([n]) * (n * 1000) for n in range(50)]
    with Hashing() as first, Hashing() as second:
        for piece in pieces:
            first.update(piece)
            second.update(piece[::-1] + b"x")
        assert first.hexdigest() == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert second.hexdigest() == hashlib.sha256(b"".join(piece + b"x" for piece in pieces)).hexdigest()


def test_of_nothing_it_is_the_hash_of_nothing() -> None:
    with Hashing() as found:
        assert found.hexdigest() == found.hexdigest() == hashlib.sha256().hexdigest()


def test_no_thread_outlives_the_block_that_failed() -> None:
    def fails() -> None:
        with Hashing() as found:
            for _ in range(3 * AHEAD):
                found.update(b"x" * 100_000)
            raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        fails()
    assert threading.active_count() == before
