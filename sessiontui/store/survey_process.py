"""The helper process that reads one large session whole: ``python -m sessiontui.store.survey_process BACKEND PATH KEY``.

It tells progress, and last ``{"about": …}``, which ``read_back`` makes an ``SessionStats`` of again. It writes nothing, and
never loads the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sessiontui.model import Backend
from sessiontui.store import helper_process
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.store.series import Activity, Series
from sessiontui.store.session_stats import Damage, Long, SessionStats, Share
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
        return {"about": written(survey(store, key, cancelled, progress))}

    return helper_process.serve(tell)


def written(about: SessionStats) -> dict[str, Any]:
    """As JSON values."""
    times = {name: at and at.isoformat() for name, at in _times(about).items()}
    return asdict(about) | times


def read_back(values: dict[str, Any]) -> SessionStats:
    """The value that ``written`` was given."""
    activity, lengths = values["activity"], values["lengths"]
    made = {
        "roles": tuple(Share(**each) for each in values["roles"]),
        "damage": tuple(Damage(**each) for each in values["damage"]),
        "longest": tuple(Long(**each) for each in values["longest"]),
        "lengths": Series(**lengths | {"sums": tuple(lengths["sums"])}),
        "activity": Activity(activity["step"], tuple((span, count) for span, count in activity["counts"])),
        **{name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES},
    }
    return SessionStats(**values | made)


_TIMES = ("imported_at", "first", "last")


def _times(about: SessionStats) -> dict[str, datetime | None]:
    return {name: getattr(about, name) for name in _TIMES}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
