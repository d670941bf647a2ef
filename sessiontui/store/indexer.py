"""The helper process that indexes a JSONL store: ``python -m sessiontui.store.indexer FOLDER [FILE]``.

It tells progress in bytes and last ``{"ready": …}``. It never writes to the store, and never loads the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sessiontui.store import process
from sessiontui.store.protocol import IsCancelled, Progress
from sessiontui.store.sidecar import Sidecar


def start(folder: Path, only: str | None = None) -> subprocess.Popen[str]:
    """Begin to index a store, or ``only`` the file of this name in it."""
    return process.start("sessiontui.store.indexer", os.fspath(folder), *filter(None, [only]))


def main(arguments: Sequence[str]) -> int:
    """Index the folder that is named, or the one file in it that is named too; 0 where there is an index now."""
    folder, only = arguments[0], next(iter(arguments[1:]), None)

    def index(progress: Progress, cancelled: IsCancelled) -> Mapping[str, object]:
        return {"ready": Sidecar(Path(folder), only=only).update(progress, cancelled)}

    return process.serve(index, failed={"ready": False})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
