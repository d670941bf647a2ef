"""The verb show: the messages of one session; with --raw every line, as it stands in the file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
import orjson

from sessiontui.cli import huge_output, key_argument, output, stderr
from sessiontui.cli.options import Context, reads
from sessiontui.cli.output import Strong, say, text
from sessiontui.damage.pieces import is_blank
from sessiontui.dialects import zeroclaw
from sessiontui.disk import lines
from sessiontui.model import Entry, Message, Severity, Span
from sessiontui.store.jsonl import session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Store

_CUT = 4096
"""Characters of a huge damaged line that a person is shown."""


@click.command()
@key_argument.KEY
@reads
@click.option(
    "--raw",
    is_flag=True,
    help="Every physical line, damaged ones too: the true bytes; on a terminal numbered and made visible.",
)
def show(*, context: Context, key: str, raw: bool) -> int:
    """The valid messages of a session, as ZeroClaw loads them.

    On a screen or in a pipe, control characters are shown as symbols; --json and --raw give the true ones.
    """
    store = context.open()
    session = key_argument.one(store, key)
    path = store.file(session) if isinstance(store, JsonlStore) else store.path
    if context.json or (raw and output.terminal()):
        show_one = _message_row if not raw else _raw_row if context.json else _raw_line
        for entry in store.entries(session):
            show_one(path, entry)
    elif raw:
        _copy(store, session)
    else:
        _conversation(path, store.entries(session))
    return 0


# ---- messages


def _message_row(path: Path, entry: Entry) -> None:
    """Exactly role and content; a huge content goes from file to output as it stands there."""
    message = entry.message
    if message is None:
        return
    if not entry.clipped or entry.address.span is None:
        output.row(**message._asdict())
        return
    output.raw(b'{"role":%b,"content":' % orjson.dumps(message.role))
    _quoted(huge_output.escaped_content(path, entry.address.span))
    output.raw(b"}\n")


def _conversation(path: Path, entries: Iterator[Entry]) -> None:
    damaged = 0
    begun = False
    for entry in entries:
        if entry.fault is not None and (entry.clipped or not is_blank(entry.raw)):
            begun = entry.fault.severity is Severity.INCOMPLETE
            damaged += not begun
        if entry.message is not None:
            say(Strong(entry.message.role or '""'), f"  #{entry.ordinal}")
            text(_whole(path, entry, entry.message))
            say()
    if damaged:
        stderr.tell(
            f"{output.count(damaged, 'damaged line')} not shown, for ZeroClaw drops them",
            "`sessiontui show --raw` shows every line, `sessiontui check` what is wrong",
        )
    if begun:
        stderr.tell("the last line is not shown: it may still be being written")


def _whole(path: Path, entry: Entry, message: Message) -> Iterator[str]:
    if entry.clipped and entry.address.span is not None:
        return huge_output.content(path, entry.address.span)
    return iter((message.content,))


# ---- lines


def _raw_row(path: Path, entry: Entry) -> None:
    """One physical line (or row); ``text`` is the line as it stands there, which a database has none of."""
    span, message = entry.address.span, entry.message
    fields = {
        "line": entry.address.line,
        "offset": span and span.offset,
        "length": span and span.length,
        "fault": entry.fault and entry.fault.id,
        "role": message and message.role,
    }
    if not entry.clipped or span is None:
        content = message and message.content
        line = None if span is None else entry.raw.decode("utf-8", "backslashreplace")
        output.row(**fields, content=content, text=line)
        return
    output.raw(orjson.dumps(fields)[:-1] + b',"content":')
    _quoted(huge_output.escaped_content(path, span) if message else None)
    output.raw(b',"text":')
    _quoted(huge_output.escaped_line(path, span))
    output.raw(b"}\n")


def _quoted(pieces: Iterator[bytes] | None) -> None:
    for piece in [b"null"] if pieces is None else chain([b'"'], pieces, [b'"']):
        output.raw(piece)


def _raw_line(_: Path, entry: Entry) -> None:
    """Number, state and text of one line, for a terminal."""
    number = entry.address.line if entry.address.line is not None else entry.address.id
    state = "!" if entry.fault else " "
    shown = _shown(entry)
    if entry.clipped or len(shown) > _CUT:
        shown = f"{shown[:_CUT]}…"
    say(f"{number:>7,} ", Strong(state), " ", shown)


def _shown(entry: Entry) -> str:
    if entry.address.span is None and entry.message is not None:
        return zeroclaw.write(entry.message).decode().removesuffix("\n")
    return entry.raw.decode("utf-8", "surrogateescape")


def _copy(store: Store, key: str) -> None:
    """The true bytes: of the file; of a database, which has no lines, those that ZeroClaw would write."""
    if not isinstance(store, JsonlStore):
        for message in store.messages(key):
            output.raw(zeroclaw.write(message))
        return
    for piece in _file(store.file(key), key):
        output.raw(piece)


def _file(path: Path, key: str) -> Iterator[bytes]:
    with session_file.opened(path, key) as (fd, stamp):
        yield from lines.pieces(fd, Span(0, stamp.size))
