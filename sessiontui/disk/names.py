"""Names as they stand in a folder. Where case, or the way in which an accent is written, makes no difference (on macOS,
say), the system finds a file by other spellings too; a session has one key."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from stat import S_IMODE
from unicodedata import normalize


def spelt(path: Path) -> str:
    """The name of what is at ``path``, which is there, as its folder has it; lists the folder only where a name has more
    than one spelling."""
    name = path.name
    found = os.lstat(path)
    others = {name.swapcase(), normalize("NFC", name), normalize("NFD", name)} - {name}
    if not any(_is(path.with_name(other), found) for other in others):
        return name
    names = os.listdir(path.parent)
    if name in names:
        return name
    return next((other for other in names if _is(path.with_name(other), found)), name)


def announce(path: Path) -> None:
    """Let those look again who follow a name and, kept out by a lease of ours, could not open its new file: ``tail -F``
    would not on its own. The mode is set to what it is; of that they are told."""
    with contextlib.suppress(OSError):
        os.chmod(path, S_IMODE(os.stat(path).st_mode))


def _is(path: Path, found: os.stat_result) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return os.path.samestat(os.lstat(path), found)
    return False
