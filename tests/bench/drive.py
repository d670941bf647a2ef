"""What is measured inside a process of ours, without the start of Python: ``python -m tests.bench.drive VERB …``.

Prints one JSON value. Runs in a process of its own, so that one measurement never warms another.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sessiontui.query.parse import parse
from sessiontui.store.jsonl import JsonlStore


def index(folder: str) -> float:
    """Seconds of the first build of the search index."""
    began = time.perf_counter()
    JsonlStore(Path(folder)).index()
    return time.perf_counter() - began


def queries(folder: str, words: str) -> list[float]:
    """Seconds of each query, newest 50 hits, on an index that is there."""
    store = JsonlStore(Path(folder))
    store.index()
    seconds = []
    for word in words.split(","):
        began = time.perf_counter()
        store.search(parse(word, live=True), limit=50)
        seconds.append(time.perf_counter() - began)
    return seconds


def pop(folder: str, key: str, times: str) -> list[float]:
    """Seconds of each of several pops, planned and made."""
    from sessiontui.changes import pop as verb

    store, seconds = JsonlStore(Path(folder)), []
    for _ in range(int(times)):
        began = time.perf_counter()
        verb.make(store, verb.plan(store, key))
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    verbs: dict[str, Callable[..., object]] = {"index": index, "queries": queries, "pop": pop}
    print(json.dumps(verbs[sys.argv[1]](*sys.argv[2:])))
