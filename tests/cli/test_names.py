"""Keys and the names of files, whatever the locale says and however accents are written."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.cli.conftest import Runner
from tests.support.databases import append as add_row
from tests.support.databases import database
from tests.support.matrices import few

LINE = b'{"role":"user","content":"hi"}\n'
KEY = "café_漢"
NFC, NFD = "café", unicodedata.normalize("NFD", "café")
LOCALES = Path("/usr/share/i18n/locales/en_US")


@pytest.fixture(scope="session")
def latin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Latin-1 locale."""
    if shutil.which("localedef") is None or not LOCALES.exists():
        pytest.skip("no Latin-1 locale can be made here")
    folder = tmp_path_factory.mktemp("locales")
    made = subprocess.run(
        ["localedef", "-i", "en_US", "-f", "ISO-8859-1", str(folder / "en_US.ISO-8859-1")],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no Latin-1 locale can be made here")
    return {"LOCPATH": str(folder), "LC_ALL": "en_US.ISO-8859-1"}


@pytest.fixture
def c() -> dict[str, str]:
    """The environment of a locale that knows ASCII only."""
    return {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / f"{KEY}.jsonl").write_bytes(LINE)
    return folder


def started(env: dict[str, str], *arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    command = [sys.executable, "-m", "sessiontui", *arguments]
    return subprocess.run(command, env=kept | env | {"PYTHONPATH": os.getcwd()}, capture_output=True, check=False)


@pytest.mark.parametrize("locale", few("latin", "c"))
def test_names_are_utf_8_in_every_locale(locale: str, request: pytest.FixtureRequest, sessions: Path) -> None:
    env = request.getfixturevalue(locale)
    found = started(env, "list", "--json", "-s", str(sessions))
    assert [json.loads(line)["key"] for line in found.stdout.splitlines()] == [KEY]
    assert started(env, "show", KEY.encode(), "--raw", "-s", str(sessions)).stdout == LINE
    moved = started(env, "migrate", KEY.encode(), "-s", str(sessions))
    assert (moved.returncode, moved.stderr) == (0, b"")
    with sqlite3.connect(sessions / "sessions.db") as connection:
        assert connection.execute("SELECT session_key FROM sessions").fetchall() == [(KEY,)]
    assert (sessions / f"{KEY}.jsonl.migrated").read_bytes() == LINE


def test_what_is_typed_in_latin_1_is_that_text(latin: dict[str, str], sessions: Path) -> None:
    (sessions / "café.jsonl").write_bytes(LINE)
    assert started(latin, "show", "café".encode("latin-1"), "--raw", "-s", str(sessions)).stdout == LINE
    added = started(latin, "append", "café".encode("latin-1"), "--role", "user", b"d\xe9j\xe0", "-s", str(sessions))
    assert (added.returncode, added.stdout.splitlines()[0]) == (0, b"appended 1 message to caf\xe9")
    assert (sessions / "café.jsonl").read_bytes() == LINE + '{"role":"user","content":"déjà"}\n'.encode()
    assert started(latin, "search", b"d\xe9j\xe0", "-s", str(sessions)).stdout == b"caf\xe9 #2 user  d\xe9j\xe0\n"
    assert started(latin, "list", "--filter", b"caf\xe9", "--json", "-s", str(sessions)).stdout.count(b"\n") == 2


def test_a_name_that_is_latin_1_stays_one(latin: dict[str, str], sessions: Path) -> None:
    path = os.fsencode(sessions) + b"/caf\xe9.jsonl"
    Path(os.fsdecode(path)).write_bytes(LINE)
    found = started(latin, "list", "--json", "-s", str(sessions))
    assert {json.loads(line)["key"] for line in found.stdout.splitlines()} == {KEY, r"caf\xe9"}
    assert started(latin, "show", b"caf\xe9", "--raw", "-s", str(sessions)).stdout == LINE


# ---- accents


@pytest.fixture
def cli(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.parametrize(("there", "typed"), [(NFD, NFC), (NFC, NFD)])
def test_a_key_finds_the_file_whose_accents_are_written_otherwise(
    cli: Runner, tmp_path: Path, there: str, typed: str
) -> None:
    (tmp_path / f"{there}.jsonl").write_bytes(LINE)
    assert cli("show", typed, "--json").rows == [{"role": "user", "content": "hi"}]
    cli("pop", typed)
    assert (tmp_path / f"{there}.jsonl").read_bytes() == b""


def test_the_exact_key_comes_first_then_the_sanitised_one(cli: Runner, tmp_path: Path) -> None:
    for key in (NFC, NFD, "cafe_"):
        (tmp_path / f"{key}.jsonl").write_bytes(LINE.replace(b"hi", key.encode()))
    for typed, expected in ((NFC, NFC), (NFD, NFD)):
        assert cli("show", typed, "--json").rows[0]["content"] == expected
    (tmp_path / f"{NFD}.jsonl").unlink()
    assert cli("show", NFD, "--json").rows[0]["content"] == "cafe_"


def test_a_key_that_may_be_any_of_several_names_them(cli: Runner, tmp_path: Path) -> None:
    spellings = ("é" + "e\u0301", "e\u0301" + "é")
    for key in spellings:
        (tmp_path / f"{key}.jsonl").write_bytes(LINE)
    ran = cli("pop", "éé", code=2)
    assert r"may be any of 2 sessions, with accents written otherwise: e\u0301\xe9, \xe9e\u0301" in ran.err
    assert all((tmp_path / f"{key}.jsonl").read_bytes() == LINE for key in spellings)


@pytest.mark.parametrize(("there", "typed"), [(NFD, NFC), (NFC, NFD)])
@pytest.mark.parametrize("backend", ["jsonl", "sqlite"])
def test_append_makes_no_second_session_of_one_text(
    cli: Runner, tmp_path: Path, there: str, typed: str, backend: str
) -> None:
    if backend == "jsonl":
        (tmp_path / f"{there}.jsonl").write_bytes(LINE)
        named = f"the file {there}.jsonl"
    else:
        add_row(database(tmp_path), there, "user", "hi")
        named = f"the session {there}"
    names = sorted(os.listdir(tmp_path))
    for more in ("--dry-run", "--wait=1"):
        ran = cli("append", typed, "--role", "user", "more", more, code=4)
        assert f"is the same text as {named}, with its accents written otherwise" in ran.err
    assert [name for name in sorted(os.listdir(tmp_path)) if name != ".sessiontui"] == names


@pytest.mark.parametrize("text", ["café", "한글", "がぎ"])
def test_the_filter_finds_either_form(cli: Runner, tmp_path: Path, text: str) -> None:
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    for key in (*forms, "other"):
        (tmp_path / f"{key}.jsonl").write_bytes(LINE)
    for form in forms:
        found = {row["key"] for row in cli("list", "--filter", form, "--json").rows}
        assert found == forms
