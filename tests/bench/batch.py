"""The rows that need no screen: check, index, queries, pop, compact, migrate."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from random import Random
from statistics import median

from tests.bench.process import DRIVE, OURS, copy, medians, rival, run, scratch
from tests.bench.stores import MARK_EVERY, SEED, Stores, mark
from tests.bench.table import Figure, Row, p95


def _check(stores: Stores, runs: int, folder: Path, name: str, what: str, limit: float) -> list[Figure]:
    def ours() -> float:
        with scratch(stores.root) as home:
            return run([*OURS, "check", "-s", folder, "--json"], home, allowed=(0, 1)).seconds

    own, theirs = medians(runs, ours, lambda: rival("orjson_loop", folder).seconds)
    return [Figure(name, what, own, limit, "s", theirs, "orjson loop")]


def check(stores: Stores, runs: int) -> list[Figure]:
    return _check(stores, runs, stores.many, "check", "check, no damage", 1.5)


def check_damaged(stores: Stores, runs: int) -> list[Figure]:
    return _check(stores, runs, stores.hurt, "check-damaged", "check, 1 % of the lines damaged", 2)


def _weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def index(stores: Stores, runs: int) -> list[Figure]:
    weights = []

    def ours() -> float:
        with scratch(stores.root) as home:
            seconds = float(json.loads(run([*DRIVE, "index", stores.many], home).output))
            weights.append(_weight(home))
            return seconds

    def theirs() -> float:
        with scratch(stores.root) as folder:
            return rival("bare_fts_load", stores.many, folder / "f.db").seconds

    own, bare = medians(runs, ours, theirs)
    return [
        Figure("index", "sidecar, first build", own, 1.3, "s", bare, "bare load"),
        Figure("index", "sidecar, size", weights[-1] / 1e6, 0.6, "MB", stores.content_bytes / 1e6, "text"),
    ]


def typed(stores: Stores, count: int) -> list[str]:
    """What a person might have in the search bar: common words, rarer ones, beginnings, words with one hit."""
    random, words = Random(SEED), []
    paths = sorted(stores.many.iterdir())
    for _ in range(count // 2):
        with random.choice(paths).open("rb") as lines:
            words += json.loads(next(lines))["content"].replace(".", " ").split()[:2]
    words = [word for word in words if word.isalpha() and word.isascii()]
    words += [word[: random.randint(2, 4)] for word in words[: count // 4]]
    words += [mark(random.randint(1, stores.messages // MARK_EVERY) * MARK_EVERY) for _ in range(count // 4)]
    random.shuffle(words)
    return words[:count]


def queries(stores: Stores, runs: int) -> list[Figure]:
    with scratch(stores.root) as home:
        run([*DRIVE, "index", stores.many], home)
        words = ",".join(typed(stores, 200))
        seconds = json.loads(run([*DRIVE, "queries", stores.many, words], home).output)
    return [Figure("query", "a query, newest 50 hits, p95 of 200", p95(seconds) * 1e3, 16, "ms")]


def pop(stores: Stores, runs: int) -> list[Figure]:
    times = str(3 + 2 * runs)

    def one(folder: Path, key: str, home: Path) -> float:
        return float(median(json.loads(run([*DRIVE, "pop", folder, key, times], home).output)))

    with scratch(stores.root) as home:
        large, small = home / "large", home / "small"
        copy(stores.one, large)
        small.mkdir()
        line = '{"role":"user","content":"a line of a small file, of which it takes about a dozen"}\n'
        (small / "telegram_small.jsonl").write_text(line * 12)
        os.sync()  # what was copied here is no part of it
        own, theirs = one(large, "telegram_all", home), one(small, "telegram_small", home)
    return [Figure("pop", "pop on the largest file", own * 1e3, 2, "ms", theirs * 1e3, "on 1 KB")]


def compact(stores: Stores, runs: int) -> list[Figure]:
    with scratch(stores.root) as home:
        whole = home / "whole" / "telegram_all.jsonl"
        whole.parent.mkdir()
        with whole.open("wb") as out:
            for path in sorted(stores.hurt.iterdir()):
                out.write(path.read_bytes())

        def ours() -> float:
            with scratch(home) as folder:
                copy(whole, folder)
                os.sync()  # what was copied here is no part of it
                return run([*OURS, "compact", "-s", folder, "telegram_all"], home).seconds

        def theirs() -> float:
            with scratch(home) as folder:
                os.sync()
                return rival("orjson_loop", whole.parent).seconds + copy(whole, folder)

        own, bare = medians(runs, ours, theirs)
    return [Figure("compact", "compact, 1 % of the lines damaged", own, 2, "s", bare, "orjson loop + cp")]


def migrate(stores: Stores, runs: int) -> list[Figure]:
    with scratch(stores.root) as home:

        def ours() -> float:
            folder = home / "sessions"
            copy(stores.many, folder)
            try:
                return run([*OURS, "migrate", "-s", folder], home).seconds
            finally:
                shutil.rmtree(folder)

        def theirs() -> float:
            with scratch(home) as folder:
                return rival("bare_migrate", stores.many, folder / "sessions.db").seconds

        own, bare = medians(runs, ours, theirs)
    return [Figure("migrate", "migrate the whole store", own, 1.3, "s", bare, "bare executemany")]


ROWS = (
    Row("check", "check, no damage", check),
    Row("check-damaged", "check, 1 % of the lines damaged", check_damaged),
    Row("index", "sidecar, first build, and its size", index),
    Row("query", "a query, newest 50 hits, p95", queries),
    Row("pop", "pop on the largest file", pop),
    Row("compact", "compact, 1 % of the lines damaged", compact),
    Row("migrate", "migrate the whole store", migrate),
)
