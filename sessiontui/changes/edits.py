"""What a change does, as pure data: each edit is written to the journal before it is made. No IO here.

Every edit can be turned round into edits of the same kinds, so that an undo is a change like any other. ``file`` and
``database`` are names relative to the sessions folder; bytes that an edit needs later are in ``KeptFile`` files.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the journal, with what it held when it was recorded: a link's inode may have grown since."""

    name: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Traits:
    """What a file has beside its bytes."""

    mode: int
    uid: int
    gid: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Splice:
    """``removed`` bytes at ``at`` give way to ``inserted`` ones. ``kept`` holds the removed, then the inserted bytes."""

    key: str
    file: str
    at: int
    removed: int
    inserted: int
    size: int
    """Bytes of the file before."""
    guard: str
    """``disk.lines.tail_hash`` at ``at``: the bytes before are still those."""
    kept: KeptFile
    was: Traits


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A file's bytes give way to others; the old ones are kept."""

    key: str
    file: str
    old: KeptFile
    length: int
    crc32: int
    """Of the new bytes, ``length`` of them; what stands behind was appended since."""
    was: Traits


@dataclass(frozen=True, slots=True)
class Remove:
    """A file goes; its inode or a copy is kept."""

    key: str
    file: str
    old: KeptFile
    was: Traits


@dataclass(frozen=True, slots=True)
class Create:
    """A file comes, with the bytes of ``source``, which may be another change's."""

    key: str
    file: str
    source: KeptFile
    was: Traits
    """The traits that it gets; ``mtime_ns`` 0 leaves the time as it comes."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A file gets another name, which nothing else has."""

    key: str
    file: str
    new: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows leave a database or come to it in one transaction; the ``.rows`` file says which, and keeps those that left."""

    keys: tuple[str, ...]
    database: str
    rows: str


@dataclass(frozen=True, slots=True)
class Import:
    """A session moves from a file into a database (or, with ``back``, out of it again), as one step.

    What ``rows`` says of the database and the file's other name come and go together.
    """

    key: str
    database: str
    rows: str
    file: str
    new: str
    """The name of the file once it is imported."""
    length: int
    sha256: str
    """Of the file's bytes."""
    back: bool = False
    takes: str = ""
    """With ``back``: the rows file of the import that is taken out."""


@dataclass(frozen=True, slots=True)
class MakeDatabase:
    """An empty database comes (or, with ``back``, goes, if it is still empty)."""

    key: str
    """The session that it was needed for."""
    database: str
    back: bool = False


Edit = Splice | Rewrite | Remove | Create | Rename | Rows | Import | MakeDatabase

_KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__.lower(): kind for kind in (Splice, Rewrite, Remove, Create, Rename, Rows, Import, MakeDatabase)
}
_KEPT: Final = ("kept", "old", "source")


def line(value: dict[str, Any]) -> bytes:
    """One line of a record, newline included. Names that are not UTF-8 survive, as escapes."""
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def parsed(text: bytes) -> dict[str, Any] | None:
    """The values that ``line`` wrote; None for a line that was torn."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def encode(edit: Edit) -> dict[str, Any]:
    """An edit as JSON values."""
    return {"kind": type(edit).__name__.lower(), **asdict(edit)}


def decode(value: dict[str, Any]) -> Edit:
    """The edit that ``encode`` wrote. Raises KeyError or TypeError for anything else."""
    fields = dict(value)
    kind = _KINDS[fields.pop("kind")]
    for name in _KEPT:
        if isinstance(fields.get(name), dict):
            fields[name] = KeptFile(**fields[name])
    if "was" in fields:
        fields["was"] = Traits(**fields["was"])
    if "keys" in fields:
        fields["keys"] = tuple(fields["keys"])
    edit: Edit = kind(**fields)
    return edit


def names_of(edit: Edit) -> tuple[str, ...]:
    """The names in the sessions folder that an edit is about."""
    return tuple(getattr(edit, name) for name in ("file", "new", "database") if hasattr(edit, name))


def keys_of(edit: Edit) -> tuple[str, ...]:
    """The sessions that an edit changes."""
    if isinstance(edit, MakeDatabase):
        return ()
    return edit.keys if isinstance(edit, Rows) else (edit.key,)
