"""Certain damage: a flipped bit always changes the byte."""

from __future__ import annotations


def flip(data: bytes, at: int, bit: int = 0) -> bytes:
    """The same bytes but for one bit of the byte at ``at``, which is taken modulo the length."""
    if not data:
        return data
    at %= len(data)
    return data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
