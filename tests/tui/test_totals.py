"""One thing has one figure, wherever it is told: the title, the list, `list`, `check`, the inspector, the page about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sessiontui import units
from tests.cli.conftest import Runner
from tests.support.screens import browsing, press, sample, says, shown


@pytest.mark.parametrize(
    ("lines", "files", "said"),
    [
        (0, 0, ""),
        (1, 0, "1 damaged line"),
        (1_052, 1, "1,052 damaged lines and 1 file"),
        (0, 2, "2 damaged files"),
    ],
)
def test_damage_in_words(lines: int, files: int, said: str) -> None:
    assert units.damage(lines, files) == said


@pytest.mark.exhaustive
async def test_the_sample_has_one_total_everywhere(tmp_path: Path) -> None:
    store = sample(tmp_path)
    run = Runner(store)
    checked = run("check", code=1).err
    found = re.search(r"(\S+ faults) in (\S+ damaged lines) and (\S+ files)", checked)
    assert found is not None, checked
    faults, lines, files = found.groups()
    rows = run("list", "--json").rows
    assert f"{sum(row['faults'] or 0 for row in rows)} damaged lines" == lines
    kinds = run("check", "--json", code=1).rows
    assert f"{sum(row['severity'] == 'damage' for row in kinds)} faults" == faults
    spans = [row for row in kinds if row["severity"] == "damage" and row["length"] is not None]
    assert f"{sum(row['lines'] or 1 for row in spans)} damaged lines" == lines
    listed = run("list").text
    assert sum(int(number) for number in re.findall(r"(\d+) damaged line", listed)) == int(lines.split()[0])
    async with browsing(store) as (app, pilot):
        assert f"! {lines} and {files}" in shown(app)[0]
        await press(pilot, "x", "s")
        assert says(app, f"sessions ─ {faults} in {lines} and {files}")


@pytest.mark.exhaustive
async def test_one_session_has_one_figure_on_each_page(tmp_path: Path) -> None:
    store = sample(tmp_path)
    run = Runner(store)
    async with browsing(store) as (app, pilot):
        await press(pilot, "f", *"byhand", "enter")
        checked = run("check", "telegram_by-hand", code=1).err
        found = re.search(r"(\d+ faults) in (\d+ damaged lines)", checked)
        assert found is not None
        faults, lines = found.groups()
        assert says(app, f"telegram_by-hand ─ 2 messages · ! {lines}")
        await press(pilot, "i")
        assert says(app, f"! {lines}")
        await press(pilot, "escape", "x")
        assert says(app, f"{faults} in {lines}")


def test_a_byte_is_one_of_the_line_or_of_the_file(tmp_path: Path) -> None:
    said = Runner(sample(tmp_path))("check", "telegram_night-train", code=1).text.splitlines()
    assert said[0].startswith("telegram_night-train.jsonl:3: byte 70 of the line, 193 of the file: a whole record")
