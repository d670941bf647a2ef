"""The helper process that indexes a JSONL store: ``python -m sessiontui.store.indexer FOLDER [FILE]``.

It is polite (niced), prints one JSON object a line, ``{"done": …, "total": …}`` in bytes and last ``{"ready": …}``,
and ends when its standard input is closed: when whoever started it goes away. It never writes to the store, and never
loads the screen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sessiontui.errors import Cancelled, SessiontuiError
from sessiontui.store.protocol import Progress
from sessiontui.store.sidecar import Sidecar

NICE: Final = 10

_OFTEN: Final = 0.1
"""Seconds between two lines of progress."""


def start(folder: Path, only: str | None = None) -> subprocess.Popen[str]:
    """Begin to index a store, or ``only`` the file of this name in it. Read its standard output line by line; close its standard input to end it."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", "sessiontui.store.indexer", os.fspath(folder), *filter(None, [only])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # Ctrl-C at the terminal is not meant for it
    )


def main(arguments: Sequence[str]) -> int:
    """Index the folder that is named, or the one file in it that is named too; 0 where there is an index now."""
    folder, only = arguments[0], next(iter(arguments[1:]), None)
    os.nice(NICE)
    gone = threading.Event()
    threading.Thread(target=_wait_for_end, args=(gone,), daemon=True).start()
    try:
        ready = Sidecar(Path(folder), only=only).update(_reporter(), gone.is_set)
    except Cancelled as error:
        return error.exit_code
    except SessiontuiError as error:
        _say(ready=False, error=error.sentence)
        return error.exit_code
    _say(ready=ready)
    return 0


def _wait_for_end(gone: threading.Event) -> None:
    """Whoever started us holds the other end of standard input and writes nothing to it."""
    while os.read(0, 4096):
        pass
    gone.set()


def _reporter() -> Progress:
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or now - last >= _OFTEN:
            last = now
            _say(done=done, total=total)

    return report


def _say(**fields: object) -> None:
    try:
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody listens any more; the end of standard input says so too
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
