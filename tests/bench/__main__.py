"""``python -m tests.bench [--quick] [--json] [--data DIR] [--pairs N] [row…]``: the budgets, measured.

Exit 0: every row asked for was measured, whatever the verdict; 1: one was skipped; 2: no such row.
"""

from __future__ import annotations

import argparse
import compileall
import sys
from pathlib import Path

import platformdirs

import sessiontui
from tests.bench import batch, huge, screen
from tests.bench.stores import stores
from tests.bench.table import SKIPPED, Missing, Row, Skip, print_heading, print_taken

PAIRS = 5
ROWS: dict[str, Row] = {
    row.name: row
    for name in (
        "first-paint", "open", "check", "check-damaged", "index", "query", "scan", "long-message", "search", "filter",
        "pop", "compact", "migrate", "page-down", "freeze", "doctor", "memory", "huge-line",
    )
    for row in (*screen.ROWS, *huge.ROWS, *batch.ROWS)
    if row.name == name
}  # fmt: skip
"""All rows, in the order of the table of budgets."""


def _requested() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the budgets.")
    parser.add_argument("row", nargs="*", help=f"{', '.join(ROWS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="a small store: shows that all rows run, proves no bar")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="how often ours and the rival run in turns")
    parser.add_argument(
        "--data",
        type=Path,
        default=platformdirs.user_cache_path("sessiontui-bench", appauthor=False),
        help="where the generated stores are kept (about 1.5 GB, and as much again while it runs)",
    )
    request = parser.parse_args()
    if unknown := [name for name in request.row if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}")
    if request.pairs < PAIRS:
        parser.error(f"fewer than {PAIRS} pairs prove nothing")
    return request


def main() -> int:
    request = _requested()
    compileall.compile_dir(Path(sessiontui.__file__).parent, quiet=1)  # as installing does, for us as for the rivals
    request.data.mkdir(parents=True, exist_ok=True)
    made = stores(request.data, 200, 20_000) if request.quick else stores(request.data)
    pairs = 1 if request.quick else request.pairs
    print_heading(made, pairs, request.json)
    skipped = 0
    for name in request.row or ROWS:
        try:
            for taken in ROWS[name].measure(made, pairs):
                print_taken(taken, request.json)
        except Skip as reason:
            skipped += 1
            print_taken(Missing(name, ROWS[name].what, SKIPPED, str(reason)), request.json)
    return 1 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
