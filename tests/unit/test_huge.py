"""Huge lines stream out from where they stand in the file, not only from its beginning."""

from __future__ import annotations

from pathlib import Path

from sessiontui.cli import huge_output
from sessiontui.model import Span

FIRST = b'{"role":"user","content":"first"}\n'
LINE = b'{"role":"tool","content":"a\\n\xf0\x9f\xa6\x80"}'


def test_a_line_behind_another_gives_its_own_content(tmp_path: Path) -> None:
    path = tmp_path / "k.jsonl"
    path.write_bytes(FIRST + LINE + b"\n")
    span = Span(len(FIRST), len(LINE))
    assert "".join(huge_output.content(path, span)) == "a\n🦀"
    assert b"".join(huge_output.escaped_content(path, span)) == b"a\\n\xf0\x9f\xa6\x80"
