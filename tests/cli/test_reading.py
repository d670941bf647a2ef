"""stores, list, show, check and search: what they print, for programs and for people."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sessiontui.dialects.file_names import read_back
from tests.cli.conftest import DATA, Runner, tree
from tests.support.capabilities import need_any_name
from tests.support.damage import left_alone

DAMAGED = DATA / "damaged"
REAL = DATA / "zeroclaw"


# ---- list


def test_list_gives_every_field_of_every_session(run: Runner) -> None:
    rows = run("list", "--json").rows
    assert rows[1] == {
        "key": "bob",
        "backend": "jsonl",
        "messages": 2,
        "faults": 1,
        "bytes": 96,
        "created_at": None,
        "last_activity": "2025-06-15T14:06:40+00:00",
        "name": None,
        "reachable": True,
    }
    assert [row["key"] for row in rows] == ["alice", "bob", "carol"]


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        ("activity", ["alice", "bob", "carol"]),
        ("key", ["alice", "bob", "carol"]),
        ("messages", ["alice", "bob", "carol"]),
        ("size", ["alice", "bob", "carol"]),
        ("faults", ["bob", "alice", "carol"]),
    ],
)
def test_list_sorts(run: Runner, sort: str, keys: list[str]) -> None:
    assert [row["key"] for row in run("list", "--json", "--sort", sort).rows] == keys


def test_list_sorts_keys_whatever_their_age(run: Runner, store: Path) -> None:
    (store / "aaron.jsonl").write_bytes(b"")
    os.utime(store / "aaron.jsonl", (1, 1))
    assert run("list", "--sort", "key", "--json").rows[0]["key"] == "aaron"
    assert run("list", "--json").rows[-1]["key"] == "aaron"


def test_list_for_people(run: Runner) -> None:
    lines = run("list").text.splitlines()
    assert lines[0].split() == ["alice", "2", "messages", "129", "B", *lines[0].split()[-1:]]
    assert lines[1].startswith("!  bob    2 messages  1 damaged line    96 B  ")
    assert len(lines) == 3


def test_list_filters_by_letters_in_order(run: Runner) -> None:
    assert [row["key"] for row in run("list", "--filter", "alc", "--json").rows] == ["alice"]
    assert run("list", "--filter", "zzz").out == b""


def test_list_says_what_zeroclaw_cannot_load(run: Runner, store: Path) -> None:
    (store / "a.b.jsonl").write_bytes(b"")
    (row,) = [row for row in run("list", "--json").rows if row["key"] == "a.b"]
    assert row["reachable"] is False
    assert any(line.startswith("≠  a.b") for line in run("list").text.splitlines())


@pytest.mark.parametrize("number", range(18))
def test_real_sessions_load_as_zeroclaw_loads_them(number: int) -> None:
    expected = REAL / "jsonl-ws" / "expected" / f"{number:02d}.load.jsonl"
    manifest = json.loads((REAL / "manifest.json").read_bytes())
    run = Runner(REAL / "jsonl-ws" / "sessions")
    shown = run("show", "--json", "--", _key(manifest, number)).rows
    assert shown == [_pair(line) for line in expected.read_bytes().split(b"\n") if line]


def _key(manifest: object, number: int) -> str:
    assert isinstance(manifest, (dict, list))
    entries = manifest if isinstance(manifest, list) else manifest["keys"]
    entry = entries[number]
    return entry if isinstance(entry, str) else str(entry["key"])


def _pair(line: bytes) -> dict[str, str]:
    read = json.loads(line)
    return {"role": read["role"], "content": read["content"]}


@pytest.mark.parametrize("name", sorted(path.stem for path in (DAMAGED / "sessions").glob("*.jsonl")))
def test_damaged_sessions_load_as_zeroclaw_loads_them(name: str) -> None:
    run = Runner(DAMAGED / "sessions")
    expected = (DAMAGED / "expected" / f"{name}.load.jsonl").read_bytes()
    assert run("show", name, "--json").rows == [_pair(line) for line in expected.split(b"\n") if line]


# ---- show


def test_show_json_is_exactly_role_and_content(run: Runner) -> None:
    assert run("show", "alice", "--json").out == (
        b'{"role":"user","content":"why did the token budget refresh?"}\n'
        b'{"role":"assistant","content":"it was a new day\\n\\tand a new key"}\n'
    )


def test_show_for_people(run: Runner) -> None:
    ran = run("show", "bob")
    assert ran.text == "user  #1\n  one\n\nuser  #2\n  three\n\n"
    assert ran.err.startswith("sessiontui: 1 damaged line not shown")
    assert run("show", "alice").text.splitlines()[3:6] == [
        "assistant  #2",
        "  it was a new day",
        "          and a new key",
    ]


def test_show_raw_is_the_file(run: Runner, store: Path) -> None:
    assert run("show", "bob", "--raw").out == (store / "bob.jsonl").read_bytes()


def test_show_raw_json_has_every_line(run: Runner) -> None:
    rows = run("show", "bob", "--raw", "--json").rows
    assert rows[0] == {
        "line": 1,
        "offset": 0,
        "length": 31,
        "fault": None,
        "role": "user",
        "content": "one",
        "text": '{"role":"user","content":"one"}',
    }
    assert [(row["line"], row["fault"], row["text"][:30]) for row in rows[1:]] == [
        (2, "torn", '{"role":"user","content":"tw'),
        (3, None, '{"role":"user","content":"thre'),
        (4, None, ""),
    ]


def test_undecodable_bytes_are_spelled(run: Runner, store: Path) -> None:
    (store / "odd.jsonl").write_bytes(b'{"role":"user","content":"\xff\xc3"}\n')
    (row,) = run("show", "odd", "--raw", "--json").rows
    assert row["text"] == '{"role":"user","content":"\\xff\\xc3"}'


@pytest.mark.parametrize(
    ("typed", "content"), [("", "empty"), ("a.b", "dot"), ("a b", "under"), ("a\\xff", "latin"), ("Ⓐ/½", "letters")]
)
def test_key_is_the_exact_stem_else_the_sanitised_one(run: Runner, store: Path, typed: str, content: str) -> None:
    for name, text in (
        (b"", "empty"),
        (b"a.b", "dot"),
        (b"a_b", "under"),
        (b"a\xff", "latin"),
        ("Ⓐ_½".encode(), "letters"),
    ):
        line = b'{"role":"user","content":"%b"}\n' % text.encode()
        if text == "latin":
            if content != text:
                continue
            need_any_name(store)
        (store / os.fsdecode(name + b".jsonl")).write_bytes(line)
    assert [row["content"] for row in run("show", typed, "--json").rows] == [content]
    assert read_back("a\\xff") == "a\udcff"


def test_one_file_is_a_store(store: Path) -> None:
    run = Runner(store / "bob.jsonl")
    assert [row["key"] for row in run("list", "--json").rows] == ["bob"]
    assert len(run("show", "bob", "--json").rows) == 2


@pytest.mark.exhaustive
def test_a_huge_line_is_streamed_and_the_same(run: Runner, store: Path) -> None:
    content = "é🦀\\n\\u00e9" * 620_000
    (store / "huge.jsonl").write_bytes(b'{"role":"tool","content":"%b"}\n{"a' % content.encode())
    left_alone(store / "huge.jsonl")
    (row,) = run("show", "huge", "--json").rows
    assert row == {"role": "tool", "content": "é🦀\né" * 620_000}
    first, second = run("show", "huge", "--raw", "--json").rows
    assert first["content"] == row["content"]
    assert first["text"] == f'{{"role":"tool","content":"{content}"}}'
    assert second["fault"] == "torn"
    assert run("show", "huge").text.count("🦀") == 620_000


# ---- check


def test_check_exits_1_for_damage_and_names_it(run: Runner, store: Path) -> None:
    ran = run("check", "--json", code=1)
    (row,) = ran.rows
    assert {name: row[name] for name in ("key", "path", "line", "offset", "length", "fault", "severity")} == {
        "key": "bob",
        "path": str(store / "bob.jsonl"),
        "line": 2,
        "offset": 32,
        "length": 28,
        "fault": "torn",
        "severity": "damage",
    }
    assert ran.err == "sessiontui: 3 sessions, 4 messages, 1 fault in 1 damaged line\n"


def test_check_for_people_says_file_line_and_byte(run: Runner) -> None:
    text = run("check", "bob", code=1).text
    assert text.startswith("bob.jsonl:2: byte 28 of the line, 60 of the file: ")
    assert text.endswith(" [torn] · 1 message can be had back as a guess, with --partial\n")


def test_check_of_whole_files_is_well(run: Runner) -> None:
    ran = run("check", "alice", "carol")
    assert ran.out == b""
    assert ran.err == "sessiontui: 2 sessions, 2 messages, 0 faults\n"


def test_check_names_what_is_no_file(run: Runner, store: Path) -> None:
    (store / "dir.jsonl").mkdir()
    os.mkfifo(store / "pipe.jsonl")
    (store / "gone.jsonl").symlink_to("nowhere")
    rows = run("check", "dir", "pipe", "gone", "--json", code=1).rows
    assert [(row["key"], row["fault"], row["line"]) for row in rows] == [
        ("dir", "not-a-file", None),
        ("pipe", "not-a-file", None),
        ("gone", "dangling", None),
    ]
    for name, sentence in (("dir", "is not a file"), ("pipe", "is not a file"), ("gone", "is a link to nothing")):
        for how in ([], ["--raw"], ["--json"], ["--raw", "--json"]):
            ran = run("show", name, *how, code=3)
            assert ran.out == b""
            assert ran.err.startswith(f"sessiontui: {name}.jsonl {sentence}")
    assert len(run("list", "--json").rows) == 6


def test_check_finds_what_zeroclaw_drops_in_every_damaged_file() -> None:
    run = Runner(DAMAGED / "sessions")
    found: dict[str, list[int]] = {}
    for row in run("check", "--json", code=1).rows:
        found.setdefault(row["key"], []).extend(range(row["line"], row["line"] + row["lines"]))
    for path in (DAMAGED / "expected").glob("*.explain.jsonl"):
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        blank = _those(lines, "blank")
        covered = found.get(path.name.removesuffix(".explain.jsonl"), [])
        assert [line for line in covered if line not in blank] == _those(lines, "rejected", "io-error"), path.name


def _those(lines: list[dict[str, object]], *verdicts: str) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if line["verdict"] in verdicts]


# ---- search


def test_search_finds_words_phrases_and_beginnings(run: Runner) -> None:
    (row,) = run("search", "token", "budget", "--json").rows
    assert row == {
        "key": "alice",
        "backend": "jsonl",
        "role": "user",
        "snippet": "why did the token budget refresh?",
        "ordinal": 1,
        "line": 1,
        "offset": 0,
    }
    assert len(run("search", '"new day"', "--json").rows) == 1
    assert run("search", '"day new"', "--json").rows == []
    assert len(run("search", "thr*", "--json").rows) == 1


def test_search_for_people_is_one_line_a_hit(run: Runner) -> None:
    ran = run("search", "new")
    assert ran.text == "alice #2 assistant  it was a new day and a new key\n"


def test_search_newest_first_and_limited(run: Runner, store: Path) -> None:
    (store / "many.jsonl").write_bytes(b"".join(b'{"role":"user","content":"hit %d"}\n' % n for n in range(60)))
    ran = run("search", "hit", "--json")
    assert [row["ordinal"] for row in ran.rows] == list(range(60, 10, -1))
    assert len(run("search", "hit", "--limit", "0", "--json").rows) == 60
    assert len(run("search", "hit", "--limit", "7", "--sort", "relevance", "--json").rows) == 7


@pytest.mark.parametrize("query", ['"', "AND", "a OR b", "NEAR(", "*", "'; drop", "col:x", "", "-", "\\", "😀", "中"])
def test_any_text_is_a_legal_query(run: Runner, query: str) -> None:
    run("search", "--json", "--", query)


def test_search_reaches_one_file_only_where_that_is_the_store(store: Path) -> None:
    assert Runner(store / "bob.jsonl")("search", "token").out == b""


# ---- stores


def test_stores_lists_the_known_places(run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from sessiontui.cli.verbs import verbs

    monkeypatch.setenv("ZEROCLAW_WORKSPACE", str(tmp_path))
    result = CliRunner().invoke(verbs, ["stores", "--json"])
    assert json.loads(result.stdout) == {
        "path": str(tmp_path / "sessions"),
        "backend": "jsonl",
        "sessions": 3,
        "last_activity": "2025-06-15T15:06:40+00:00",
        "default": True,
    }
    assert "3 sessions" in CliRunner().invoke(verbs, ["stores"]).stdout


def test_stores_begins_with_the_one_that_the_environment_names(
    run: Runner, store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from sessiontui.cli.verbs import verbs

    def stores(*arguments: str, code: int = 0) -> list[tuple[str, bool]]:
        result = CliRunner().invoke(verbs, ["stores", "--json", *arguments])
        assert result.exit_code == code
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        return [(row["path"], row["default"]) for row in rows]

    older = tmp_path / "older" / "sessions"
    older.mkdir(parents=True)
    monkeypatch.setenv("ZEROCLAW_WORKSPACE", str(store.parent))
    monkeypatch.setenv("SESSIONTUI_STORE", str(older))
    assert stores() == [(str(older), True), (str(store), False)]
    assert stores("-s", str(store)) == [(str(store), True)]
    assert stores("-s", str(tmp_path / "gone"), code=2) == [(str(store), False)]
    assert run("list", "--json").rows


# ---- SQLite


def test_sqlite_reads_as_zeroclaw_loads(database: Path) -> None:
    run = Runner(database)
    rows = run("list", "--json").rows
    assert rows
    assert all(row["backend"] == "sqlite" and row["faults"] is None for row in rows)
    manifest = json.loads((REAL / "manifest.json").read_bytes())
    expected = REAL / "sqlite-ws" / "expected"
    for number in range(18):
        lines = [line for line in (expected / f"{number:02d}.load.jsonl").read_bytes().split(b"\n") if line]
        shown = run("show", "--json", "--", _key(manifest, number), code=0 if lines else None)
        assert shown.rows == [_pair(line) for line in lines]


def test_sqlite_hits_have_their_id_and_time(database: Path) -> None:
    row = Runner(database)("search", "--limit", "1", "--json", "the").rows[0]
    assert list(row) == ["key", "backend", "role", "snippet", "ordinal", "id", "created_at"]
    assert isinstance(row["id"], int)


def test_sqlite_has_no_lines(database: Path) -> None:
    run = Runner(database)
    assert run("check").out == b""
    key = run("list", "--json").rows[0]["key"]
    rows = run("show", key, "--raw", "--json").rows
    assert all(row["line"] is None and row["text"] is None for row in rows)


# ---- nothing is touched


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "bob"),
        ("show", "bob", "--raw"),
        ("search", "one"),
        ("check",),
        ("journal",),
        ("undo", "--list"),
    ],
)
def test_reading_touches_nothing(run: Runner, store: Path, arguments: tuple[str, ...]) -> None:
    before = tree(store)
    run(*arguments, code=None)
    assert tree(store) == before


# ---- an import that was interrupted


@pytest.mark.parametrize("backend", ["jsonl", "sqlite"])
def test_an_interrupted_import_is_named_and_finished(run: Runner, store: Path, backend: str) -> None:
    """In a store of files it is a session with its trouble; a database lists no file, so a notice names it."""
    (store / "bob.jsonl").rename(store / "bob.jsonl.importing")
    if backend == "sqlite":
        run("migrate", "alice", "carol")
    listed = run("list")
    assert "bob.jsonl.importing" in (listed.text if backend == "jsonl" else listed.err)
    ran = run("check", "--json", code=1)
    (row,) = [row for row in ran.rows if row["key"] == "bob"]
    assert (row["fault"], row["severity"], row["salvage"], row["line"]) == (
        "interrupted-import",
        "damage",
        "none",
        None,
    )
    assert "bob.jsonl.importing" in row["reason"]
    assert [(row["key"], row["status"]) for row in run("migrate", "bob", "--json").rows] == [("bob", "migrated")]
    assert sorted(path.name for path in store.glob("bob*")) == ["bob.jsonl.migrated"]
    assert "importing" not in run("list").err
