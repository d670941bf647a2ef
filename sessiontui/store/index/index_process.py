"""The helper process that indexes a JSONL store: ``python -m sessiontui.store.index.index_process FOLDER [FILE]``.

It tells progress in bytes and last ``{"ready": …}``. It never writes to the store, and never loads the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sessiontui.dialects.file_names import SUFFIX
from sessiontui.store import helper_process
from sessiontui.store.index.search_index import SearchIndex
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled


def start(folder: Path, only: str | None = None) -> subprocess.Popen[str]:
    """Begin to index a store, or ``only`` the file of this name in it."""
    return helper_process.start("sessiontui.store.index.index_process", os.fspath(folder), *filter(None, [only]))


def index_outside(store: JsonlStore, cancelled: IsCancelled) -> Iterator[tuple[int, int]]:
    """Index a store in a helper process; gives bytes done and bytes in all, now and then. Ends the process when it is left
    or cancelled.

    A process that fails says nothing more: the caller does what it did not do, or reports the error.
    """
    process = start(store.path, None if store.only is None else store.only + SUFFIX)
    for said in helper_process.heard(process, cancelled):
        if "done" in said:
            yield int(said["done"]), int(said["total"])


def main(arguments: Sequence[str]) -> int:
    """Index the folder that is named, or the one file in it that is named too; 0 where there is an index now."""
    folder, *only = arguments
    index = SearchIndex(Path(folder), only=next(iter(only), None))
    return helper_process.serve(
        lambda progress, cancelled: {"ready": index.update(progress, cancelled)}, failed={"ready": False}
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
