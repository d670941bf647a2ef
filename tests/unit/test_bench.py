"""The benchmark measures what it says: stores from a seed, rivals that know nothing of ours, verdicts by the bar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import process, table
from tests.bench.__main__ import ROWS
from tests.bench.stores import END_MARK, MARK_EVERY, mark, stores
from tests.support.sources import imported

RIVALS = sorted(path for path in process.RIVALS.glob("*.py") if path.stem != "__init__")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


def test_the_same_seed_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    made, again = stores(root, 20, 3_000), stores(tmp_path, 20, 3_000)
    assert made.sha256 == again.sha256
    assert stores(root, 20, 3_000) == made


def test_the_stores_hold_what_was_asked_for(root: Path) -> None:
    made = stores(root, 20, 3_000)
    files = sorted(made.many.iterdir())
    data = b"".join(path.read_bytes() for path in files)
    messages = [json.loads(line) for line in data.split(b"\n")[:-1]]
    assert (len(files), len(messages), len(data)) == (20, 3_000, made.bytes)
    assert sum(len(message["content"].encode()) for message in messages) == made.content_bytes
    assert [path.read_bytes() for path in made.one.iterdir()] == [data]
    assert data.count(END_MARK.encode()) == 1
    assert END_MARK in messages[-1]["content"]
    assert [n for n, message in enumerate(messages, 1) if mark(n) in message["content"]] == [
        MARK_EVERY * n for n in range(1, 4)
    ]


def test_each_hundredth_line_of_the_hurt_store_is_cut(root: Path) -> None:
    made = stores(root, 20, 3_000)
    healthy = b"".join(path.read_bytes() for path in sorted(made.many.iterdir())).split(b"\n")
    hurt = b"".join(path.read_bytes() for path in sorted(made.hurt.iterdir())).split(b"\n")
    cut = [n for n, (before, after) in enumerate(zip(healthy, hurt, strict=True), 1) if before != after]
    assert cut == list(range(100, 3_001, 100))


def test_the_crowd_is_ten_times_as_many_sessions_of_one_message(root: Path) -> None:
    made = stores(root, 20, 3_000)
    files = sorted(made.crowd.iterdir())
    assert len(files) == 200
    assert all(path.read_bytes().count(b"\n") == 1 for path in files)
    assert len({path.stem.rpartition("_")[2] for path in files}) == 200


@pytest.mark.parametrize("path", RIVALS, ids=lambda path: path.stem)
def test_a_rival_is_short_and_knows_nothing_of_ours(path: Path) -> None:
    assert path.read_text().count("\n") <= 30
    assert not {name for name in imported(path) if name.split(".")[0] in ("sessiontui", "tests")}


def test_there_is_a_row_for_every_budget() -> None:
    assert list(ROWS) == [
        "first-paint", "open", "check", "check-damaged", "index", "search", "query", "pop", "compact", "migrate",
        "filter", "page-down", "freeze", "memory", "memory-helper", "huge-line",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "rival", "limit", "ratio", "reached"),
    [
        (3.0, 2.0, 1.5, 1.5, True),
        (3.1, 2.0, 1.5, 1.55, False),
        (16.0, None, 16, None, True),
        (16.1, None, 16, None, False),
    ],
)
def test_the_bar_bounds_the_ratio_or_the_figure(
    ours: float, rival: float | None, limit: float, ratio: float | None, reached: bool
) -> None:
    figure = table.Figure("row", "what", ours, limit, "s", rival)
    assert (figure.ratio, figure.reached) == (ratio, reached)


def test_a_table_line_says_what_ours_rival_ratio_bar_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    table.print_figure(table.Figure("pop", "pop it", 3.1, 1.5, "ms", 2.0, "on 1 KB"), as_json=False)
    words = capsys.readouterr().out.split()
    assert words == [
        "pop",
        "pop",
        "it",
        "3.100",
        "ms",
        "on",
        "1",
        "KB",
        "2.000",
        "ms",
        "1.55",
        "×",
        "≤",
        "1.5",
        "×",
        "not",
        "reached",
    ]
    table.print_figure(table.Figure("pop", "pop it", 3.1, 1.5, "ms", 2.0, "on 1 KB"), as_json=True)
    line = json.loads(capsys.readouterr().out)
    assert (line["row"], line["ratio"], line["limit"], line["verdict"]) == ("pop", 1.55, 1.5, "not reached")


def test_a_program_that_fails_is_a_skipped_row_with_its_last_word() -> None:
    with pytest.raises(table.Skip, match="no such thing"):
        process.run(["python3", "-c", "import sys; sys.exit('no such thing')"])


@pytest.mark.parametrize(
    ("values", "expected"), [([1.0, 2.0], 2.0), ([float(n) for n in range(1, 101)], 95.05)], ids=["few", "many"]
)
def test_p95(values: list[float], expected: float) -> None:
    assert table.p95(values) == pytest.approx(expected)
