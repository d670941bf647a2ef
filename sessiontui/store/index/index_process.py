"""The helper process that indexes a JSONL store: ``python -m sessiontui.store.index.index_process FOLDER [FILE]``.

It tells progress in bytes and last ``{"ready": …}``. It never writes to the store, and never loads the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sessiontui.store import helper_process
from sessiontui.store.index.search_index import SearchIndex
from sessiontui.store.protocol import IsCancelled, Progress


def start(folder: Path, only: str | None = None) -> subprocess.Popen[str]:
    """Begin to index a store, or ``only`` the file of this name in it."""
    return helper_process.start("sessiontui.store.index.index_process", os.fspath(folder), *filter(None, [only]))


def main(arguments: Sequence[str]) -> int:
    """Index the folder that is named, or the one file in it that is named too; 0 where there is an index now."""
    folder, only = arguments[0], next(iter(arguments[1:]), None)

    def index(progress: Progress, cancelled: IsCancelled) -> Mapping[str, object]:
        return {"ready": SearchIndex(Path(folder), only=only).update(progress, cancelled)}

    return helper_process.serve(index, failed={"ready": False})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
