"""The verb append: one message more at the end of a session."""

from __future__ import annotations

import sys
from functools import partial

import click

from sessiontui.changes.verbs import append as verb
from sessiontui.cli.change import VerbRun, changes
from sessiontui.cli.key_argument import KEY
from sessiontui.cli.output import count, say
from sessiontui.cli.typed import text
from sessiontui.errors import UsageError
from sessiontui.model import Message


@click.command()
@KEY
@click.argument("words", metavar="TEXT|-")
@click.option("--role", required=True, metavar="ROLE", help="user, assistant, system, tool, or any other.")
@changes
def append(*, run: VerbRun, key: str, words: str, role: str) -> int:
    """Add one message to a session; a new session where there is none of this key.

    With - as TEXT the message is standard input, byte for byte, a final newline too.
    """
    key = text(key)
    message = Message(_utf8(role, "ROLE"), _standard_input() if words == "-" else _utf8(words, "TEXT"))
    store = run.open()
    return run.once(
        store,
        plan=lambda: verb.plan(store, key, message),
        foretell=partial(_foretell, run),
        make=partial(verb.make, store),
        tell=partial(_tell, run),
    )


def _tell(run: VerbRun, done: verb.Appended) -> None:
    span = done.address.span
    if run.json:
        run.row(done.change, done.key, offset=span and span.offset, length=span and span.length)
    else:
        say("appended 1 message to ", done.key)
        run.tell_change(done.change)


def _foretell(run: VerbRun, plan: verb.AppendPlan) -> None:
    if run.json:
        run.row(None, plan.key, offset=None, length=None)
        return
    characters = count(len(plan.message.content), "character")
    say(f"would append 1 message ({plan.message.role}, {characters}) to ", plan.key)
    if plan.new:
        say("the session is new")
    if plan.ends_line:
        say("its last line is unfinished and would be ended first")


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return _decoded(sys.stdin.buffer.read(), "standard input")


def _utf8(typed: str, name: str) -> str:
    """What was typed, by its bytes where the locale could not read them."""
    return _decoded(text(typed).encode("utf-8", "surrogateescape"), name)


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8: byte {error.start:,} begins no character") from None
