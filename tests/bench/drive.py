"""What is measured inside a process of ours, without the start of Python: ``python -m tests.bench.drive VERB …``.

Prints one JSON value. Runs in a process of its own, so that one measurement never warms another.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sessiontui.query.parse import parse
from sessiontui.store.jsonl.jsonl_store import JsonlStore


def _cpu() -> float:
    """Seconds of processor time of this process and of those that it waited for."""
    own, waited = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + waited.ru_utime + waited.ru_stime


def _took(what: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall time and of processor time."""
    began, spent = time.perf_counter(), _cpu()
    what()
    return time.perf_counter() - began, _cpu() - spent


def index(folder: str) -> tuple[float, float]:
    """The first build of the search index."""
    return _took(JsonlStore(Path(folder)).index)


def queries(folder: str, file: str) -> list[tuple[float, float]]:
    """Each query of a JSON file of [text, live], newest 50 hits, on an index that is there."""
    store = JsonlStore(Path(folder))
    store.index()
    request = [parse(text, live=live) for text, live in json.loads(Path(file).read_text())]
    return [_took(lambda query=query: store.search(query, limit=50)) for query in request]  # type: ignore[misc]


def pop(folder: str, key: str, times: str) -> list[tuple[float, float]]:
    """Each of several pops, planned and made."""
    from sessiontui.changes.verbs import pop as verb

    store = JsonlStore(Path(folder))
    return [_took(lambda: verb.make(store, verb.plan(store, key))) for _ in range(int(times))]


def migrate(folder: str) -> dict[str, tuple[float, float]]:
    """The move of a whole store, and what of it is verification: reading it before, hashing and counting."""
    from sessiontui.changes.edits import imports
    from sessiontui.changes.verbs import migrate as verb

    verified = [0.0, 0.0]

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any) -> Any:
            given: list[Any] = []
            for n, each in enumerate(_took(lambda: given.append(function(*words)))):
                verified[n] += each
            return given[0]

        return call

    plan = timed(verb.plan)(Path(folder), [path.stem for path in sorted(Path(folder).iterdir())])
    vars(verb)["digest"] = timed(vars(verb)["digest"])
    vars(imports)["extent"] = timed(vars(imports)["extent"])
    before = list(verified)
    wall, cpu = _took(lambda: verb.make(plan))
    made = (wall - verified[0] + before[0], cpu - verified[1] + before[1])
    return {"made": made, "verified": (verified[0], verified[1])}


if __name__ == "__main__":
    verbs: dict[str, Callable[..., object]] = {"index": index, "queries": queries, "pop": pop, "migrate": migrate}
    print(json.dumps(verbs[sys.argv[1]](*sys.argv[2:])))
