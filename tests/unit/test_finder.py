"""Faults with a mark of their bytes, found here or in the helper process: the same ones, and never bytes of another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.dialects.zeroclaw import write
from sessiontui.errors import Cancelled, Changed
from sessiontui.model import Message, Severity
from sessiontui.store import fault_process, fault_refs, json_values
from sessiontui.store.fault_process import Batch
from sessiontui.store.fault_refs import FaultRef, matched
from sessiontui.store.helper_process import heard
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import never, silent
from tests.support.screens import folder
from tests.unit.test_proposals import SAMPLES

A = write(Message("user", "a"))
FUSED = b'{"role":"assi{"role":"user","content":"next"}\n'
TORN = b'{"role":"assistant","content":"the machine di\n'


def store(path: Path, **files: bytes) -> JsonlStore:
    return JsonlStore(folder(path / "sessions", {key: [data] for key, data in files.items()}))


def found(of: JsonlStore, *keys: str, notes: bool = False) -> list[FaultRef]:
    told: list[FaultRef] = []
    for key in keys:
        fault_refs.find(of, key, told.append, notes=notes)
    return told


def outside(of: JsonlStore, keys: Sequence[str], *, notes: bool = False) -> tuple[list[FaultRef], dict[str, object]]:
    """What the helper process tells of faults, and its last word."""
    said = list(heard(fault_process.start(of, keys, notes=notes), never))
    return [json_values.read(FaultRef, each) for one in said for each in one.get("faults", ())], said[-1]


# ---- what is found


def test_each_fault_is_found_with_its_bytes_and_told_as_it_is(tmp_path: Path) -> None:
    for data in SAMPLES:
        of = store(tmp_path, s=data)
        told = found(of, "s")
        if [ref.fault.line for ref in told] != [None]:  # else the file is no session
            assert [ref.fault for ref in told] == list(faults(lines_of(data)))
        assert [json_values.read(FaultRef, json.loads(json.dumps(json_values.write(ref)))) for ref in told] == told
        for ref in told:
            assert ref.fault.span is not None
            assert fault_refs.whole(of, ref) == (ref, data[ref.fault.span.offset : ref.fault.span.stop])


def test_parts_that_were_left_out_are_found_again_from_the_bytes_alone(tmp_path: Path) -> None:
    """Or stay unknown, where other lines too tell what becomes of these; never are they others."""
    for data in (*SAMPLES, A[:-1] + b'{"ro\ntext\n' + A, A + b'INFO {\n  "role": "user",\n' + A):
        of = store(tmp_path, s=data)
        told = found(of, "s")
        light = [ref._replace(fault=ref.fault.bare) for ref in told]
        before = [None, *(ref.fault for ref in light)]
        again = [fault_refs.whole(of, ref, last)[0] for ref, last in zip(light, before, strict=False)]
        for whole, ref, bare in zip(again, told, light, strict=True):
            assert whole == ref or not ref.fault.recovers or ref.fault.id == "utf16", data
            assert whole in (ref, bare), data


def test_the_helper_process_finds_what_is_found_here(tmp_path: Path) -> None:
    of = store(tmp_path, bob=A + FUSED + TORN, alice=FUSED * 3, well=A)
    (of.path / "folder.jsonl").mkdir()
    told, last = outside(of, ("bob", "alice", "folder"))
    assert told == found(of, "bob", "alice", "folder")
    assert [(ref.key, ref.fault.id) for ref in told] == [
        ("bob", "fused"),
        ("bob", "torn"),
        *[("alice", "fused")] * 3,
        ("folder", "not-a-file"),
    ]
    assert last == {"more": False}


def test_the_helper_process_tells_notes_when_it_is_asked_to(tmp_path: Path) -> None:
    of = store(tmp_path, s=A + A + b"\n" + FUSED)
    assert [ref.fault.id for ref in outside(of, ("s",))[0]] == ["fused"]
    assert [ref.fault.id for ref in outside(of, ("s",), notes=True)[0]] == ["repeated-line", "blank", "fused"]


def test_a_name_of_no_utf_8_and_one_of_no_letters_are_found_too(tmp_path: Path) -> None:
    of = store(tmp_path, s=A)
    for name in ("\udcff", "", "-x"):
        (of.path / f"{name}.jsonl").write_bytes(FUSED)
    told = [(ref.key, ref.fault.id) for ref in outside(of, ("\udcff", "", "-x"))[0]]
    assert told == [("\udcff", "odd-name"), ("\udcff", "fused"), ("", "fused"), ("-x", "fused")]


def test_where_too_many_are_named_all_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = store(tmp_path, bob=FUSED, alice=FUSED)
    monkeypatch.setattr(fault_process, "ARGUMENTS", 2)
    assert {ref.key for ref in outside(of, ("bob",))[0]} == {"bob", "alice"}


def test_a_session_that_is_gone_has_no_faults(tmp_path: Path) -> None:
    assert found(store(tmp_path, s=A), "gone") == []


def test_it_can_be_called_off(tmp_path: Path) -> None:
    told: list[FaultRef] = []
    with pytest.raises(Cancelled):
        fault_process.look(store(tmp_path, s=FUSED), ["s"], Batch(told.extend), lambda: True, silent, notes=False)
    assert told == []


# ---- how much is told


def test_faults_are_told_in_batches_and_no_more_than_a_person_can_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fault_process, "MOST", 450)
    monkeypatch.setattr(fault_process, "OFTEN", 1e9)
    told: list[int] = []
    of = store(tmp_path, s=FUSED * 1000)
    assert fault_process.look(of, ["s"], Batch(lambda batch: told.append(len(batch))), never, silent, notes=False)
    assert told == [200, 200, 50]


def test_parts_of_much_text_are_left_out_and_all_behind_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = write(Message("user", "x" * 5000))[:-1]
    of = store(tmp_path, s=long + long + b"\n" + FUSED * 10)
    monkeypatch.setattr(fault_process, "KEPT", 4 * (2 * 64 + len(b'{"role":"user","content":"next"}')))
    told: list[FaultRef] = []
    fault_process.look(of, ["s"], Batch(told.extend), never, silent, notes=False)
    assert [bool(ref.fault.parts) for ref in told] == [False, *[True] * 4, *[False] * 6]
    whole, data = fault_refs.whole(of, told[0])
    assert [part.records for part in whole.fault.parts] == [(long,), (long,)]
    assert data == long + long


# ---- what is read


def test_what_is_read_are_the_bytes_of_the_fault_though_the_file_grows(tmp_path: Path) -> None:
    of = store(tmp_path, s=A + FUSED)
    [ref] = found(of, "s")
    with of.file("s").open("ab") as file:
        file.write(A * 100)
    assert fault_refs.piece(of, ref, 0, 1000) == FUSED[:-1]
    assert fault_refs.piece(of, ref, 13, 20) == FUSED[13:20]


@pytest.mark.parametrize(
    "now",
    [A + FUSED.replace(b"next", b"last"), FUSED, A + A, b"", A + FUSED[:-4]],
    ids=["another text", "moved", "mended", "emptied", "cut"],
)
def test_bytes_of_another_fault_are_never_read(tmp_path: Path, now: bytes) -> None:
    of = store(tmp_path, s=A + FUSED)
    [ref] = found(of, "s")
    of.file("s").write_bytes(now)
    with pytest.raises(Changed):
        fault_refs.piece(of, ref, 0, 10)
    with pytest.raises(Changed):
        fault_refs.whole(of, ref)


def test_a_long_fault_is_known_by_both_its_ends(tmp_path: Path) -> None:
    text = b'{"role":"user","content":"' + b"x" * 200_000 + b"\x01" + b'"}\n'
    of = store(tmp_path, s=text)
    [ref] = found(of, "s")
    for at in (100, len(text) - 100):
        of.file("s").write_bytes(text[:at] + b"y" + text[at + 1 :])
        with pytest.raises(Changed):
            fault_refs.piece(of, ref, 0, 10)
    of.file("s").write_bytes(text)
    assert fault_refs.piece(of, ref, 199_999, 200_001) == text[199_999:200_001]


def test_what_may_still_be_written_is_told_so_again(tmp_path: Path) -> None:
    of = store(tmp_path, s=A)
    of.file("s").write_bytes(A + TORN[:-1])
    [ref] = found(of, "s")
    bare = ref._replace(fault=ref.fault._replace(parts=()))
    assert ref.fault.severity is Severity.INCOMPLETE
    assert fault_refs.whole(of, bare)[0] == ref


# ---- what stands where after a change


def test_what_is_gone_is_where_the_next_one_stands_now(tmp_path: Path) -> None:
    lines = [b'{"role":"assi%d{"role":"user","content":"%d"}\n' % (at, at) for at in range(6)]
    before = found(store(tmp_path / "1", s=b"".join(lines)), "s")
    after = found(store(tmp_path / "2", s=A + lines[0] + lines[2] + A + lines[5]), "s")
    assert matched(before, after) == [0, 1, 1, 2, 2, 2]
    assert matched(before, []) == [0] * 6
    same = found(store(tmp_path / "3", s=FUSED * 3), "s")
    assert matched(same, same) == [0, 1, 2]
    assert matched(same, same[:2]) == [0, 1, 2]
