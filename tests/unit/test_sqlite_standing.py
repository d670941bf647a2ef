"""Full-text indexes that lie: no message is hidden, no total is wrong, and the first answer keeps its hits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from sessiontui.cli.verbs import verbs
from sessiontui.model import Found
from sessiontui.query.parse import parse
from sessiontui.store.protocol import silent
from sessiontui.store.sqlite import sqlite_search, sqlite_store
from sessiontui.store.sqlite.index_health import IndexHealth, standing
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support.databases import append, database, folder_state, writer
from tests.support.lying import run, shorten, without_trigger

TEXTS = ("alpha", "beta", "alpha gamma", "delta", "epsilon alpha")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = database(tmp_path, "head")
    for content in TEXTS:
        append(made, "k", "user", content)
    return made


def inserted_without_trigger(path: Path) -> None:
    without_trigger(path, "sessions_ai")
    append(path, "k", "user", "zeta alpha")


def inserted_and_trigger_back(path: Path) -> None:
    (sql,) = next(iter(rows(path, "SELECT sql FROM sqlite_schema WHERE name = 'sessions_ai'")))
    inserted_without_trigger(path)
    run(path, f"{sql};")


def updated_without_trigger(path: Path) -> None:
    without_trigger(path, "sessions_au")
    run(path, "UPDATE sessions SET content = 'zeta alpha' WHERE id = 2")


def renumbered(path: Path) -> None:
    without_trigger(path, "sessions_au")
    run(path, "UPDATE sessions SET id = id + 100; UPDATE sessions SET content = 'zeta alpha' WHERE id = 102")


def swapped(path: Path) -> None:
    """The same ids, other texts."""
    without_trigger(path, "sessions_au")
    run(path, "UPDATE sessions SET content = CASE id WHEN 2 THEN 'zeta alpha' WHEN 1 THEN 'beta' ELSE content END")


def ids_differ_in_equal_numbers(path: Path) -> None:
    without_trigger(path, "sessions_ai", "sessions_ad")
    run(path, "DELETE FROM sessions WHERE id = 2")
    append(path, "k", "user", "zeta alpha")


def emptied(path: Path) -> None:
    run(path, "INSERT INTO sessions_fts(sessions_fts) VALUES ('delete-all')")
    without_trigger(path, "sessions_au")
    run(path, "UPDATE sessions SET content = 'zeta alpha' WHERE id = 2")


def gone(path: Path) -> None:
    without_trigger(path, "sessions_ai", "sessions_ad", "sessions_au")
    run(path, "DROP TABLE sessions_fts; UPDATE sessions SET content = 'zeta alpha' WHERE id = 2")


def foreign(path: Path) -> None:
    updated_without_trigger(path)
    run(path, "INSERT INTO sessions_fts(rowid, session_key, content) VALUES (70, 'k', 'zeta alpha')")


LIES = [
    inserted_without_trigger,
    inserted_and_trigger_back,
    updated_without_trigger,
    renumbered,
    swapped,
    ids_differ_in_equal_numbers,
    emptied,
    gone,
    foreign,
]
lies = pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
orders = pytest.mark.parametrize("relevance", [False, True], ids=["newest", "relevance"])


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with writer(path) as connection:
        return list(connection.execute(statement))


def ids(found: Found) -> list[int | None]:
    return [hit.address.id for hit in found.hits]


def truth(path: Path, word: str) -> list[object]:
    """The newest first."""
    return [
        id for id, text in rows(path, "SELECT id, content FROM sessions ORDER BY id DESC") if word in str(text).split()
    ]


@lies
@orders
def test_what_is_there_is_found_and_counted(path: Path, lie: Callable[[Path], None], relevance: bool) -> None:
    lie(path)
    there = {word: truth(path, word) for word in ("zeta", "alpha", "beta", "nowhere")}
    before = folder_state(path.parent)
    store = SqliteStore(path)
    for word, expected in there.items():
        found = store.search(parse(word), relevance=relevance, scan=silent)
        assert set(ids(found)) == set(expected), word
        assert (found.total, len(found.hits), found.pending) == (len(expected), len(expected), False)
        assert ids(found) == expected or relevance
    assert folder_state(path.parent) == before


@lies
@orders
def test_the_first_answer_is_pending_and_its_hits_stay(
    path: Path, lie: Callable[[Path], None], relevance: bool
) -> None:
    lie(path)
    store = SqliteStore(path)
    for word in ("zeta", "alpha", "nowhere"):
        for limit in (1, 2, 3, 50, None):
            first = store.search(parse(word), limit=limit, relevance=relevance)
            whole = store.search(parse(word), limit=limit, relevance=relevance, scan=silent)
            assert first.pending or first.total in (None, len(truth(path, word)))
            assert first.total is None or first.total == len(truth(path, word)), "no total that may be wrong"
            kept = [id for id in ids(whole) if id in ids(first)]
            assert kept == ids(first)
        assert store.search(parse(word), limit=0).total in (None, len(truth(path, word)))


@lies
def test_search_at_the_command_line_never_says_nothing_of_what_is_there(
    path: Path, lie: Callable[[Path], None]
) -> None:
    lie(path)
    done = CliRunner().invoke(verbs, ["search", "zeta", "--json", "--store", str(path)])
    assert done.exit_code == 0
    assert [json.loads(line)["snippet"] for line in done.stdout.splitlines()] == ["zeta alpha"]
    assert lie is gone or done.stderr.endswith("; all rows were read\n")


def test_how_much_an_index_lacks_is_said(path: Path) -> None:
    without_trigger(path, "sessions_ai", "sessions_ad")
    append(path, "k", "user", "zeta")
    run(path, "DELETE FROM sessions WHERE id IN (1, 2)")
    found = SqliteStore(path).search(parse("zeta"), scan=silent)
    assert (
        found.note
        == "the search index of the database lacks 1 and has 2 that are gone of its messages; all rows were read"
    )


def test_an_index_in_step_needs_no_scan(tmp_path: Path) -> None:
    path = database(tmp_path, "head")
    for content in TEXTS:
        append(path, "k", "user", content)
    for word, total in (("alpha", 3), ("nowhere", 0)):
        found = SqliteStore(path).search(parse(word))
        assert (found.total, found.pending, found.note) == (total, False, "")


def test_without_the_trigger_for_updates_a_full_answer_is_no_total(tmp_path: Path) -> None:
    path = database(tmp_path, "seed")
    for content in TEXTS:
        append(path, "k", "user", content)
    full = SqliteStore(path).search(parse("alpha"), limit=2)
    assert (ids(full), full.total, full.pending) == ([5, 3], None, False)
    assert SqliteStore(path).search(parse("alpha"), limit=4).pending
    whole = SqliteStore(path).search(parse("alpha"), limit=4, scan=silent)
    assert (ids(whole), whole.total, whole.note) == ([5, 3, 1], 3, ""), "it was right after all"


def test_the_indexes_are_looked_at_once_for_each_state(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[IndexHealth] = []
    real = standing

    def counting(connection: sqlite3.Connection) -> IndexHealth:
        looked.append(real(connection))
        return looked[-1]

    monkeypatch.setattr(sqlite_store, "standing", counting)
    store = SqliteStore(path)
    for _ in range(3):
        store.search(parse("alpha"))
    assert len(looked) == 1
    append(path, "k", "user", "new")
    store.search(parse("alpha"))
    assert len(looked) == 2
    with writer(path) as daemon:
        for n in (3, 4):
            daemon.execute("INSERT INTO sessions VALUES (NULL, 'k', 'user', 'more', 'now')")
            for _ in range(2):
                store.search(parse("alpha"))
            assert len(looked) == n


@pytest.mark.parametrize("index", ["idx_sessions_key", "idx_sessions_key_id"])
def test_hits_and_ordinals_need_no_sound_index_of_keys(path: Path, index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(path, index, 1)
    for few in (0, 1000):
        monkeypatch.setattr(sqlite_search, "FEW", few)
        for key in (None, "k"):
            found = SqliteStore(path).search(parse("alpha"), key=key, scan=silent)
            assert [hit.ordinal for hit in found.hits] == [5, 3, 1]


def test_rows_that_can_not_be_read_make_no_answer_complete(path: Path) -> None:
    values = ", ".join(f"('k', 'user', 'filler {number} {'x' * 200}', 'now')" for number in range(400))
    run(path, f"INSERT INTO sessions (session_key, role, content, created_at) VALUES {values}")
    without_trigger(path, "sessions_au")
    break_leaf(path)
    found = SqliteStore(path).search(parse("alpha"), scan=silent)
    assert found.total is None
    assert found.note.startswith("not all rows can be read: ")
    done = CliRunner().invoke(verbs, ["search", "nowhere", "--store", str(path)])
    assert "nothing found in what could be read" in done.stderr
    assert CliRunner().invoke(verbs, ["check", "--store", str(path)]).exit_code in (1, 3)


def break_leaf(path: Path) -> None:
    """Spoil a leaf of the table in its middle."""
    run(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    at = data.index(b"filler 200 ") // 4096 * 4096
    data[at : at + 8] = b"\xa5" * 8
    path.write_bytes(data)
