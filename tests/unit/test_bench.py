"""The benchmark measures what it says: stores from a seed, rivals that know nothing of ours, verdicts by the bar."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import process, table
from tests.bench.__main__ import ROWS
from tests.bench.stores import END_MARK, MARK_EVERY, SEED, mark, stores
from tests.bench.table import Cost
from tests.support.sources import imported

RIVALS = sorted(path for path in process.RIVALS.glob("*.py") if path.stem != "__init__")


@pytest.fixture(autouse=True)
def _short_tape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.stores.TAPE", 50_000)


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
        "first-paint", "open", "check", "check-damaged", "index", "query", "scan", "long-message", "search", "filter",
        "pop", "compact", "migrate", "page-down", "freeze", "doctor", "memory", "huge-line",
    ]  # fmt: skip


def figure(*ratios: float, limit: float = 1.5) -> table.Figure:
    return table.Figure.of(
        "pop", "pop it", "ms", limit, "on 1 KB", [(Cost(2 * each, 3.0), Cost(2.0, 1.5)) for each in ratios]
    )


@pytest.mark.parametrize(
    ("ratios", "ratio", "verdict"),
    [((1.5,), 1.5, "ok"), ((1.51,), 1.51, "falls short"), ((9.0, 1.4, 1.0), 1.4, "ok"), ((1.0, 2.0), 1.5, "ok")],
)
def test_the_bar_bounds_the_median_of_the_pairs_ratios(ratios: tuple[float, ...], ratio: float, verdict: str) -> None:
    assert (figure(*ratios).ratio, figure(*ratios).verdict) == (ratio, verdict)


def test_the_ratio_of_a_pair_is_of_what_was_taken_together() -> None:
    """Not that of the medians of both sides, which a machine that gets slower in the middle would spoil."""
    pairs = [(Cost(1.0), Cost(1.0)), (Cost(2.0), Cost(1.0)), (Cost(30.0), Cost(10.0))]
    taken = table.Figure.of("r", "w", "s", 1, "rival", pairs)
    assert (taken.ours, taken.rival, taken.ratio, taken.ratios) == (2.0, 1.0, 2.0, (1.0, 2.0, 3.0))
    assert taken.cpu is None


def test_a_line_has_ours_rival_ratio_spread_processor_time_bar_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    table.print_taken(figure(1.5, 1.6, 1.7), as_json=False)
    assert capsys.readouterr().out.split() == [
        "pop", "pop", "it", "3.200", "ms", "on", "1", "KB", "2.000", "ms", "1.60", "×", "1.50", "–", "1.70", "2.00", "×",
        "≤", "1.5", "×", "falls", "short",
    ]  # fmt: skip
    table.print_taken(figure(1.5, 1.6, 1.7), as_json=True)
    line = json.loads(capsys.readouterr().out)
    assert (line["row"], line["ratios"], line["limit"], line["cpu"]) == ("pop", [1.5, 1.6, 1.7], 1.5, 2.0)
    assert line["verdict"] == "falls short"


def test_a_time_alone_is_printed_and_never_judged() -> None:
    assert table.Amount("r", "w", "s", 1e9).verdict == "printed"
    assert [table.Amount("r", "w", "MB", value, 64).verdict for value in (64, 65)] == ["ok", "falls short"]


def test_the_table_says_from_what_it_was_taken(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = stores(root, 20, 3_000)
    table.print_heading(made, 5, as_json=False)
    assert f"seed {SEED}, sha256 {made.sha256}, pairs 5," in capsys.readouterr().out


@pytest.mark.parametrize(("argv", "code"), [(["doctor"], 0), (["scan", "doctor"], 1)], ids=["not yet", "skipped"])
def test_a_skipped_row_says_so_and_ends_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], argv: list[str], code: int
) -> None:
    monkeypatch.setenv("SESSIONTUI_BENCH_RG", str(tmp_path / "nowhere"))
    monkeypatch.setattr(bench, "stores", lambda *_: stores(tmp_path, 2, 20))
    monkeypatch.setattr(sys, "argv", ["bench", "--quick", "--data", str(tmp_path), *argv])
    monkeypatch.setattr("tests.bench.batch.drive", lambda *_: [])
    assert bench.main() == code
    said = capsys.readouterr().out
    assert "doctor on a database" in said
    assert "not yet" in said
    assert ("SKIPPED" in said) is bool(code)


def test_fewer_than_five_pairs_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--pairs", "4"])
    with pytest.raises(SystemExit):
        bench.main()
    assert "fewer than 5 pairs prove nothing" in capsys.readouterr().err


def test_both_run_in_turns() -> None:
    order: list[str] = []

    def of(side: str) -> Cost:
        order.append(side)
        return Cost(float(len(order)))

    pairs = process.in_turns(3, lambda: of("ours"), lambda: of("rival"))
    assert order == ["rival", "ours"] * 3
    assert [(mine.value, theirs.value) for mine, theirs in pairs] == [(2, 1), (4, 3), (6, 5)]


def test_the_processor_time_of_a_program_is_that_of_its_processes_too() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    alone = process.run([sys.executable, "-c", burn])
    child = process.run(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"]
    )
    assert alone.cpu >= 0.2
    assert child.cpu >= 0.2


def test_a_program_that_fails_is_a_skipped_row_with_its_last_word() -> None:
    with pytest.raises(table.Skip, match="no such thing"):
        process.run(["python3", "-c", "import sys; sys.exit('no such thing')"])


@pytest.mark.parametrize(
    ("values", "expected"), [([1.0, 2.0], 2.0), ([float(n) for n in range(1, 101)], 95.05)], ids=["few", "many"]
)
def test_p95(values: list[float], expected: float) -> None:
    assert table.p95(values) == pytest.approx(expected)
