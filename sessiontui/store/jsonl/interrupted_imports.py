"""Imports that a crash interrupted: ``<key>.jsonl.importing``, ZeroClaw's staging name, without its ``<key>.jsonl``.

No session lists such a file, so that its messages are nowhere to be seen. ``migrate`` finishes the import. Only reads.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sessiontui.dialects.file_names import SUFFIX
from sessiontui.model import Fault, Severity

IMPORTING: Final = ".importing"
HINT: Final = "`sessiontui migrate` finishes it"


def is_orphan(path: Path) -> bool:
    """Whether the session of this file is in the staging file of an import alone."""
    return not os.path.lexists(path) and os.path.isfile(staged(path))


def staged(path: Path) -> Path:
    """The staging file of a session's file."""
    return path.with_name(path.name + IMPORTING)


def among(names: Iterable[str]) -> Iterator[str]:
    """The names of session files that are missing beside their staging file, of all names of a folder."""
    there = set(names)
    for name in there:
        file = name.removesuffix(IMPORTING)
        if name.endswith(SUFFIX + IMPORTING) and file not in there:
            yield file


def stems(folder: Path) -> tuple[str, ...]:
    """The stems of all of them in a folder; none where that can't be read, for whoever reads it says so."""
    try:
        found = sorted(name.removesuffix(SUFFIX) for name in among(os.listdir(folder)))
    except OSError:
        return ()
    return tuple(stem for stem in found if is_orphan(folder / (stem + SUFFIX)))


def fault(path: Path) -> Fault:
    """What is wrong with the session of a file that is not there."""
    reason = (
        f"its import into sessions.db was interrupted: the messages are in {path.name}{IMPORTING}, which ZeroClaw never "
        "lists; migrate finishes it"
    )
    return Fault("interrupted-import", Severity.DAMAGE, reason, at=0)
