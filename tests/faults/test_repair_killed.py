"""A repair of several sessions killed before any one of its steps: each is as it was or repaired, its fragments with it."""

from __future__ import annotations

import json
import os
import warnings
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import repair
from sessiontui.disk.wait_policy import USUAL
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.folders import REPLY, USER, written

STEPS = ("write", "fsync", "fdatasync", "link", "unlink", "replace", "rename", "ftruncate")
TORN = b'{"role":"assi'
DAMAGED = {
    "a": USER + TORN + REPLY + b"INFO here\n",
    "b": b"INFO one\n" + REPLY + b"INFO two\n" + USER,
    "c": USER[:-1] + REPLY,
}
FRAGMENTS = {"a": [TORN, b"INFO here"], "b": [b"INFO one", b"INFO two"], "c": []}


def killed(run: Callable[[], object], n: int) -> bool:
    """Run it in a process that dies before step ``n``; whether it came that far."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads; none of them holds a lock
        child = os.fork()
    if not child:
        left = iter(range(n))
        for name in STEPS:
            setattr(os, name, _dying(getattr(os, name), left))
        try:
            run()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def _dying(real: Callable[..., Any], left: Any) -> Callable[..., Any]:
    def step(*args: Any, **options: Any) -> Any:
        if next(left, None) is None:
            if real.__name__ == "write":
                real(args[0], bytes(args[1])[:5])
            os._exit(1)
        return real(*args, **options)

    return step


def kept(folder: Path) -> dict[str, list[bytes]]:
    """The fragments in a journal by key; a file without any is none."""
    found: dict[str, list[bytes]] = {}
    for path in sorted((folder / ".sessiontui").glob("*.fragments")):
        for row in map(json.loads, path.read_bytes().splitlines()):
            found.setdefault(row["key"], []).append(b64decode(row["bytes"], validate=True))
    return found


@pytest.mark.timeout(180)
def test_what_stands_repaired_has_its_fragments_and_nothing_else_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SOON", 0.0)
    for n in range(1000):
        folder = tmp_path / str(n)
        folder.mkdir()
        for key, data in DAMAGED.items():
            written(folder, key, data)
        store = JsonlStore(folder)
        plan = repair.plan(store, None)
        came = killed(lambda store=store, plan=plan: repair.make(store, plan), n)  # type: ignore[misc]
        with journal.change(folder, "nothing", [], USUAL):
            """Every change settles what was interrupted before."""
        repaired = {key for key, data in DAMAGED.items() if (folder / f"{key}.jsonl").read_bytes() != data}
        assert kept(folder) == {key: FRAGMENTS[key] for key in repaired if FRAGMENTS[key]}, n
        if repaired:
            undo.make(folder, undo.plan(folder))
        assert {key: (folder / f"{key}.jsonl").read_bytes() for key in DAMAGED} == DAMAGED, n
        if not came:
            break
    assert repaired == {*DAMAGED}
    assert n > 20
