"""Bytes to try: healthy histories hurt in every way, fixtures spliced, encodings mixed, and plain noise."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from sessiontui.dialects import zeroclaw
from sessiontui.model import Message
from tests.fuzz.histories import USUAL
from tests.unit.test_diagnose_rows import ROWS

A: Final = b'{"role":"user","content":"a"}'
B: Final = b'{"role":"assistant","content":"b \\"q\\" {x}"}'
BITS: Final = [
    *(A, B, b'{"role":"us', b'{"role":', b'tent":"x"}', b'{"role":"user","content":"', b'"}', b'{"content":"c","role":"d"}'),
    *(b"\n", b"\n", b"\n\n", b"\0", b"\0\0\0\0", b"\xef\xbb\xbf", b",", b"[", b"]", b"{", b"}", b'"', b"\\", b" ", b"\r", b"\t"),
    *(b"\xe9", b"\xed\xa0\xbd\xed\xb8\x80", b"\xc2\x85", b"NaN", b"null", b"<<<<<<< HEAD", b"=======", b"log text"),
    *(b"{'role': 'user', 'content': 'x'}", b'"role": "user",', b'"content": "x"', b"\\ud83d", b"\x1f\x8b", b"\xff\xfe"),
    *(b'{"type":"user","message":' + A + b',"u":"', b'{"role":"u","content":"a\nb"}', b'{"0":"h","1":"i","role":"u"}'),
    *('{"role":"user","content":"é中"}\n'.encode(codec) for codec in ("utf-16-le", "utf-16-be", "utf-16", "utf-32")),
]  # fmt: skip
_DATA: Final = Path(__file__).parents[1] / "data"
MOST: Final = 4000
"""The most bytes of an input: the plain reader takes its time."""


def _fixtures() -> list[bytes]:
    rows = [row.values[0] for row in ROWS]
    rows += [path.read_bytes()[:MOST] for path in sorted((_DATA / "damaged" / "sessions").iterdir())]
    accepted = (_DATA / "acceptance.jsonl").read_text().split("\n")
    rows += [base64.b64decode(json.loads(row)["line_b64"])[:MOST] for row in accepted if row]
    return [row for row in rows if isinstance(row, bytes)]


FIXTURES: Final = _fixtures()
_TEXTS: Final = [*USUAL, "{"]


def healthy(random: Random) -> bytes:
    """A history as ZeroClaw writes it."""
    messages = (
        Message(random.choice(["user", "assistant"]), "".join(random.choices(_TEXTS, k=random.randint(0, 4))))
        for _ in range(random.randint(1, 6))
    )
    return b"".join(map(zeroclaw.write, messages))


def _bits(random: Random) -> bytes:
    return b"".join(random.choices(BITS, k=random.randint(0, 14)))


def _noise(random: Random) -> bytes:
    return random.randbytes(random.randint(0, 60))


def _fixture(random: Random) -> bytes:
    return random.choice(FIXTURES)


def _spliced(random: Random) -> bytes:
    one, other = (random.choice(_SOURCES)(random) for _ in range(2))
    return one[: random.randint(0, len(one))] + other[random.randint(0, len(other)) :]


def _joined(random: Random) -> bytes:
    between = random.choice([b"", b"\n", b"\n\n", b"\0", b" "])
    return between.join(random.choice(_SOURCES)(random) for _ in range(random.randint(2, 4)))


def _encoded(random: Random) -> bytes:
    codec = random.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "latin-1", "cp1252"])
    return random.choice(_SOURCES)(random).decode(errors="replace").encode(codec, "replace")


def _hurt(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    stop = min(len(data), at + random.randint(1, 20))
    other = random.randint(0, len(data))
    bit = random.choice(BITS)
    return random.choice(
        [
            data[:at] + bit + data[at:],
            data[:at] + data[stop:],
            data[:at] + random.randbytes(stop - at) + data[stop:],
            data[:at] + bytes(stop - at) + data[stop:],
            data[:at],
            data[at:],
            data[:stop] + data[at:],
            data[:other] + data[at:stop] + data[other:],
            data[:at] + data[at:].replace(b"\n", b"", 1),
            data[:at] + bit + data[at + len(bit) :],
        ]
    )


_SOURCES: Final[list[Callable[[Random], bytes]]] = [healthy, _bits, _fixture, _noise]
_WAYS: Final[list[Callable[[Random], bytes]]] = [*_SOURCES[:3], *_SOURCES, _spliced, _joined, _encoded]


def draw(random: Random) -> bytes:
    """Some bytes."""
    data = random.choice(_WAYS)(random)
    for _ in range(random.choice([0, 0, 1, 1, 2, 3, 6])):
        data = _hurt(data, random)
    return data[:MOST]
