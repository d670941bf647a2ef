"""What repair makes of records under a layer of another program: nothing unasked, the record where it is marked."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from pathlib import Path

import pytest

from tests.cli.conftest import Runner

FOUND = Path(__file__).parents[1] / "data" / "found"
TEXTS = ["plain", 'two\nlines and a "quote" and C:\\dir', "it's café 漢 \t tab"]


@pytest.mark.parametrize("name", ["bytes_repr", "log_repr", "docker"])
def test_a_marked_line_becomes_its_message_and_the_rest_of_it_a_fragment(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copy(FOUND / f"{name}.jsonl", tmp_path / "k.jsonl"))
    data = path.read_bytes()
    run = Runner(tmp_path)
    assert [row["salvage"] for row in run("check", "k", "--json", code=1).rows] == ["offered"] * 3
    run("repair", "k")
    assert path.read_bytes() == data
    run("repair", "k", "--mark", "1", "2", "3")
    lines = path.read_bytes().splitlines()
    assert [json.loads(line)["content"] for line in lines] == TEXTS
    kept = [
        json.loads(line) for each in tmp_path.glob(".sessiontui/*.fragments") for line in each.read_text().splitlines()
    ]
    rest = {b64decode(row["bytes"]) for row in kept}
    behind = b', "stream": "stdout", "time": "2026-03-16T12:00:00Z"}'
    expected = {"bytes_repr": set(), "log_repr": {b"2026-03-16 12:00:00 DEBUG send "}, "docker": {b'{"log": ', behind}}
    assert rest == expected[name]
    run("undo")
    assert path.read_bytes() == data


@pytest.mark.parametrize(("mark", "content"), [("2", "C:\\new D:\\x"), ("2:2", "C:\new D:\\x")])
def test_a_mark_takes_the_reading_of_a_guess_that_it_names(tmp_path: Path, mark: str, content: str) -> None:
    healthy = b'{"role":"user","content":"a"}\n'
    (tmp_path / "k.jsonl").write_bytes(healthy + b'{"role":"user","content":"C:\\new D:\\x"}\n' + healthy)
    run = Runner(tmp_path)
    assert [(row["salvage"], row["readings"]) for row in run("check", "k", "--json", code=1).rows] == [("partial", 2)]
    run("repair", "k", "--mark", mark)
    assert json.loads((tmp_path / "k.jsonl").read_bytes().splitlines()[1])["content"] == content
    run("undo")
    run("repair", "k", "--mark", "2:3", code=2)
