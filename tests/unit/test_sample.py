"""The sample store: the same at every run, refused where something stands, and it shows what it says it shows."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from sessiontui.cli.demo import write_sample
from sessiontui.cli.sample import damaged, healthy, long, sample_database, writing_systems
from sessiontui.cli.sample.script import Talk, talk
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.notes import notes
from sessiontui.dialects import zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.errors import UsageError
from sessiontui.model import Message

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
CHANNELS = ("discord", "gateway", "matrix", "slack", "telegram", "whatsapp")


def _fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in (folder / "sessions").iterdir()
        if path.is_file() and path.suffix != ".db"
    }


def _rows(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "sessions" / "sessions.db")) as connection:
        return connection.execute("SELECT * FROM sessions ORDER BY id").fetchall()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample") / "store", NOW)


def _healthy() -> list[Talk]:
    return [*healthy.TALKS, *writing_systems.TALKS, *long.talks()]


def test_a_script_becomes_messages() -> None:
    made = talk("k", "@user\nhello\n\nthere\n@assistant\nhi\n", days=1)
    assert made == Talk("k", timedelta(days=1), (Message("user", "hello\n\nthere"), Message("assistant", "hi")))


def test_the_same_bytes_and_times_at_every_run(sample: Path, tmp_path: Path) -> None:
    again = write_sample(tmp_path / "again", NOW)
    assert _fingerprint(again) == _fingerprint(sample)
    assert _rows(again) == _rows(sample)


def test_a_folder_in_use_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(UsageError, match="is not an empty folder"):
        write_sample(tmp_path, NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep")
    with pytest.raises(UsageError):
        write_sample(tmp_path / "file", NOW)


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert write_sample(tmp_path, NOW) == tmp_path
    assert (tmp_path / "sessions" / "sessions.db").is_file()


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_has_healthy_sessions(channel: str) -> None:
    assert [each.key for each in _healthy() if each.key.startswith(f"{channel}_")]


@pytest.mark.parametrize("each", _healthy(), ids=lambda each: each.key)
def test_healthy_sessions_are_read_back_whole(each: Talk, sample: Path) -> None:
    data = (sample / "sessions" / f"{each.key}.jsonl").read_bytes()
    assert tuple(zeroclaw.read(line) for line in data.removesuffix(b"\n").split(b"\n")) == each.messages


def test_the_long_session_and_the_big_message() -> None:
    chat, big = long.talks()
    assert len(chat.messages) == 12_000
    assert len({message.content for message in chat.messages}) > 6_000
    assert [message.role for message in big.messages] == ["user", "tool", "assistant"]
    assert 1_000_000 <= len(big.messages[1].content.encode()) < 1_000_200


KINDS: Final[dict[str, set[str]]] = {
    "telegram_night-train": {"fused", "glued", "torn"},
    "slack_two-writers": {"glued", "interleaved", "blank"},
    "matrix_power-loss": {"nul-run"},
    "discord_editors": {"bom", "invalid-utf8", "crlf", "utf16"},
    "whatsapp_cut-emoji": {"lone-surrogate", "invalid-utf8"},
    "telegram_by-hand": {
        "trailing-comma",
        "python-repr",
        "pretty-printed",
        "array",
        "duplicate-key",
        "split-record",
        "raw-control",
    },
    "slack_merged": {"merge-marker"},
    "gateway_redirected": {"log-text"},
    "gateway_other-program": {"wrong-shape", "non-finite", "foreign"},
    "discord_rewritten": {"stale-tail"},
    "slack_compressed": {"not-jsonl"},
    "telegram_odd-but-healthy": {"separator-in-string", "blank", "repeated-line", "no-final-newline"},
    "gateway_hostile": set(),
    "hostile_\x1b[31m[red]name": set(),
    "matrix_wide-file": {"utf16"},
    "slack_gone-astray": {"deep-nesting", "malformed", "torn", "foreign"},
    "discord_a.b": {"odd-name"},
}
"""Which faults stand in each damaged session, by the ids that ``check --notes`` gives."""


@pytest.mark.parametrize("wreck", damaged.wrecks(), ids=lambda wreck: wreck.stem.encode("unicode_escape").decode())
def test_damage_is_dropped_and_what_stands_beside_it_is_read(wreck: damaged.Wreck) -> None:
    read = [zeroclaw.read(line) for line in wreck.data.split(b"\n")]
    dropped = any(isinstance(each, Dropped) for each in read)
    healthy_file = wreck.stem in {"telegram_odd-but-healthy", "gateway_hostile", "discord_a.b"} or "\x1b" in wreck.stem
    assert dropped is not healthy_file
    assert any(isinstance(each, Message) for each in read) is (
        wreck.stem not in {"slack_compressed", "matrix_wide-file"}
    )


@pytest.mark.parametrize("wreck", damaged.wrecks(), ids=lambda wreck: wreck.stem.encode("unicode_escape").decode())
def test_what_stands_in_a_damaged_session_is_what_is_said_of_it(wreck: damaged.Wreck) -> None:
    lines = list(lines_of(wreck.data))
    sound = [line for line in lines if not isinstance(zeroclaw.read(line.data), Dropped)]
    found = {fault.id for fault in (*faults(lines), *notes(sound))}
    assert found == KINDS[wreck.stem] - {"odd-name"}  # which is not in its bytes


def test_every_cheap_class_of_damage_is_there() -> None:
    assert {kind for kinds in KINDS.values() for kind in kinds} >= {
        "array", "bom", "crlf", "deep-nesting", "duplicate-key", "foreign", "fused", "glued", "interleaved", "invalid-utf8",
        "log-text", "lone-surrogate", "malformed", "merge-marker", "no-final-newline", "non-finite", "not-jsonl", "nul-run",
        "odd-name", "pretty-printed", "python-repr", "raw-control", "split-record", "stale-tail", "torn",
        "trailing-comma", "utf16", "wrong-shape",
    }  # fmt: skip


def test_the_hostile_session_holds_what_terminals_obey(sample: Path) -> None:
    data = (sample / "sessions" / "gateway_hostile.jsonl").read_bytes()
    messages = [zeroclaw.read(line) for line in data.removesuffix(b"\n").split(b"\n")]
    text = "".join(message.content for message in messages if isinstance(message, Message))
    for obeyed in ("\x1b]52;", "\x1b]8;", "\x1b]0;", "\x1b[31m", "\x9b", "\x07", "\u202e", "[@click=", "\U000e0041"):
        assert obeyed in text
    assert b"\x1b" not in data  # a writer escapes it; a reader gets it back


def test_the_database_holds_its_sessions_and_the_imported_one(sample: Path) -> None:
    folder = sample / "sessions"
    rows = _rows(sample)
    assert [(row[1], row[2], row[3]) for row in rows] == [
        (each.key, message.role, message.content) for each in sample_database.TALKS for message in each.messages
    ]
    assert (folder / "telegram_old-phone.jsonl.migrated").is_file()
    assert not (folder / "telegram_old-phone.jsonl").exists()
    with closing(sqlite3.connect(folder / "sessions.db")) as connection:
        found = connection.execute("SELECT count(*) FROM sessions_fts WHERE sessions_fts MATCH 'bicycle'").fetchone()
        last = connection.execute("SELECT max(last_activity) FROM session_metadata").fetchone()
        connection.execute("INSERT INTO sessions_fts(sessions_fts, rank) VALUES ('integrity-check', 1)")
    assert found == (1,)
    assert last == ("2026-03-15T06:00:00.000000+00:00",)


def test_every_time_lies_before_now_and_files_are_private(sample: Path) -> None:
    for path in (sample / "sessions").iterdir():
        facts = path.lstat()
        assert path.is_symlink() or facts.st_mode & 0o077 == 0
        assert path.suffix == ".db" or facts.st_mtime < NOW.timestamp()


def test_what_opens_first_shows_damage(sample: Path) -> None:
    newest = max((sample / "sessions").glob("*.jsonl"), key=lambda path: path.lstat().st_mtime)
    assert newest.name == "telegram_night-train.jsonl"


def test_what_is_no_file_is_there_too(sample: Path) -> None:
    assert (sample / "sessions" / "matrix_folder.jsonl").is_dir()
    assert (sample / "sessions" / "slack_moved-away.jsonl").is_symlink()
    assert not (sample / "sessions" / "slack_moved-away.jsonl").exists()
