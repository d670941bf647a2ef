"""What a store must hold after each change, undo and outside write: sessions in memory, and plain bytes and rows.

``Memory`` is the memory store, told of what comes from outside: that came in every state, those put by too, for an undo
takes none of it away. ``World`` is what the memory store does not know: damaged lines, modes, row ids, receipts.
An ``Effect`` is what a change did to one session, and what taking it back must give, written from the description.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple
from unittest import mock

from sessiontui.model import Message
from sessiontui.store.memory import MemoryStore, _Kept
from tests.support import serde

State = dict[str, _Kept]
Delta = dict[str, tuple[dict[int, Message], dict[int, Message]]]
"""By key: the messages that went and those that came, by their numbers of arrival."""


class Memory(MemoryStore):
    """Sessions in memory that hear of outside writes; every state that is put by has the name of its change."""

    def __init__(self) -> None:
        super().__init__()
        self.standing: list[str] = []
        self.undone: list[str] = []
        self.deltas: dict[str, Delta] = {}

    def held(self) -> dict[str, list[Message]]:
        """The messages of every session that has any."""
        return {key: [message for _, message in kept.messages] for key, kept in self._kept.items() if kept.messages}

    def named(self, change: str) -> None:
        """Give the change that was just made its name."""
        self.standing.append(change)
        self.undone.clear()
        self.deltas[change] = _delta(self._past[-1], self._kept)
        assert len(self.standing) == len(self._past)
        assert not self._future

    def move(self, keys: Mapping[str, str]) -> None:
        """Sessions get other keys, as one change."""
        moved = dict(self._kept)
        for old, new in keys.items():
            if old in moved:
                moved[new] = moved.pop(old)
        self._change(moved)

    def mend(self, sessions: Mapping[str, list[Message]]) -> None:
        """Messages come between others, as one change: all that these sessions hold then."""
        mended = dict(self._kept)
        now = datetime.now(UTC)
        for key, messages in sessions.items():
            rest = list(self._kept[key].messages) if key in self._kept else []
            held: list[tuple[int, Message]] = []
            for message in messages:
                if rest and rest[0][1] == message:
                    held.append(rest.pop(0))
                else:  # a number between its neighbours'
                    low, high = held[-1][0] if held else 0, rest[0][0] if rest else self._arrived + 1
                    held.append(((low + high) / 2, message))  # type: ignore[arg-type]
            mended[key] = _Kept(tuple(held), now, now)
        self._change(mended)

    def age(self, keys: Collection[str], at: datetime) -> None:
        """These sessions were last written then; all others just now."""
        now = datetime.now(UTC)
        self._kept = {key: replace(kept, last_activity=at if key in keys else now) for key, kept in self._kept.items()}

    def arrive(self, key: str, message: Message) -> None:
        """A message came from outside."""
        self._arrived += 1
        self._everywhere({key: ({}, {self._arrived: message})})

    def lose(self, key: str) -> None:
        """Somebody outside destroyed the last message."""
        id, message = self._kept[key].messages[-1]
        self._everywhere({key: ({id: message}, {})})

    def tell(self, key: str, messages: list[Message]) -> None:
        """Only the bytes can say what a session holds."""
        if messages == self.held().get(key, []):
            return
        first = self._arrived + 1
        self._arrived += len(messages)
        now = datetime.now(UTC)
        self._kept = {**self._kept, key: _Kept(tuple(enumerate(messages, first)), now, now)}

    def take_back(self, change: str) -> None:
        """Undo a change: the newest by undo itself, an older one by what it did."""
        if self.standing[-1] == change:
            assert self.undo()
        else:
            at = self.standing.index(change)
            back = _turned(_delta(self._past[at], self._past[at + 1]))
            self._future.append(self._kept)
            self._kept = _applied(self._kept, back)
            self._past[at:] = [_applied(state, back) for state in self._past[at + 1 :]]
        self.standing.remove(change)
        self.undone.append(change)

    def give_again(self, change: str) -> None:
        """Redo a change: the one undone last by redo itself, another one by what it did."""
        if self.undone and self.undone[-1] == change:
            assert self.redo()
        else:
            delta = self.deltas[change]
            if change in self.undone:
                del self._future[self.undone.index(change)]
            self._past.append(self._kept)
            self._kept = _applied(self._kept, delta)
            self._future = [_applied(state, delta) for state in self._future]
        self.undone = [each for each in self.undone if each != change]
        self.standing.append(change)

    def forget(self, but: str) -> None:
        """Forget how to undo or redo all changes but one."""
        for names, states in ((self.standing, self._past), (self.undone, self._future)):
            states[:] = [state for name, state in zip(names, states, strict=True) if name == but]
            names[:] = [name for name in names if name == but]

    def _everywhere(self, delta: Delta) -> None:
        self._past, self._future = ([_applied(s, delta) for s in states] for states in (self._past, self._future))
        self._kept = _applied(self._kept, delta)


def _delta(before: State, after: State) -> Delta:
    found: Delta = {}
    for key in before.keys() | after.keys():
        old, new = (dict(state[key].messages) if key in state else {} for state in (before, after))
        went = {id: message for id, message in old.items() if id not in new}
        came = {id: message for id, message in new.items() if id not in old}
        found[key] = (went, came)
    return found


def _turned(delta: Delta) -> Delta:
    return {key: (came, went) for key, (went, came) in delta.items()}


def _applied(state: State, delta: Delta) -> State:
    """Messages stand in the order of their arrival, whenever they come back."""
    found = dict(state)
    now = datetime.now(UTC)
    for key, (went, came) in delta.items():
        kept = found.get(key, _Kept((), now, now))
        messages = {**dict(kept.messages), **came}
        found[key] = replace(kept, messages=tuple(sorted((i, m) for i, m in messages.items() if i not in went)))
    return found


# ---- lines, by plain rules


def lines(data: bytes) -> list[bytes]:
    """The lines, each with its newline; the last one may have none."""
    found = [line + b"\n" for line in data.split(b"\n")]
    found[-1] = found[-1][:-1]
    return [line for line in found if line]


def message(line: bytes) -> Message | None:
    """What ZeroClaw reads of a line; None where that is nothing."""
    try:
        found = serde.load(line.removesuffix(b"\n"))
    except serde.Refused:
        return None
    return None if found is None else Message(*found)


def loads(data: bytes) -> list[Message]:
    """What ZeroClaw loads of a file."""
    return [found for line in lines(data) if (found := message(line)) is not None]


# ---- bytes, rows and receipts


class File(NamedTuple):
    """A file but for its time."""

    data: bytes
    mode: int
    uid: int
    gid: int


class Row(NamedTuple):
    """A message in the database, but for its time."""

    id: int
    key: str
    role: str
    content: str


@dataclass(frozen=True)
class World:
    """Everything in a sessions folder."""

    files: Mapping[str, File]
    rows: Mapping[int, Row]
    receipts: Mapping[str, bytes]
    """By name of the file that was imported: its bytes."""
    strict: bool
    """The database records imports."""

    def bytes_of(self, name: str) -> bytes | None:
        return self.files[name].data if name in self.files else None

    def of(self, key: str) -> list[Row]:
        """The rows of a session."""
        return sorted(row for row in self.rows.values() if row.key == key)

    def with_file(self, name: str, file: File | None) -> World:
        files = {other: each for other, each in self.files.items() if other != name}
        return replace(self, files=files if file is None else {**files, name: file})

    def with_rows(self, came: Collection[Row], left: Collection[Row] = ()) -> World:
        rows = {id: row for id, row in self.rows.items() if row not in left}
        return replace(self, rows=rows | {row.id: row for row in came})


Way = tuple["World", "Effect", dict[str, int]]
"""What the world may be like after an effect was taken back, as what effect that counts, and times that must be."""


@dataclass(frozen=True)
class Cut:
    """Bytes of a file gave way to others; None before or after: there is no file."""

    name: str
    before: File | None
    after: File | None
    at: int
    removed: bytes
    inserted: bytes
    mtime: int
    """Of the file before."""
    blanks: bytes = b""
    """Blank lines right behind, which may count as removed and inserted again."""
    receipts: frozenset[str] = frozenset()
    """Of which imports there were receipts."""

    def made(self, world: World) -> World:
        return world.with_file(self.name, self.after)

    def stands(self, files: Mapping[str, bytes], rows: Collection[Row]) -> bool:
        return files.get(self.name) == (None if self.after is None else self.after.data)

    def back(self, world: World) -> tuple[list[Way], bool]:
        """Every outcome that taking it back may have, and whether it may be refused, too."""
        now = world.files.get(self.name)
        if self.after is None:
            return self._come(world, now)
        if now is None:
            return [], True
        if self.before is None:
            return self._gone(world, now)
        found = [*(self._spliced(world, now, more) for more in {b"", self.blanks}), self._whole(world, now)]
        ways = [way for way in found if way is not None]
        if now.data == self.after.data:  # nothing came since: all is to the byte as it was, its time, too
            ways = [
                (then, as_one, {self.name: self.mtime})
                for then, as_one, _ in ways
                if then.bytes_of(self.name) == self.before.data
            ]
        return ways, not now.data.startswith(self.after.data)

    def _come(self, world: World, now: File | None) -> tuple[list[Way], bool]:
        assert self.before is not None
        beside = {self.name + ".migrated", self.name + ".importing"} & world.files.keys()
        if now is not None or beside or world.receipts.keys() - self.receipts:
            return [], True
        turned = Cut(self.name, None, self.before, 0, b"", self.before.data, 0)
        return [(world.with_file(self.name, self.before), turned, {self.name: self.mtime})], bool(world.receipts)

    def _gone(self, world: World, now: File) -> tuple[list[Way], bool]:
        if not now.data.startswith(self.inserted):
            return [], True
        rest = now.data[len(self.inserted) :]
        left = now._replace(data=rest) if rest else None
        turned = Cut(self.name, now, left, 0, self.inserted, b"", -1, receipts=frozenset(world.receipts))
        return [(world.with_file(self.name, left), turned, {})], False

    def _whole(self, world: World, now: File) -> Way | None:
        """All bytes as they were, and behind them what came since."""
        assert self.before is not None
        assert self.after is not None
        if not now.data.startswith(self.after.data):
            return None
        old, rest = self.before.data, now.data[len(self.after.data) :]
        if rest and old and not old.endswith(b"\n"):
            old += b"\n"  # never glued to an unfinished line
        new = now._replace(data=old + rest)
        turned = Cut(self.name, now, new, 0, now.data, new.data, -1)
        return world.with_file(self.name, new), turned, {}

    def _spliced(self, world: World, now: File, more: bytes) -> Way | None:
        assert self.before is not None
        assert self.after is not None
        prefix, inserted, removed = now.data[: self.at], self.inserted + more, self.removed + more
        stop = self.at + len(inserted)
        if prefix != self.before.data[: self.at] or now.data[self.at : stop] != inserted:
            return None
        rest = now.data[stop:]
        if rest and not (removed or prefix or b"\n").endswith(b"\n"):
            removed += b"\n"
        new = now._replace(data=prefix + removed + rest)
        turned = Cut(self.name, now, new, self.at, inserted, removed, -1)
        return world.with_file(self.name, new), turned, {}


@dataclass(frozen=True)
class Rows:
    """Rows came and rows left."""

    came: tuple[Row, ...] = ()
    left: tuple[Row, ...] = ()

    def made(self, world: World) -> World:
        return world.with_rows(self.came, self.left)

    def stands(self, files: Mapping[str, bytes], rows: Collection[Row]) -> bool:
        return set(self.came) <= set(rows) and not set(self.left) & set(rows)

    def back(self, world: World) -> tuple[list[Way], bool]:
        if any(world.rows.get(row.id) != row for row in self.came) or any(row.id in world.rows for row in self.left):
            return [], True
        return [(world.with_rows(self.left, self.came), Rows(self.left, self.came), {})], False


@dataclass(frozen=True)
class Moved:
    """A session went from its file into the database, or back."""

    key: str
    file: File
    rows: tuple[Row, ...]
    outward: bool = False
    """Back to the file."""

    @property
    def name(self) -> str:
        return self.key + ".jsonl"

    def made(self, world: World) -> World:
        here, there = self.name, self.name + ".migrated"
        receipts = {name: data for name, data in world.receipts.items() if name != here}
        if self.outward:
            moved = world.with_file(there, None).with_file(here, self.file).with_rows((), self.rows)
        else:
            moved = world.with_file(here, None).with_file(there, self.file).with_rows(self.rows)
            receipts |= {here: self.file.data} if world.strict else {}
        return replace(moved, receipts=receipts)

    def stands(self, files: Mapping[str, bytes], rows: Collection[Row]) -> bool:
        return (self.name in files) is self.outward

    def back(self, world: World) -> tuple[list[Way], bool]:
        here, there = self.name, self.name + ".migrated"
        now, free = (here, there) if self.outward else (there, here)
        if world.bytes_of(now) != self.file.data or free in world.files:
            return [], True
        if world.of(self.key) != ([] if self.outward else sorted(self.rows)):
            return [], True
        if self.outward and any(row.id in world.rows for row in self.rows):
            return [], True
        turned = replace(self, file=world.files[now], outward=not self.outward)
        return [(turned.made(world), turned, {})], not self.rows or bool(world.receipts.keys() - {here})


Effect = Cut | Rows | Moved


@dataclass(frozen=True)
class Chain:
    """A change and whether it is taken back now."""

    id: str
    """Of the change that it began with."""
    tip: str
    """Of the newest, which the next undo or redo takes back."""
    undone: bool
    effects: tuple[Effect, ...]
    """What the tip did."""


@dataclass(frozen=True)
class Outcome:
    """What a whole change may come to when it is taken back."""

    worlds: tuple[tuple[World, tuple[Effect, ...], dict[str, int]], ...]
    """None: it must be refused."""
    refusable: bool


def taken_back(effects: tuple[Effect, ...], world: World) -> Outcome:
    """All of a change is taken back, the newest effect first, or nothing."""
    ways: list[tuple[World, tuple[Effect, ...], dict[str, int]]] = [(world, (), {})]
    refusable = False
    for effect in reversed(effects):
        nexts: list[tuple[World, tuple[Effect, ...], dict[str, int]]] = []
        for now, turned, times in ways:
            found, may = effect.back(now)
            refusable = refusable or may
            nexts.extend((then, (*turned, as_one), times | more) for then, as_one, more in found)
        ways = nexts
    return Outcome(tuple(ways), refusable or not ways)


# ---- a kill


class Killed(BaseException):
    """What SIGKILL is in one process: nothing that is written after it is written."""


WRITES = (
    *("chmod", "chown", "copy_file_range", "fchmod", "fchown", "fsync", "ftruncate", "link", "mkdir", "open"),
    *("posix_fallocate", "pwrite", "remove", "rename", "replace", "rmdir", "sendfile", "symlink", "truncate"),
    *("unlink", "utime", "write", "writev"),
)


@contextmanager
def killed_at(n: int) -> Iterator[list[str]]:
    """The n-th call that writes, from 1, and all after it raise ``Killed``; gives the names of those that were called."""
    called: list[str] = []
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            if name == "open" and not int(str(args[1] if len(args) > 1 else kwargs.get("flags", 0))) & writing:
                return real(*args, **kwargs)
            called.append(name)
            if len(called) >= n:
                raise Killed(name)
            return real(*args, **kwargs)

        return call

    with ExitStack() as patches:
        for name in WRITES:
            if hasattr(os, name):
                patches.enter_context(mock.patch.object(os, name, watched(name, getattr(os, name))))
        yield called
