"""What is said of a fault: one sentence, of which each part can be had alone."""

from __future__ import annotations

import pytest

from sessiontui.damage import stories
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.notes import blank
from sessiontui.model import Span

A = b'{"role":"user","content":"a"}'


@pytest.mark.parametrize("data", [A + A + b"\n", b"\xef\xbb\xbf" + A + b"\n", b"what is this?\n"])
def test_a_reason_is_what_then_how_then_what_zeroclaw_does(data: bytes) -> None:
    [found] = faults(lines_of(data))
    assert stories.what(found)
    assert found.reason == f"{stories.what(found)}: {stories.cause(found.id)}; {stories.consequence(found.id)}"


def test_a_note_is_said_whole() -> None:
    note = blank(1, Span(0, 0))
    assert (stories.what(note), stories.cause(note.id), stories.consequence(note.id)) == (note.reason, "", "")
