"""Files that are no sessions: each is one fault that says what it is, and no change touches it."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessiontui.changes.verbs import append, compact, migrate, pop, repair
from sessiontui.changes.verbs import cleanup as cleaning
from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.disk.stamps import moment
from sessiontui.errors import Refused
from sessiontui.model import Message, Span
from sessiontui.store.jsonl import no_session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support import others
from tests.support.examples import examples
from tests.support.folders import state

RECORD = b'{"role":"user","content":"hello"}\n'
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
CLAUDE = others.histories()["claude_code"][0]
DATA = Path(__file__).parent.parent / "data"


def put(folder: Path, **files: bytes) -> JsonlStore:
    """A folder of these files, an hour old."""
    folder.mkdir(exist_ok=True)
    for key, data in files.items():
        (folder / f"{key}.jsonl").write_bytes(data)
        os.utime(folder / f"{key}.jsonl", (time.time() - 3600,) * 2)
    return JsonlStore(folder)


def told(data: bytes, folder: Path) -> tuple[str, str] | None:
    """The kind of a file of these bytes, and what it is; None for a session."""
    path = folder / "k.bin"
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        whole = no_session.of(fd, len(data))
    finally:
        os.close(fd)
    return whole and (whole.id, no_session.what(whole).removeprefix("the file is "))


def test_no_change_touches_a_file_that_is_no_session(tmp_path: Path) -> None:
    """At least twenty kinds of them, a session among them, which all changes are made to."""
    every = others.files(tmp_path) | others.histories()
    store = put(tmp_path / "sessions", **{key: data for key, (data, _) in every.items()}, session=b"INFO\n" + RECORD)
    before = state(store.path)
    listed = {each.key: each for each in store.counted(store.sessions())}
    assert {key: each.instead for key, each in listed.items() if each.instead} == {
        key: f"the file is {what}" for key, (_, what) in every.items()
    }
    assert {each.faults for each in listed.values()} == {1}

    compacted = compact.make(store, compact.plan(store, None))
    assert [row.key for row in compacted.rows if row.status == "compacted"] == ["session"]
    for row in compacted.rows:
        if row.key in every:
            assert (
                row.problem.reason
                == f"{row.key}.jsonl is no session: the file is {every[row.key][1]}; nothing was changed"
            )
            assert row.problem.code == 4
    named = compact.plan(store, sorted(every), anyway=True)
    assert {row.status for row in named.rows} == {"refused"}

    put(store.path, session=b"INFO\n" + RECORD)
    repaired = repair.make(store, repair.plan(store, None))
    assert {row.key: (row.status, row.left, row.problem.reason) for row in repaired.rows if row.key in every} == {
        key: ("unchanged", 1, f"it is no session: the file is {what}") for key, (_, what) in every.items()
    }

    put(store.path, session=RECORD)
    old = moment(time.time_ns())
    assert old is not None
    plan = cleaning.plan(store, 0.5, old)
    assert [row.key for row in plan.rows] == ["session"]
    assert sorted(plan.others) == sorted(
        f"{key}.jsonl is no session: the file is {what}; it stays" for key, (_, what) in every.items()
    )
    cleaning.make(store, plan)

    put(store.path, session=RECORD)
    moved = migrate.make(migrate.plan(store.path))
    assert [(row.key, row.imported) for row in moved.rows if row.status == "migrated"] == [("session", 1)]
    assert {row.problem.reason for row in moved.rows if row.status != "migrated"} == {
        f"{key}.jsonl is no session: the file is {what}; nothing was changed" for key, (_, what) in every.items()
    }

    for key in every:
        with pytest.raises(Refused, match="is no session: the file is "):
            append.plan(store, key, Message("user", "x"))
        if key == "tar":  # the one in which ZeroClaw finds messages
            with pytest.raises(Refused, match=r"a tar archive; nothing was changed"):
                pop.plan(store, key)
        else:
            assert pop.plan(store, key).removed is None
    after = state(store.path)
    assert {name: after[name] for name in before if name != "session.jsonl"} == {
        name: kept for name, kept in before.items() if name != "session.jsonl"
    }


@pytest.mark.parametrize("key", sorted(others.histories()))
def test_a_history_of_another_program_is_one_finding_on_every_page(key: str, tmp_path: Path) -> None:
    data, what = others.histories()[key]
    store = put(tmp_path, k=data)
    (fault,) = store.faults("k")
    assert (fault.id, fault.line, fault.salvage) == ("foreign", None, "none")
    assert fault.span == Span(0, len(data) - data.endswith(b"\n"))
    assert no_session.what(fault) == f"the file is {what}"
    assert {row.fault for row in store.entries("k") if row.raw} == {fault}
    rows = store.transcript("k").scan()
    assert {row.fault for at in range(len(rows)) for row in rows.load(at, at + 1) if row.raw} == {fault}


@pytest.mark.parametrize(
    "data",
    [
        RECORD + CLAUDE,
        CLAUDE + RECORD,
        CLAUDE * 40 + RECORD,
        CLAUDE + RECORD[:-1] + RECORD,
        LFS + RECORD,
        b"<html>\n" + RECORD,
        b"some text\n" * 20_000 + RECORD,
        b"some text\n" * 20_000 + b'"role"',
        b'{"role":"user","conte',
        *(RECORD[:cut] for cut in range(1, len(RECORD))),
        *(RECORD[:cut] + b"\n" for cut in range(3, len(RECORD) - 1)),
        *(RECORD[cut:] for cut in range(1, 31)),
        bytes(4096),
        b"{\n" + bytes(100),
        'x "role": "y"'.encode("utf-16-le"),
        b"",
        b"\n \n\r\n",
        b"\x1b[32m{\x1b[0m\x1b[34m'role'\x1b[0m: 1\n",
        b'{\n  "role": "user",\n  "content": "x"\n}\n',
        b'b\'{"role":"user"\'\n',
        b'{\n\r\n\0\0\0\0{"role":1}\n',
    ],
)
def test_a_session_stays_one_however_damaged_it_is(data: bytes, tmp_path: Path) -> None:
    assert told(data, tmp_path) is None


def test_where_zeroclaw_loads_messages_a_text_is_a_session_and_an_archive_none(tmp_path: Path) -> None:
    nanobot = b'{"_type": "metadata", "key": "cli:direct"}\n{"role": "user", "content": "hi", "timestamp": "t"}\n'
    assert told(nanobot, tmp_path) is None
    tar = others.files(tmp_path)["tar"][0]
    assert told(tar, tmp_path) == ("not-jsonl", "a tar archive")
    store = put(tmp_path / "s", k=tar)
    assert list(store.messages("k")) == [Message("user", "hello")] * 2
    assert (store.session("k").messages, store.session("k").faults) == (2, 1)


def test_what_zeroclaw_wrote_is_never_another_thing(tmp_path: Path) -> None:
    paths = [
        *(DATA / "zeroclaw").rglob("*.jsonl"),
        *(DATA / "damaged").rglob("sessions/*.jsonl"),
        DATA / "race-seed.jsonl",
    ]
    assert len(paths) > 50
    found = {path: told(path.read_bytes(), tmp_path) for path in paths if "expected" not in path.parts}
    assert {path: what for path, what in found.items() if what} == {}


@examples(1)
@given(st.data())
def test_a_damaged_session_is_never_another_thing(data: st.DataObject) -> None:
    """Cut anywhere, with any bytes put anywhere but where it begins; what names a record is still there."""
    count = data.draw(st.integers(1, 4))
    made = bytearray(RECORD * count)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(20, len(made)))
        made[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=4))
    assert zeroclaw.validate([RECORD]).valid == 1
    with tempfile.TemporaryDirectory() as name:
        assert told(bytes(made), Path(name)) is None


@examples(1)
@given(
    st.binary(max_size=200).map(lambda data: data.replace(b"\0", b"").replace(b"role", b"").replace(b"content", b""))
)
@example(b"[\n]\n")
@example(b"<<<<<<< a\n")
@example(b"\xef\xbb\xbf\n")
@example(b"undefined\n,\n")
@example(b'"}\n')
@example(b'{"r\ntext\n')
def test_plain_changes_leave_bytes_without_a_mark_of_a_record_as_they_are(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = put(Path(name), k=data)
        if all(zeroclaw.read(line) is None for line in data.split(b"\n")):  # blank lines go, as before
            return
        repair.make(store, repair.plan(store, None))
        compact.make(store, compact.plan(store, None))
        assert store.file("k").read_bytes() == data


def test_a_large_text_is_read_once_in_flat_memory_and_a_session_by_its_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = lines.blocks

    def blocks(fd: int, start: int = 0, stop: int | None = None) -> object:
        for offset, block in real(fd, start, stop):
            read.append(sum(map(len, block)))
            yield offset, block

    monkeypatch.setattr(lines, "blocks", blocks)
    assert told(RECORD * 10_000, tmp_path) is None
    assert read == []
    assert told(b"INFO\n" + RECORD * 10_000, tmp_path) is None
    assert len(read) == 1
    read.clear()
    text = b"a line of text\n" * 50_000
    assert told(text, tmp_path) == ("not-jsonl", "text, without a record in it")
    assert (sum(read), max(read) < 200_000) == (len(text), True)
