"""B-tree indexes that don't list what the table has: nothing is hidden, and what can't be read is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sessiontui.cli.verbs import verbs
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support.databases import append, database, folder_state
from tests.support.lying import patch, replace_index, run, shorten

BOTH = ("idx_sessions_key", "idx_sessions_key_id")
SIX = [f"message {n}" for n in range(1, 7)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = database(tmp_path)
    for n, content in enumerate(SIX):
        append(made, "k", "user", content)
        if n % 2:
            append(made, "other", "user", "there")
    return made


def each(*names: str) -> Callable[[Callable[[Path, str], None]], Callable[[Path], None]]:
    def of(damage: Callable[[Path, str], None]) -> Callable[[Path], None]:
        def damaged(path: Path) -> None:
            for name in names:
                damage(path, name)

        return damaged

    return of


def shortened(path: Path, name: str) -> None:
    shorten(path, name, 2)


def renamed(path: Path, name: str) -> None:
    patch(path, name, b"other", b"othes")


def half(path: Path, name: str) -> None:
    replace_index(path, name, "id <= 2")


def emptied(path: Path, name: str) -> None:
    shorten(path, name, 0)


LIES = [
    pytest.param(each(*names)(damage), id=f"{damage.__name__}-{len(names)}{names[-1]}")
    for damage in (shortened, half, emptied)
    for names in (BOTH, BOTH[:1], BOTH[1:])
]


def cli(path: Path, *command: str) -> Result:
    return CliRunner().invoke(verbs, [*command, "--store", str(path)])


@pytest.mark.parametrize("lie", LIES)
def test_every_message_is_shown_counted_and_found(path: Path, lie: Callable[[Path], None]) -> None:
    lie(path)
    before = folder_state(path.parent)
    store = SqliteStore(path)
    assert [message.content for message in store.messages("k")] == SIX
    assert store.session("k").messages == 6
    view = store.transcript("k").scan()
    assert [entry.message and entry.message.content for entry in view.load(0, len(view))] == SIX
    shown = cli(path, "show", "k", "--json")
    assert shown.exit_code == 0
    assert shown.stdout.count('"content"') == 6
    assert shown.stderr.startswith("sessiontui: the index idx_sessions_key")
    assert '"messages":6' in cli(path, "list", "--json").stdout
    assert folder_state(path.parent) == before


@pytest.mark.parametrize("lie", LIES)
def test_check_says_what_differs(path: Path, lie: Callable[[Path], None]) -> None:
    lie(path)
    done = cli(path, "check")
    assert done.exit_code == 1
    assert "[index-mismatch]" in done.stdout


@pytest.mark.parametrize("lie", LIES)
def test_pop_removes_nothing_where_a_later_message_may_be_hidden(path: Path, lie: Callable[[Path], None]) -> None:
    lie(path)
    done = cli(path, "pop", "k")
    assert done.exit_code == 4
    assert "is damaged, so the last message can't be removed safely" in done.stderr
    assert [message.content for message in SqliteStore(path).messages("k")] == SIX


def test_a_key_that_an_index_has_otherwise_is_found(path: Path) -> None:
    for name in BOTH:
        renamed(path, name)
    assert [message.content for message in SqliteStore(path).messages("other")] == ["there"] * 3
    assert cli(path, "check").stdout.count("[index-mismatch]") == 4, "one too few, one too many, in each index"


def test_rows_that_the_table_lost_are_named(path: Path) -> None:
    shorten(path, "sessions", 4)
    done = cli(path, "show", "k", "--json")
    assert done.stdout.count('"content"') == 3
    assert done.exit_code == 3
    assert "rows of this session can't be read: 3, of ids 5, 7, 8" in done.stderr
    assert cli(path, "check").exit_code in (1, 3)


def test_an_index_of_metadata_that_lost_a_key_hides_no_session(path: Path) -> None:
    shorten(path, "sqlite_autoindex_session_metadata_1", 0)
    assert cli(path, "show", "k").exit_code == 0
    assert SqliteStore(path).session("k").last_activity is not None
    done = cli(path, "check")
    assert done.exit_code == 1
    assert "session_metadata" in done.stdout


def test_a_finding_is_an_object_with_the_fields_of_check(path: Path) -> None:
    for name in BOTH[1:]:
        shortened(path, name)
    run(path, "DELETE FROM sessions_fts_docsize WHERE id < 3; INSERT INTO sessions_fts_docsize VALUES (99, x'0101')")
    rows = [json.loads(line) for line in cli(path, "check", "--json").stdout.splitlines()]
    assert [(row["key"], row["fault"], row["reason"]) for row in rows] == [
        ("k", "index-mismatch", "the index idx_sessions_key_id lists 2 rows of “k”; the table has 6"),
        ("k", "search-mismatch", "the search index lacks 2 rows of “k”"),
        ("other", "index-mismatch", "the index idx_sessions_key_id lists 0 rows of “other”; the table has 3"),
        (None, "search-mismatch", "the search index has 1 row of which the table has none"),
    ]
    nothing = {"line": None, "offset": None, "length": None, "severity": "damage", "salvage": "none", "recovers": 0}
    assert all(nothing.items() <= row.items() and row["path"] == str(path) for row in rows)
    only = cli(path, "check", "other", "--json")
    assert (only.exit_code, only.stdout.count("index-mismatch"), only.stdout.count("\n")) == (1, 1, 1)


def test_sound_indexes_and_partial_ones_are_no_finding(path: Path) -> None:
    run(path, 'CREATE INDEX mine ON sessions(role) WHERE role = \'x\'; CREATE INDEX "a""b" ON sessions(content)')
    done = cli(path, "check")
    assert (done.exit_code, done.stdout) == (0, "")
    assert cli(path, "show", "k").stderr == ""


@pytest.mark.parametrize("lie", LIES)
def test_a_session_without_metadata_is_known_by_the_table(path: Path, lie: Callable[[Path], None]) -> None:
    for n in range(2):
        append(path, "zz", "user", f"lost {n}", listed=False)
    lie(path)
    assert [message.content for message in SqliteStore(path).messages("zz")] == ["lost 0", "lost 1"]
    assert cli(path, "show", "zz").exit_code == 0
    assert cli(path, "pop", "zz").exit_code == 4
