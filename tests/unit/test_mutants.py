"""The mutants are what they say: one place of a module is another, and Python still reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import mutants

SOURCE = '''"""A module."""

LONG: int = 3


def cut(text: str, at: int) -> bytes:
    """Cut it."""
    if at <= 1 and not text:
        raise ValueError(f"“{text}” is {len(text) + 1}")
    print(text)
    return text.encode("utf-8", "ä") + b""
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(SOURCE)
    return path


def test_each_kind_of_mutant_is_made_and_texts_and_types_are_left_alone(module: Path) -> None:
    found = {(each.line, each.was, each.becomes) for each in mutants.mutants(module)}
    assert found == {
        (3, "3", "(4)"),
        (3, "3", "(2)"),
        (8, "at <= 1 and not text", "(at <= 1 or not text)"),
        (8, "at <= 1", "(at < 1)"),
        (8, "1", "(2)"),
        (8, "1", "(0)"),
        (8, "not text", "(text)"),
        (9, 'raise ValueError(f"“{text}” is {len(text) + 1}")', "pass"),
        (10, "print(text)", "pass"),
        (11, 'text.encode("utf-8", "ä") + b""', "(text.encode('utf-8', 'ä') - b'')"),
        (11, 'text.encode("utf-8", "ä")', "(text.encode('ä', 'utf-8'))"),
        (11, 'b""', "(b'x')"),
    }


def test_every_mutant_is_a_module_of_python(module: Path) -> None:
    source = module.read_bytes()
    for each in mutants.mutants(module):
        assert source[each.start : each.stop].decode() == each.was
        compile(source[: each.start] + each.becomes.encode() + source[each.stop :], "module", "exec")
