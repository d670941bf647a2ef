"""Records of changes read back from the journal. Reading never mends.

The kinds of edits that are made to databases are loaded where a record has one: files alone need no SQLite.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sessiontui.changes.edits.create_remove import Create, Remove
from sessiontui.changes.edits.files import Traits
from sessiontui.changes.edits.rewrites import Rewrite
from sessiontui.changes.edits.splices import Splice
from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.changes.journal.record import FORMAT, SUFFIX, Edit, Recorded, State, Step, line
from sessiontui.errors import StoreError

_BEGINNING: Final = b'{"format":%d,' % FORMAT
"""Of every record, however little of it came to the disk."""
_CHANGE: Final = re.compile(rf"([0-9]{{8,}})\{SUFFIX}")
"""The name of a record."""
_OF_FILES: Final[dict[str, type[Any]]] = {
    "splice": Splice,
    "rewrite": Rewrite,
    "remove": Remove,
    "create": Create,
}
_KEPT: Final = ("kept", "old", "source")


def _of_databases() -> dict[str, type[Any]]:
    from sessiontui.changes.edits.database import MakeDatabase
    from sessiontui.changes.edits.imports import Import, Rename
    from sessiontui.changes.edits.rows import Rows

    return {"rows": Rows, "import": Import, "rename": Rename, "makedatabase": MakeDatabase}


def decode(value: dict[str, Any]) -> Edit:
    """The edit that ``encode`` wrote. Raises KeyError or TypeError for anything else."""
    fields = dict(value)
    name = fields.pop("kind")
    kind = _OF_FILES.get(name) or _of_databases()[name]
    for name in _KEPT:
        if name in fields:
            fields[name] = KeptFile(**fields[name])
    if "was" in fields:
        fields["was"] = Traits(**fields["was"])
    if "keys" in fields:
        fields["keys"] = tuple(fields["keys"])
    edit: Edit = kind(**fields)
    return edit


def done(folder: Folder, id: str) -> bool:
    """Whether a change was marked done, in a record of ours: seen from its first and last bytes, for this is asked of
    every change before each."""
    end = line({"done": True})
    return folder.ends(id + SUFFIX, len(_BEGINNING), len(end)) == (_BEGINNING, end)


def ids(folder: Folder) -> list[str]:
    """The ids of the changes in a journal, oldest first."""
    return sorted(found[1] for name in folder.names() if (found := _CHANGE.fullmatch(name)))


def read(folder: Folder, id: str) -> Recorded | None:
    """A change; None where not even its header is whole, so that nothing was done. Raises ``StoreError`` for a
    record of a later format, or one that nobody here wrote."""
    data = folder.read(id + SUFFIX)
    if b"\n" not in data and _BEGINNING.startswith(data[: len(_BEGINNING)]):
        return None
    values = list(_values(data))
    if not values or "format" not in values[0]:
        raise _unreadable(folder, id)
    if (format := values[0]["format"]) != FORMAT:
        raise StoreError(
            f"change {id} was recorded by a later version (format {format})", "use that version of sessiontui"
        )
    try:
        return _recorded(id, values)
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(folder, id) from error


def _unreadable(folder: Folder, id: str) -> StoreError:
    return StoreError(
        f"the journal's record {folder.path(id + SUFFIX)} can't be read", "look at it and move it away", unchanged=True
    )


def _recorded(id: str, values: list[dict[str, Any]]) -> Recorded:
    header = values[0]
    states: dict[int, State] = {}
    late: dict[int, int] = {}
    edits: dict[int, Edit] = {}
    for value in values[1:]:
        if "edit" in value:
            n = value.pop("edit")
            edits[n] = decode(value)
            states[n] = "open"
        elif "made" in value:
            states[value["made"]] = "made"
        elif "void" in value:
            states[value["void"]] = "void"
        elif "late" in value:
            late[value["late"]] = value["to"]
    steps = tuple(Step(n, edit, states[n], late.get(n)) for n, edit in edits.items())
    return Recorded(
        id,
        header["verb"],
        datetime.fromisoformat(header["at"]),
        header["undoes"],
        tuple(header["keys"]),
        steps,
        any(value.get("done") for value in values),
    )


def _values(data: bytes) -> Iterator[dict[str, Any]]:
    """The values of the finished lines, up to one that is torn."""
    for text in data.split(b"\n")[:-1]:
        value = parsed(text)
        if value is None:
            return
        yield value


def parsed(text: bytes) -> dict[str, Any] | None:
    """The values that ``line`` wrote; None for a line that was torn."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
