"""``python -m tests.fuzz --seconds N [--seed S]``: what is held of any bytes, tried on very many.

Prints how many inputs and bytes that were and, for each law that was broken, the smallest input found that breaks it.
Exit 1 where one was.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from random import Random

from tests.fuzz.inputs import draw
from tests.fuzz.laws import LAWS, Law

TOLD = 10.0
"""Seconds between two lines about how far it is."""


def breaks(law: Law, data: bytes) -> bool:
    try:
        law(data)
    except Exception:  # noqa: BLE001  whatever is raised is the finding
        return True
    return False


def smallest(law: Law, data: bytes, seconds: float = 30) -> bytes:
    """The bytes without all that can be left out, the law still broken."""
    until = time.monotonic() + seconds
    size = len(data)
    while size and time.monotonic() < until:
        at = 0
        while at < len(data):
            less = data[:at] + data[at + size :]
            if less != data and breaks(law, less):
                data = less
            else:
                at += size
        size //= 2
    return data


def report(law: Law, data: bytes, seed: str) -> None:
    say(f"\n{law.__name__} is broken (input {seed}) by {len(data)} bytes:\n  {data!r}")
    try:
        law(data)
    except Exception:  # noqa: BLE001  as above
        say(traceback.format_exc())


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fuzz(seconds: float, seed: int) -> set[str]:
    """Try inputs for so long; return the names of the laws that were broken."""
    broken: set[str] = set()
    size = count = 0
    until = time.monotonic() + seconds
    told = time.monotonic()
    while time.monotonic() < until:
        name = f"{seed}:{count}"
        data = draw(Random(name))
        count += 1
        size += len(data)
        for law in LAWS:
            if law.__name__ not in broken and breaks(law, data):
                broken.add(law.__name__)
                report(law, smallest(law, data), name)
        if time.monotonic() - told > TOLD:
            told = time.monotonic()
            say(f"{count:,} inputs, {size:,} bytes, {len(broken)} laws broken")
    say(f"seed {seed}: {count:,} inputs, {size:,} bytes, {len(broken)} laws broken")
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    request = parser.parse_args()
    sys.setrecursionlimit(20_000)  # the plain reader calls itself
    return 1 if fuzz(request.seconds, request.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
