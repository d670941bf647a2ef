"""The helper process: what it says, when it ends, and what it does not load."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sessiontui.dialects import zeroclaw
from sessiontui.errors import Cancelled
from sessiontui.model import Message
from sessiontui.query.parse import parse
from sessiontui.store import helper_process as process
from sessiontui.store.index import index_process
from sessiontui.store.index.search_index import SearchIndex

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sessions"
    made.mkdir()
    (made / "one.jsonl").write_bytes(zeroclaw.write(Message("user", "foo")) * 3)
    return made


def test_it_indexes_and_says_so(folder: Path) -> None:
    size = (folder / "one.jsonl").stat().st_size
    process = index_process.start(folder)
    assert process.stdin is not None
    assert process.stdout is not None
    said = [json.loads(line) for line in process.stdout]
    assert process.wait(30) == 0
    process.stdin.close()
    process.stdout.close()
    assert said[0] == {"done": 0, "total": size}
    assert said[-2:] == [{"done": size, "total": size}, {"ready": True}]
    found = SearchIndex(folder).search(parse("foo"))
    assert (len(found.hits), found.note) == (3, "")


def test_a_store_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    process = index_process.start(tmp_path / "nowhere")
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert json.loads(said)["ready"] is False


def test_it_ends_when_nobody_holds_its_standard_input() -> None:
    code = """
import sys, time
from sessiontui.errors import Cancelled
from sessiontui.store.index import index_process

def update(self, progress, cancelled):
    progress(0, 0)
    while not cancelled():
        time.sleep(0.01)
    raise Cancelled

index_process.SearchIndex.update = update
sys.exit(index_process.main(["anywhere"]))
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b'{"done": 0, "total": 0}\n'
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(30) == Cancelled.exit_code
    assert process.stdout.read() == b""
    process.stdout.close()


def test_progress_is_said_now_and_then_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    report = process.reporter()
    for done in range(1, 1001):
        report(done, 1000)
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert said[-1] == {"done": 1000, "total": 1000}
    assert len(said) < 1000


def test_it_loads_no_screen() -> None:
    code = "import sys, sessiontui.store.index.index_process; print([m for m in ('textual', 'rich', 'rapidfuzz') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
