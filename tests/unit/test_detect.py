"""Which store is meant: every form of STORE, both backends in a folder, several places, and what is no store."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessiontui.errors import StoreError, UsageError
from sessiontui.model import Backend
from sessiontui.store import detect
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore

LINE = b'{"role":"user","content":"hi"}\n'
DATABASE = Path(__file__).parent.parent / "data" / "zeroclaw" / "sqlite-ws" / "sessions" / "sessions.db"


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace" / "sessions"
    folder.mkdir(parents=True)
    return folder


def session(folder: Path, name: str = "a.jsonl", at: float = 1_000_000_000) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(LINE)
    os.utime(path, (at, at))
    return path


def database(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DATABASE, folder / "sessions.db")
    return folder / "sessions.db"


def find(store: Path | str | None, backend: Backend | None = None, **env: str) -> detect.Chosen:
    return detect.find(None if store is None else str(store), backend, env)


# ---- one STORE


def test_the_folder_above_and_the_folder_itself_are_the_same_store(sessions: Path) -> None:
    session(sessions)
    for store in (sessions.parent, sessions):
        location = find(store).location
        assert (location.path, location.backend, location.sessions) == (sessions, Backend.JSONL, 1)
        (location,) = detect.locations({"SESSIONTUI_STORE": str(store), "HOME": str(sessions)})
        assert location.last_activity == datetime.fromtimestamp(1_000_000_000, UTC)


def test_the_activity_of_a_folder_is_that_of_its_newest_session(sessions: Path) -> None:
    for name in "abcdefgh":
        session(sessions, f"{name}.jsonl", at=0)
    session(sessions, "d.jsonl", at=7)
    (location,) = detect.locations({"SESSIONTUI_STORE": str(sessions), "HOME": str(sessions)})
    assert (location.sessions, location.last_activity) == (8, datetime.fromtimestamp(7, UTC))


def test_no_file_is_asked_when_it_was_written_where_that_decides_nothing(
    sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(sessions)
    request: list[str] = []
    real = detect._mtime

    def watched(path: str) -> int:
        request.append(path)
        return real(path)

    monkeypatch.setattr(detect, "_mtime", watched)
    for store in (sessions, sessions.parent):
        assert find(store).location.sessions == 1
    assert request == []
    session(sessions.parent.parent / "sessions", "b.jsonl")
    find(sessions.parent.parent)
    assert [Path(path).name for path in request] == ["b.jsonl", "a.jsonl"]


def test_zeroclaws_own_folder_is_looked_into(sessions: Path) -> None:
    session(sessions)
    assert find(sessions.parent.parent).location.path == sessions


@pytest.mark.parametrize("below", ["sessions", "data/sessions", "workspace/sessions"])
@pytest.mark.parametrize("stray", ["runtime-trace.jsonl", "costs.jsonl", "sessions.db", "old.jsonl.migrated"])
def test_a_sessions_folder_wins_over_what_is_beside_it(tmp_path: Path, below: str, stray: str) -> None:
    session(tmp_path / below)
    _ = database(tmp_path) if stray == "sessions.db" else session(tmp_path, stray, at=2_000_000_000)
    chosen = find(tmp_path)
    assert (chosen.location.path, chosen.location.sessions) == (tmp_path / below, 1)
    assert [(location.stray, location.path.relative_to(tmp_path)) for location in chosen.others] == [
        (True, Path("sessions.db" if stray == "sessions.db" else "."))
    ]
    backend = Backend.SQLITE if stray == "sessions.db" else Backend.JSONL
    if backend is Backend.SQLITE:
        with pytest.raises(UsageError, match="there is no sqlite store"):
            find(tmp_path, backend)
    (location, *_) = detect.locations({"SESSIONTUI_STORE": str(tmp_path), "HOME": str(tmp_path / "nobody")})
    assert location.path == tmp_path / below


def test_an_empty_sessions_folder_wins_too(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    session(tmp_path, "costs.jsonl")
    chosen = find(tmp_path)
    assert (chosen.location.path, chosen.location.sessions) == (tmp_path / "sessions", 0)
    assert [location.path for location in chosen.others] == [tmp_path]


def test_a_sessions_folder_that_is_named_wins_over_one_in_it(
    sessions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session(sessions)
    session(sessions / "sessions")
    (tmp_path / "link").symlink_to(sessions)
    assert find(sessions).location.path == sessions
    assert find(tmp_path / "link").location.path == tmp_path / "link"
    monkeypatch.chdir(sessions)
    assert find(".").location.sessions == 1
    assert find(".").location.path.samefile(sessions)


@pytest.mark.parametrize("kind", ["a file", "a link to nothing"])
def test_what_is_named_sessions_and_is_no_folder_hides_nothing(tmp_path: Path, kind: str) -> None:
    session(tmp_path)
    if kind == "a file":
        (tmp_path / "sessions").touch()
    else:
        (tmp_path / "sessions").symlink_to(tmp_path / "gone")
    assert find(tmp_path).location.path == tmp_path


def test_a_link_to_a_sessions_folder_wins_over_what_is_beside_it(sessions: Path, tmp_path: Path) -> None:
    session(sessions)
    home = tmp_path / "home"
    session(home, "costs.jsonl")
    (home / "sessions").symlink_to(sessions)
    assert find(home).location.path == home / "sessions"


def test_one_session_file_is_a_store_of_that_session(sessions: Path) -> None:
    session(sessions, "b.jsonl")
    store = find(session(sessions)).location.open()
    assert isinstance(store, JsonlStore)
    assert [each.key for each in store.sessions()] == ["a"]
    assert store.path == sessions


def test_one_database_file_of_any_name_is_a_store(sessions: Path) -> None:
    path = database(sessions).rename(sessions / "copy.db")
    store = find(path).location.open()
    assert isinstance(store, SqliteStore)
    assert store.path == path


def test_a_database_is_known_by_its_first_bytes(sessions: Path) -> None:
    path = database(sessions).rename(sessions / "copy.sqlite")
    assert find(path).location.backend is Backend.SQLITE


@pytest.mark.parametrize("name", ["sessions", "empty"])
def test_an_empty_folder_is_a_store_of_no_sessions(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    location = find(folder).location
    assert (location.path, location.backend, location.sessions, location.last_activity) == (
        folder,
        Backend.JSONL,
        0,
        None,
    )


def test_a_sessions_folder_may_hold_other_files(sessions: Path) -> None:
    (sessions / "notes.txt").touch()
    assert find(sessions).location.sessions == 0


def test_a_fully_migrated_folder_without_its_database_is_an_empty_store(tmp_path: Path) -> None:
    session(tmp_path, "a.jsonl.migrated")
    assert find(tmp_path).location.sessions == 0


def test_another_folder_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UsageError, match="no sessions in") as caught:
        find(tmp_path)
    assert "sessions/" in caught.value.hint


def test_nothing_at_the_path(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", session(tmp_path) / "below"):
        with pytest.raises(UsageError, match="nothing at"):
            find(path)


@pytest.mark.timeout(5)
def test_a_pipe_is_refused_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(UsageError, match="neither a folder nor a file"):
        find(tmp_path / "pipe.jsonl")


def test_a_file_of_another_kind_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(UsageError, match="no store"):
        find(tmp_path / "notes.txt")


@pytest.mark.parametrize("suffix", [".migrated", ".importing"])
def test_an_imported_file_is_no_live_session(sessions: Path, suffix: str) -> None:
    path = session(sessions, f"a.jsonl{suffix}")
    with pytest.raises(UsageError, match="not a live session"):
        find(path)


def test_acp_sessions_are_named_as_not_supported_yet(sessions: Path) -> None:
    path = sessions / "acp-sessions.db"
    path.touch()
    for store in (path, sessions, sessions.parent):
        with pytest.raises(UsageError, match="not yet supported"):
            find(store)


def test_acp_sessions_beside_a_store_are_passed_over(sessions: Path) -> None:
    (sessions / "acp-sessions.db").touch()
    session(sessions)
    chosen = find(sessions)
    assert (chosen.location.backend, chosen.others) == (Backend.JSONL, ())


# ---- both backends in one folder


@pytest.mark.parametrize(("at", "newer"), [(0, Backend.SQLITE), (4_000_000_000, Backend.JSONL)])
def test_of_two_backends_the_one_with_newer_activity_opens(sessions: Path, at: float, newer: Backend) -> None:
    session(sessions, at=at)
    database(sessions)
    chosen = find(sessions)
    assert chosen.location.backend is newer
    assert chosen.location.default
    assert [other.default for other in chosen.others] == [False]


@pytest.mark.parametrize("backend", [Backend.JSONL, Backend.SQLITE])
def test_the_backend_can_be_chosen(sessions: Path, backend: Backend) -> None:
    session(sessions)
    database(sessions)
    assert find(sessions, backend).location.backend is backend


def test_a_backend_that_is_not_there_is_wrong_usage(sessions: Path) -> None:
    path = session(sessions)
    for store in (sessions, path):
        with pytest.raises(UsageError, match="no sqlite store") as caught:
            find(store, Backend.SQLITE)
        assert "jsonl" in caught.value.hint


def test_a_folder_of_imported_sessions_is_a_database(sessions: Path) -> None:
    session(sessions, "a.jsonl.migrated")
    database(sessions)
    chosen = find(sessions)
    assert (chosen.location.backend, chosen.others) == (Backend.SQLITE, ())
    with pytest.raises(UsageError, match="no jsonl store"):
        find(sessions, Backend.JSONL)


def test_a_broken_database_is_still_shown(sessions: Path) -> None:
    session(sessions)
    (sessions / "sessions.db").write_bytes(b"no database at all, but longer than a header of one hundred bytes" * 9)
    chosen = find(sessions, Backend.SQLITE)
    assert (chosen.location.sessions, [other.backend for other in chosen.others]) == (None, [Backend.JSONL])


# ---- no STORE


def test_a_broken_database_that_is_newer_hides_no_session(sessions: Path) -> None:
    session(sessions, at=1_000_000_000)
    for junk in (b"", b"no database"):
        (sessions / "sessions.db").write_bytes(junk)
        chosen = find(sessions)
        assert chosen.location.backend is Backend.JSONL
        assert [other.backend for other in chosen.others] == [Backend.SQLITE]


def test_the_variable_names_the_store(sessions: Path) -> None:
    session(sessions)
    assert find(None, SESSIONTUI_STORE=str(sessions.parent)).location.path == sessions


def test_of_several_places_the_one_with_the_newest_activity_opens(tmp_path: Path) -> None:
    session(tmp_path / "data" / "sessions", at=1_000_000_000)
    session(tmp_path / "workspace" / "sessions", at=1_500_000_000)
    session(tmp_path / "home" / ".zeroclaw" / "data" / "sessions", at=1_200_000_000)
    env = {"HOME": str(tmp_path / "home"), "ZEROCLAW_CONFIG_DIR": str(tmp_path)}
    chosen = detect.find(None, None, env)
    assert chosen.location.path == tmp_path / "workspace" / "sessions"
    assert [other.path.parent.parent for other in chosen.others] == [tmp_path / "home" / ".zeroclaw", tmp_path]
    assert [location.default for location in detect.locations(env)] == [True, False, False]


def test_a_place_named_twice_by_a_link_is_one(tmp_path: Path) -> None:
    session(tmp_path / ".zeroclaw" / "data" / "sessions")
    (tmp_path / ".zeroclaw" / "workspace").symlink_to(tmp_path / ".zeroclaw" / "data")
    assert len(detect.locations({"HOME": str(tmp_path)})) == 1


def test_an_empty_place_comes_last(tmp_path: Path) -> None:
    (tmp_path / ".zeroclaw" / "data" / "sessions").mkdir(parents=True)
    session(tmp_path / ".zeroclaw" / "workspace" / "sessions", at=0)
    assert find(None, HOME=str(tmp_path)).location.path.parent.name == "workspace"


def test_nothing_found_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.zeroclaw/data/sessions.*\.zeroclaw/workspace/sessions") as caught:
        find(None, HOME=str(tmp_path))
    assert "sessiontui demo" in caught.value.hint
    assert detect.locations({"HOME": str(tmp_path)}) == []


def shut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a folder from being read, by root too."""
    real = os.listdir

    def listdir(path: Path) -> object:
        if path == folder:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)


def test_a_folder_that_cannot_be_read_is_an_error_of_the_store(sessions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shut(sessions, monkeypatch)
    with pytest.raises(StoreError, match="can't be read: Permission denied"):
        find(sessions)


def test_a_place_that_cannot_be_read_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / ".zeroclaw" / "data" / "sessions"
    session(closed)
    session(tmp_path / ".zeroclaw" / "workspace" / "sessions")
    shut(closed, monkeypatch)
    locations = detect.locations({"HOME": str(tmp_path)})
    assert [(location.sessions, location.path == closed) for location in locations] == [(1, False), (None, True)]


def test_a_folder_of_files_is_found_and_opened_without_sqlite(sessions: Path) -> None:
    session(sessions)
    code = (
        "import sys\nfrom sessiontui.store.detect import find\n"
        f"assert find({str(sessions)!r}, None, {{}}).location.open().backend == 'jsonl'\n"
        "print('sqlite3' in sys.modules, 'textual' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False False\n"
