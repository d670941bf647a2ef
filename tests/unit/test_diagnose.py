"""What is said of a fault: one sentence, of which each part can be had alone."""

from __future__ import annotations

import pytest

from sessiontui.damage import catalogue
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.notes import blank
from sessiontui.model import Span

A = b'{"role":"user","content":"a"}'


@pytest.mark.parametrize("data", [A + A + b"\n", b"\xef\xbb\xbf" + A + b"\n", b"what is this?\n"])
def test_a_reason_is_what_then_how_then_what_zeroclaw_does(data: bytes) -> None:
    [found] = faults(lines_of(data))
    assert catalogue.what(found)
    kind = catalogue.kind(found.id)
    assert found.reason == f"{catalogue.what(found)}: {kind.cause}; ZeroClaw {kind.then}"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\0" + A, "1 NUL byte where nothing was written"),
        (b"\0\0" + A, "2 NUL bytes where nothing was written"),
        (A[:-3] + b'\0"}', "a byte of a record was lost, and a NUL stands for it"),
        (A[:-3] + b'\0\0"}', "bytes of a record were lost, and 2 NULs stand for them"),
        (b"[" + A + b"]", "the record stands in a list"),
        (b"[" + A + b"," + A + b"]", "2 records stand in one list"),
        (A + b",", "a comma stands behind the record, as in a list"),
        (b"," + A + b"," + A, "commas join 2 records"),
        (b'{"ro' + A, "a whole record stands on the line of a torn one"),
        (A + A + b'{"ro', "2 whole records stand on the line of a torn one"),
    ],
)
def test_one_is_said_as_one_and_several_as_several(data: bytes, what: str) -> None:
    [found] = faults(lines_of(data))
    assert catalogue.what(found) == what


def test_a_note_is_said_whole() -> None:
    note = blank(1, Span(0, 0))
    kind = catalogue.kind(note.id)
    assert (catalogue.what(note), kind.cause, kind.rest) == (note.reason, "", "")
