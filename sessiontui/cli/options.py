"""The options that all verbs on a store share, gathered into one value, and the store that they name.

Opening tells what a person should know first: which store was chosen where others are, and whether a change was
interrupted. It changes nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sessiontui.changes import store_access
from sessiontui.changes.journal.location import sessions_folder
from sessiontui.cli import output, stderr
from sessiontui.dialects.file_names import SUFFIX, written
from sessiontui.errors import SessiontuiError, UsageError
from sessiontui.model import Backend
from sessiontui.store import detect
from sessiontui.store.jsonl import interrupted_imports
from sessiontui.store.protocol import Store
from sessiontui.visible import visible

Verb = Callable[..., int]
"""A verb's function; it returns the exit code."""

NAMED = 3
"""So many sessions are named in a command, at most."""

BACKENDS = click.Choice([Backend.JSONL.value, Backend.SQLITE.value])


def _tell_stray(used: detect.StoreLocation, stray: detect.StoreLocation) -> None:
    """Name what is beside the ``sessions/`` that is used, and was not."""
    if stray.backend is Backend.SQLITE:
        what, file = f"the database {stray.path}", str(stray.path)
    else:
        what, file = f"{output.count(stray.sessions, '.jsonl file')} in {stray.path}", f"{stray.path}/FILE.jsonl"
    stderr.tell(f"using {used.path} ({used.backend}), not {what}", f"`-s {file}` opens that")


@dataclass(frozen=True, slots=True)
class Context:
    """What every verb is asked: which store, and for whom the answer is."""

    store: str | None
    backend: Backend | None
    json: bool
    opened: list[Store] = field(default_factory=list)

    def open(self, recover: Callable[[Store], bool] | None = None) -> Store:
        """Open the store, with the notices that a person should have. Raises ``UsageError`` where there is none.

        ``recover`` finishes first what was interrupted in it, or says of what it is; where it returns True, the store
        is looked for again, for another one may be the newest now."""
        chosen = detect.find(self.store, self.backend, os.environ)
        if recover is not None and recover(chosen.location.open()):
            with contextlib.suppress(UsageError):  # recovery has moved the last file of it
                chosen = detect.find(self.store, self.backend, os.environ)
        others = [f"{location.path} ({location.backend})" for location in chosen.others if not location.stray]
        if others and self.backend is None:
            stderr.tell(
                f"using {chosen.location.path} ({chosen.location.backend}); there are others: {', '.join(others)}"
            )
        for other in chosen.others:
            if other.stray and other.sessions != 0:
                _tell_stray(chosen.location, other)
        store = chosen.location.open()
        self.opened.append(store)
        if recover is None:
            _tell_interrupted(sessions_folder(store))
        if store.backend is Backend.SQLITE:
            _tell_orphans(sessions_folder(store))
        return store

    def options(self) -> str:
        """What has to stand behind ``sessiontui undo`` to mean the same journal, with a space before it: what was
        typed, or its folder where that leads there no longer, for a change may take a file or what opens by default."""
        import shlex  # late: only what is printed needs it

        home = sessions_folder(self.opened[-1])
        try:
            found = detect.find(self.store, None, os.environ).location.open()
            leads = sessions_folder(found).samefile(home)
        except (SessiontuiError, OSError):
            leads = False
        store = self.store if leads else str(home)
        return "" if store is None else f" -s {shlex.quote(store)}"

    def to_repair(self, keys: Collection[str]) -> str:
        """The command that repairs these sessions of the store that is open; all of it where they are many, or where
        a key can't be typed."""
        import shlex  # late: only what is printed needs it

        names = [written(key) for key in keys]
        if len(names) > NAMED or any(visible(name) != name for name in names):
            which = "--all"
        else:
            dashes = "-- " if any(name.startswith("-") for name in names) else ""
            which = dashes + " ".join(map(shlex.quote, names))
        backend = f" --backend {self.backend}" if self.backend else ""
        return f"sessiontui repair{self.options()}{backend} {which}"


def _tell_interrupted(sessions: Path) -> None:
    if count := store_access.interrupted(sessions):
        what = "1 change was" if count == 1 else f"{count} changes were"
        stderr.tell(f"{what} interrupted: the next changing command finishes it or rolls it back")
    for each in store_access.pending_messages(sessions):
        many = len(each.messages)
        what, them = ("1 message waits", "it") if many == 1 else (f"{many:,} messages wait", "them")
        stderr.tell(
            f"{what} in the journal: the next changing command brings {them} into {each.key}", f"now in {each.where}"
        )


def _tell_orphans(sessions: Path) -> None:
    """Name the imports that were interrupted: a database lists no file."""
    for stem in interrupted_imports.stems(sessions):
        file = interrupted_imports.staged(sessions / (stem + SUFFIX)).name
        stderr.tell(f"the import of {stem} into sessions.db was interrupted: it is in {file}", interrupted_imports.HINT)


def reads(verb: Verb) -> Verb:
    """Give a verb ``--store``, ``--backend`` and ``--json``; it receives them as ``context``."""

    @click.option("-s", "--store", metavar="STORE", type=click.Path(), help="A folder, a .jsonl file or a .db file.")
    @click.option("--backend", type=BACKENDS, help="Which, where a folder holds both.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    @wraps(verb)
    def asking(*, store: str | None, backend: str | None, as_json: bool, **rest: Any) -> int:
        context = Context(store, Backend(backend) if backend else None, as_json)
        code = verb(context=context, **rest)
        for each in context.opened:
            if notice := getattr(each, "notice", ""):  # of a database: what is odd about how it had to be read
                stderr.tell(notice)
        return code

    return asking
