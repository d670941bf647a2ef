"""The JSONL home beyond the laws: names, odd entries, huge lines, files that change while they are looked at."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessiontui.disk import lines
from sessiontui.disk.stamps import moment
from sessiontui.errors import Cancelled, Changed, StoreError, UnknownKey
from sessiontui.model import Message, Session, Severity
from sessiontui.query.parse import parse
from sessiontui.store.jsonl import unreadable
from sessiontui.store.jsonl.entries import CLIP
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.jsonl.jsonl_transcript import JsonlRows
from tests.support.capabilities import listening, need_any_name, unprivileged
from tests.support.damage import left_alone

ONE = b'{"role":"user","content":"one"}\n'
TWO = b'{"role":"assistant","content":"two"}\n'
TORN = b'{"role":"user","con\n'


def put(folder: Path, name: str | bytes = "k.jsonl", data: bytes = ONE) -> Path:
    path = folder / os.fsdecode(name)
    path.write_bytes(data)
    return path


def keys(store: JsonlStore) -> list[str]:
    return sorted(session.key for session in store.sessions())


# ---- names


def test_only_names_that_end_in_jsonl_are_sessions(tmp_path: Path) -> None:
    for name in (
        ".jsonl",
        ".hidden.jsonl",
        "a.b.jsonl",
        "x.jsonl.migrated",
        "a.b.jsonl.importing",
        "UP.JSONL",
        "n.bak",
    ):
        put(tmp_path, name)
    (tmp_path / ".sessiontui").mkdir()
    assert keys(JsonlStore(tmp_path)) == ["", ".hidden", "a.b"]


def test_a_stem_that_is_no_key_is_not_reachable(tmp_path: Path) -> None:
    for name in ("a.b.jsonl", "a_b.jsonl", ".jsonl", "漢字.jsonl"):
        put(tmp_path, name)
    reachable = {session.key: session.reachable for session in JsonlStore(tmp_path).sessions()}
    assert reachable == {"a.b": False, "a_b": True, "": True, "漢字": True}


def test_a_stem_that_is_no_utf8_is_not_reachable(tmp_path: Path) -> None:
    need_any_name(tmp_path)
    put(tmp_path, b"\xff.jsonl")
    assert [(session.key, session.reachable) for session in JsonlStore(tmp_path).sessions()] == [("\udcff", False)]


def test_a_key_names_the_exact_file_else_the_sanitised_one(tmp_path: Path) -> None:
    put(tmp_path, "a_b.jsonl")
    store = JsonlStore(tmp_path)
    assert [store.resolve(key) for key in ("a_b", "a.b", "a b", "a/b")] == ["a_b"] * 4
    put(tmp_path, "a.b.jsonl", TWO)
    assert store.resolve("a.b") == "a.b"
    assert list(store.messages("a.b")) == [Message("assistant", "two")]
    assert store.resolve("a b") == "a_b"


def test_the_empty_key_is_the_file_without_a_stem(tmp_path: Path) -> None:
    store = JsonlStore(tmp_path)
    with pytest.raises(UnknownKey):
        store.resolve("")
    put(tmp_path, ".jsonl")
    assert store.resolve("") == ""
    assert list(store.messages("")) == [Message("user", "one")]


def test_a_name_that_is_not_utf8_is_read_by_its_written_form(tmp_path: Path) -> None:
    need_any_name(tmp_path)
    put(tmp_path, b"x\xff.jsonl")
    store = JsonlStore(tmp_path)
    (session,) = store.sessions()
    assert (session.key, session.problem) == ("x\udcff", None)
    assert store.resolve("x\\xff") == store.resolve("x\udcff") == "x\udcff"
    assert store.session("x\\xff").messages == 1


@pytest.mark.parametrize("key", ["nowhere", "../k", "a\0b", "k" * 300, "\ud800", "\\xzz", "/etc/passwd"])
def test_a_key_without_a_file_is_unknown(tmp_path: Path, key: str) -> None:
    put(tmp_path)
    with pytest.raises(UnknownKey):
        JsonlStore(tmp_path).resolve(key)


def test_only_one_session_is_shown_of_a_store_of_one_file(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl")
    put(tmp_path, "b.jsonl")
    store = JsonlStore(tmp_path, only="a")
    assert keys(store) == ["a"]
    with pytest.raises(UnknownKey):
        store.messages("b")
    (tmp_path / "a.jsonl").unlink()
    assert store.sessions() == []


# ---- the list


def test_the_list_knows_sizes_and_no_counts(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"{number}.jsonl")
    sessions = JsonlStore(tmp_path).sessions()
    assert len(sessions) == 5
    assert {(session.messages, session.faults, session.bytes) for session in sessions} == {(None, None, len(ONE))}


def test_sessions_of_one_moment_stand_by_key(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        os.utime(put(tmp_path, f"{name}.jsonl"), ns=(0, 5_000))
    assert [session.key for session in JsonlStore(tmp_path).sessions()] == ["a", "b", "c"]


def test_what_is_no_readable_file_has_its_trouble_and_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "folder.jsonl").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "dangling.jsonl").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.jsonl").symlink_to(tmp_path / "loop.jsonl")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "k.jsonl")
    store = JsonlStore(tmp_path)
    problems = {session.key: session.problem and session.problem.id for session in store.sessions()}
    assert problems == {
        "k": None,
        "link": None,
        "folder": "not-a-file",
        "pipe": "not-a-file",
        "dangling": "dangling",
        "loop": "unreadable",
    }
    counted = {session.key: session.messages for session in store.counted(store.sessions())}
    assert counted == {"k": 1, "link": 1, "folder": None, "pipe": None, "dangling": None, "loop": None}
    assert [fault.id for fault in store.faults("pipe")] == ["not-a-file"]
    assert store.session("folder").problem == next(store.faults("folder"))


@pytest.mark.timeout(5)
@pytest.mark.parametrize("read", ["messages", "entries", "last", "tail", "scan"])
def test_what_is_no_file_is_an_error_of_the_store_and_never_waits(tmp_path: Path, read: str) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    store = JsonlStore(tmp_path)
    reads: dict[str, Callable[[], object]] = {
        "messages": lambda: list(store.messages("pipe")),
        "entries": lambda: list(store.entries("pipe")),
        "last": lambda: store.last("pipe"),
        "tail": lambda: store.transcript("pipe").tail(),
        "scan": lambda: store.transcript("pipe").scan(),
    }
    with pytest.raises(StoreError, match="is not a file"):
        reads[read]()


def test_a_socket_is_not_a_file(tmp_path: Path) -> None:
    with listening(tmp_path / "s.jsonl"):
        (session,) = JsonlStore(tmp_path).sessions()
    assert session.problem is not None
    assert session.problem.id == "not-a-file"


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path)
    real = os.open

    def refuse(name: str | Path, *given: int, **named: int) -> int:
        if Path(name) == path:
            raise PermissionError(13, "Permission denied", str(name))
        return real(name, *given, **named)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    monkeypatch.setattr(os, "access", lambda *_, **_how: False)
    store = JsonlStore(tmp_path)
    (session,) = store.sessions()
    assert session.problem is not None
    assert (session.problem.id, session.problem.severity) == ("unreadable", Severity.DAMAGE)
    with pytest.raises(StoreError, match="Permission denied"):
        list(store.messages("k"))


def test_a_folder_that_is_gone_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        JsonlStore(tmp_path / "gone").sessions()


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o400])
def test_a_folder_that_may_not_be_read_is_not_one_without_sessions(mode: int) -> None:
    with unprivileged(), tempfile.TemporaryDirectory() as made:
        store = JsonlStore(Path(made))
        put(store.path)
        store.path.chmod(mode)
        try:
            with pytest.raises(StoreError, match=r"can't be read: Permission denied"):
                store.sessions()
        finally:
            store.path.chmod(0o700)


def test_a_link_that_goes_while_the_list_is_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path)
    (tmp_path / "link.jsonl").symlink_to("nowhere")
    real = unreadable.of_entry

    def gone(path: Path) -> object:
        path.unlink()
        return real(path)

    monkeypatch.setattr(unreadable, "of_entry", gone)
    assert keys(JsonlStore(tmp_path)) == ["k"]


def test_a_file_that_went_before_it_was_counted_has_its_trouble(tmp_path: Path) -> None:
    path = put(tmp_path)
    store = JsonlStore(tmp_path)
    sessions = store.sessions()
    path.unlink()
    (session,) = store.counted(sessions)
    assert session.problem is not None
    assert (session.messages, session.problem.reason) == (None, "the file is gone")


def test_what_was_counted_is_remembered_while_the_file_is_the_same(tmp_path: Path) -> None:
    path = put(tmp_path, data=ONE + TORN + TWO)
    put(tmp_path, "b.jsonl")
    store = JsonlStore(tmp_path)
    list(store.counted(store.sessions()))
    again = {each.key: (each.messages, each.faults) for each in JsonlStore(tmp_path).sessions()}
    assert again == {"k": (2, 1), "b": (1, 0)}
    with path.open("ab") as file:
        file.write(ONE)
    again = {each.key: (each.messages, each.faults) for each in JsonlStore(tmp_path).sessions()}
    assert again == {"k": (None, None), "b": (1, 0)}


def test_what_is_remembered_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path)
    list(JsonlStore(tmp_path).counted(JsonlStore(tmp_path).sessions()))
    store = JsonlStore(tmp_path)
    monkeypatch.setattr(lines, "open_file", None)
    assert [session.messages for session in store.counted(store.sessions())] == [1]
    assert store.session("k").messages == 1


def test_the_list_and_the_counts_make_nothing_beside_the_store(tmp_path: Path) -> None:
    put(tmp_path)
    store = JsonlStore(tmp_path)
    list(store.counted(store.sessions()))
    store.index()
    assert os.listdir(tmp_path) == ["k.jsonl"]


def test_a_store_of_one_file_finds_only_there(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl")
    put(tmp_path, "b.jsonl")
    store = JsonlStore(tmp_path, only="a")
    store.index()
    assert [hit.key for hit in store.search(parse("one")).hits] == ["a"]


def test_counting_sees_the_file_as_it_is_now(tmp_path: Path) -> None:
    path = put(tmp_path)
    store = JsonlStore(tmp_path)
    sessions = store.sessions()
    put(tmp_path, data=ONE + TORN + TWO)
    (session,) = store.counted(sessions)
    assert (session.messages, session.faults, session.bytes) == (2, 1, path.stat().st_size)


def test_progress_counts_bytes_up_to_all(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", ONE * 3)
    put(tmp_path, "b.jsonl", TWO)
    (tmp_path / "c.jsonl").mkdir()
    store = JsonlStore(tmp_path)
    told: list[tuple[int, int]] = []
    list(store.counted(store.sessions(), progress=lambda done, total: told.append((done, total))))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] >= len(ONE) * 3 + len(TWO)


def test_counting_can_be_cancelled_within_a_file(tmp_path: Path) -> None:
    put(tmp_path, data=ONE * 50_000)
    store = JsonlStore(tmp_path)
    request: list[int] = []

    def cancelled() -> bool:
        request.append(1)
        return len(request) > 2

    with pytest.raises(Cancelled):
        list(store.counted(store.sessions(), cancelled=cancelled))
    assert len(request) == 3


def test_stale_is_by_the_time_of_the_last_write(tmp_path: Path) -> None:
    at = datetime(2026, 3, 16, 12, 0, 0, 5, tzinfo=UTC)
    nanoseconds = int(at.timestamp()) * 10**9 + 5_000
    os.utime(put(tmp_path, "older.jsonl"), ns=(0, nanoseconds - 1))
    os.utime(put(tmp_path, "same.jsonl"), ns=(0, nanoseconds))
    (tmp_path / "folder.jsonl").mkdir()
    os.utime(tmp_path / "folder.jsonl", ns=(0, 0))
    assert [session.key for session in JsonlStore(tmp_path).stale(at)] == ["older"]


def test_times_that_no_calendar_has_are_not_known() -> None:
    assert moment(1_000) == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert moment(-1) == datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert moment(10**21) is None


# ---- lines


def test_the_last_message_is_found_behind_damage_and_blank_lines(tmp_path: Path) -> None:
    put(tmp_path, data=ONE + TWO + TORN + b"\n \n{")
    found = JsonlStore(tmp_path).last("k")
    assert found is not None
    message, address = found
    assert message == Message("assistant", "two")
    assert address.span is not None
    assert (address.span.offset, address.span.length) == (len(ONE), len(TWO) - 1)


def test_faults_carry_line_and_place(tmp_path: Path) -> None:
    left_alone(put(tmp_path, data=ONE + b"\n" + TORN + TWO + b'{"role'))
    faults = list(JsonlStore(tmp_path).faults("k"))
    assert [(fault.id, fault.line) for fault in faults] == [("torn", 3), ("torn", 5)]
    assert [fault.span and fault.span.offset for fault in faults] == [
        len(ONE) + 1,
        len(ONE) + 1 + len(TORN) + len(TWO),
    ]


def test_blank_lines_are_rows_of_neither_kind(tmp_path: Path) -> None:
    put(tmp_path, data=b"\n" + ONE + b" \t\r\n" + TWO)
    rows = list(JsonlStore(tmp_path).entries("k"))
    assert [(row.message is not None, row.fault is not None, row.ordinal) for row in rows] == [
        (False, False, None),
        (True, False, 1),
        (False, False, None),
        (True, False, 2),
    ]


@pytest.fixture
def small_huge(monkeypatch: pytest.MonkeyPatch) -> int:
    """Lines are huge from 256 KiB on, so that tests are quick."""
    monkeypatch.setattr(lines, "HUGE", 256 * 1024)
    return 256 * 1024


def test_a_huge_message_is_loaded_whole_and_shown_clipped(tmp_path: Path, small_huge: int) -> None:
    content = "ab🧠漢\\n" * small_huge
    text = content.replace("\\n", "\n")
    put(tmp_path, data=ONE + b'{"role":"tool","content":"%b"}\n' % content.encode() + TWO)
    store = JsonlStore(tmp_path)
    assert [len(message.content) for message in store.messages("k")] == [3, len(text), 3]
    assert list(store.messages("k", 1, 2)) == [Message("tool", text)]
    for row in (list(store.entries("k"))[1], store.transcript("k").scan().load(1, 2)[0]):
        assert row.message == Message("tool", text[:CLIP])
        assert (row.clipped, row.fault, len(row.raw)) == (True, None, CLIP)
        assert row.address.span is not None
        assert row.address.span.offset == len(ONE)
    assert (store.session("k").messages, store.session("k").faults) == (3, 0)


def test_a_huge_damaged_line_is_a_fault_in_its_place(tmp_path: Path, small_huge: int) -> None:
    put(tmp_path, data=ONE + b'{"role":"tool","content":"' + b"x" * small_huge + b"\n" + TWO)
    store = JsonlStore(tmp_path)
    assert list(store.messages("k")) == [Message("user", "one"), Message("assistant", "two")]
    assert [(fault.id, fault.line) for fault in store.faults("k")] == [("torn", 2)]
    (row,) = store.transcript("k").scan().load(1, 2)
    assert (row.message, row.fault and row.fault.id, row.clipped) == (None, "torn", True)
    assert (store.session("k").messages, store.session("k").faults) == (2, 1)


def test_a_huge_last_message_without_its_newline_is_the_last(tmp_path: Path, small_huge: int) -> None:
    put(tmp_path, data=ONE + b'{"role":"tool","content":"' + b"x" * small_huge + b'"}')
    found = JsonlStore(tmp_path).last("k")
    assert found is not None
    assert found[0] == Message("tool", "x" * small_huge)
    (row,) = JsonlStore(tmp_path).transcript("k").tail(1).load(0, 1)
    assert row.message == Message("tool", "x" * CLIP)


def test_huge_blank_lines_are_neither_messages_nor_faults(tmp_path: Path, small_huge: int) -> None:
    put(tmp_path, data=b" " * (small_huge + 1) + b"\n" + ONE)
    store = JsonlStore(tmp_path)
    assert (store.session("k").messages, store.session("k").faults) == (1, 0)
    row = next(store.entries("k"))
    assert (row.message, row.fault) == (None, None)


# ---- transcripts


def rows_of(path: Path) -> JsonlRows:
    return JsonlStore(path.parent).transcript(path.stem).scan()


def contents(rows: JsonlRows) -> list[str]:
    return [row.message.content if row.message else "-" for row in rows.load(0, len(rows))]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = put(tmp_path, data=b"")
    assert len(rows_of(path)) == 0
    assert rows_of(path).load(0, 5) == []
    assert len(JsonlStore(tmp_path).transcript("k").tail()) == 0


def test_the_tail_reads_from_the_end_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, data=ONE * 200_000 + TWO)
    read: list[int] = []
    real = os.pread

    def count(fd: int, size: int, offset: int) -> bytes:
        data = real(fd, size, offset)
        read.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", count)
    rows = JsonlStore(tmp_path).transcript("k").tail(100)
    assert contents(rows) == ["one"] * 99 + ["two"]
    assert sum(read) < 300_000
    assert not rows.complete


def test_a_tail_that_reaches_the_beginning_is_complete(tmp_path: Path) -> None:
    put(tmp_path, data=ONE + TORN + TWO)
    transcript = JsonlStore(tmp_path).transcript("k")
    assert [transcript.tail(count).complete for count in (1, 2, 3, 4)] == [False, False, True, True]
    assert [row.address.line for row in transcript.tail(3).load(0, 3)] == [1, 2, 3]
    assert [row.address.line for row in transcript.tail(2).load(0, 2)] == [None, None]
    assert len(transcript.tail(0)) == 0


def test_a_scan_in_small_chunks_finds_the_same_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, data=b"\n" + ONE + b"x" * 50 + b"\n\n" + TWO + b"unfinished")
    whole = rows_of(path).ends
    assert list(whole) == [1, 33, 84, 85, 122, 132]
    for chunk in (1, 2, 3, 7, 31, 32, 33, 131, 132, 133):
        monkeypatch.setattr(lines, "_CHUNK", chunk)
        assert rows_of(path).ends == whole


def test_a_view_stays_as_it_was_while_the_file_grows(tmp_path: Path) -> None:
    path = put(tmp_path, data=ONE + TWO)
    rows = rows_of(path)
    with path.open("ab") as file:
        file.write(ONE)
    assert contents(rows) == ["one", "two"]


def replaced(path: Path) -> None:
    data = path.read_bytes()
    path.rename(path.with_suffix(".old"))  # keeps the inode from being used again
    path.write_bytes(data)


def rewritten(path: Path) -> None:
    path.write_bytes(ONE + TWO.replace(b"two", b"owt"))


def shortened(path: Path) -> None:
    os.truncate(path, len(ONE))


@pytest.mark.parametrize("change", [replaced, rewritten, shortened])
def test_a_view_never_shows_other_bytes(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = put(tmp_path, data=ONE + TWO)
    rows = rows_of(path)
    change(path)
    with pytest.raises(Changed, match=r"k\.jsonl"):
        rows.load(0, 1)


def test_a_view_of_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    path = put(tmp_path)
    rows = rows_of(path)
    path.unlink()
    with pytest.raises(UnknownKey):
        rows.load(0, 1)


def test_no_descriptor_outlives_a_read(tmp_path: Path) -> None:
    put(tmp_path, data=ONE + TORN + TWO)
    before = os.listdir("/dev/fd")
    store = JsonlStore(tmp_path)
    store.session("k")
    store.last("k")
    next(messages := store.messages("k"))
    messages.close()  # type: ignore[attr-defined]
    store.transcript("k").tail().load(0, 1)
    store.transcript("k").scan().load(0, 1)
    with pytest.raises(Cancelled):
        store.transcript("k").scan(cancelled=lambda: True)
    assert len(os.listdir("/dev/fd")) == len(before)


def test_the_list_asks_the_folder_and_nothing_else_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        put(tmp_path, f"{number}.jsonl")
    request: list[str] = []

    def watched(real: Callable[..., object]) -> Callable[..., object]:
        def call(path: str | int | Path, *given: object, **named: object) -> object:
            request.append(str(path))
            return real(path, *given, **named)

        return call

    for name in ("stat", "lstat", "access", "open", "scandir"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    sessions: list[Session] = JsonlStore(tmp_path).sessions()
    monkeypatch.undo()
    assert len(sessions) == 30
    assert [path for path in request if path.endswith(".jsonl")] == []


# ---- listed again


def test_a_file_that_is_as_it_was_is_not_described_again(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        put(tmp_path, name)
    store = JsonlStore(tmp_path)
    list(store.counted(store.sessions()))
    before = {session.key: session for session in store.sessions()}
    assert [session.messages for session in before.values()] == [1, 1, 1]
    put(tmp_path, "a.jsonl", ONE + TWO)
    (tmp_path / "b.jsonl").unlink()
    (tmp_path / "b.jsonl").mkdir()
    (tmp_path / "c.jsonl").rename(tmp_path / "d.jsonl")
    after = {session.key: session for session in store.sessions()}
    assert (after["a"].bytes, after["a"].messages) == (len(ONE + TWO), None)
    assert after["b"].problem is not None
    assert ("c" in after, after["d"].messages) == (False, None)
    again = {session.key: session for session in store.sessions()}
    assert all(again[key] is after[key] for key in ("a", "d"))
    assert store.looked(["a"])[0] is after["a"]


def test_counts_are_seen_when_they_are_known(tmp_path: Path) -> None:
    put(tmp_path)
    store = JsonlStore(tmp_path)
    assert [session.messages for session in (*store.sessions(), *store.sessions())] == [None, None]
    JsonlStore(tmp_path).index()
    assert [session.messages for session in (*store.looked(["k"]), *store.sessions())] == [1, 1]


def test_a_store_of_one_file_looks_at_no_other(tmp_path: Path) -> None:
    put(tmp_path, "one.jsonl")
    put(tmp_path, "two.jsonl")
    assert [session.key for session in JsonlStore(tmp_path, "one").looked(["two", "one"])] == ["one"]
