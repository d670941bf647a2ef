"""The verb search: messages that match, newest first or by relevance."""

from __future__ import annotations

from collections.abc import Iterator

import click

from sessiontui.cli import output, stderr
from sessiontui.cli.options import Context, reads
from sessiontui.cli.output import Strong, say
from sessiontui.cli.typed import text
from sessiontui.model import Backend, Found, Hit
from sessiontui.query.ast import Query
from sessiontui.query.match import spans
from sessiontui.query.parse import parse


@click.command()
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@reads
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="How many; 0 means all.")
@click.option("--sort", type=click.Choice(["newest", "relevance"]), default="newest", show_default=True)
def search(*, context: Context, words: tuple[str, ...], limit: int, sort: str) -> int:
    """Messages that match all the words of QUERY.

    "two words" in quotes are a phrase, and a word with * at its end is a beginning. Any text is a legal query.
    """
    store = context.open()
    query = parse(" ".join(map(text, words)))
    with stderr.progress("indexing") as progress:
        store.index(progress=progress)
    with stderr.progress("reading all messages") as progress:
        found = store.search(query, limit=limit or None, relevance=sort == "relevance", scan=progress)
    found = found._replace(hits=found.hits[: limit or None])
    for hit in found.hits:
        if context.json:
            _row(hit)
        else:
            say(hit.key, f" #{hit.ordinal or '…'} ", Strong(hit.role), "  ", *_marked(query, hit.snippet))
    _tell_rest(found)
    return 0


def _row(hit: Hit) -> None:
    address = hit.address
    location: dict[str, object] = {"line": address.line, "offset": address.span and address.span.offset}
    if hit.backend is Backend.SQLITE:
        location = {"id": address.id, "created_at": address.created_at}
    output.row(
        key=hit.key,
        backend=hit.backend,
        role=hit.role,
        snippet=hit.snippet,
        ordinal=hit.ordinal,
        **location,
    )


def _marked(query: Query, snippet: str) -> Iterator[str]:
    """The snippet in parts, what was searched for emphasised."""
    at = 0
    for start, stop in spans(query, snippet):
        yield snippet[at:start]
        yield Strong(snippet[start:stop])
        at = stop
    yield snippet[at:]


def _tell_rest(found: Found) -> None:
    if found.total is not None and found.total > len(found.hits):
        stderr.tell(f"{len(found.hits):,} of {output.count(found.total, 'hit')} shown", "--limit 0 shows all")
    elif found.total is None and found.hits and not found.note:
        stderr.tell(f"the first {output.count(len(found.hits), 'hit')} shown", "--limit 0 shows all")
    if not found.hits:
        stderr.tell("nothing found" if found.total == 0 else "nothing found in what could be read")
    if found.note:
        stderr.tell(found.note)
