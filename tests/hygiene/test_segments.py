"""In the browser's room text is drawn through one door, ``tui.theme.ink``, which takes ``Visible`` alone. mypy holds the
types; here the sources are read, so that nobody walks around the door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOM = Path(__file__).parent.parent.parent / "sessiontui" / "tui"
DOOR = ROOM / "theme" / "ink.py"
MODULES = sorted(path for path in ROOM.rglob("*.py") if path != DOOR)

DRAWN = {"Segment", "Text", "RichText", "from_markup", "assemble", "notify", "styled", "Content", "markup"}
"""What makes something drawn out of text, by any name it is called by."""
HOLDERS = {"Static", "Label", "Button", "Option", "Tooltip"}
"""Widgets that read a plain string as markup."""
TITLES = {"border_title", "border_subtitle", "title", "sub_title", "tooltip", "placeholder", "suggester", "update"}
"""Attributes and methods that do."""
INK = {"content", "lines", "strip", "spread", "centred", "clipped", "notice", "suggester"}


def named(node: ast.expr) -> str:
    """The last part of a name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def through_the_door(node: ast.expr | None) -> bool:
    """Whether an expression is made by ``ink``, or is nothing."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return True
    if isinstance(node, ast.IfExp):
        return through_the_door(node.body) and through_the_door(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return named(node.func.value) == "ink" and node.func.attr in INK
    return False


def offences(source: str) -> Iterator[str]:
    """What in a module draws text without the door."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = named(node.func)
            if name in DRAWN:
                yield f"{node.lineno}: {name}() draws text"
            if name in HOLDERS and not all(through_the_door(argument) for argument in node.args):
                yield f"{node.lineno}: {name}() of something else than ink"
            if name == "update" and isinstance(node.func, ast.Attribute) and named(node.func.value) == "Static":
                yield f"{node.lineno}: update() of a Static"
            yield from (
                f"{node.lineno}: markup={ast.unparse(keyword.value)}"
                for keyword in node.keywords
                if keyword.arg == "markup"
            )
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                drawn = isinstance(target, ast.Attribute) and target.attr in TITLES
                if drawn and not through_the_door(node.value):
                    yield f"{node.lineno}: {ast.unparse(target)} of something else than ink"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rich.markup"):
            yield f"{node.lineno}: markup is never read"


def test_text_is_drawn_through_ink_alone() -> None:
    assert [(path.name, each) for path in MODULES for each in offences(path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "Segment(text)",
        "rich.segment.Segment(text, style)",
        "Content(text)",
        "Content.from_markup(text)",
        "self.app.notify(text)",
        "self.notify(ink.content(text))",
        "Static(text)",
        "Button('Cancel')",
        "self.border_title = key",
        "box.border_title = f'{key}'",
        "self.border_title = ink.content(x) if x else key",
        "self.app.title = key",
        "Text(key)",
        "Label(ink.content(x), markup=True)",
        "from rich.markup import render",
    ],
)
def test_each_way_around_the_door_is_seen(source: str) -> None:
    assert len(list(offences(source))) >= 1


@pytest.mark.parametrize(
    "source",
    ["Static(ink.content(x), id='plan')", "self.border_title = None", "b.border_title = ink.content(x) if y else None"],
)
def test_the_door_itself_is_no_offence(source: str) -> None:
    assert list(offences(source)) == []


def test_the_door_takes_visible_text_only() -> None:
    """Every parameter of the door that is drawn is ``Visible``, or made visible in the door itself."""
    functions = [node for node in ast.parse(DOOR.read_text()).body if isinstance(node, ast.FunctionDef)]
    assert {function.name for function in functions} == INK | {"halves", "middled", "_fitting", "_segments"}
    takes_str = {
        function.name
        for function in functions
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.annotation is not None and ast.unparse(argument.annotation) == "str"
    }
    # The first three begin by making it visible; ``halves`` makes visible again what ``_fitting`` gives it.
    assert takes_str == {"clipped", "halves", "middled", "_fitting"}


def test_widgets_know_no_store() -> None:
    forbidden = (
        "sessiontui.store",
        "sessiontui.changes",
        "sessiontui.disk",
        "sqlite3",
        "sessiontui.tui.tasks",
        "sessiontui.tui.tasks",
    )
    for path in (ROOM / "widgets").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(forbidden), path.name
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith(forbidden) for alias in node.names), path.name
