"""One change in the journal, written edit by edit while it is made; ``edits.records`` reads it back.

A record is a file of JSON lines: a header, then for each edit ``{"edit":n,…}``, synced before the edit is made, then
``{"late":n,"to":…}`` where more was carried over, ``{"made":n}`` or ``{"void":n}``, and ``{"done":true}`` last; behind it
``{"wait":true}`` while more may come. A last line that isn't finished was never acted upon.
"""

from __future__ import annotations

import contextlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple, cast

from sessiontui.changes.journal.folder import Folder, KeptFile
from sessiontui.disk.replace import sync
from sessiontui.disk.wait_policy import USUAL, WaitPolicy

FORMAT: Final = 1
SUFFIX: Final = ".change"

Settled = Literal["made", "void"]
State = Literal["open", "made", "void"]


class Edit(ABC):
    """One thing that a change does to a file or a database, as values, which are on the disk before it is made.

    Every edit is reverted by edits of the same kinds, so that an undo is a change like any other. ``file``, ``new`` and
    ``database`` are names relative to the sessions folder; the bytes that are needed later are in ``KeptFile`` files.
    """

    __slots__ = ()

    @property
    def sessions(self) -> tuple[str, ...]:
        """The keys of the sessions that it changes; none where it only prepares other edits."""
        key: str = getattr(self, "key", "")
        return (key,)

    @property
    def prepares(self) -> bool:
        """Whether a change of which only this is made is none."""
        return False

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the sessions folder that it is about."""
        return tuple(getattr(self, name) for name in ("file", "new", "database") if hasattr(self, name))

    @abstractmethod
    def settle(self, record: ChangeRecord, step: Step) -> Settled:
        """Find out what became of it when it was interrupted, and finish it or roll it back."""

    @abstractmethod
    def foresee(self, folder: Folder) -> str:
        """Say what reverting it does. Raises ``Refused`` where it can't be reverted. Only reads."""

    @abstractmethod
    def revert(self, record: ChangeRecord) -> None:
        """Make it backwards, recorded. Raises ``Refused`` where something would be lost."""

    def require_wanted(self, folder: Folder) -> None:  # noqa: B027 - of most kinds nothing is asked
        """Raise ``Refused`` where reverting it would do harm to the store."""

    def catch_up(self, record: ChangeRecord, step: Step) -> None:  # noqa: B027 - only a rewritten file gives way
        """Bring over what writers put into the file that gave way."""

    def is_awaited(self, record: ChangeRecord, step: Step) -> bool:
        """Whether more may come to the file that gave way."""
        return False


class Step(NamedTuple):
    """One edit and how it went; ``open`` was recorded, and what became of it is not."""

    n: int
    edit: Edit
    state: State
    late: int | None = None
    """How many bytes of the file that gave way were carried over, where more than were copied at first."""


class Recorded(NamedTuple):
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
        return tuple(dict.fromkeys(key for step in self.made for key in step.edit.sessions)) or self.keys


class ChangeRecord:
    """A change that is being made. Nothing is on disk before its first edit."""

    def __init__(self, folder: Folder, id: str, verb: str, keys: tuple[str, ...], undoes: str | None) -> None:
        self.folder = folder
        self.sessions = folder.sessions
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
    def resume(cls, folder: Folder, recorded: Recorded, patience: WaitPolicy) -> ChangeRecord:
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

    def keep(self, chunks: Iterable[bytes]) -> KeptFile:
        """Keep bytes for the edit that comes next."""
        return self.folder.keep(self.name("bytes"), chunks)

    def write(self, edit: Edit) -> None:
        """Record the next edit; when this returns, it is on disk and may be made."""
        n = len(self.steps) + 1
        if self._fd is None:
            self._fd = self.folder.new(self.id + SUFFIX)
        values = [{"edit": n, **encode(edit)}]
        if not os.fstat(self._fd).st_size:  # new, or what was written to it was taken off again
            values.insert(0, self._header)
        self._put(*values)
        sync(self._fd)
        self.folder.sync()
        self.steps.append(Step(n, edit, "open"))

    def mark(self, state: Settled, *ns: int) -> None:
        """Say what became of edits, all in one write, and drop what was kept for a void one. Not synced: the disk tells it
        too."""
        self._put(*({str(state): n} for n in ns))
        for n in ns:
            self.steps[n - 1] = self.steps[n - 1]._replace(state=state)
        if state == "void":
            self.forget()

    def void(self, *ns: int) -> None:
        """Say of edits that nothing of them stands."""
        self.mark("void", *ns)

    def late(self, n: int, to: int) -> None:
        """Say how many bytes of the file that gave way stand in the new one; on disk when this returns."""
        self._put({"late": n, "to": to})
        sync(self._fd_open())
        self.steps[n - 1] = self.steps[n - 1]._replace(late=to)

    def give_up(self) -> None:
        """The newest edit is not made, if it was recorded at all: it is begun again as another."""
        if self.steps and self.steps[-1].state == "open":
            self.void(len(self.steps))
        else:
            self.forget()

    def made(self) -> None:
        """The newest edit was made."""
        self.mark("made", len(self.steps))

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
            if self.stands:
                self._put({"done": True})
                sync(self._fd_open())
            else:
                self.folder.drop_change(self.id)
        self.close()

    def wait(self) -> None:
        """Say of a change that is done that something may still come to a file that gave way."""
        self._put({"wait": True})

    def forget(self) -> None:
        """Drop what was kept for edits that were never recorded, or of which nothing stands."""
        stand = {str(step.n) for step in self.steps if step.state != "void"}
        for name in self.folder.names():
            id, *numbered = name.split(".", 2)
            if id == self.id and len(numbered) == 2 and numbered[0] not in stand:
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

    def _put(self, *values: Mapping[str, Any]) -> None:
        data = b"".join(map(line, values))
        fd = self._fd_open()
        start = os.fstat(fd).st_size
        try:
            while data:
                data = data[os.write(fd, data) :]
        except BaseException:
            with contextlib.suppress(OSError):
                os.ftruncate(fd, start)  # half a line would spoil the next
            raise


def line(value: Mapping[str, Any]) -> bytes:
    """One line of a record, newline included. Names that are not UTF-8 survive, as escapes."""
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def encode(edit: Edit) -> dict[str, Any]:
    """An edit as JSON values."""
    return {"kind": type(edit).__name__.lower(), **asdict(cast("Any", edit))}
