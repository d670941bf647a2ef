"""The rows that need no screen: check, index, queries, pop, compact, migrate, doctor."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median

from tests.bench.process import OURS, copy, drive, in_turns, program, rival, run, scratch
from tests.bench.rivals import ripgrep
from tests.bench.stores import MARK_EVERY, SEED, Stores, mark
from tests.bench.table import NOT_YET, Amount, Cost, Figure, Missing, Row, Taken, p95


def _check(stores: Stores, pairs: int, folder: Path, name: str, what: str, limit: float) -> list[Taken]:
    def ours() -> Cost:
        with scratch(stores.root) as home:
            return run([*OURS, "check", "-s", folder, "--json"], home, allowed=(0, 1)).cost

    taken = in_turns(pairs, ours, lambda: rival("orjson_loop", folder).cost)
    return [Figure.of(name, what, "s", limit, "orjson loop", taken)]


def check(stores: Stores, pairs: int) -> list[Taken]:
    return _check(stores, pairs, stores.many, "check", "check, no damage", 1.3)


def check_damaged(stores: Stores, pairs: int) -> list[Taken]:
    return _check(stores, pairs, stores.hurt, "check-damaged", "check, 1 % of the lines damaged", 1.8)


def _weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def index(stores: Stores, pairs: int) -> list[Taken]:
    weights = []

    def ours() -> Cost:
        with scratch(stores.root) as home:
            cost = Cost(*drive(home, "index", stores.many))
            weights.append(Cost(_weight(home) / 1e6))
            return cost

    def theirs() -> Cost:
        with scratch(stores.root) as folder:
            return rival("bare_fts_load", stores.many, folder / "f.db").cost

    taken = in_turns(pairs, ours, theirs)
    sizes = [(weight, Cost(stores.content_bytes / 1e6)) for weight in weights]
    return [
        Figure.of("index", "index, first build", "s", 1.1, "bare load", taken),
        Figure.of("index", "index, size", "MB", 0.55, "text", sizes),
    ]


# ---- queries


def texts(stores: Stores, count: int) -> list[list[str]]:
    """The first words of so many messages, those of letters alone, from sessions of every size."""
    random = Random(SEED)
    found: list[list[str]] = []
    paths = sorted(stores.many.iterdir())
    while len(found) < count:
        with random.choice(paths).open("rb") as lines:
            words = json.loads(next(lines))["content"].replace(".", " ").split()[:3]
        if len(words) == 3 and all(word.isalpha() and word.isascii() for word in words):
            found.append(words)
    return found


def typed(stores: Stores, count: int) -> list[str]:
    """What a person might have in the search bar: common words, rarer ones, beginnings, words with one hit."""
    random = Random(SEED)
    words = [word for row in texts(stores, count) for word in row[:2]][: count // 2]
    words += [word[: random.randint(2, 4)] for word in words[: count // 4]]
    words += [mark(random.randint(1, stores.messages // MARK_EVERY) * MARK_EVERY) for _ in range(count // 4)]
    random.shuffle(words)
    return words[:count]


def _requested(file: Path, texts: Sequence[object]) -> Path:
    file.write_text(json.dumps(texts))
    return file


def queries(stores: Stores, pairs: int) -> list[Taken]:
    some = texts(stores, 60)
    kinds = {
        "words": [(words[0], f'"{words[0]}"') for words in some],
        "phrases": [(f'"{words[0]} {words[1]}"', f'"{words[0]} {words[1]}"') for words in some],
        "beginnings": [(words[0][: 1 + n % 3], f'"{words[0][: 1 + n % 3]}" *') for n, words in enumerate(some)],
    }
    taken: list[Taken] = []
    with scratch(stores.root) as home:
        drive(home, "index", stores.many)
        rival("bare_match", stores.many, home / "bare.db", _requested(home / "none.json", []))
        for kind, request in kinds.items():
            begins = kind == "beginnings"
            ours = _requested(home / "ours.json", [(text, begins) for text, _ in request])
            theirs = _requested(home / "theirs.json", [match for _, match in request])
            sides = []
            for _ in range(pairs):
                bare = json.loads(rival("bare_match", stores.many, home / "bare.db", theirs).output)
                own = [wall for wall, _ in drive(home, "queries", stores.many, ours)]
                sides.append((own, bare))
            taken.append(_prefixes(sides) if begins else _matches(kind, sides))
    taken += [Missing("query", f"a query, newest 50: {kind}", NOT_YET) for kind in ("boolean", "fields")]
    return taken


def _prefixes(sides: list[tuple[list[float], list[float]]]) -> Figure:
    costs = [(Cost(p95(own) * 1e3), Cost(p95(bare) * 1e3)) for own, bare in sides]
    return Figure.of("query", "… beginnings of 1–3 letters, p95", "ms", 0.3, "bare MATCH", costs)


def _matches(kind: str, sides: list[tuple[list[float], list[float]]]) -> Figure:
    """Of each pair the median of its queries' ratios counts."""
    ratios = tuple(median(mine / theirs for mine, theirs in zip(*side, strict=True)) for side in sides)
    own, bare = (median(median(each) for each in side) * 1e3 for side in zip(*sides, strict=True))
    return Figure("query", f"a query, newest 50: {kind}", "ms", 6, "bare MATCH", own, bare, ratios)


SCANNED = ("木漏れ日", "🧠", "✅ 🚀", "漢字", "→", "𝄞")
"""Texts that no index answers: three are in the generated messages, three are nowhere."""


def scans(stores: Stores, pairs: int) -> list[Taken]:
    rg = program(ripgrep.NAME, ripgrep.PACKAGE, stores.root.parent)
    with scratch(stores.root) as home:
        drive(home, "index", stores.many)
        request = _requested(home / "asked.json", [(text, False) for text in SCANNED])

        def theirs() -> Cost:
            runs = [run([rg, *ripgrep.OPTIONS, text, stores.many], allowed=(0, 1)) for text in SCANNED]
            return Cost(sum(each.seconds for each in runs), sum(each.cpu for each in runs))

        def ours() -> Cost:
            wall, cpu = (sum(each) for each in zip(*drive(home, "queries", stores.many, request), strict=True))
            return Cost(wall, cpu)

        taken = in_turns(pairs, ours, theirs)
    return [Figure.of("scan", f"{len(SCANNED)} scans: CJK, symbols, emoji", "s", 3, "ripgrep", taken)]


def long_message(stores: Stores, pairs: int) -> list[Taken]:
    """A word and a phrase in one message of 24 MB: both are bound by the reading of its bytes."""
    figures: list[Taken] = []
    with scratch(stores.root) as home:
        folder = home / "sessions"
        folder.mkdir()
        content = " ".join(f"{first} {second}" for first, second, _ in texts(stores, 200)) + " "
        whole = content * (24_000_000 // len(content)) + "zzlast zzword"
        (folder / "k.jsonl").write_text(json.dumps({"role": "user", "content": whole}, separators=(",", ":")) + "\n")
        drive(home, "index", folder)
        for what, text in (("a word", "zzlast"), ("a phrase", '"zzlast zzword"')):
            request = _requested(home / "asked.json", [(text, False)])

            def ours(request: Path = request) -> Cost:
                return Cost(*drive(home, "queries", folder, request)[0])

            taken = in_turns(pairs, ours, lambda: rival("orjson_loop", folder).cost)
            figures.append(Figure.of("long-message", f"{what} in one message of 24 MB", "s", 6, "orjson loop", taken))
    return figures


# ---- changes


def pop(stores: Stores, pairs: int) -> list[Taken]:
    with scratch(stores.root) as home:
        large, small = home / "large", home / "small"
        copy(stores.one, large)
        small.mkdir()
        line = '{"role":"user","content":"a line of a small file, of which it takes about a dozen"}\n'
        (small / "telegram_small.jsonl").write_text(line * 12 * pairs)
        os.sync()  # what was copied here is no part of it

        def one(folder: Path, key: str) -> Cost:
            took = drive(home, "pop", folder, key, "5")
            return Cost(median(wall for wall, _ in took) * 1e3, median(cpu for _, cpu in took) * 1e3)

        taken = in_turns(pairs, lambda: one(large, "telegram_all"), lambda: one(small, "telegram_small"))
    return [Figure.of("pop", "pop on the largest file", "ms", 1.5, "on 1 KB", taken)]


def compact(stores: Stores, pairs: int) -> list[Taken]:
    with scratch(stores.root) as home:
        whole = home / "whole" / "telegram_all.jsonl"
        whole.parent.mkdir()
        with whole.open("wb") as out:
            for path in sorted(stores.hurt.iterdir()):
                out.write(path.read_bytes())

        def ours() -> Cost:
            with scratch(home) as folder:
                copy(whole, folder)
                os.sync()  # what was copied here is no part of it
                return run([*OURS, "compact", "-s", folder, "telegram_all"], home).cost

        def theirs() -> Cost:
            with scratch(home) as folder:
                os.sync()
                loop, copied = rival("orjson_loop", whole.parent), copy(whole, folder)
                return Cost(loop.seconds + copied.seconds, loop.cpu + copied.cpu)

        taken = in_turns(pairs, ours, theirs)
    return [Figure.of("compact", "compact, 1 % of the lines damaged", "s", 1.8, "orjson loop + cp", taken)]


def migrate(stores: Stores, pairs: int) -> list[Taken]:
    """Of every fifth session: of all, a run of both takes three minutes."""
    verified: list[float] = []

    def ours() -> Cost:
        with scratch(stores.root) as home:
            copy(some, home / "sessions")
            os.sync()
            took = drive(home, "migrate", home / "sessions")
            verified.append(took["verified"][0])
            return Cost(*took["made"])

    def theirs() -> Cost:
        with scratch(stores.root) as folder:
            return rival("bare_migrate", some, folder / "sessions.db").cost

    with scratch(stores.root) as some:
        for path in sorted(stores.many.iterdir())[::5]:
            os.link(path, some / path.name)
        taken = in_turns(pairs, ours, theirs)
    return [
        Figure.of("migrate", "migrate, every fifth session", "s", 1.2, "bare executemany", taken),
        Amount("migrate", "… its verification, counted apart", "s", median(verified)),
    ]


def doctor(stores: Stores, pairs: int) -> list[Taken]:
    return [Missing("doctor", "doctor on a database", NOT_YET)]


ROWS = (
    Row("check", "check, no damage", check),
    Row("check-damaged", "check, 1 % of the lines damaged", check_damaged),
    Row("index", "index, first build, and its size", index),
    Row("query", "a query, newest 50: words, phrases, beginnings", queries),
    Row("scan", "scans: CJK, symbols, emoji", scans),
    Row("long-message", "a word and a phrase in one message of 24 MB", long_message),
    Row("pop", "pop on the largest file", pop),
    Row("compact", "compact, 1 % of the lines damaged", compact),
    Row("migrate", "migrate, every fifth session", migrate),
    Row("doctor", "doctor on a database", doctor),
)
