"""Why an undo is refused: what has to be so on the disk before an edit is reverted, and the sentence where it is not.

An edit requires it in its ``foresee``, before anything is changed, and again when it is reverted. Only reads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sessiontui.changes.edits.files import digest
from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.errors import Refused


@contextmanager
def kept_bytes(folder: Folder, kept: KeptFile) -> Iterator[int]:
    """A descriptor of kept bytes, verified over their recorded length. Raises ``Refused`` where they are not there."""
    where = folder.path(kept.name)
    try:
        fd = folder.open(kept.name)
    except FileNotFoundError:
        raise Refused(f"the journal no longer has {where}", unchanged=True) from None
    try:
        if digest(fd, kept.length) != kept.sha256:
            raise Refused(f"{where} is no longer what the journal kept", unchanged=True)
        yield fd
    finally:
        os.close(fd)


def lost(folder: Folder, file: str, kept: KeptFile, why: str) -> Refused:
    """The refusal where a file has changed so that what it was can't be put back."""
    return Refused(
        f"{file} can't be put back: {why}",
        f"the bytes are in {folder.path(kept.name)}; undo later changes of this session first",
        unchanged=True,
    )


@contextmanager
def refused_where_gone(folder: Folder, file: str, kept: KeptFile) -> Iterator[None]:
    """Turn a file that is not found into the refusal to put bytes back into it."""
    try:
        yield
    except FileNotFoundError:
        raise lost(folder, file, kept, "the file is gone") from None


def require_free(folder: Folder, file: str, hint: str = "") -> None:
    """Raise ``Refused`` where a file that is to come back finds its name taken."""
    if os.path.lexists(folder.sessions / file):
        raise Refused(f"{file} exists again and is not written over", hint, unchanged=True)


def require_rows(folder: Folder, database: str, name: str) -> None:
    """Raise ``Refused`` where rows are no longer as a change left them."""
    file = folder.path(name)
    if not file.exists():
        raise Refused(f"the journal no longer has {file}", unchanged=True)
    path = folder.sessions / database
    if not path.exists():
        raise Refused(f"{database} is gone", f"the rows that left it are in {file}", unchanged=True)
    from sessiontui.store.sqlite import transaction  # late: files alone need no SQLite

    if not transaction.made(path, file):
        raise Refused(
            f"{database} has changed since, where this would be taken back",
            f"undo later changes of this session first; the rows that left are in {file}",
            unchanged=True,
        )
