"""A command line run in this process, and the stores it is run on."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from sessiontui.cli.verbs import verbs

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as objects; fails where a line is none."""
        assert self.out.endswith(b"\n") or not self.out
        return [orjson.loads(line) for line in self.out.split(b"\n")[:-1]]


class Runner:
    """Runs command lines, on ``store`` where none is named."""

    def __init__(self, store: Path) -> None:
        self.store = store

    def __call__(self, verb: str, *arguments: str, stdin: bytes | None = None, code: int | None = 0) -> Ran:
        """``code`` is what it must exit with; None: whatever it likes."""
        result = CliRunner().invoke(verbs, [verb, "-s", str(self.store), *arguments], input=stdin)
        ran = Ran(result.exit_code, result.stdout_bytes, result.stderr)
        assert "Traceback" not in ran.err
        assert code in (None, ran.code), ran
        return ran


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A small store: a healthy session, a damaged one, an empty one."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "alice.jsonl").write_bytes(
        b'{"role":"user","content":"why did the token budget refresh?"}\n'
        b'{"role":"assistant","content":"it was a new day\\n\\tand a new key"}\n'
    )
    (folder / "bob.jsonl").write_bytes(
        b'{"role":"user","content":"one"}\n{"role":"user","content":"tw\n{"role":"user","content":"three"}\n\n'
    )
    (folder / "carol.jsonl").write_bytes(b"")
    for age, name in enumerate(("alice", "bob", "carol")):
        at = 1_750_000_000 - 3600 * age
        os.utime(folder / f"{name}.jsonl", (at, at))
    return folder


@pytest.fixture
def run(store: Path) -> Runner:
    return Runner(store)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A real sessions.db, alone in its folder."""
    folder = tmp_path / "db"
    shutil.copytree(DATA / "zeroclaw" / "sqlite-ws" / "sessions", folder)
    return folder / "sessions.db"


def tree(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Every file below a folder: hash, modification time, mode. What a dry run must leave alone."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            path.lstat().st_mtime_ns,
            path.lstat().st_mode,
        )
        for path in sorted(folder.rglob("*"))
    }
