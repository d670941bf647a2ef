"""The helper process that reads one large session whole: ``python -m sessiontui.store.survey_process BACKEND PATH KEY``.

It reports progress, and last ``{"about": …}``, the ``SessionStats`` as JSON. It writes nothing, and never loads the
screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sessiontui.model import Backend
from sessiontui.store import helper_process, json_values
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.store.survey import survey


def start(store: Store, key: str) -> subprocess.Popen[str]:
    """Begin to read a session of a store that is on a disk."""
    return helper_process.start("sessiontui.store.survey_process", store.backend, os.fspath(store.path), key)


def main(arguments: Sequence[str]) -> int:
    """Read the session that is named; 0 where it was told what it is made of."""
    backend, path, key = arguments
    store: Store = JsonlStore(Path(path)) if backend == Backend.JSONL else SqliteStore(Path(path))

    def tell(progress: Progress, cancelled: IsCancelled) -> Mapping[str, object]:
        return {"about": json_values.write(survey(store, key, cancelled, progress))}

    return helper_process.serve(tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
