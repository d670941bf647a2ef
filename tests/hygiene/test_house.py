"""The house as its modules show it: no circle, no chain of classes, no class too large, one name for one thing."""

from __future__ import annotations

import ast
import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "sessiontui"
MOST: Final = 40
"""Methods of a class, those of our classes that it inherits counted."""
NEVER: Final = frozenset(
    [
        "home",
        "homes",
        "place",
        "places",
        "matter",
        "matters",
        "trouble",
        "troubles",
        "case",
        "cases",
        "story",
        "stories",
        "certain",
        "hindered",
        "hindrance",
        "hindrances",
        "errand",
        "errands",
        "teller",
        "looker",
        "seeker",
        "judge",
        "judges",
        "judged",
        "historian",
        "sidecar",
        "still",
        "anew",
        "asked",
    ]
)
"""Words that the glossary has others for."""
ALLOWED: Final = frozenset({"casefold", "replace", "home", "scroll_home", "case_sensitive"})
"""The key, the folder, and names of Python and Textual."""


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def trees() -> dict[str, ast.Module]:
    """The modules of the package, by name; read when a test asks for them, not in each process that collects tests."""
    return {_name(path): ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}


def _imported(tree: ast.AST) -> Iterator[str]:
    """Our modules that a module imports, late ones and those for types alone too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in trees())
        elif isinstance(node, ast.ImportFrom) and node.module in trees():
            modules = [f"{node.module}.{each.name}" for each in node.names]
            yield from (each for each in modules if each in trees())
            if any(each not in trees() for each in modules):
                yield node.module


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The modules that reach each other (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            members = stack[at:]
            del stack[at:]
            if len(members) > 1 or node in graph[node]:
                found.append(sorted(members))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def test_no_modules_import_each_other() -> None:
    assert circles({name: set(_imported(tree)) - {name} for name, tree in trees().items()}) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


# ---- classes


@cache
def classes() -> list[tuple[str, ast.ClassDef]]:
    """The classes at the top of a module, with its name; protocols apart."""
    return [
        (name, node)
        for name, tree in trees().items()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and "Protocol" not in map(ast.unparse, node.bases)
    ]


@cache
def by_name() -> dict[str, ast.ClassDef]:
    return {node.name: node for _, node in classes()}


def _bases(module: str, node: ast.ClassDef) -> list[str]:
    """The names of the classes of ours that it is derived from: of its module, or imported from one of ours."""
    tree = trees()[module]
    ours = {each.name for each in tree.body if isinstance(each, ast.ClassDef)}
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom) and each.module in trees():
            ours |= {alias.name for alias in each.names}
    heads = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return [name for name in map(ast.unparse, heads) if name in ours and name in by_name()]


@cache
def heirs() -> dict[str, list[str]]:
    """The classes that are derived from one of ours, by its name."""
    found: dict[str, list[str]] = {}
    for module, node in classes():
        for base in _bases(module, node):
            found.setdefault(base, []).append(node.name)
    return found


@cache
def bases() -> dict[str, str]:
    """The class of ours that one of ours is derived from."""
    return {heir: base for base, each in heirs().items() for heir in each}


def _is_exception(name: str) -> bool:
    above = list(map(ast.unparse, by_name()[name].bases)) if name in by_name() else []
    return any(base in ("Exception", "OSError") or (base in by_name() and _is_exception(base)) for base in above)


def _methods(name: str) -> set[str]:
    own = {each.name for each in by_name()[name].body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    return own | (_methods(bases()[name]) if name in bases() else set())


def test_no_two_classes_of_a_module_have_one_name() -> None:
    names = Counter(node.name for _, node in classes())
    assert [name for name, count in names.items() if count > 1] == []


def test_a_class_that_others_are_derived_from_is_no_more_than_their_base() -> None:
    """It is derived from none itself, has several heirs, and nobody makes one of it. Errors may have kinds."""
    derived = {name: each for name, each in heirs().items() if not _is_exception(name)}
    called = {
        ast.unparse(node.func) for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.Call)
    }
    assert {name: each for name, each in derived.items() if len(each) < 2 or name in bases() or name in called} == {}


def test_no_class_has_more_methods_than_a_reader_holds_in_mind() -> None:
    assert {name: len(_methods(name)) for name in by_name() if len(_methods(name)) > MOST} == {}


# ---- names


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+", name)}


@pytest.mark.parametrize(
    ("name", "words"), [("ask_place", {"place"}), ("SidecarSearch", {"sidecar"}), ("replace", set()), ("placed", set())]
)
def test_a_word_is_found_in_a_name(name: str, words: set[str]) -> None:
    assert _words(name) & NEVER == words


def test_no_name_has_a_word_that_the_glossary_has_another_for() -> None:
    found = {name for name in trees() for part in name.split(".") if _words(part) & NEVER}
    for path in PACKAGE.rglob("*.py"):
        with path.open("rb") as lines:
            for token in tokenize.tokenize(lines.readline):
                is_name = token.type == tokenize.NAME and not keyword.issoftkeyword(token.string)
                if is_name and token.string not in ALLOWED and _words(token.string) & NEVER:
                    found.add(f"{path.relative_to(PACKAGE)}: {token.string}")
    assert sorted(found) == []
