"""The verb demo: a sample store that shows everything, the same at every run. Never writes into a folder in use."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from sessiontui.cli import output
from sessiontui.cli.browse import Browser, require_terminal
from sessiontui.cli.sample import damaged, healthy, long, sample_database, writing_systems
from sessiontui.dialects import zeroclaw
from sessiontui.errors import StoreError, UsageError
from sessiontui.model import Message
from sessiontui.store import detect


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--no-open", is_flag=True, help="Only write the store and print its path.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; opens nothing.")
@click.pass_obj
def demo(browser: Browser, *, folder: Path | None, no_open: bool, as_json: bool) -> int:
    """Write a sample store into DIR or a new temporary folder, print its path and open it."""
    store = write_sample(folder or Path(tempfile.mkdtemp(prefix="sessiontui-demo-")))
    if as_json:
        output.row(path=str(store))
        return 0
    output.say(str(store))
    if no_open:
        return 0
    sys.stdout.flush()
    require_terminal()
    return browser(detect.find(str(store), None, os.environ).location)


def write_sample(folder: Path, now: datetime | None = None) -> Path:
    """Write the sample store into ``folder``, made if need be, and return what to open: ``folder`` itself.

    The bytes of the files are the same at every run; their times, and those in the database, lie at fixed ages
    before ``now`` (by default: now). Raises ``UsageError`` when something stands in ``folder`` already.
    """
    now = now or datetime.now(UTC)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not an empty folder", "name a new one, or none for a temporary one")
        sessions = folder / "sessions"
        sessions.mkdir(mode=0o700, parents=True)
        _write_files(sessions, now)
        sample_database.write_database(sessions / "sessions.db", now)
    except OSError as error:
        raise StoreError(f"the sample can't be written to {folder}: {error.strerror}", "name another folder") from error
    return folder


def _write_files(sessions: Path, now: datetime) -> None:
    for talk in (*healthy.TALKS, *writing_systems.TALKS, *long.talks()):
        _write(sessions / f"{talk.key}.jsonl", _lines(talk.messages), now - talk.age)
    for wreck in damaged.wrecks():
        _write(sessions / f"{wreck.stem}.jsonl", wreck.data, now - wreck.age)
    _write(sessions / "matrix_quiet.jsonl", b"", now - timedelta(days=11))
    imported = sample_database.IMPORTED
    _write(sessions / f"{imported.key}.jsonl.migrated", _lines(imported.messages), now - imported.age)
    folder, dangling = sessions / "matrix_folder.jsonl", sessions / "slack_moved-away.jsonl"
    folder.mkdir(mode=0o700)
    dangling.symlink_to("nowhere.jsonl")
    for odd in (folder, dangling):
        _touch(odd, now - timedelta(days=13))


def _lines(messages: Iterable[Message]) -> bytes:
    return b"".join(map(zeroclaw.write, messages))


def _write(path: Path, data: bytes, time: datetime) -> None:
    path.write_bytes(data)
    path.chmod(0o600)
    _touch(path, time)


def _touch(path: Path, time: datetime) -> None:
    seconds = time.timestamp()
    os.utime(path, (seconds, seconds), follow_symlinks=False)
