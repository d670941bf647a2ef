"""A JSONL folder keeps the laws, and reads real stores as ZeroClaw reads them."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sessiontui.disk import stamps
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.contract.disk_home import DiskHome
from tests.contract.laws import Home, StoreLaws
from tests.support.damage import covered

DATA = Path(__file__).parent.parent / "data"
ZEROCLAW = DATA / "zeroclaw" / "jsonl-ws"
DAMAGED = DATA / "damaged"
MANIFEST = json.loads((DATA / "zeroclaw" / "manifest.json").read_bytes())


class JsonlHome(DiskHome):
    """A sessions folder."""

    def store(self) -> JsonlStore:
        return JsonlStore(self.folder)

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))

    def age(self, key: str, hours: float) -> None:
        then = time.time() - hours * 3600
        os.utime(self.store().file(self.store().resolve(key)), (then, then))


@contextlib.contextmanager
def jsonl_home() -> Iterator[JsonlHome]:
    with tempfile.TemporaryDirectory() as folder:
        sessions = Path(folder, "sessions")
        sessions.mkdir()
        yield JsonlHome(sessions)


class TestJsonl(StoreLaws):
    @staticmethod
    def home() -> contextlib.AbstractContextManager[Home]:
        return jsonl_home()


# ---- real stores, real verdicts


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def loaded(path: Path) -> list[Message]:
    return [Message(**record) for record in records(path)]


def test_the_list_is_what_zeroclaw_lists() -> None:
    expected = json.loads((ZEROCLAW / "expected" / "list.json").read_bytes())
    sessions = JsonlStore(ZEROCLAW / "sessions").sessions()
    assert sorted(session.key for session in sessions) == sorted(expected)
    assert all(session.reachable and session.problem is None for session in sessions)


@pytest.mark.parametrize("each", MANIFEST, ids=lambda each: f"{each['index']:02}")
def test_every_key_loads_what_zeroclaw_loads(each: dict[str, object]) -> None:
    store = JsonlStore(ZEROCLAW / "sessions")
    key = str(each["key"])
    expected = loaded(ZEROCLAW / "expected" / f"{each['index']:02}.load.jsonl")
    assert store.resolve(key) == each["sanitized"]
    assert list(store.messages(key)) == expected
    assert store.session(key).messages == len(expected)
    assert store.session(key).faults == 0
    assert [entry.message for entry in store.transcript(key).scan().load(0, len(expected))] == expected


@pytest.mark.parametrize("path", sorted(DAMAGED.glob("sessions/*.jsonl")), ids=lambda path: path.stem)
def test_a_damaged_file_is_read_as_zeroclaw_reads_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamps, "IDLE", 0)  # however new these files are
    store = JsonlStore(path.parent)
    expected = loaded(DAMAGED / "expected" / f"{path.stem}.load.jsonl")
    explained = records(DAMAGED / "expected" / f"{path.stem}.explain.jsonl")
    dropped = [line["line"] for line in explained if line["verdict"] not in ("ok", "blank")]
    blank = [line["line"] for line in explained if line["verdict"] == "blank"]
    session = store.session(path.stem)
    assert list(store.messages(path.stem)) == expected
    assert (session.messages, session.faults) == (len(expected), len(dropped))
    assert [line for line in covered(store.faults(path.stem)) if line not in blank] == dropped
    last = store.last(path.stem)
    assert (last and last[0]) == (expected[-1] if expected else None)


@pytest.mark.parametrize("path", sorted(DAMAGED.glob("sessions/*.jsonl")), ids=lambda path: path.stem)
def test_the_rows_of_a_damaged_file_are_its_bytes(path: Path) -> None:
    store = JsonlStore(path.parent)
    data = path.read_bytes()
    lines = data.split(b"\n")[: -1 if data.endswith(b"\n") or not data else None]
    entries = list(store.entries(path.stem))
    assert [entry.raw for entry in entries] == lines
    scanned = store.transcript(path.stem).scan()
    assert len(scanned) == len(lines)
    assert [entry.raw for entry in scanned.load(0, len(lines))] == lines
    tail = store.transcript(path.stem).tail(3)
    assert [entry.raw for entry in tail.load(0, 3)] == lines[-3:]
    for entry, raw in zip(entries, lines, strict=True):
        span = entry.address.span
        assert span is not None
        assert data[span.offset : span.stop] == raw
