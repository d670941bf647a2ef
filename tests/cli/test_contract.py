"""The fields of each verb's objects, exactly and in their order: other people's scripts depend on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Runner

FIELDS = {
    "list": "key, backend, messages, faults, bytes, created_at, last_activity, name, reachable",
    "show bob": "role, content",
    "show bob --raw": "line, offset, length, fault, role, content, text",
    "search one": "key, backend, role, snippet, ordinal, line, offset",
    "check": "key, path, line, offset, length, fault, severity, reason, at, salvage, recovers, readings, lines",
    "append bob --role user x": "change, key, offset, length",
    "pop bob": "change, key, removed",
    "pop carol": "change, key, removed",
    "compact --all": "change, key, kept, dropped, recovered, bytes_before, bytes_after, status, reason, savable, recoverable",
    "repair --all": "change, key, kept, dropped, recovered, bytes_before, bytes_after, status, reason, left, fragments",
    "migrate": "change, key, imported, left_behind, status, reason, recoverable",
    "cleanup --ttl-hours 1": "change, key, last_activity, messages",
    "delete bob carol": "change, key, last_activity, messages",
    "about bob": "key, backend, path, name, reachable, problem, bytes, created_at, last_activity, rows, messages, characters, "
    "blank, damaged, unfinished, first, last, imported, imported_at, roles, damage, longest",
    "undo --list": "change, verb, keys, at, status",
}
"""What the contract says of each verb's objects."""


@pytest.mark.parametrize("command", FIELDS)
@pytest.mark.parametrize("home", ["jsonl", "sqlite"])
def test_objects_have_the_fields_of_the_contract(run: Runner, store: Path, command: str, home: str) -> None:
    if command.startswith("undo"):
        run("pop", "bob")
    fields = FIELDS[command].split(", ")
    if home == "sqlite":
        run("migrate", code=None)
        if command in ("check", "compact --all", "repair --all", "migrate") or "carol" in command:
            return
        run = Runner(store / "sessions.db")
        fields = [*fields[:5], "id", "created_at"] if command.startswith("search") else fields
    rows = run(*command.split(" "), "--json", code=None).rows
    if command == "cleanup --ttl-hours 1" and home == "sqlite":
        return
    assert rows
    for row in rows:
        assert list(row) == fields


def test_the_rows_of_one_command_have_one_change(run: Runner) -> None:
    rows = run("cleanup", "--ttl-hours", "1", "--json").rows
    assert len(rows) == 3
    assert len({row["change"] for row in rows}) == 1
