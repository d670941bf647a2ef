"""What undo keeps: listed, bounded, said beforehand; and what undo does where it can't take back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.changes import history as journal
from tests.cli.conftest import Runner, tree

BOB = b'{"role":"user","content":"one"}\n{"role":"user","content":"tw\n{"role":"user","content":"three"}\n\n'


def leave(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """Have the file system say that so many bytes are free."""
    real = os.statvfs
    # f_frsize 1, so that blocks are bytes; the flags stay, for they say whether anything can be written
    monkeypatch.setattr(
        os, "statvfs", lambda path: os.statvfs_result((1, 1, 10**9, free, free, 0, 0, 0, real(path).f_flag, 255))
    )


# ---- before a change that takes much


@pytest.mark.parametrize("json_too", [False, True])
@pytest.mark.parametrize("arguments", [("compact", "--all"), ("cleanup", "--ttl-hours", "1"), ("pop", "bob")])
def test_the_figure_of_a_large_change_is_told_before_it_is_made(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], json_too: bool
) -> None:
    monkeypatch.setattr(journal, "SIZE", 30)
    before = tree(store)
    options = ["--json"] if json_too else []
    notice = run(*arguments, "--dry-run", *options).err
    assert notice.startswith("sessiontui: the journal keeps ")
    assert notice.partition("\n")[0].endswith(
        " B so that this can be undone, more than the 30 B that it is bounded to: it drops every older change"
    )
    assert tree(store) == before
    ran = run(*arguments, *options)
    assert ran.err == notice
    assert bool(json_too) is ran.out.startswith(b"{")
    run("undo")


@pytest.mark.parametrize("options", [(), ("--json",), ("--dry-run",), ("--dry-run", "--json")])
@pytest.mark.parametrize(
    "arguments",
    [("append", "alice", "--role", "user", "x"), ("pop", "alice"), ("compact", "--all"), ("migrate", "alice")],
    ids=lambda arguments: arguments[0],
)
def test_a_change_that_the_disk_has_no_room_for_is_refused_with_the_figure(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], options: tuple[str, ...]
) -> None:
    leave(monkeypatch, 5)
    before = tree(store)
    ran = run(*arguments, *options, code=4)
    assert ran.out == b""
    first, second = ran.err.splitlines()
    assert first.startswith("sessiontui: this takes ")
    assert first.endswith(f" B of the disk that holds {store}, where 5 B are free; nothing was changed")
    assert second.startswith("  make room first: `sessiontui journal` says")
    assert tree(store) == before


def test_an_undo_that_the_disk_has_no_room_for_is_refused_with_the_figure(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("compact", "bob")
    before = tree(store)
    leave(monkeypatch, 90)
    for options in ([], ["--dry-run"], ["--json"]):
        assert "where 90 B are free; nothing was changed" in run("undo", *options, code=4).err
    assert tree(store) == before


# ---- where undo can't take back


def test_an_undo_that_would_lose_something_says_where_the_bytes_are(run: Runner, store: Path) -> None:
    run("compact", "bob")
    (store / "bob.jsonl").write_bytes(b'{"role":"user","content":"another"}\n')
    kept = store / ".sessiontui" / "00000001.1.old"
    for options in ([], ["--dry-run"], ["--json"]):
        ran = run("undo", *options, code=4)
        assert ran.out == b""
        assert ran.err == (
            "sessiontui: bob.jsonl can't be put back: it has changed since; nothing was changed\n"
            f"  the bytes are in {kept}; undo later changes of this session first\n"
        )
    assert kept.read_bytes() == BOB


def test_an_undo_writes_over_no_file_of_that_name(run: Runner, store: Path) -> None:
    run("cleanup", "--ttl-hours", "1")
    run("append", "bob", "--role", "user", "new")
    new = (store / "bob.jsonl").read_bytes()
    (first,) = [row["change"] for row in run("undo", "--list", "--json").rows if row["verb"] == "cleanup"]
    ran = run("undo", first, code=4)
    where = ran.err.splitlines()[1].removeprefix("  the bytes are in ")
    assert ran.err.startswith("sessiontui: bob.jsonl exists again and is not written over; nothing was changed\n")
    assert Path(where).read_bytes() == BOB
    assert sorted(path.name for path in store.glob("*.jsonl")) == ["bob.jsonl"]
    assert (store / "bob.jsonl").read_bytes() == new


def test_a_step_forth_behind_a_newer_change_names_the_command(run: Runner) -> None:
    run("pop", "bob")
    run("undo")
    run("append", "alice", "--role", "user", "x")
    assert run("undo", "--redo", code=2).err == (
        "sessiontui: something was changed since the last undo, so there is no next step forth\n"
        "  `sessiontui undo --redo 1` redoes change 1 all the same\n"
    )
    run("undo", "--redo", "00000001")


# ---- a journal that is damaged


@pytest.mark.parametrize("verb", [("undo", "--list"), ("journal",)], ids=" ".join)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_record_that_can_not_be_read_hides_no_other(
    run: Runner, store: Path, verb: tuple[str, ...], options: tuple[str, ...]
) -> None:
    for _ in range(3):
        run("append", "alice", "--role", "user", "x")
    record = store / ".sessiontui" / "00000002.change"
    record.write_bytes(b"\0" * 5 + record.read_bytes()[5:])
    before = tree(store)
    ran = run(*verb, *options, code=3)
    assert ran.err == (f"sessiontui: the journal's record {record} can't be read\n  look at it and move it away\n")
    if options:
        assert [row["change"] for row in ran.rows] == ["00000003", "00000001"]
    else:
        assert [line.split()[:2] for line in ran.text.splitlines()[:2]] == [["3", "append"], ["1", "append"]]
    assert tree(store) == before


def test_what_can_not_be_read_is_neither_dropped_nor_guessed_at(run: Runner, store: Path) -> None:
    for _ in range(2):
        run("append", "alice", "--role", "user", "x")
    record = store / ".sessiontui" / "00000001.change"
    record.write_bytes(b"\0" * 5 + record.read_bytes()[5:])
    before = tree(store)
    for arguments in (("undo",), ("undo", "--dry-run"), ("journal", "--purge"), ("journal", "--purge", "--dry-run")):
        assert f"{record} can't be read; nothing was changed\n" in run(*arguments, code=3).err
    assert tree(store) == before
    record.rename(store / "away")
    run("undo")


# ---- what waits in it


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_messages_that_reached_a_file_after_it_gave_way_are_told_of_and_come_with_the_next_change(
    run: Runner, store: Path, interrupted: bool, count: int
) -> None:
    run("compact", "bob")
    compacted = (store / "bob.jsonl").read_bytes()
    record, old = (store / ".sessiontui" / f"00000001{end}" for end in (".change", ".1.old"))
    late = b'{"role":"user","content":"late"}\n' * count + b"no message\n"
    with old.open("ab") as file:
        file.write(late)
    if interrupted:
        record.write_bytes(b"".join(line for line in record.read_bytes().splitlines(keepends=True)[:2]))
    before = tree(store)
    what, them = ("1 message waits", "it") if count == 1 else ("2 messages wait", "them")
    told = (
        "sessiontui: 1 change was interrupted: the next changing command finishes it or rolls it back\n" * interrupted
    )
    told += f"sessiontui: {what} in the journal: the next changing command brings {them} into bob\n  now in {old}\n"
    for verb in (("list",), ("show", "bob", "--json"), ("undo", "--list")):
        ran = run(*verb)
        assert ran.err.startswith(told)
        assert b"late" not in ran.out
    assert tree(store) == before
    run("append", "alice", "--role", "user", "x")
    assert (store / "bob.jsonl").read_bytes() == compacted + late
    assert run("list").err == ""
    run("undo", "1")
    assert (store / "bob.jsonl").read_bytes() == BOB + late


def test_a_message_of_which_a_part_was_brought_waits_whole(run: Runner, store: Path) -> None:
    run("compact", "bob")
    late = b'{"role":"user","content":"late"}\n'
    with (store / ".sessiontui" / "00000001.1.old").open("ab") as file:
        file.write(late * 2)
    with (store / "bob.jsonl").open("ab") as file:
        file.write(late + late[:10])
    assert "1 message waits in the journal" in run("list").err
    with (store / "bob.jsonl").open("ab") as file:
        file.write(late[10:])
    assert run("list").err == ""
