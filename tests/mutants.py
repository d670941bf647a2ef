"""``python -m tests.mutants --seed S --count N [--maps FOLDER]``: break a copy of the program in one place, N times. Each
mutant is tried by the fast tests that execute its line, and where these let it live by the exhaustive ones. Exit 1 where
only these kill one. A line that only a process of its own executes has no tests here.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Final, NamedTuple

from tests.support import executed
from tests.support.executed import Map

ROOT: Final = Path(__file__).resolve().parents[1]
PYTEST: Final = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
ENV: Final = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
LIMIT: Final = 600  # seconds for the tests of one mutant; one test has 30
FLIPS: Final[dict[type, type]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


class Mutant(NamedTuple):
    path: str
    line: int
    first: int  # the first line of its statement
    was: str
    becomes: str
    start: int  # in bytes of the file
    stop: int


def changed(node: ast.AST) -> Iterator[str]:
    """What may stand instead of this expression or statement."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in FLIPS:
            yield ast.unparse(ast.Compare(node.left, [FLIPS[type(op)]()], node.comparators))
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in FLIPS:
            node.op = FLIPS[type(op)]()
            yield ast.unparse(node)
            node.op = op
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield ast.unparse(operand)
        case ast.Constant(value=bool() as value):
            yield repr(not value)
        case ast.Constant(value=int() as value):
            yield from (repr(value + 1), repr(value - 1))
        case ast.Constant(value=bytes() as value):
            yield repr(value + b"x")
        case ast.Call(args=[one, two, *rest]) if ast.dump(one) != ast.dump(two):
            yield ast.unparse(ast.Call(node.func, [two, one, *rest], node.keywords))
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Continue():
            yield "pass"


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module; types and texts that are shown stay as they are."""
    source = path.read_bytes()
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    todo: list[tuple[ast.AST, int]] = [(ast.parse(source), 1)]
    while todo:
        node, first = todo.pop()
        first = node.lineno if isinstance(node, ast.stmt) else first
        skipped = {id(getattr(node, name, None)) for name in ("annotation", "returns")}
        if not isinstance(node, ast.JoinedStr):
            todo += [(child, first) for child in ast.iter_child_nodes(node) if id(child) not in skipped]
        for new in changed(node):
            assert isinstance(node, ast.expr | ast.stmt)
            start = starts[node.lineno - 1] + node.col_offset
            stop = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            text = new if isinstance(node, ast.stmt) else f"({new})"
            was = source[start:stop].decode()
            yield Mutant(str(path.relative_to(ROOT)), node.lineno, first, was, text, start, stop)


def noted(tree: Path, maps: Path, marked: str) -> Map:
    """Which test executes which line, by a run of all of them; kept in a folder, for it takes long."""
    kept = maps / f"{marked.replace(' ', '-')}.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            argv = [*PYTEST, "-q", "-m", marked, "-p", "tests.support.executed", "--timeout=600"]
            subprocess.run(argv, cwd=tree, env={**ENV, "EXECUTED_TO": folder}, check=False)
            maps.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(executed.gathered(Path(folder))))
    return dict(json.loads(kept.read_text()))


def killer(tree: Path, mutant: Mutant, of: Map, marked: str) -> str:
    """The test that fails on a mutant; "" where it lives."""
    lines = of.get(mutant.path, {})
    tests = next((lines[key] for key in (str(mutant.line), str(mutant.first), "0") if lines.get(key)), [])
    if not tests:
        return ""
    file = tree / mutant.path
    before = file.read_bytes()
    file.write_bytes(before[: mutant.start] + mutant.becomes.encode() + before[mutant.stop :])
    (tree / "only.json").write_text(json.dumps(tests))
    argv = [*PYTEST, "-x", "-n0", "--tb=no", "--timeout=30", "-m", marked, "-p", "tests.support.executed"]
    try:
        only = {**ENV, "EXECUTED_ONLY": str(tree / "only.json")}
        argv += sorted({test.partition("::")[0] for test in tests})
        run = subprocess.run(argv, cwd=tree, env=only, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return "(time is up)"
    finally:
        file.write_bytes(before)
    if run.returncode not in (0, 1, 2) and "while loading conftest" not in run.stderr:
        raise SystemExit(f"{mutant}: the tests can't be run: {run.stdout}{run.stderr}")
    failed = [line.split()[1] for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "" if run.returncode == 0 else (failed or [f"(exit {run.returncode})"])[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--maps", type=Path, help="where it is kept which test executes which line of this very tree")
    request = parser.parse_args()
    modules = (path for room in executed.ROOMS for path in (ROOT / "sessiontui" / room).rglob("*.py"))
    every = sorted(mutant for path in modules for mutant in mutants(path))
    chosen = random.Random(request.seed).sample(every, request.count)
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        tree = Path(name) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
        maps, left = request.maps or Path(name) / "maps", chosen
        for marked in ("not exhaustive", "exhaustive"):
            before, left, of = left, [], noted(tree, maps, marked)
            for each in before:
                test = killer(tree, each, of, marked)
                left += [] if test else [each]
                print(f"{each[:2]} {each.was!r} → {each.becomes!r}, {marked}: {test or 'lives'}", flush=True)
    print(f"{len(before) - len(left)} are killed by exhaustive tests alone, {len(left)} live")
    return 1 if before != left else 0


if __name__ == "__main__":
    sys.exit(main())
