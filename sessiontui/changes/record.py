"""One change in the journal: written edit by edit while it is made, read back to be listed, settled or undone.

A record is a file of JSON lines: a header, then for each edit ``{"edit":n,…}``, synced before the edit is made, then
``{"late":n,"to":…}`` where more was carried over, ``{"made":n}`` or ``{"void":n}``, and ``{"done":true}`` last; behind it
``{"wait":true}`` while more may come. A last line that isn't finished was never acted upon.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sessiontui.changes.edits import Edit, KeptFile, decode, encode, keys_of, line, parsed
from sessiontui.changes.folder import Folder
from sessiontui.disk.replace import sync
from sessiontui.disk.wait_policy import USUAL, WaitPolicy
from sessiontui.errors import StoreError

FORMAT: Final = 1
SUFFIX: Final = ".change"

_BEGINNING: Final = b'{"format":%d,' % FORMAT
"""Of every record, however little of it came to the disk."""

State = Literal["open", "made", "void"]


@dataclass(frozen=True, slots=True)
class Step:
    """One edit and how it went; ``open`` was recorded, and what became of it is not."""

    n: int
    edit: Edit
    state: State
    late: int | None = None
    """How many bytes of the file that gave way were carried over, where more than were copied at first."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change as the journal holds it."""

    id: str
    verb: str
    at: datetime
    undoes: str | None
    keys: tuple[str, ...]
    steps: tuple[Step, ...]
    done: bool

    @property
    def made(self) -> tuple[Step, ...]:
        """The edits that stand, in the order in which they were made."""
        return tuple(step for step in self.steps if step.state == "made")

    @property
    def changed(self) -> tuple[str, ...]:
        """The keys that it changed, each once."""
        return tuple(dict.fromkeys(key for step in self.made for key in keys_of(step.edit))) or self.keys


class ChangeRecord:
    """A change that is being made. Nothing is on disk before its first edit."""

    def __init__(self, folder: Folder, id: str, verb: str, keys: tuple[str, ...], undoes: str | None) -> None:
        self.folder = folder
        self.id = id
        self.verb = verb
        self.patience = USUAL
        self.steps: list[Step] = []
        self._header = {
            "format": FORMAT,
            "id": id,
            "verb": verb,
            "at": datetime.now(UTC).isoformat(),
            "undoes": undoes,
            "keys": list(keys),
        }
        self._fd: int | None = None

    @classmethod
    def resume(cls, folder: Folder, recorded: Recorded, patience: WaitPolicy = USUAL) -> ChangeRecord:
        """Go on with a record that is on disk; a torn last line is cut off."""
        record = cls(folder, recorded.id, recorded.verb, recorded.keys, recorded.undoes)
        record.patience = patience
        record.steps = list(recorded.steps)
        data = folder.read(recorded.id + SUFFIX)
        record._fd = folder.reopen(recorded.id + SUFFIX)
        try:
            if not data.endswith(b"\n"):
                os.ftruncate(record._fd, data.rfind(b"\n") + 1)
        except BaseException:
            record.close()
            raise
        return record

    def name(self, kind: str) -> str:
        """The name of a file kept for the edit that comes next."""
        return f"{self.id}.{len(self.steps) + 1}.{kind}"

    def keep(self, chunks: Iterable[bytes], kind: str = "bytes") -> KeptFile:
        """Keep bytes for the edit that comes next."""
        return self.folder.keep(self.name(kind), chunks)

    def write(self, edit: Edit) -> None:
        """ChangeRecord the next edit; when this returns, it is on disk and may be made."""
        n = len(self.steps) + 1
        data = line({"edit": n, **encode(edit)})
        if self._fd is None:
            self._fd = self.folder.new(self.id + SUFFIX)
        if not os.fstat(self._fd).st_size:  # new, or what was written to it was taken off again
            data = line(self._header) + data
        self._put(data)
        sync(self._fd)
        self.folder.sync()
        self.steps.append(Step(n, edit, "open"))

    def mark(self, n: int, state: Literal["made", "void"]) -> None:
        """Say what became of an edit. Not synced: the disk tells it too."""
        if state == "void":
            self.void(n)
            return
        self._put(line({state: n}))
        self.steps[n - 1] = replace(self.steps[n - 1], state=state)

    def void(self, *ns: int) -> None:
        """Say of edits, all in one write, that nothing of them stands."""
        self._put(b"".join(line({"void": n}) for n in ns))
        for n in ns:
            self.steps[n - 1] = replace(self.steps[n - 1], state="void")
        self.forget()

    def late(self, n: int, to: int) -> None:
        """Say how many bytes of the file that gave way stand in the new one; on disk when this returns."""
        self._put(line({"late": n, "to": to}))
        sync(self._fd_open())
        self.steps[n - 1] = replace(self.steps[n - 1], late=to)

    def give_up(self) -> None:
        """The newest edit is not made, if it was recorded at all: it is begun again as another."""
        if self.steps and self.steps[-1].state == "open":
            self.void(len(self.steps))
        else:
            self.forget()

    def made(self) -> None:
        """The newest edit was made."""
        self.mark(len(self.steps), "made")

    @property
    def open(self) -> tuple[Step, ...]:
        """The edits of which it is not known whether they were made."""
        return tuple(step for step in self.steps if step.state == "open")

    @property
    def made_steps(self) -> tuple[Step, ...]:
        """The edits that stand, in the order in which they were made."""
        return tuple(step for step in self.steps if step.state == "made")

    @property
    def stands(self) -> bool:
        """Whether an edit was made."""
        return bool(self.made_steps)

    def finish(self) -> None:
        """Mark the change done; one of which nothing stands leaves no trace. Where it is not known what became of an
        edit, the next change settles it."""
        if not self.open:
            if self.stands and self._fd is not None:
                self._put(line({"done": True}))
                sync(self._fd)
            else:
                for name in self.folder.names():
                    if name.startswith(f"{self.id}."):
                        self.folder.drop(name)
        self.close()

    def wait(self) -> None:
        """Say of a change that is done that something may still come to a file that gave way."""
        self._put(line({"wait": True}))

    def forget(self) -> None:
        """Drop what was kept for edits that were never recorded, or of which nothing stands."""
        stand = {str(step.n) for step in self.steps if step.state != "void"}
        for name in self.folder.names():
            id, _, rest = name.partition(".")
            n, numbered, _ = rest.partition(".")
            if id == self.id and numbered and n not in stand:
                self.folder.drop(name)

    def close(self) -> None:
        """Give the descriptor back."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            os.close(fd)

    def _fd_open(self) -> int:
        if self._fd is None:
            raise ValueError("nothing was recorded yet")
        return self._fd

    def _put(self, data: bytes) -> None:
        fd = self._fd_open()
        start = os.fstat(fd).st_size
        try:
            while data:
                data = data[os.write(fd, data) :]
        except BaseException:
            with contextlib.suppress(OSError):
                os.ftruncate(fd, start)  # half a line would spoil the next
            raise


def done(folder: Folder, id: str) -> bool:
    """Whether a change was marked done, in a record of ours: seen from its first and last bytes, for this is asked of
    every change before each."""
    end = line({"done": True})
    return folder.ends(id + SUFFIX, len(_BEGINNING), len(end)) == (_BEGINNING, end)


def ids(folder: Folder) -> list[str]:
    """The ids of the changes in a journal, oldest first."""
    return sorted(name[: -len(SUFFIX)] for name in folder.names() if _is_change(name))


def _is_change(name: str) -> bool:
    stem, dot, kind = name.partition(".")
    return dot + kind == SUFFIX and len(stem) >= 8 and stem.isascii() and stem.isdigit()


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
        f"the journal's record {folder.path(id + SUFFIX)} can't be read; nothing was changed",
        "look at it and move it away",
    )


def _recorded(id: str, values: list[dict[str, Any]]) -> Recorded:
    header = values[0]
    states: dict[int, State] = {}
    late: dict[int, int] = {}
    edits: dict[int, Edit] = {}
    done = False
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
        done = done or bool(value.get("done"))
    steps = tuple(Step(n, edit, states[n], late.get(n)) for n, edit in edits.items())
    at = datetime.fromisoformat(header["at"])
    return Recorded(id, header["verb"], at, header["undoes"], tuple(header["keys"]), steps, done)


def _values(data: bytes) -> Iterator[dict[str, Any]]:
    """The values of the finished lines, up to one that is torn."""
    for text in data.split(b"\n")[:-1]:
        value = parsed(text)
        if value is None:
            return
        yield value
