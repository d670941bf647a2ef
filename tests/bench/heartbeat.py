"""An app with a pulse: ``python -m tests.bench.heartbeat FILE PROGRAM …`` runs ``sessiontui``, or a rival's file, as it
is, and writes into FILE, when it ends, every gap of the event loop: JSON lists of [end, seconds]."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import time
from pathlib import Path
from typing import Any, Final

from textual.app import App

PULSE: Final = 0.002
_WORTH_TELLING: Final = 0.001


async def _beat(file: Path) -> None:
    gaps, last = [], time.perf_counter()
    try:
        while True:
            await asyncio.sleep(PULSE)
            now = time.perf_counter()
            if now - last - PULSE > _WORTH_TELLING:
                gaps.append([now, now - last - PULSE])
            last = now
    finally:
        file.write_text(json.dumps(gaps))


def _give_pulse(file: Path) -> None:
    run = App.run_async

    async def run_async(self: App[Any], *arguments: Any, **named: Any) -> Any:
        pulse = asyncio.create_task(_beat(file))
        try:
            return await run(self, *arguments, **named)
        finally:
            pulse.cancel()
            await asyncio.gather(pulse, return_exceptions=True)

    App.run_async = run_async  # type: ignore[method-assign]


if __name__ == "__main__":
    _give_pulse(Path(sys.argv[1]))
    named = sys.argv[2]
    sys.argv[1:] = sys.argv[3:]
    if named == "sessiontui":
        runpy.run_module(named, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(named, run_name="__main__")
