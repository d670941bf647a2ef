"""Listens to helper processes, which do what is heavy, so that the screen has its thread to itself."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Iterator
from typing import Any, Final

from sessiontui.dialects.keys import SUFFIX
from sessiontui.store.index.index_process import start
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled

POLL: Final = 0.1
"""Seconds between two looks at whether it was cancelled."""


def index_outside(store: JsonlStore, cancelled: IsCancelled) -> Iterator[tuple[int, int]]:
    """Index a store; gives bytes done and bytes in all, now and then. Ends the process when it is left or cancelled.

    A process that fails says nothing more: what it did not do is done, or told as an error, by whoever called.
    """
    process = start(store.path, None if store.only is None else store.only + SUFFIX)
    for said in heard(process, cancelled):
        if "done" in said:
            yield int(said["done"]), int(said["total"])


def heard(process: subprocess.Popen[str], cancelled: IsCancelled) -> Iterator[dict[str, Any]]:
    """What a helper process says, line by line. Ends it when it is left or cancelled."""
    try:
        if process.stdout is not None:
            yield from _lines(process.stdout.fileno(), cancelled)
    finally:
        for end in (process.stdin, process.stdout):
            if end is not None:
                end.close()
        process.wait()


def _lines(source: int, cancelled: IsCancelled) -> Iterator[dict[str, Any]]:
    rest = b""
    while not cancelled():
        if not select.select([source], [], [], POLL)[0]:
            continue
        data = os.read(source, 65536)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        yield from map(json.loads, lines)
