"""What the browser remembers from one day to the next: theme, order and width of the list, searches. One small JSON file.

A pane or a screen has something remembered: it posts ``Remember``, and the app does it.

The file is private (0600: searches say what a person looks for), is replaced whole or not at all, and keeps fields that
another version wrote. Nothing here is needed to work: a file that can't be read gives the defaults, one that can't be
written is not, and either way a sentence says so instead of an error.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from textual.message import Message

from sessiontui import paths

NAME: Final = "remembered.json"
LIMIT: Final = 1 << 20
"""Bytes that the file may have; a longer one is none of ours."""
SEARCHES: Final = 200
"""Searches that are kept, the newest first."""

Value = str | bool | int | tuple[str, ...] | None
_WRITING: Final = Lock()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was remembered; ``""`` and None are "never chosen"."""

    theme: str = ""
    sort: str = ""
    sort_reversed: bool = False
    side_width: int | None = None
    """Columns of the list of sessions."""
    searches: tuple[str, ...] = ()
    """The newest first."""
    problem: str = ""
    """A sentence where something could not be read; never written."""


@dataclass
class Remember(Message):
    """These fields of ``Remembered`` have new values; nobody need wait until they are written."""

    changes: dict[str, Value]


def load(folder: Path | None = None) -> Remembered:
    """What is remembered, in the person's own folder unless another is named."""
    path = (folder or paths.state_folder()) / NAME
    try:
        found = _read(path)
    except (OSError, ValueError, RecursionError) as error:
        return Remembered(problem=f"what was remembered can't be read, so all is as at first: {_reason(error, path)}")
    known = {name: value for name in _KINDS if (value := _checked(name, found.get(name))) is not None}
    return Remembered(**known)  # type: ignore[arg-type]  # each was checked


def remember(folder: Path | None = None, **changes: Value) -> str:
    """Remember these fields of ``Remembered``, and leave the others; a sentence where that was not possible."""
    import json  # late: the first paint has no need of it

    if unknown := changes.keys() - _KINDS.keys():
        raise TypeError(f"nothing remembers {', '.join(sorted(unknown))}")
    path = (folder or paths.state_folder()) / NAME
    with _WRITING:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(path, json.dumps(_kept(path) | _limited(changes), indent=1) + "\n")
        except OSError as error:
            return f"this can't be remembered: {_reason(error, path)}"
    return ""


_KINDS: Final = {"theme": str, "sort": str, "sort_reversed": bool, "side_width": int, "searches": tuple}


def _checked(name: str, value: object) -> Value:
    """The value, where it is of the kind that the field has; else None."""
    if isinstance(value, list) and _KINDS[name] is tuple:
        return tuple(text for text in value if isinstance(text, str))
    return value if isinstance(value, str | int) and type(value) is _KINDS[name] else None


def _limited(changes: dict[str, Value]) -> dict[str, object]:
    return {name: list(value[:SEARCHES]) if isinstance(value, tuple) else value for name, value in changes.items()}


def _read(path: Path) -> dict[str, object]:
    """All fields of the file, ours or not; none where there is no file."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        return {}
    import json  # late: at the first start there is nothing to read

    found = json.loads(data) if len(data) <= LIMIT else None
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004  # of the file's text, not of an argument
    return found


def _kept(path: Path) -> dict[str, object]:
    """What stays of the file; one that can't be understood is set aside, not thrown away."""
    try:
        return _read(path)
    except (ValueError, RecursionError):
        os.replace(path, path.with_suffix(".damaged"))
        return {}


def _replace(path: Path, text: str) -> None:
    """The file is the old one or the new one, whenever it is looked at."""
    new = path.with_name(f".{NAME}.{os.getpid()}")
    with suppress(FileNotFoundError):
        new.unlink()  # of a process that had our number and did not come to its end
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            file.write(text)
        os.replace(new, path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def _reason(error: Exception, path: Path) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
    return f"{path}: {said}"
