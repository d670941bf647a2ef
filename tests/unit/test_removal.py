"""Which text plain repair takes out of a file, and which it leaves where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessiontui.changes import undo
from sessiontui.changes.verbs import repair
from sessiontui.damage import diagnose, salvage
from sessiontui.damage.salvage import Wish
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.damage import left_alone

A = b'{"role":"user","content":"a"}\n'
TORN = b'{"role":"user","content":"torn\n'
LOG = b"2026-11-30 INFO started\n"
TAIL = b'lder"}\n'


def repaired(data: bytes, folder: Path, wish: Wish | None = None) -> bytes:
    """The file after a repair; undo must bring the first one back."""
    path = left_alone(_written(folder / "k.jsonl", data))
    store = JsonlStore(folder)
    done = repair.make(store, repair.plan(store, None, {"k": wish} if wish else None))
    after = path.read_bytes()
    if done.change:
        undo.make(folder, undo.plan(folder))
    assert path.read_bytes() == data
    return after


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "text",
    [
        b'"role":"user","content":"x" they said\n',
        b"\x1b[32mINFO\x1b[0m \x1b[34mrole\x1b[0m=user \x1b[34mcontent\x1b[0m=hello\n",
        b"level=info role=user content=hello\n",
        "“role”: “user”\n".encode(),
        b"INFO 'content': 'x'\n",
        b'--> \\"content\\" x\n',
        b'ser","content":"older"}\n',
    ],
)
def test_text_that_holds_a_name_of_a_record_stays(text: bytes, tmp_path: Path) -> None:
    assert repaired(A + text + A, tmp_path) == A + text + A
    assert repaired(A + text + A + LOG, tmp_path) == A + text + A
    assert repaired(A + text + A, tmp_path, Wish(partial=True)) == A + text + A


@pytest.mark.parametrize("text", [LOG, TAIL, b"the role of content\n"])
def test_other_text_is_taken_out(text: bytes, tmp_path: Path) -> None:
    assert repaired(A + text + A, tmp_path) == A + A
    assert repaired(text + A, tmp_path) == A
    assert repaired(A + b"\n\n" + text + A, tmp_path) == A + b"\n\n" + A


@pytest.mark.parametrize(("torn", "text"), [(TORN, LOG), (b'{"ro\n', LOG), (b'{"ro\n', TAIL)])
@pytest.mark.parametrize("blank", [b"", b"\n", b"\n  \n\r\n"])
def test_text_below_a_torn_line_stays(torn: bytes, text: bytes, blank: bytes, tmp_path: Path) -> None:
    assert repaired(A + torn + blank + text + A, tmp_path) == A + torn + blank + text + A


def test_text_below_a_torn_record_that_ends_a_line_stays(tmp_path: Path) -> None:
    assert repaired(A[:-1] + TORN + LOG + A, tmp_path) == A + TORN + LOG + A


@pytest.mark.parametrize("text", [b"t\n", LOG, b"the role=user\n"])
@pytest.mark.parametrize("end", [b"{", b'{"ro', TORN[:-1]])
def test_the_end_of_a_line_stays_with_the_text_below_it(end: bytes, text: bytes, tmp_path: Path) -> None:
    once = repaired(A[:-1] + end + b"\n" + text + A, tmp_path)
    assert once == A + end + b"\n" + text + A
    assert repaired(once, tmp_path) == once


def test_text_is_taken_out_only_where_a_message_remains(tmp_path: Path) -> None:
    alone = TORN + b"[1]\n" + LOG
    assert repaired(alone, tmp_path) == alone
    assert repaired(alone + A, tmp_path) == TORN + b"[1]\n" + A
    assert repaired(alone + A[:-1] + A, tmp_path) == TORN + b"[1]\n" + A + A
    unended = alone + TORN[:-1]
    assert repaired(unended, tmp_path) == unended


@pytest.mark.parametrize("line", [b"<<<<<<< SEARCH\n", b"=======\n", b"]\n"])
def test_what_says_nothing_is_taken_out_only_where_a_message_remains(line: bytes, tmp_path: Path) -> None:
    alone = b'the "role" of a text\n' + line
    assert repaired(alone, tmp_path) == alone
    assert repaired(alone + A, tmp_path) == b'the "role" of a text\n' + A


def test_a_plan_asks_once_whether_a_message_remains() -> None:
    request: list[bool] = []

    def remains() -> bool:
        request.append(True)
        return False

    found = diagnose.faults(diagnose.lines_of(A + LOG + A + LOG))
    assert ([each.stays for each in salvage.plan(found, remains=remains)], request) == ([True, True], [True])
