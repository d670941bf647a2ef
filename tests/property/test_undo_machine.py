"""Undo under everything that may happen to a store, in any order, held against sessions in memory and plain bytes.

Changes of every kind, undo and redo of the newest or of any, kills in the middle, a daemon that appends, tears lines,
rewrites in place. Everything is opened anew at each step, so each is a restart. ``--hypothesis-profile=explore`` makes
it long, with other examples at every run.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.outcome import Change
from sessiontui.changes.verbs import append, cleanup, compact, migrate, pop, repair
from sessiontui.damage import salvage
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.dialects import zeroclaw
from sessiontui.disk.wait_policy import USUAL
from sessiontui.errors import Refused, UsageError
from sessiontui.model import Message
from sessiontui.store.jsonl import no_session
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from tests.support import databases
from tests.support.damage import applied
from tests.support.examples import examples
from tests.support.folders import journal_names, state
from tests.support.undoing import (
    Chain,
    Cut,
    Effect,
    File,
    Killed,
    Memory,
    Moved,
    Row,
    Rows,
    World,
    killed_at,
    lines,
    loads,
    message,
    taken_back,
)

QUICK: Final = "/dev/shm" if os.path.isdir("/dev/shm") else None
OLD: Final = datetime(2026, 1, 1, tzinfo=UTC)
IDLE: Final = int(OLD.timestamp()) * 10**9
KEYS: Final = st.sampled_from(["a", "b"])
ANY: Final = st.integers(0, 50)
ROLES: Final = st.sampled_from(["user", "assistant", ""])
ODD: Final = st.sampled_from(["", "", "", ' "\\\n', "\u2028ü\U0001f9e0", "\x7f\x01"])
DAMAGE: Final = st.sampled_from(
    [
        b"\n",
        b" \r\n",
        b"{torn\n",
        b'{"role":"user","con',
        b"torn",
        b"\x00\x00",
        b"\xff\n",
        b"{}{}\n",
        b" ",
        b"\xef\xbb\xbf[]\n",
        b"\xef\xbb\xbf",
        b"INFO it is up\n",
    ]
)
PATH: Final = re.compile(r"/\S*/\.sessiontui/[\w.]+\w")


def said(data: bytes) -> list[bytes]:
    """The lines but for blank ones."""
    return [line for line in lines(data) if line.strip()]


@dataclass(frozen=True)
class Deed:
    """A change that is about to be made."""

    make: Callable[[], object]
    effects: tuple[Effect, ...]
    """What it should do."""
    remember: Callable[[tuple[Effect, ...]], object]
    """Tell the memory store of those that were done."""
    back: Chain | None = None
    """What it takes back."""


class Undoing(RuleBasedStateMachine):
    """One sessions folder, and what should be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=QUICK))
        self.patch = mock.patch("os.fsync")
        self.patch.start()
        self.memory = Memory()
        self.world = World({}, {}, {}, strict=False)
        self.chains: dict[str, Chain] = {}
        self.murky: set[str] = set()
        self.said = 0
        self.quiet: dict[str, Any] = {}
        """By the newest change: the database as it was before, while nothing else happens."""

    def teardown(self) -> None:
        self.patch.stop()
        shutil.rmtree(self.folder)

    # ---- what is there

    @property
    def database(self) -> Path:
        return self.folder / "sessions.db"

    @property
    def store(self) -> JsonlStore:
        return JsonlStore(self.folder)

    @property
    def table(self) -> SqliteStore:
        return SqliteStore(self.database)

    def on_disk(self) -> dict[str, bytes]:
        return {name: seen.data for name, seen in state(self.folder).items()}

    def file(self, name: str) -> File:
        seen = state(self.folder)[name]
        return File(seen.data, seen.mode, *seen.owner)

    def mtime(self, name: str) -> int:
        path = self.folder / name
        return path.stat().st_mtime_ns if path.exists() else 0

    def contents(self) -> dict[str, list[Any]]:
        found = databases.contents(self.database) if self.database.exists() else {}
        return {name: rows for name, rows in found.items() if rows}

    def rows(self) -> list[Row]:
        return [Row(id, *(value.decode() for value in rest[:3])) for id, *rest in self.contents().get("sessions", [])]

    def next_id(self) -> int:
        if not self.database.exists():
            return 1
        with closing(sqlite3.connect(self.database)) as connection:
            found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'sessions'").fetchone()
        return 1 + (found[0] if found else 0)

    def everything(self) -> dict[str, tuple[bytes, int]]:
        """All bytes and times, but for what SQLite keeps beside a database."""
        return {
            str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith("sessions.db-")
        }

    def new(self, role: str, odd: str) -> Message:
        self.said += 1
        return Message(role, f"m{self.said}{odd}")

    def listed(self) -> dict[str, Change]:
        return {change.id: change for change in journal.changes(self.folder)}

    # ---- a change

    def do(self, deed: Deed) -> None:
        """Make a change and believe that it did what it should."""
        before, known = self.contents(), self.listed().keys()
        deed.make()
        self.adopt(deed, deed.effects, self.listed().keys() - known)
        self.quiet = {self.newest(undone=False).id: before} if deed.effects else self.quiet

    def adopt(self, deed: Deed, effects: tuple[Effect, ...], fresh: Collection[str]) -> None:
        """Take what a change did for what is there."""
        self.quiet = {}
        assert len(fresh) == bool(effects), "a change of which something stands is listed, and no other"
        if not effects:
            return
        (id,) = fresh
        for effect in effects:
            self.world = effect.made(self.world)
        if deed.back is None:
            deed.remember(effects)
            self.memory.named(id)
            self.chains[id] = Chain(id, id, undone=False, effects=effects)

    def newest(self, *, undone: bool) -> Chain:
        return max((chain for chain in self.chains.values() if chain.undone == undone), key=lambda chain: chain.tip)

    def came(self, name: str, data: bytes | None) -> None:
        """Somebody outside wrote a session file: learn what is there now."""
        old = self.world.bytes_of(name) or b""
        before, after = loads(old), loads(data or b"")
        same = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
        same = min(len(before), len(after)) if same is None else same
        for _ in before[same:]:
            self.memory.lose(name)
        for each in after[same:]:
            self.memory.arrive(name, each)
        if old and not old.endswith(b"\n"):
            self.murky.add(name)  # what comes back may part what was glued: only the bytes can say
        self.world = self.world.with_file(name, self.file(name))
        self.quiet = {}

    @initialize(
        files=st.dictionaries(
            KEYS, st.tuples(st.lists(st.one_of(DAMAGE, ROLES), max_size=5), st.booleans()), min_size=1
        ),
        era=st.sampled_from([None, "seed", "head"]),
        strangers=st.booleans(),
    )
    def begin(self, files: dict[str, tuple[list[bytes | str], bool]], era: str | None, strangers: bool) -> None:
        for key, (pieces, odd) in files.items():
            name = f"{key}.jsonl"
            data = b"".join(p if isinstance(p, bytes) else zeroclaw.write(self.new(p, "")) for p in pieces)
            path = self.folder / name
            path.write_bytes(data)
            path.chmod(0o640 if odd else 0o604)
            if strangers and os.geteuid() == 0:
                os.chown(path, 12345, 54321)
            self.came(name, data)
        if era is not None:
            databases.database(self.folder, era)
            self.world = replace(self.world, strict=era == "head")

    # ---- what people do

    def is_session(self, key: str) -> bool:
        """Whether the file is not one that no change touches."""
        path = self.folder / f"{key}.jsonl"
        with path.open("rb") as file:
            return no_session.of(file.fileno(), path.stat().st_size) is None

    def appending(self, key: str, said: Message) -> Deed | None:
        name = key + ".jsonl"
        old = self.world.files.get(name)
        try:
            plan = append.plan(self.store, key, said)
        except Refused:
            if old is not None:
                assert not self.is_session(key)
                return None
            assert self.world.receipts or name + ".migrated" in self.world.files
            return None
        data = old.data if old else b""
        more = (b"\n" if data and not data.endswith(b"\n") else b"") + zeroclaw.write(said)
        own = old._replace(data=data + more) if old else File(more, 0o100600, os.geteuid(), os.getegid())
        cut = Cut(name, old, own, len(data), b"", more, self.mtime(name))
        return Deed(lambda: append.make(self.store, plan), (cut,), lambda _: self.memory.append(name, said))

    def appending_row(self, key: str, said: Message) -> Deed | None:
        if not self.database.exists():
            return None
        row = Row(self.next_id(), key, *said)
        plan = append.plan(self.table, key, said)
        return Deed(
            lambda: append.make(self.table, plan), (Rows((row,)),), lambda _: self.memory.append(f"row {key}", said)
        )

    def popping(self, key: str, _: Message) -> Deed | None:
        name = key + ".jsonl"
        old = self.world.files.get(name)
        if old is None:
            return None
        plan = pop.plan(self.store, key, anyway=True)
        every = lines(old.data)
        at = next((n for n in reversed(range(len(every))) if message(every[n]) is not None), None)
        if at is None:
            assert plan.removed is None
            return None
        start, line, behind = len(b"".join(every[:at])), every[at], b"".join(every[at + 1 :])
        blanks = behind if not behind.decode("utf-8", "replace").strip(" \r\n") else b""
        assert plan.removed == message(line)
        new = old._replace(data=old.data[:start] + behind)
        cut = Cut(name, old, new, start, line, b"", self.mtime(name), blanks=blanks)
        return Deed(lambda: pop.make(self.store, plan), (cut,), lambda _: self.popped(name, message(line)))

    def popped(self, name: str, removed: Message | None) -> None:
        assert self.memory.pop(name) == removed

    def popping_row(self, key: str, _: Message) -> Deed | None:
        held = self.world.of(key)
        if not held:
            return None
        plan = pop.plan(self.table, key)
        assert plan.removed == Message(*held[-1][2:])
        return Deed(
            lambda: pop.make(self.table, plan),
            (Rows(left=(held[-1],)),),
            lambda _: self.popped(f"row {key}", plan.removed),
        )

    def compacting(self, key: str, said: Message) -> Deed | None:
        """One session, or all where the message says nothing."""
        keys = [key] if said.role else sorted(self.live())
        if not set(keys) <= self.live():
            return None
        effects = []
        for name in (f"{each}.jsonl" for each in keys):
            old = self.world.files[name]
            kept = b"".join(line for line in lines(old.data) if message(line) is not None)
            if kept != old.data and self.is_session(name.removesuffix(".jsonl")):
                effects.append(Cut(name, old, old._replace(data=kept), 0, old.data, kept, self.mtime(name)))
        plan = compact.plan(self.store, keys, anyway=True)
        return Deed(
            lambda: compact.make(self.store, plan),
            tuple(effects),
            lambda made: self.memory.move({}) if made else None,
        )

    def repairing(self, key: str, said: Message) -> Deed | None:
        """One session, or all where the message says nothing. Nobody has written to them for long."""
        keys = [key] if said.role else sorted(self.live())
        if not set(keys) <= self.live():
            return None
        effects = []
        for name in (f"{each}.jsonl" for each in keys):
            os.utime(self.folder / name, ns=(IDLE, IDLE))
            old = self.world.files[name]
            planned = list(salvage.plan(faults(lines_of(old.data))))
            remains = bool(loads(old.data)) or any(each.records for each in planned)
            new = applied(old.data, (each for each in planned if remains or not salvage.is_removal(each)))
            last = lines(new)[-1:]
            new += b"\n" if last and not last[0].endswith(b"\n") and message(last[0]) is not None else b""
            if new != old.data and self.is_session(name.removesuffix(".jsonl")):
                effects.append(Cut(name, old, old._replace(data=new), 0, old.data, new, IDLE))
        plan = repair.plan(self.store, keys)
        return Deed(lambda: repair.make(self.store, plan), tuple(effects), self.repaired)

    def repaired(self, made: tuple[Effect, ...]) -> None:
        mended = {each.name: loads(each.after.data) for each in made if isinstance(each, Cut) and each.after}
        self.murky |= mended.keys()
        self.memory.mend(mended)

    def live(self) -> set[str]:
        return {name.removesuffix(".jsonl") for name in self.world.files if name.endswith(".jsonl")}

    def migrating(self, key: str, said: Message) -> Deed | None:
        keys = [key] if said.role else sorted(self.live())
        if not keys or not set(keys) <= self.live():
            return None
        plan = migrate.plan(self.folder, keys)
        effects = []
        id = self.next_id()
        for each in keys:
            file = self.world.files[f"{each}.jsonl"]
            held = loads(file.data)
            taken = self.world.of(each) or f"{each}.jsonl.migrated" in self.world.files
            if not taken and (held or not file.data.strip(b" \r\n")) and f"{each}.jsonl" not in self.world.receipts:
                effects.append(Moved(each, file, tuple(Row(id + n, each, *m) for n, m in enumerate(held))))
                id += len(held)
        assert [row.key for row in plan.rows if row.status == "migrated"] == [effect.key for effect in effects]

        def remember(made: tuple[Effect, ...]) -> None:
            self.memory.move({each.name: f"row {each.key}" for each in made if isinstance(each, Moved)})

        return Deed(lambda: migrate.make(plan), tuple(effects), remember)

    def cleaning(self, key: str, said: Message) -> Deed | None:
        """This session and, where the message has a role, all behind it in the alphabet."""
        now = datetime.now(UTC)
        stale = {each for each in self.live() if each == key or (said.role and each > key)}
        for each in self.live():
            at = int((OLD if each in stale else now).timestamp()) * 10**9
            os.utime(self.folder / f"{each}.jsonl", ns=(at, at))
        plan = cleanup.plan(self.store, 24, now)
        assert {row.key for row in plan.rows} == {each for each in stale if self.is_session(each)}
        receipts = frozenset(self.world.receipts)
        effects = tuple(
            Cut(n, self.world.files[n], None, 0, self.world.files[n].data, b"", self.mtime(n), receipts=receipts)
            for n in (f"{row.key}.jsonl" for row in plan.rows)
        )
        return Deed(
            lambda: cleanup.make(self.store, plan),
            effects,
            lambda made: self.cleaned([each.name for each in made if isinstance(each, Cut)]) if made else None,
        )

    def cleaned(self, keys: Collection[str]) -> None:
        """What has no message is not held in memory as a session that could go."""
        self.memory.age(keys, OLD)
        if not self.memory.cleanup(24):
            self.memory.move({})

    def cleaning_rows(self, key: str, said: Message) -> Deed | None:
        if not self.database.exists():
            return None
        now = datetime.now(UTC)
        there = {row[0].decode() for row in self.contents().get("session_metadata", [])}
        stale = {each for each in there if each == key or (said.role and each > key)}
        with databases.writer(self.database) as connection:
            for each in there:
                at = (OLD if each in stale else now).isoformat()
                connection.execute("UPDATE session_metadata SET last_activity = ? WHERE session_key = ?", (at, each))
        plan = cleanup.plan(self.table, 24, now)
        assert {row.key for row in plan.rows} == stale
        gone = tuple(row for row in self.world.rows.values() if row.key in stale)
        return Deed(
            lambda: cleanup.make(self.table, plan),
            (Rows(left=gone),) if stale else (),
            lambda _: self.cleaned([f"row {each}" for each in stale]),
        )

    def possible(self) -> list[tuple[str, str]]:
        """What can be done to which session now."""
        live, rows = self.live(), {row.key for row in self.world.rows.values()}
        found = [("appending", key) for key in "ab"]
        found += [
            (kind, key)
            for kind in ("popping", "compacting", "repairing", "migrating", "cleaning")
            for key in sorted(live)
        ]
        if self.database.exists():
            found += [("appending_row", key) for key in "ab"]
            found += [(kind, key) for kind in ("popping_row", "cleaning_rows") for key in sorted(rows)]
        return found

    def planned(self, which: int, said: Message) -> Deed | None:
        every = self.possible()
        kind, key = every[which % len(every)]
        event(kind)
        deed: Deed | None = getattr(self, kind)(key, said)
        return deed

    @rule(which=ANY, role=ROLES, odd=ODD)
    def change(self, which: int, role: str, odd: str) -> None:
        deed = self.planned(which, self.new(role, odd))
        if deed is not None:
            self.do(deed)

    @rule(which=ANY, role=ROLES, odd=ODD)
    def change_again(self, which: int, role: str, odd: str) -> None:
        self.change(which, role, odd)

    # ---- back, and there again

    @rule()
    def undo_newest(self) -> None:
        self.step(redo=False)

    @rule()
    def undo_newest_again(self) -> None:
        self.step(redo=False)

    @rule()
    def redo_newest(self) -> None:
        self.step(redo=True)

    def step(self, *, redo: bool) -> None:
        if not (self.memory.undone if redo else self.memory.standing):
            try:
                undo.plan(self.folder, redo=redo)
            except UsageError:
                return
            raise AssertionError("there is nothing to take back or give again")
        chain = self.newest(undone=redo)
        assert chain.id == (self.memory.undone if redo else self.memory.standing)[-1]
        self.turn(chain, None)

    @rule(which=ANY)
    def turn_any(self, which: int) -> None:
        """Take any change back, or give it again."""
        if self.chains:
            chain = list(self.chains.values())[which % len(self.chains)]
            self.turn(chain, chain.id)

    def turn(self, chain: Chain, id: str | None) -> None:
        outcome = taken_back(chain.effects, self.world)
        before, contents, known = self.everything(), self.contents(), self.listed().keys()
        times = {name: self.mtime(name) for name in self.world.files}
        word = "redo" if chain.undone else "undo"
        try:
            plan = undo.plan(self.folder, id, chain.undone)
            undo.make(self.folder, plan)
        except Refused as refused:
            if not outcome.refusable:
                raise
            event(f"{word} refused")
            self.left_alone(before, contents)
            self.says_where(chain, refused)
            return
        event(f"{word} done")
        assert outcome.worlds, "it should have been refused"
        found = [each for each in outcome.worlds if self.is_like(each[0])]
        assert found, f"{self.on_disk()} is not like {[dict(each[0].files) for each in outcome.worlds]}"
        (tip,) = self.listed().keys() - known
        self.turned(chain, *found[0], times, tip)
        if chain.id in self.quiet:
            assert self.contents() == self.quiet[chain.id]
        self.quiet = {chain.id: contents}

    def is_like(self, world: World) -> bool:
        return self.on_disk() == {name: file.data for name, file in world.files.items()} and set(self.rows()) == set(
            world.rows.values()
        )

    def turned(
        self,
        chain: Chain,
        world: World,
        effects: tuple[Effect, ...],
        exact: dict[str, int] | None,
        times: dict[str, int],
        tip: str,
    ) -> None:
        """A change was taken back: its bytes and rows are there again; what about times, and what does memory say?"""
        for name, mtime in (exact or {}).items():
            assert self.mtime(name) == mtime, "nothing was appended since: the time comes back"
        named = {effect.name for effect in effects if isinstance(effect, Cut)}
        for name in named & times.keys() & world.files.keys() - exact.keys() if exact is not None else ():
            assert self.mtime(name) >= times[name], "what has news is no older than these"
        self.world = world
        made = tuple(
            replace(each, mtime=times.get(each.name, 0)) if isinstance(each, Cut) else each for each in effects
        )
        self.chains[chain.id] = Chain(chain.id, tip, not chain.undone, made)
        if chain.undone:
            self.memory.give_again(chain.id)
        else:
            self.memory.take_back(chain.id)
        for name in self.murky:
            self.memory.tell(name, loads(world.bytes_of(name) or b"") if name.endswith(".jsonl") else [])

    def left_alone(self, before: dict[str, tuple[bytes, int]], contents: dict[str, list[Any]]) -> None:
        """A refused undo changes nothing, not even a time; in the journal there is nothing new."""
        after = self.everything()
        for found in (before, after):
            found.pop("sessions.db", None)  # a check of its pages may move what is in its -wal
        assert after == before
        assert self.contents() == contents

    def says_where(self, chain: Chain, refused: Refused) -> None:
        """The bytes that would have come back are where the refusal says."""
        text = f"{refused.sentence} {refused.hint}"
        assert refused.exit_code == 4
        named = [Path(found) for found in PATH.findall(text)]
        assert all(path.is_file() for path in named), text
        for cut in chain.effects:
            if isinstance(cut, Cut) and cut.name in text and cut.before is not None:
                left = [line.strip() for line in said(cut.after.data if cut.after else b"")]
                gone = [line for line in said(cut.before.data) if line.strip() not in left]
                assert all(any(line in path.read_bytes() for path in named) for line in gone), text

    # ---- a kill

    @rule(
        turns=st.sampled_from(["", "", "undo", "redo"]), which=ANY, role=ROLES, n=st.integers(1, 45), news=st.booleans()
    )
    def killed(self, turns: str, which: int, role: str, n: int, news: bool) -> None:
        """A change ends in the middle; reading mends nothing; a daemon goes on; the next change settles it."""
        deed = self.turning(redo=turns == "redo") if turns else self.planned(which, self.new(role, ""))
        if deed is None:
            return
        known = self.listed().keys()
        times = {name: self.mtime(name) for name in self.world.files}
        with killed_at(n) as called:
            try:
                deed.make()
            except Killed:
                event(f"{turns or 'change'} killed")
        self.reads_only(deed)
        after = self.world
        for effect in deed.effects:
            after = effect.made(after)
        late = self.writes_late(deed) if news and deed.effects and len(called) >= n else None
        with journal.change(self.folder, "nothing", [], USUAL):
            """Every change settles what was interrupted before."""
        assert journal.waiting(self.folder) == 0
        fresh = self.listed().keys() - known
        if late is not None:
            self.settled_with_news(deed, after, fresh, *late)
            return
        on_disk, rows = self.on_disk(), self.rows()
        made = tuple(each for each in deed.effects if each.stands(on_disk, rows))
        if deed.back is None:
            self.adopt(deed, made, fresh)
            return
        self.quiet = {}
        assert len(made) in (0, len(deed.effects)), "all of a change is taken back, or nothing"
        assert len(fresh) == bool(made)
        if made:
            self.turned(deed.back, after, made, None, times, *fresh)

    @rule(
        turns=st.sampled_from(["", "", "undo", "redo"]), which=ANY, role=ROLES, n=st.integers(1, 25), news=st.booleans()
    )
    def killed_again(self, turns: str, which: int, role: str, n: int, news: bool) -> None:
        self.killed(turns, which, role, n, news)

    def turning(self, *, redo: bool) -> Deed | None:
        """The newest undo or redo, where it can't but be done, in one way."""
        if not (self.memory.undone if redo else self.memory.standing):
            return None
        chain = self.newest(undone=redo)
        outcome = taken_back(chain.effects, self.world)
        if outcome.refusable or len(outcome.worlds) != 1:
            return None
        plan = undo.plan(self.folder, redo=redo)
        return Deed(lambda: undo.make(self.folder, plan), outcome.worlds[0][1], lambda _: None, chain)

    def reads_only(self, deed: Deed) -> None:
        """Whoever reads finds each session as before or as after, and writes nothing."""
        before = self.everything()
        after = self.world
        for effect in deed.effects:
            after = effect.made(after)
        found = self.read()
        assert self.everything() == before
        for key, messages in found.items():
            allowed = [self.messages(world).get(key, []) for world in (self.world, after)]
            assert messages in allowed, key
        for effect in deed.effects:
            if isinstance(effect, Moved) and effect.rows:
                assert {f"row {effect.key}", effect.name} & {key for key, messages in found.items() if messages}

    def read(self) -> dict[str, list[Message]]:
        """What there is for a reader."""
        found = {each.key + ".jsonl": list(self.store.messages(each.key)) for each in self.store.sessions()}
        if self.database.exists():
            found |= {f"row {each.key}": list(self.table.messages(each.key)) for each in self.table.sessions()}
        journal.changes(self.folder)
        journal.waiting(self.folder)
        return found

    def messages(self, world: World) -> dict[str, list[Message]]:
        """What there is for a reader in a world, empty sessions left out."""
        found = {name: loads(file.data) for name, file in world.files.items() if name.endswith(".jsonl")}
        for row in sorted(world.rows.values()):
            found.setdefault(f"row {row.key}", []).append(Message(row.role, row.content))
        return {key: messages for key, messages in found.items() if messages}

    def writes_late(self, deed: Deed) -> tuple[str, bytes] | None:
        """A daemon that knows nothing of this appends to the first of the sessions, if it may."""
        effect = deed.effects[0]
        if isinstance(effect, Rows) or self.world.receipts:
            return None
        if deed.back is not None and len(deed.effects) > 1 and isinstance(effect, Cut) and effect.after is None:
            return None  # the name of what was removed would be taken, so that it can't be put back
        path = self.folder / effect.name
        if (self.folder / f"{effect.name}.migrated").exists() or (isinstance(effect, Moved) and not path.exists()):
            return None
        event("late")
        record = zeroclaw.write(self.new("user", ""))
        for data in (record[:-1], record[-1:]):
            with path.open("ab") as file:
                file.write(data)
        return effect.name, record

    def settled_with_news(self, deed: Deed, after: World, fresh: Collection[str], name: str, record: bytes) -> None:
        """The session is as before or as after, and the news stand behind it, in one home."""
        on_disk, rows = self.on_disk(), self.rows()
        keys = {key for id in fresh for key in self.listed()[id].keys}
        made = tuple(
            each
            for each in deed.effects
            if (each.name.removesuffix(".jsonl") in keys if isinstance(each, Cut) else each.stands(on_disk, rows))
        )
        if deed.back is not None:
            assert len(made) in (0, len(deed.effects)), "all of a change is taken back, or nothing"
        for effect in deed.effects[1:]:
            assert effect.stands(on_disk, rows) is (effect in made)
        base = (after if deed.effects[0] in made else self.world).bytes_of(name) or b""
        ends = {b""} if base.endswith(b"\n") or not base else {b"", b"\n"}
        assert said(on_disk[name]) in [said(base + end + record) for end in ends], on_disk[name]
        if deed.back is None:
            self.adopt(deed, made, fresh)
        elif made:
            self.turned(deed.back, after, made, None, {}, *fresh)
        self.came(name, on_disk[name])

    # ---- what others do

    @rule(key=KEYS, role=ROLES, odd=ODD, ends=st.booleans())
    def daemon_appends(self, key: str, role: str, odd: str, ends: bool) -> None:
        """As ZeroClaw does: the record, then the newline, unless it is killed between the two."""
        name = key + ".jsonl"
        if name + ".migrated" in self.world.files or (self.world.receipts and name not in self.world.files):
            return
        record = zeroclaw.write(self.new(role, odd))[:-1]
        for data in (record, b"\n") if ends else (record,):
            self.put(name, data)

    @rule(key=KEYS, data=DAMAGE)
    def damage_comes(self, key: str, data: bytes) -> None:
        if f"{key}.jsonl" in self.world.files:
            self.put(f"{key}.jsonl", data)

    def put(self, name: str, data: bytes) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(data)
        self.came(name, (self.folder / name).read_bytes())

    @rule(key=KEYS)
    def daemon_removes_last(self, key: str) -> None:
        """As ZeroClaw does: what it read, less the last, over the file from its beginning."""
        name = key + ".jsonl"
        held = loads(self.world.bytes_of(name) or b"")
        if held:
            with (self.folder / name).open("r+b") as file:
                file.truncate()
                file.write(b"".join(map(zeroclaw.write, held[:-1])))
            (self.folder / name).write_bytes(b"".join(map(zeroclaw.write, held[:-1])))
            self.came(name, (self.folder / name).read_bytes())

    @rule(key=KEYS, role=ROLES, odd=ODD)
    def daemon_appends_row(self, key: str, role: str, odd: str) -> None:
        if self.database.exists():
            said = self.new(role, odd)
            row = Row(self.next_id(), key, *said)
            databases.append(self.database, key, *said)
            self.world = self.world.with_rows((row,))
            self.memory.arrive(f"row {key}", said)
            self.quiet = {}

    @rule(really=st.sampled_from([False, False, True]))
    def purge(self, really: bool) -> None:
        if not really:
            return
        journal.purge(self.folder)
        if self.chains:
            kept = max(self.chains.values(), key=lambda chain: chain.tip)
            self.chains = {kept.id: kept}
            self.memory.forget(kept.id)
            event("purged")

    # ---- what always holds

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        seen = state(self.folder)
        found = {name: File(each.data, each.mode, *each.owner) for name, each in seen.items()}
        assert found == self.world.files
        assert {key: messages for key, messages in self.read().items() if messages} == self.memory.held()
        self.database_is_sound()
        self.journal_is_sound()

    def database_is_sound(self) -> None:
        contents = self.contents()
        assert sorted(self.rows()) == sorted(self.world.rows.values())
        counts = {row[0].decode(): row[3] for row in contents.get("session_metadata", [])}
        held = {row.key for row in self.world.rows.values()}
        assert counts == {key: len(self.world.of(key)) for key in counts.keys() | held}
        receipts = {row[0].decode(): row[3] for row in contents.get("jsonl_import_receipts", [])}
        assert receipts == {name: len(data) for name, data in self.world.receipts.items()}
        if not self.database.exists():
            return
        with closing(sqlite3.connect(self.database)) as connection:
            for n in range(1, self.said + 1):
                found = connection.execute(
                    "SELECT rowid FROM sessions_fts WHERE sessions_fts MATCH ?", (f'content : "m{n}"',)
                )
                wanted = [row.id for row in self.world.rows.values() if re.match(rf"m{n}(?!\d)", row.content)]
                assert sorted(id for (id,) in found) == sorted(wanted)

    def journal_is_sound(self) -> None:
        """What is listed can be undone or redone, and nothing is kept for anything else."""
        changes = self.listed()
        told = {id: each.status for id, each in changes.items() if each.undoes is None}
        assert told == {chain.id: "undone" if chain.undone else "done" for chain in self.chains.values()}
        assert {name.partition(".")[0] for name in journal_names(self.folder)} == changes.keys()
        assert self.memory.standing == [c.id for c in sorted(self.chains.values(), key=lambda c: c.tip) if not c.undone]


TestUndoing = pytest.mark.timeout(600)(Undoing.TestCase)
TestUndoing.settings = settings(
    examples(0.4),
    stateful_step_count=20,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink],
)
