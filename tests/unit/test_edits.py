from __future__ import annotations

import os

import pytest

from sessiontui.changes.edits.create_remove import Create, Remove
from sessiontui.changes.edits.database import MakeDatabase
from sessiontui.changes.edits.files import Traits
from sessiontui.changes.edits.imports import Import, Rename
from sessiontui.changes.edits.records import decode, parsed
from sessiontui.changes.edits.rewrites import Rewrite
from sessiontui.changes.edits.rows import Rows
from sessiontui.changes.edits.splices import Splice
from sessiontui.changes.journal.folder import KeptFile
from sessiontui.changes.journal.record import Edit, encode, line

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
    assert {type(edit).__name__ for edit in EVERY} == {kind.__name__ for kind in Edit.__subclasses__()}


@pytest.mark.parametrize("edit", EVERY, ids=lambda edit: type(edit).__name__)
def test_what_is_written_is_read_back(edit: Edit) -> None:
    text = line({"edit": 1, **encode(edit)})
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    value = parsed(text)
    assert value is not None
    assert value.pop("edit") == 1
    assert decode(value) == edit


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\x80", b"1"])
def test_what_is_no_line_of_a_record_is_none(text: bytes) -> None:
    assert parsed(text) is None


def test_the_sessions_that_an_edit_changes() -> None:
    assert EVERY[5].sessions == ("a", "b")
    assert EVERY[0].sessions == (ODD,)
