from __future__ import annotations

import os

import pytest

from sessiontui.changes import edits
from sessiontui.changes.edits import (
    Create,
    Edit,
    Import,
    KeptFile,
    MakeDatabase,
    Remove,
    Rename,
    Rewrite,
    Rows,
    Splice,
    Traits,
)

ODD = os.fsdecode(b"caf\xe9")
KEPT = KeptFile("00000001.1.old", 3, "ab")
TRAITS = Traits(0o640, 1, 2, 3)
EVERY: list[Edit] = [
    Splice(ODD, ODD + ".jsonl", 10, 2, 3, 12, "cd", KEPT, TRAITS),
    Rewrite("k", "k.jsonl", KEPT, 9, 239, TRAITS),
    Remove("k", "k.jsonl", KEPT, TRAITS),
    Create("", ".jsonl", KEPT, TRAITS),
    Rename("k", "a", "b"),
    Rows(("a", "b"), "sessions.db", "00000001.1.rows"),
    Import("k", "sessions.db", "00000001.1.rows", "k.jsonl", "k.jsonl.migrated", 5, "ab", back=True),
    MakeDatabase("k", "sessions.db", back=True),
]


def test_every_kind_is_here() -> None:
    assert {type(edit) for edit in EVERY} == set(Edit.__args__)


@pytest.mark.parametrize("edit", EVERY, ids=lambda edit: type(edit).__name__)
def test_what_is_written_is_read_back(edit: Edit) -> None:
    text = edits.line({"edit": 1, **edits.encode(edit)})
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    value = edits.parsed(text)
    assert value is not None
    assert value.pop("edit") == 1
    assert edits.decode(value) == edit


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\x80", b"1"])
def test_what_is_no_line_of_a_record_is_none(text: bytes) -> None:
    assert edits.parsed(text) is None


def test_the_sessions_that_an_edit_changes() -> None:
    assert edits.keys_of(EVERY[5]) == ("a", "b")
    assert edits.keys_of(EVERY[0]) == (ODD,)
