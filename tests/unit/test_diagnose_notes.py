"""Notes: what is worth knowing of lines that are no damage."""

from __future__ import annotations

import pytest

from sessiontui.damage import notes
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.model import Salvage, Severity, Span

A = b'{"role":"user","content":"a"}'
B = b'{"role":"assistant","content":"b"}'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(A + b"\n" + B + b"\n", [], id="healthy"),
        pytest.param(A, [("no-final-newline", 1, 29)], id="no final newline"),
        pytest.param(A + b"\r\n", [("crlf", 1, 29)], id="crlf"),
        pytest.param(b"\n  \n\xc2\xa0\n", [("blank", 1, 0), ("blank", 2, 0), ("blank", 3, 0)], id="blank"),
        pytest.param(
            '{"role":"user","content":"a\u2028b"}\n'.encode(), [("separator-in-string", 1, 27)], id="line separator"
        ),
        pytest.param('{"role":"user","content":"\x85"}\n'.encode(), [("separator-in-string", 1, 26)], id="next line"),
        pytest.param(A + b"\n" + A + b"\n" + A + b"\n", [("repeated-line", 2, 0), ("repeated-line", 3, 0)], id="twice"),
        pytest.param(A + b"\n" + B + b"\n" + A + b"\n", [], id="twice, not in a row"),
    ],
)
def test_notes(data: bytes, expected: list[tuple[str, int, int]]) -> None:
    found = list(notes.notes(lines_of(data)))
    assert [(note.id, note.line, note.at) for note in found] == expected
    assert {note.severity for note in found} <= {Severity.INFO}
    assert list(faults(lines_of(data))) == []


def test_only_a_missing_newline_can_be_mended() -> None:
    [missing] = notes.notes(lines_of(A))
    assert missing.salvage is Salvage.LOSSLESS
    [blank] = notes.notes(lines_of(b"\n"))
    assert blank.salvage is Salvage.NONE


def test_a_huge_message_is_a_note() -> None:
    note = notes.huge(3, Span(10, 100_000_000))
    assert (note.id, note.severity, note.reason) == (
        "huge-line",
        Severity.INFO,
        "the message is 100,000,000 bytes long",
    )
