"""What a measurement gives, how it is judged, and the table it is printed in."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import quantiles

from tests.bench.stores import SEED, Stores

_COLUMNS = "{:<18} {:<58} {:>12} {:>22} {:>8} {:>9}  {}"


class Skip(Exception):
    """A row that can't be measured here; says why."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. With a rival, ``limit`` bounds ours ÷ rival; without, ours itself."""

    row: str
    what: str
    ours: float
    limit: float
    unit: str
    rival: float | None = None
    against: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.rival is None else self.ours / self.rival

    @property
    def reached(self) -> bool:
        return (self.ours if self.ratio is None else self.ratio) <= self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement by name; ``measure`` gives its figures or raises ``Skip``."""

    name: str
    what: str
    measure: Callable[[Stores, int], Sequence[Figure]]


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return max(values) if len(values) < 20 else quantiles(values, n=20, method="inclusive")[-1]


def heading(stores: Stores, runs: int) -> dict[str, object]:
    """What the figures depend on."""
    return {
        "sessions": stores.sessions,
        "messages": stores.messages,
        "bytes": stores.bytes,
        "content_bytes": stores.content_bytes,
        "seed": SEED,
        "sha256": stores.sha256,
        "runs": runs,
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "textual": version("textual"),
        "orjson": version("orjson"),
    }


def print_heading(stores: Stores, runs: int, as_json: bool) -> None:
    facts = heading(stores, runs)
    if as_json:
        print(json.dumps(facts), flush=True)
        return
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print()
    print(_COLUMNS.format("row", "what", "ours", "rival", "ratio", "bar", "verdict"), flush=True)


def print_figure(figure: Figure, as_json: bool) -> None:
    verdict = "ok" if figure.reached else "not reached"
    if as_json:
        print(json.dumps({**asdict(figure), "ratio": figure.ratio, "verdict": verdict}), flush=True)
        return
    rival = "" if figure.rival is None else f"{figure.against} {_amount(figure.rival, figure.unit)}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} ×"
    bar = f"≤ {figure.limit:g}" + (" ×" if figure.ratio is not None else f" {figure.unit}")
    ours = _amount(figure.ours, figure.unit)
    print(_COLUMNS.format(figure.row, figure.what, ours, rival, ratio, bar, verdict), flush=True)


def print_skipped(row: Row, reason: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"row": row.name, "what": row.what, "verdict": "SKIPPED", "reason": reason}), flush=True)
        return
    print(_COLUMNS.format(row.name, row.what, "", "", "", "", f"SKIPPED ({reason})"), flush=True)


def _amount(value: float, unit: str) -> str:
    return f"{value:.3f} {unit}" if value < 10 else f"{value:,.1f} {unit}"
