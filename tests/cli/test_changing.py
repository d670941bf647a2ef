"""append, pop, compact, migrate, cleanup, undo and journal: what they do, say, and say they would do."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from tests.cli.conftest import DATA, Ran, Runner, tree
from tests.support import databases
from tests.support.capabilities import need_any_name
from tests.support.matrices import thinned, third

DAMAGED = DATA / "damaged"
NAMES = sorted(path.stem for path in (DAMAGED / "sessions").glob("*.jsonl"))

BOB = b'{"role":"user","content":"one"}\n{"role":"user","content":"tw\n{"role":"user","content":"three"}\n\n'


@pytest.fixture
def damaged(tmp_path: Path) -> Runner:
    """A private copy of the damaged files."""
    folder = tmp_path / "sessions"
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.jsonl").write_bytes((DAMAGED / "sessions" / f"{name}.jsonl").read_bytes())
    return Runner(folder)


def contents(ran: Ran) -> list[tuple[str, str]]:
    return [(row["role"], row["content"]) for row in ran.rows]


def expected(name: str, what: str) -> list[tuple[str, str]]:
    """What loads from the file that ZeroClaw left behind."""
    stem = f"{name}.{what}"
    return contents(Runner(DAMAGED / "expected" / f"{stem}.jsonl")("show", stem, "--json"))


# ---- append


def test_append_writes_the_bytes_that_zeroclaw_writes(run: Runner, store: Path) -> None:
    before = (store / "alice.jsonl").read_bytes()
    (row,) = run("append", "alice", "--role", "user", 'é"\\\x01\x7f\u2028', "--json").rows
    line = '{"role":"user","content":"é\\"\\\\\\u0001\x7f\u2028"}\n'.encode()
    assert (store / "alice.jsonl").read_bytes() == before + line
    assert list(row) == ["change", "key", "offset", "length"]
    assert (row["key"], row["offset"]) == ("alice", len(before))


def test_append_reads_standard_input_byte_for_byte(run: Runner, store: Path) -> None:
    run("append", "carol", "--role", "tool", "-", stdin="zwei\nZeilen 🦀\n".encode())
    assert (store / "carol.jsonl").read_bytes() == '{"role":"tool","content":"zwei\\nZeilen 🦀\\n"}\n'.encode()


def test_append_refuses_input_that_is_no_text(run: Runner, store: Path) -> None:
    before = tree(store)
    assert "not UTF-8: byte 2" in run("append", "carol", "--role", "user", "-", stdin=b"ab\xff", code=2).err
    assert tree(store) == before


def test_append_takes_the_bytes_that_were_typed_in_any_locale(run: Runner, store: Path) -> None:
    run("append", "carol", "--role", "user", "é")
    run("append", "carol", "--role", "user", "\udcc3\udca9")  # as it is where the locale is ASCII
    assert (store / "carol.jsonl").read_bytes() == '{"role":"user","content":"é"}\n'.encode() * 2
    for arguments in (["--role", "user", "a\udcff"], ["--role", "a\udcff", "x"]):
        assert "is not UTF-8: byte 1 begins no" in run("append", "carol", *arguments, code=2).err


def test_append_makes_a_new_session_under_its_sanitised_key(run: Runner, store: Path) -> None:
    (row,) = run("append", "new/key.x", "--role", "", "", "--json").rows
    assert row["key"] == "new_key_x"
    assert (store / "new_key_x.jsonl").read_bytes() == b'{"role":"","content":""}\n'
    assert (store / "new_key_x.jsonl").stat().st_mode & 0o777 == 0o600


def test_append_finds_a_file_whose_name_is_no_utf8(run: Runner, store: Path) -> None:
    need_any_name(store)
    path = store / os.fsdecode(b"a\xff.jsonl")
    path.write_bytes(b"")
    assert run("append", "a\\xff", "--role", "user", "x", "--json").rows[0]["key"] == "a\\xff"
    assert path.read_bytes() == b'{"role":"user","content":"x"}\n'
    assert run("undo", "--json").rows[0]["keys"] == ["a\\xff"]
    assert path.read_bytes() == b""


def test_append_takes_text_that_looks_like_an_option(run: Runner) -> None:
    run("append", "--role", "user", "--", "carol", "--dry-run")
    assert run("show", "carol", "--json").rows == [{"role": "user", "content": "--dry-run"}]


@pytest.mark.parametrize("name", thinned(NAMES, third))
def test_a_message_appended_to_a_damaged_file_is_not_lost(damaged: Runner, name: str) -> None:
    before = contents(damaged("show", name, "--json"))
    damaged("append", name, "--role", "user", "appended")
    after = contents(damaged("show", name, "--json"))
    assert after[-1] == ("user", "appended")
    assert after[: len(before)] == before


# ---- pop


def test_pop_removes_the_last_message_and_says_so(run: Runner, store: Path) -> None:
    (row,) = run("pop", "bob", "--json").rows
    assert list(row) == ["change", "key", "removed"]
    assert list(row["removed"]) == ["role", "content", "line", "offset"]
    assert (row["removed"]["content"], row["removed"]["line"], row["removed"]["offset"]) == ("three", 3, 61)
    assert (store / "bob.jsonl").read_bytes() == BOB.replace(b'{"role":"user","content":"three"}\n', b"")


def test_pop_counts_the_lines_of_a_large_file_for_programs(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sessiontui.changes.verbs import pop

    monkeypatch.setattr(pop, "COUNTED", 0)
    assert run("pop", "bob", "--dry-run", "--json").rows[0]["removed"]["line"] == 3
    assert run("pop", "bob", "--json").rows[0]["removed"]["line"] == 3


def test_pop_shows_the_beginning_of_a_long_message(run: Runner) -> None:
    run("append", "carol", "--role", "tool", "-", stdin=b"x" * 5000)
    assert "  " + "x" * 2000 + "…\n" in run("pop", "carol").text


def test_pop_for_people_names_the_change_and_its_undo(run: Runner, store: Path) -> None:
    lines = run("pop", "alice").text.splitlines()
    assert lines[0] == "removed the last message of alice (assistant):"
    assert lines[1] == "  it was a new day"
    assert lines[-1] == f"change 1 · undo with `sessiontui undo -s {store} 1`"


def test_pop_of_nothing_is_no_failure(run: Runner, store: Path) -> None:
    before = tree(store)
    assert run("pop", "carol", "--json").rows == [{"change": None, "key": "carol", "removed": None}]
    assert run("pop", "carol").text == "carol has no message; nothing to remove\n"
    assert tree(store) == before


def test_pop_refuses_where_whole_records_stand_behind(run: Runner, store: Path) -> None:
    glued = b'{"role":"user","content":"a"}\n{"role":"user","content":"b"}{"role":"user","content":"c"}\n'
    (store / "glued.jsonl").write_bytes(glued)
    assert "--anyway" in run("pop", "glued", code=4).err
    assert (store / "glued.jsonl").read_bytes() == glued
    run("pop", "glued", "--anyway")
    assert (store / "glued.jsonl").read_bytes() == glued[30:]


@pytest.mark.parametrize("name", thinned(NAMES, third))
def test_pop_then_undo_on_every_damaged_file(damaged: Runner, name: str) -> None:
    file = damaged.store / f"{name}.jsonl"
    before = file.read_bytes()
    (row,) = damaged("pop", name, "--anyway", "--json").rows
    assert contents(damaged("show", name, "--json")) == expected(name, "pop")
    if row["change"] is not None:
        damaged("undo")
    assert file.read_bytes() == before


# ---- compact


def test_compact_keeps_valid_lines_byte_for_byte(run: Runner, store: Path) -> None:
    (row,) = run("compact", "bob", "--json").rows
    assert (store / "bob.jsonl").read_bytes() == BOB.replace(b'{"role":"user","content":"tw\n', b"")[:-1]
    assert row | {"change": ""} == {
        "change": "",
        "key": "bob",
        "kept": 2,
        "dropped": 1,
        "recovered": 0,
        "bytes_before": 96,
        "bytes_after": 66,
        "status": "compacted",
        "reason": None,
        "savable": 0,
        "recoverable": {"lossless": 0, "offered": 0, "partial": 1},
    }


def test_compact_all_is_one_change(run: Runner, store: Path) -> None:
    dan = b'nonsense\n{"role":"user","content":"one"}\n'
    (store / "dan.jsonl").write_bytes(dan)
    rows = run("compact", "--all", "--json").rows
    assert {row["key"]: row["status"] for row in rows} == {
        "alice": "unchanged",
        "bob": "compacted",
        "carol": "unchanged",
        "dan": "compacted",
    }
    assert len({row["change"] for row in rows}) == 1
    before = (store / "bob.jsonl").read_bytes()
    assert len(run("undo", "--list", "--json").rows) == 1
    run("undo")
    assert (store / "bob.jsonl").read_bytes() == BOB != before
    assert (store / "dan.jsonl").read_bytes() == dan


def test_compact_for_people(run: Runner) -> None:
    lines = run("compact", "--all").text.splitlines()
    assert lines[0] == "bob was compacted: 1 damaged line removed, 2 messages kept, 96 B → 66 B"
    assert lines[1] == "2 sessions without anything to remove"


def test_compact_says_what_repair_would_have_back(run: Runner, store: Path) -> None:
    line = b'{"role":"user","content":"one"}'
    (store / "dan.jsonl").write_bytes(line + line + b"\n" + line + b"\n")
    repair = f"`sessiontui repair -s {store} dan bob"
    said = (
        "sessiontui: this removes 3 recoverable messages in damaged lines: 2 lossless, 1 partial\n"
        f"  {repair}` recovers the lossless ones first; {repair} --dry-run` shows the others\n"
    )
    for arguments in (["--dry-run"], []):
        ran = run("compact", "dan", "bob", "--json", *arguments)
        assert ran.err == said
        assert [row["savable"] for row in ran.rows] == [2, 0]
    assert (store / "dan.jsonl").read_bytes() == line + b"\n"


def test_compact_of_very_many_proposes_to_repair_all(run: Runner, store: Path) -> None:
    line = b'{"role":"user","content":"one"}'
    for n in range(9):
        (store / f"d{n}.jsonl").write_bytes(line + line + b"\n" + line + b"\n")
    ran = run("compact", "--all")
    assert "this removes 19 recoverable messages in damaged lines: 18 lossless, 1 partial" in ran.err
    assert f"`sessiontui repair -s {store} --all` recovers the lossless ones first" in ran.err


def test_compact_of_blank_lines_says_that_they_were_blank(run: Runner, store: Path) -> None:
    (store / "carol.jsonl").write_bytes(b"\n\n")
    assert run("compact", "carol").text.startswith("carol was compacted: blank lines removed, 0 messages kept, 2 B")


@pytest.mark.parametrize("verb", ["compact", "migrate", "check"])
def test_an_unknown_key_hides_no_other(run: Runner, verb: str) -> None:
    ran = run(verb, "nobody", "bob", "bob", "--json", code=2)
    assert [row["key"] for row in ran.rows] == ["bob"]
    assert "no session “nobody”" in ran.err
    assert run(verb, "nobody", "--json", code=2).out == b""


def test_compact_wants_keys_or_all(run: Runner) -> None:
    assert "--all" in run("compact", code=2).err
    run("compact", "--all", "bob", code=2)
    assert "--anyway takes the keys" in run("compact", "--all", "--anyway", code=2).err


def test_compact_empties_no_file_that_is_not_named_for_it(run: Runner, store: Path) -> None:
    torn = b'{"role":"user","content":"tw\n'
    (store / "dan.jsonl").write_bytes(torn)
    for arguments in (["--all"], ["dan"], ["--all", "--dry-run"]):
        ran = run("compact", *arguments, code=4)
        assert ran.err.endswith(
            "sessiontui: dan.jsonl has no message that ZeroClaw reads: it would be empty if its damaged line goes; it stays "
            "as it is\n  `sessiontui repair KEY` recovers what it can first; `sessiontui compact KEY --anyway` empties the "
            "file\n"
        )
        assert (store / "dan.jsonl").read_bytes() == torn
    run("compact", "dan", "--anyway")
    assert (store / "dan.jsonl").read_bytes() == b""


def test_what_is_no_session_is_named_by_every_change(run: Runner, store: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (store / "lfs.jsonl").write_bytes(pointer)
    os.utime(store / "lfs.jsonl", (1_700_000_000, 1_700_000_000))
    what = "the file is a Git LFS pointer (the file itself is kept elsewhere)"
    refused = f"sessiontui: lfs.jsonl is no session: {what}; "
    for arguments in (
        ["compact", "--all"],
        ["compact", "lfs", "--anyway"],
        ["migrate", "lfs"],
        ["append", "lfs", "--role", "user", "x"],
    ):
        ran = run(*arguments, code=4)
        assert refused in ran.err, arguments
    assert refused + "it stays\n" in run("cleanup", "--ttl-hours", "24").err
    assert f"lfs: 1 fault stays, nothing can be had back: {what}\n" in run("repair", "--all").text
    assert run("pop", "lfs").text == "lfs has no message; nothing to remove\n"
    assert what in run("list").text
    (row,) = run("check", "lfs", "--json", code=1).rows
    assert (row["fault"], row["line"], row["offset"], row["length"]) == ("not-jsonl", None, 0, len(pointer) - 1)
    assert (store / "lfs.jsonl").read_bytes() == pointer
    assert (store / "lfs.jsonl").stat().st_mtime_ns == 1_700_000_000 * 10**9


@pytest.mark.parametrize("name", thinned(NAMES, third))
def test_compact_then_undo_on_every_damaged_file(damaged: Runner, name: str) -> None:
    file = damaged.store / f"{name}.jsonl"
    before, mode, at = file.read_bytes(), file.stat().st_mode, file.stat().st_mtime_ns
    emptied = ["--anyway"] * (name in ("all_corrupt", "nul_only", "pretty_printed", "utf16le_bom"))
    (row,) = damaged("compact", name, *emptied, "--json").rows
    assert contents(damaged("show", name, "--json")) == expected(name, "compact")
    if row["change"] is not None:
        damaged("undo")
    assert (file.read_bytes(), file.stat().st_mode, file.stat().st_mtime_ns) == (before, mode, at)


# ---- migrate


def test_migrate_moves_and_names_what_stays(run: Runner, store: Path) -> None:
    rows = run("migrate", "alice", "bob", "--json").rows
    assert [(row["key"], row["imported"], row["left_behind"], row["status"]) for row in rows] == [
        ("alice", 2, 0, "migrated"),
        ("bob", 2, 1, "migrated"),
    ]
    assert list(rows[0]) == ["change", "key", "imported", "left_behind", "status", "reason", "recoverable"]
    assert sorted(path.name for path in store.glob("*.jsonl*")) == [
        "alice.jsonl.migrated",
        "bob.jsonl.migrated",
        "carol.jsonl",
    ]
    assert contents(run("show", "bob", "--backend", "sqlite", "--json")) == [("user", "one"), ("user", "three")]
    run("undo")
    assert (store / "bob.jsonl").read_bytes() == BOB
    assert [row["key"] for row in run("list", "--backend", "jsonl", "--json").rows] == ["alice", "bob", "carol"]


GLUED = b'{"role":"user","content":"one"}{"role":"user","content":"two"}\n'
CUT = b'{"role":"user","content":"cu'


def test_migrate_says_what_it_leaves_behind_that_repair_recovers(run: Runner, store: Path) -> None:
    (store / "alice.jsonl").write_bytes(GLUED[:31] + b"\n" + GLUED + b"{'role': 'user', 'content': 'three'}\n" + CUT)
    repair = f"`sessiontui repair -s {store} alice bob"
    said = (
        "sessiontui: this leaves behind 5 recoverable messages in damaged lines: 2 lossless, 1 offered, 2 partial\n"
        f"  {repair}` recovers the lossless ones first; {repair} --dry-run` shows the others\n"
    )
    ran = run("migrate", "alice", "bob", "--dry-run")
    assert ran.err == said
    assert ran.text.splitlines()[0] == (
        "alice would be migrated: 1 message, 3 damaged lines left behind (2 lossless, 1 offered, 1 partial to recover)"
    )
    ran = run("migrate", "alice", "bob", "--json")
    assert ran.err == said
    assert [row["recoverable"] for row in ran.rows] == [
        {"lossless": 2, "offered": 1, "partial": 1},
        {"lossless": 0, "offered": 0, "partial": 1},
    ]


@pytest.mark.parametrize(
    ("data", "what", "hint"),
    [
        (GLUED, "and 2 messages are recoverable (2 lossless)", "recovers the lossless ones; then migrate it"),
        (CUT + b"\n", "and 1 message is recoverable (1 partial)", "repair --dry-run` shows them"),
        (b'nonsense "role"\n', "it stays where it is\n", "`sessiontui check` says what is in it"),
    ],
)
def test_migrate_says_what_repair_recovers_of_a_file_that_stays(
    run: Runner, store: Path, data: bytes, what: str, hint: str
) -> None:
    (store / "alice.jsonl").write_bytes(data)
    ran = run("migrate", "alice", "--dry-run", code=4)
    assert "alice.jsonl has no message that ZeroClaw could read; it stays where it is" in ran.err
    assert what in ran.err
    assert hint in ran.err


def test_migrate_says_that_a_session_is_no_file(run: Runner, store: Path) -> None:
    run("migrate", "alice")
    (database,) = store.glob("*.db")
    assert "“alice” is in sessions.db already" in Runner(database)("migrate", "alice", code=2).err
    assert "no session “nobody”" in Runner(database)("migrate", "nobody", code=2).err
    other = database.rename(store / "other.db")
    before = tree(store)
    assert "not into other.db" in Runner(other)("migrate", code=2).err
    assert tree(store) == before


def test_migrate_of_one_file_reaches_no_other(store: Path) -> None:
    assert "no session “bob”" in Runner(store / "alice.jsonl")("migrate", "bob", code=2).err
    assert (store / "bob.jsonl").exists()


@pytest.mark.parametrize("arguments", [("migrate",), ("cleanup", "--ttl-hours", "1")])
def test_the_undo_that_is_named_works_where_the_store_was_one_file_that_went(
    store: Path, arguments: tuple[str, ...]
) -> None:
    before = (store / "bob.jsonl").read_bytes()
    told = Runner(store / "bob.jsonl")(*arguments).text.splitlines()[-1]
    assert told == f"change 1 · undo with `sessiontui undo -s {store} 1`"
    Runner(store)("undo", "1")
    assert (store / "bob.jsonl").read_bytes() == before


def test_migrate_goes_on_behind_what_it_refuses(run: Runner, store: Path) -> None:
    (store / "alice.jsonl.migrated").write_bytes(b"an older import")
    before = (store / "alice.jsonl").read_bytes()
    ran = run("migrate", "--json", code=4)
    status = {row["key"]: (row["status"], bool(row["reason"])) for row in ran.rows}
    assert status["alice"] == ("refused", True)
    assert status["bob"] == ("migrated", False)
    assert (store / "alice.jsonl").read_bytes() == before
    assert "alice" in ran.err


# ---- cleanup


def test_cleanup_removes_by_age_and_undo_brings_back(run: Runner, store: Path) -> None:
    (store / "fresh.jsonl").write_bytes(b"")
    before = (store / "bob.jsonl").read_bytes(), (store / "bob.jsonl").stat().st_mtime_ns
    rows = run("cleanup", "--ttl-hours", "1", "--json").rows
    assert sorted(row["key"] for row in rows) == ["alice", "bob", "carol"]
    assert list(rows[0]) == ["change", "key", "last_activity", "messages"]
    assert len({row["change"] for row in rows}) == 1
    assert [path.name for path in store.glob("*.jsonl")] == ["fresh.jsonl"]
    run("undo")
    assert ((store / "bob.jsonl").read_bytes(), (store / "bob.jsonl").stat().st_mtime_ns) == before


@pytest.mark.parametrize("ttl", ["0", "-5"])
def test_cleanup_of_zero_or_less_removes_nothing(run: Runner, store: Path, ttl: str) -> None:
    before = tree(store)
    assert run("cleanup", "--ttl-hours", ttl, "--json").out == b""
    assert tree(store) == before


@pytest.mark.parametrize("ttl", ["nan", "inf", "1e300"])
def test_cleanup_takes_any_number(run: Runner, store: Path, ttl: str) -> None:
    before = tree(store)
    run("cleanup", "--ttl-hours", ttl, code=2 if ttl == "nan" else 0)
    assert tree(store) == before


# ---- undo and journal


def test_undo_takes_back_and_redo_gives_again(run: Runner, store: Path) -> None:
    run("pop", "bob")
    popped = (store / "bob.jsonl").read_bytes()
    (row,) = run("undo", "--json").rows
    assert list(row)[:5] == ["change", "verb", "keys", "at", "status"]
    assert (row["verb"], row["keys"], row["status"]) == ("pop", ["bob"], "undone")
    assert (store / "bob.jsonl").read_bytes() == BOB
    (row,) = run("undo", "--redo", "--json").rows
    assert row["status"] == "redone"
    assert (store / "bob.jsonl").read_bytes() == popped


def test_undo_takes_an_id_with_or_without_its_zeros(run: Runner, store: Path) -> None:
    first = run("pop", "alice", "--json").rows[0]["change"]
    run("pop", "bob")
    run("undo", first)
    run("undo", "2")
    assert (store / "bob.jsonl").read_bytes() == BOB
    assert len(contents(run("show", "alice", "--json"))) == 2


def test_undo_without_anything_to_undo(run: Runner, store: Path) -> None:
    before = tree(store)
    run("undo", code=2)
    run("undo", "7", code=2)
    run("undo", "x", code=2)
    run("undo", "--list", "--redo", code=2)
    assert run("undo", "--list", "--json").out == b""
    assert tree(store) == before


def test_the_list_of_changes(run: Runner) -> None:
    run("pop", "bob")
    run("append", "alice", "--role", "user", "x")
    rows = run("undo", "--list", "--json").rows
    assert [(row["verb"], row["keys"], row["status"]) for row in rows] == [
        ("append", ["alice"], "done"),
        ("pop", ["bob"], "done"),
    ]
    assert all(list(row) == ["change", "verb", "keys", "at", "status"] for row in rows)
    lines = run("undo", "--list").text.splitlines()
    assert lines[1].split()[:3] == ["1", "pop", "bob"]


def test_the_journal_says_what_it_keeps(run: Runner, store: Path) -> None:
    assert run("journal").text == "0 changes, 0 B on disk\n"
    run("compact", "bob")
    (row,) = run("journal", "--json").rows
    assert row["bytes"] >= len(BOB)
    assert "1 change," in run("journal").text


def test_purge_leaves_the_newest_change(run: Runner, store: Path) -> None:
    for _ in range(3):
        run("append", "alice", "--role", "user", "x")
    before = tree(store)
    assert [row["status"] for row in run("journal", "--purge", "--dry-run", "--json").rows] == ["dropped"] * 2
    assert tree(store) == before
    assert len(run("journal", "--purge", "--json").rows) == 2
    assert len(run("journal", "--json").rows) == 1
    run("undo")


def test_purge_keeps_what_the_newest_change_took_back_and_says_so_beforehand(run: Runner) -> None:
    run("compact", "bob")
    run("pop", "bob")
    run("undo")
    planned = run("journal", "--purge", "--dry-run", "--json").rows
    assert [row["verb"] for row in planned] == ["compact"]
    assert run("journal", "--purge", "--json").rows == planned
    assert [row["verb"] for row in run("journal", "--json").rows] == ["undo", "pop"]
    run("undo", "--redo")


# ---- delete


def test_delete_removes_what_is_named_and_undo_brings_it_back(run: Runner, store: Path) -> None:
    before = tree(store)
    ran = run("delete", "alice", "bob")
    assert "alice was removed: 2 messages, idle for " in ran.text
    assert "bob was removed: 2 messages, idle for " in ran.text
    assert "change 1 · undo with `sessiontui undo" in ran.text
    assert [path.name for path in store.glob("*.jsonl")] == ["carol.jsonl"]
    run("undo")
    assert {name: each for name, each in tree(store).items() if name.endswith(".jsonl")} == before


def test_delete_foretold_and_for_programs(run: Runner, store: Path) -> None:
    assert "bob would be removed: 2 messages" in run("delete", "bob", "--dry-run").text
    assert (store / "bob.jsonl").exists()
    [row] = run("delete", "bob", "--json").rows
    assert list(row) == ["change", "key", "last_activity", "messages"]
    assert (row["change"], row["key"], row["messages"]) == ("00000001", "bob", 2)


def test_delete_of_an_unknown_session_leaves_the_others_to_go(run: Runner, store: Path) -> None:
    ran = run("delete", "nobody", "bob", code=2)
    assert "no session “nobody” in this store" in ran.err
    assert not (store / "bob.jsonl").exists()
    run("delete", code=2)


def test_delete_leaves_what_is_no_session(run: Runner, store: Path) -> None:
    (store / "page.jsonl").write_bytes(b"<!DOCTYPE html>\n<html><body>x</body></html>\n")
    ran = run("delete", "page", "--json", code=4)
    assert ran.rows == []
    assert "page.jsonl is no session" in ran.err
    assert (store / "page.jsonl").exists()


def test_delete_takes_the_rows_of_a_database(run: Runner, store: Path) -> None:
    run("migrate", code=None)
    there = Runner(store / "sessions.db")
    before = {row["key"] for row in there("list", "--json").rows}
    there("delete", "alice")
    assert {row["key"] for row in there("list", "--json").rows} == before - {"alice"}
    there("undo")
    assert {row["key"] for row in there("list", "--json").rows} == before >= {"alice", "bob"}


def test_delete_says_what_the_interrupted_one_removed(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sessiontui.changes.journal.record import ChangeRecord
    from sessiontui.changes.verbs import delete
    from sessiontui.disk import replace
    from sessiontui.store.jsonl.jsonl_store import JsonlStore

    remove = replace.remove

    def dies(path: Path) -> None:
        remove(path)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sessiontui.changes.recovery.settle.after", lambda _: None)
        patch.setattr(ChangeRecord, "finish", ChangeRecord.close)
        patch.setattr(replace, "remove", dies)
        with pytest.raises(KeyboardInterrupt):
            delete.make(JsonlStore(store), delete.plan(JsonlStore(store), ["alice", "bob"]))
    assert "alice: planned after recovery\nbob would be removed" in run("delete", "alice", "bob", "--dry-run").text
    ran = run("delete", "alice", "bob")
    assert ran.text.startswith("alice was removed by the change that was interrupted\nbob was removed: 2 messages")


# ---- dry runs


@pytest.mark.parametrize("json_too", [False, True])
@pytest.mark.parametrize(
    "arguments",
    [
        ("append", "alice", "--role", "user", "x"),
        ("append", "new", "--role", "user", "x"),
        ("pop", "bob"),
        ("compact", "--all"),
        ("migrate",),
        ("cleanup", "--ttl-hours", "1"),
        ("delete", "alice", "bob"),
        ("journal", "--purge"),
    ],
)
def test_a_dry_run_changes_nothing(run: Runner, store: Path, arguments: tuple[str, ...], json_too: bool) -> None:
    before = tree(store.parent)
    ran = run(*arguments, "--dry-run", *(["--json"] if json_too else []))
    assert tree(store.parent) == before
    if json_too:
        assert all(row.get("change") is None for row in ran.rows)
    else:
        assert "would" in ran.text
        assert "undo with" not in ran.text


def test_a_dry_run_of_undo_changes_nothing(run: Runner, store: Path) -> None:
    run("compact", "bob")
    before = tree(store)
    assert run("undo", "--dry-run").text.startswith("would undo change 1: compact bob\n")
    (row,) = run("undo", "--dry-run", "--json").rows
    assert (row["change"], row["of"]) == (None, "00000001")
    assert tree(store) == before


# ---- SQLite


def test_every_change_of_a_database_can_be_undone(database: Path) -> None:
    run = Runner(database)
    listed = run("list", "--json", "--sort", "key").rows
    key = next(row["key"] for row in listed if row["messages"])
    before = run("show", key, "--json").out
    (row,) = run("pop", key, "--json").rows
    assert list(row["removed"]) == ["role", "content", "id"]
    assert run("show", key, "--json").out == b"".join(before.splitlines(keepends=True)[:-1])
    run("undo")
    assert run("show", key, "--json").out == before
    (row,) = run("append", key, "--role", "user", "x", "--json").rows
    assert (row["offset"], row["length"]) == (None, None)
    run("undo")
    run("cleanup", "--ttl-hours", "1")
    assert run("list", "--json").out == b""
    run("undo")
    assert run("list", "--json", "--sort", "key").rows == listed


def test_a_database_has_nothing_to_compact(database: Path) -> None:
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    rows = Runner(database)("compact", "--all", "--json", code=None).rows
    assert all(row["status"] != "compacted" for row in rows)
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


# ---- waiting


def test_a_file_that_is_still_growing_is_tried_again(run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sessiontui.changes.verbs import pop
    from sessiontui.errors import Changed

    tries = []
    real = pop.make

    def make(*arguments: object, **more: object) -> object:
        tries.append(time.monotonic())
        if len(tries) < 3:
            raise Changed("bob.jsonl")
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(pop, "make", make)
    run("pop", "bob")
    assert len(tries) == 3
    tries.clear()
    assert run("pop", "bob", "--wait", "0", code=4).err.startswith("sessiontui: bob.jsonl changed")
    assert len(tries) == 1
    os.utime(store, None)


def test_cleanup_says_which_sessions_have_no_time_that_can_be_read(tmp_path: Path) -> None:
    path = databases.database(tmp_path)
    databases.append(path, "odd", "user", "x", "1753900000")
    databases.append(path, "old", "user", "x", "2026-01-01T00:00:00+00:00")
    for more in (["--dry-run"], []):
        ran = Runner(path)("cleanup", "--ttl-hours", "1", "--json", *more)
        assert [row["key"] for row in ran.rows] == ["old"]
        assert ran.err == (
            "sessiontui: “odd” stays: its last activity can't be read, so nobody knows how long it has been idle\n"
        )
