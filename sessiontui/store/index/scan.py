"""Search a JSONL store without an index: read every file. Slow, exact, and needs nothing but the store."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator

from sessiontui.disk import lines
from sessiontui.errors import Changed
from sessiontui.model import Address, Backend, Found, Hit, Span
from sessiontui.query.ast import Query
from sessiontui.query.match import matches, snippet
from sessiontui.store.index.build import ListedFile
from sessiontui.store.jsonl.session_file import message
from sessiontui.store.protocol import IsCancelled, stop_if


def scan(folder: bytes, listed: Iterable[ListedFile], query: Query, limit: int | None, cancelled: IsCancelled) -> Found:
    """Hits, the file written last first and the last line of a file first. Raises ``errors.Cancelled``.

    No further file is read when there are enough; then the total is not known. A file that can't be read has no hits.
    """
    hits: list[Hit] = []
    total = 0
    for each in sorted(listed, key=lambda each: (-each.stamp.mtime_ns, each.name)) if query else ():
        if limit is not None and len(hits) >= limit:
            return Found(tuple(hits), None)
        newest: deque[Hit] = deque(maxlen=None if limit is None else limit - len(hits))
        for hit in _hits(folder, each, query, cancelled):
            newest.append(hit)
            total += 1
        hits.extend(reversed(newest))
    return Found(tuple(hits), total)


def _hits(folder: bytes, listed: ListedFile, query: Query, cancelled: IsCancelled) -> Iterator[Hit]:
    try:
        fd = lines.open_file(os.path.join(folder, listed.name))
    except OSError:
        return
    key = os.fsdecode(listed.name).removesuffix(".jsonl")
    ordinal = 0
    try:
        for number, (offset, line) in enumerate(lines.lines(fd, 0, listed.stamp.size), 1):
            stop_if(cancelled)
            read = message(fd, offset, line)
            ordinal += read is not None
            if read is not None and matches(query, read.content):
                address = Address(line=number, span=Span(offset, len(line)))
                yield Hit(key, Backend.JSONL, read.role, snippet(query, read.content), ordinal, address)
    except (OSError, Changed):  # cut off while it was read
        return
    finally:
        os.close(fd)
