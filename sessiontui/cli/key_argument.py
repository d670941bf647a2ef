"""KEY on the command line: which session a person means by what they typed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Container, Iterable

import click
from click.shell_completion import CompletionItem

from sessiontui.cli.stderr import ExitTally
from sessiontui.cli.typed import text
from sessiontui.dialects.file_names import alike, read_back, sanitised, written
from sessiontui.errors import Ambiguous, SessiontuiError, UnknownKey
from sessiontui.model import Backend
from sessiontui.store import detect
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store


def resolve(typed: str, there: Container[str]) -> str | None:
    r"""The key of ``there`` that ``typed`` names: exactly that one; one that is no UTF-8, written with ``\xNN``;
    else the one ZeroClaw would make of it. None where none of them is there."""
    raw = read_back(typed)
    return next((key for key in (typed, raw, sanitised(raw)) if key in there), None)


def known(store: Store) -> set[str]:
    """The keys of a store."""
    return {session.key for session in store.sessions()}


def one(store: Store, typed: str) -> str:
    """The session's key; last the one that is the same text, its accents written otherwise. Raises ``UnknownKey``, and
    ``Ambiguous`` where several are."""
    meant = text(typed)
    for key in dict.fromkeys((typed, meant)):
        with contextlib.suppress(UnknownKey):
            return _exact(store, key)
    found = sorted(alike(meant, known(store)))
    if len(found) > 1:
        raise Ambiguous(meant, found)
    if not found:
        raise UnknownKey(meant)
    return found[0]


def _exact(store: Store, typed: str) -> str:
    if isinstance(store, JsonlStore):
        return store.resolve(typed)
    key = resolve(typed, known(store))
    if key is None and not store.looked([typed]):  # of which the list may not know, where an index lies
        raise UnknownKey(typed)
    return typed if key is None else key


def several(store: Store, typed: Iterable[str], tally: ExitTally) -> list[str]:
    """The sessions' keys, each once, in the order typed. One that is not there is told and tallied; the others stay."""
    found: dict[str, None] = {}
    for name in typed:
        with tally.alone():
            found[one(store, name)] = None
    return list(found)


def wanted(store: Store, typed: tuple[str, ...], tally: ExitTally) -> list[str] | None:
    """The same; None, which means all of them, where none was typed."""
    return several(store, typed, tally) if typed else None


def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys that begin with what was typed, for the shell's Tab."""
    backend = context.params.get("backend")
    try:
        location = detect.find(context.params.get("store"), Backend(backend) if backend else None, os.environ).location
        keys = sorted(written(key) for key in known(location.open()))
    except (SessiontuiError, OSError):
        return []
    return [CompletionItem(key) for key in keys if key.startswith(incomplete) and key.isprintable()]


KEY = click.argument("key", metavar="KEY", shell_complete=complete)
"""The decorator of a verb on one session."""

KEYS = click.argument("keys", metavar="[KEY]...", nargs=-1, shell_complete=complete)
"""The decorator of a verb on several sessions."""

NAMED_KEYS = click.argument("keys", metavar="KEY...", nargs=-1, required=True, shell_complete=complete)
"""The same where at least one has to be named."""
