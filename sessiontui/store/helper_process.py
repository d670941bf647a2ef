"""A helper process of ours: how one is started, and how one behaves.

It is polite (niced), prints one JSON object a line, ``{"done": …, "total": …}`` now and then and its answer last, and
ends when its standard input is closed: when whoever started it goes away. It takes no signal meant for the screen.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from sessiontui.errors import Cancelled, SessiontuiError, StoreError
from sessiontui.store.protocol import IsCancelled, Progress

NICE: Final = 10

ENDED_WITHIN: Final = 3.0
"""Seconds in which the work ends once whoever started it is gone, or is ended; what it makes can be made again."""

_OFTEN: Final = 0.1
"""Seconds between two lines of progress."""

POLL: Final = 0.1
"""Seconds between two looks at whether it was cancelled."""

Work = Callable[[Progress, IsCancelled], Mapping[str, object]]
"""What a helper process is for; gives its answer as JSON values."""


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Begin. Listen to it by ``heard``; close its standard input to end it."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-X", "utf8", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # Ctrl-C at the terminal is not meant for it
    )


def heard(process: subprocess.Popen[str], cancelled: IsCancelled) -> Iterator[dict[str, Any]]:
    """What a helper process says, line by line. Ends it when it is left or cancelled."""
    rest = b""
    try:
        while process.stdout is not None and not cancelled():
            if not select.select([process.stdout], [], [], POLL)[0]:
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from map(json.loads, lines)
    finally:
        for end in (process.stdin, process.stdout):
            if end is not None:
                end.close()
        process.wait()


def serve(work: Work, failed: Mapping[str, object] | None = None) -> int:
    """Be the helper process: do the work, say what it gives, return the exit code. ``failed`` is said with an error."""
    os.nice(NICE)
    gone = threading.Event()
    threading.Thread(target=_wait_for_end, args=(gone,), daemon=True).start()
    try:
        answer = work(reporter(), gone.is_set)
    except Cancelled as error:
        return error.exit_code
    except SessiontuiError as error:
        say({**(failed or {}), "error": error.sentence, "hint": error.hint})
        return error.exit_code
    say(answer)
    return 0


def reporter() -> Progress:
    """Progress as lines, not more than a reader can use."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or now - last >= _OFTEN:
            last = now
            say({"done": done, "total": total})

    return report


def say(fields: Mapping[str, object]) -> None:
    """One line to whoever listens."""
    try:
        sys.stdout.write(json.dumps(fields) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody listens any more; the end of standard input says so too
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def answers(said: Iterable[Mapping[str, Any]], progress: Progress) -> Iterator[Mapping[str, Any]]:
    """What a helper process says beside its progress, which ``progress`` takes. Raises its error (``StoreError``)."""
    for line in said:
        if "done" in line:
            progress(int(line["done"]), int(line["total"]))
        elif "error" in line:
            raise StoreError(str(line["error"]), str(line["hint"]))
        else:
            yield line


def _wait_for_end(gone: threading.Event) -> None:
    """Whoever started us holds the other end of standard input and writes nothing to it. Nothing keeps us from ending."""
    while os.read(0, 4096):
        pass
    gone.set()
    time.sleep(ENDED_WITHIN)
    os._exit(Cancelled.exit_code)
