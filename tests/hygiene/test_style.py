"""Small modules, small functions, one vocabulary: the house rules that a machine can hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.support.sources import imported, tree

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = sorted((ROOT / "sessiontui").rglob("*.py"))
EVERYTHING = [*PACKAGE, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "screenshots").rglob("*.py"))]
SYNONYMS = re.compile(r"Manager|Helper|Utils?\b|Util[A-Z]|Data\b|Info\b")
"""Words that say nothing; the vocabulary stands in ``sessiontui/model.py``."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{_name(path)}:{node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", PACKAGE, ids=_name)
def test_a_module_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_bytes().split(b"\n")) - 1 <= 300


@pytest.mark.parametrize("path", EVERYTHING, ids=_name)
def test_a_function_has_at_most_80_lines(path: Path) -> None:
    assert [each for each in _functions(path) if each[1] > 80] == []


def test_half_of_the_functions_have_at_most_10_lines() -> None:
    assert median(lines for path in PACKAGE for _, lines in _functions(path)) <= 10


@pytest.mark.parametrize("path", PACKAGE, ids=_name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", PACKAGE, ids=_name)
def test_classes_are_named_in_the_words_of_the_model(path: Path) -> None:
    named = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [name for name in named if SYNONYMS.search(name)] == []


@pytest.mark.parametrize("path", PACKAGE, ids=_name)
def test_session_files_are_never_mapped(path: Path) -> None:
    """A writer that shortens a mapped file kills the reader."""
    assert "mmap" not in imported(path)


@pytest.mark.parametrize("path", PACKAGE, ids=_name)
def test_no_group_is_repeated_possessively(path: Path) -> None:
    """Python before 3.11.5 does not go back to where a failed round began: it takes half of what does not match."""
    literals = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    texts = [str(value) for value in literals if isinstance(value, str | bytes)]
    assert [text for text in texts if re.search(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>", text)] == []
