"""Small modules, small functions, one vocabulary: the house rules that a machine can hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

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


def test_a_module_has_at_most_300_lines() -> None:
    assert [_name(path) for path in PACKAGE if path.read_bytes().count(b"\n") > 300] == []


def test_a_function_has_at_most_80_lines() -> None:
    assert [each for path in EVERYTHING for each in _functions(path) if each[1] > 80] == []


def test_half_of_the_functions_have_at_most_10_lines() -> None:
    assert median(lines for path in PACKAGE for _, lines in _functions(path)) <= 10


def test_every_module_says_what_it_is_for() -> None:
    assert [_name(path) for path in PACKAGE if not ast.get_docstring(tree(path))] == []


def test_classes_are_named_in_the_words_of_the_model() -> None:
    named = [node.name for path in PACKAGE for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [name for name in named if SYNONYMS.search(name)] == []


def test_session_files_are_never_mapped() -> None:
    """A writer that shortens a mapped file kills the reader."""
    assert [_name(path) for path in PACKAGE if "mmap" in imported(path)] == []


def test_no_group_is_repeated_possessively() -> None:
    """Python before 3.11.5 does not go back to where a failed round began: it takes half of what does not match."""
    possessive = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")
    literals = [node.value for path in PACKAGE for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)]
    texts = [str(value) for value in literals if isinstance(value, str | bytes)]
    assert [text for text in texts if possessive.search(text)] == []
