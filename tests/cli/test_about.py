from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Runner


def test_it_says_what_a_session_is_made_of(run: Runner) -> None:
    said = run("about", "bob").text
    assert "key            bob\n" in said
    assert "holds          4 lines: 2 messages, 1 damaged, 1 blank\n" in said
    assert "1 damaged line\n" in said
    assert "By role\n" in said
    assert "user" in said
    assert "2 messages" in said
    assert "Longest messages\n" in said


def test_the_same_for_programs(run: Runner, store: Path) -> None:
    [row] = run("about", "bob", "--json").rows
    assert (row["key"], row["path"], row["messages"], row["damaged"]) == ("bob", str(store / "bob.jsonl"), 2, 1)
    assert row["roles"] == [{"role": "user", "messages": 2, "characters": 8}]
    assert [(each["row"], each["lines"]) for each in row["damage"]] == [(2, 1)]


def test_a_database_knows_times(run: Runner, database: Path) -> None:
    there = Runner(database)
    key = there("list", "--json").rows[0]["key"]
    assert "created        20" in there("about", key).text
    there("about", "nobody", code=2)


def test_a_session_that_cannot_be_read_is_told(run: Runner, store: Path) -> None:
    (store / "folder.jsonl").mkdir()
    assert "trouble        ×" in run("about", "folder").text
