"""What a measurement gives, how it is judged, and the table it is printed in."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median, quantiles
from typing import Self

from tests.bench.stores import SEED, Stores

_COLUMNS = "{:<14} {:<50} {:>11} {:>26} {:>8} {:>13} {:>8} {:>9}  {}"
_HEADS = ("row", "what", "ours", "rival", "ratio", "spread", "cpu", "bar", "verdict")


class Skip(Exception):
    """A row that can't be measured here; says why."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one measurement took: seconds of wall time or bytes, and seconds of processor time, 0 where unknown."""

    value: float
    cpu: float = 0.0


Pair = tuple[Cost, Cost]
"""Ours and the rival's, taken one after the other."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio to a rival: the median of the pairs' ratios is judged, and only that."""

    row: str
    what: str
    unit: str
    limit: float
    against: str
    ours: float
    rival: float
    ratios: tuple[float, ...]
    cpu: float | None = None
    """The same median of processor times; None where these are not known."""

    @classmethod
    def of(cls, row: str, what: str, unit: str, limit: float, against: str, pairs: Sequence[Pair]) -> Self:
        """The figure that some pairs give."""
        ours, rival = (median(each.value for each in side) for side in zip(*pairs, strict=True))
        cpu = [mine.cpu / theirs.cpu for mine, theirs in pairs if mine.cpu and theirs.cpu]
        ratios = tuple(mine.value / theirs.value for mine, theirs in pairs)
        return cls(row, what, unit, limit, against, ours, rival, ratios, median(cpu) if cpu else None)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def verdict(self) -> str:
        return "ok" if self.ratio <= self.limit else "falls short"

    def facts(self) -> dict[str, object]:
        return {
            "row": self.row, "what": self.what, "unit": self.unit, "limit": self.limit, "against": self.against,
            "ours": self.ours, "rival": self.rival, "ratio": self.ratio, "ratios": self.ratios, "cpu": self.cpu,
            "verdict": self.verdict,
        }  # fmt: skip

    def cells(self) -> tuple[str, ...]:
        return (
            self.row,
            self.what,
            _amount(self.ours, self.unit),
            f"{self.against} {_amount(self.rival, self.unit)}",
            f"{self.ratio:.2f} ×",
            f"{min(self.ratios):.2f} – {max(self.ratios):.2f}",
            "" if self.cpu is None else f"{self.cpu:.2f} ×",
            f"≤ {self.limit:g} ×",
            self.verdict,
        )


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure without a rival. A time is printed, never judged; a bound on memory is judged."""

    row: str
    what: str
    unit: str
    value: float
    limit: float | None = None

    @property
    def verdict(self) -> str:
        return "printed" if self.limit is None else "ok" if self.value <= self.limit else "falls short"

    def facts(self) -> dict[str, object]:
        return {
            "row": self.row, "what": self.what, "unit": self.unit, "limit": self.limit, "ours": self.value,
            "verdict": self.verdict,
        }  # fmt: skip

    def cells(self) -> tuple[str, ...]:
        bar = "" if self.limit is None else f"≤ {self.limit:g} {self.unit}"
        return (self.row, self.what, _amount(self.value, self.unit), "", "", "", "", bar, self.verdict)


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that was not taken: of what is not built yet, or of a row that was skipped."""

    row: str
    what: str
    verdict: str
    reason: str = ""

    def facts(self) -> dict[str, object]:
        return {"row": self.row, "what": self.what, "verdict": self.verdict, "reason": self.reason}

    def cells(self) -> tuple[str, ...]:
        said = f"{self.verdict} ({self.reason})" if self.reason else self.verdict
        return (self.row, self.what, "", "", "", "", "", "", said)


NOT_YET = "not yet"
SKIPPED = "SKIPPED"
Taken = Figure | Amount | Missing


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement by name; ``measure``, given how many pairs to take, gives its figures or raises ``Skip``."""

    name: str
    what: str
    measure: Callable[[Stores, int], Sequence[Taken]]


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return max(values) if len(values) < 20 else quantiles(values, n=20, method="inclusive")[-1]


def heading(stores: Stores, pairs: int) -> dict[str, object]:
    """What the figures depend on."""
    return {
        "sessions": stores.sessions,
        "messages": stores.messages,
        "bytes": stores.bytes,
        "content_bytes": stores.content_bytes,
        "seed": SEED,
        "sha256": stores.sha256,
        "pairs": pairs,
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "textual": version("textual"),
        "orjson": version("orjson"),
    }


def print_heading(stores: Stores, pairs: int, as_json: bool) -> None:
    facts = heading(stores, pairs)
    if as_json:
        print(json.dumps(facts), flush=True)
        return
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print()
    print(_COLUMNS.format(*_HEADS), flush=True)


def print_taken(taken: Taken, as_json: bool) -> None:
    print(json.dumps(taken.facts()) if as_json else _COLUMNS.format(*taken.cells()).rstrip(), flush=True)


def _amount(value: float, unit: str) -> str:
    return f"{value:.3f} {unit}" if value < 10 else f"{value:,.1f} {unit}"
