"""What is wrong in a session file, found in one pass: healthy lines are judged in bulk, damaged ones are diagnosed.

The bytes of a huge line are never held; its finding says only where its reader stopped. Writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import accumulate, groupby
from typing import cast

from sessiontui.damage import diagnose, huge
from sessiontui.damage.finding import Finding, Line
from sessiontui.dialects import stream, zeroclaw
from sessiontui.disk import lines
from sessiontui.disk.lines import Huge
from sessiontui.errors import Cancelled
from sessiontui.model import Span
from sessiontui.store.protocol import IsCancelled, Progress, never, silent


def findings(
    fd: int, stop: int, cancelled: IsCancelled = never, progress: Progress = silent, *, settled: bool = True
) -> Iterator[Finding]:
    """The findings up to ``stop``, in order. ``progress`` in bytes. Raises ``Cancelled``.

    ``settled`` False: the file was written to a moment ago.
    """
    for is_huge, run in groupby(_odd(fd, stop, cancelled, progress), lambda each: isinstance(each, Finding)):
        if is_huge:
            yield from cast("Iterator[Finding]", run)
        else:
            yield from diagnose.of_damaged(cast("Iterator[Line]", run), settled=settled)
    progress(stop, stop)


def _odd(fd: int, stop: int, cancelled: IsCancelled, progress: Progress) -> Iterator[Line | Finding]:
    """The damaged and the blank lines, and the findings of huge ones."""
    before = 0
    for offset, block in lines.blocks(fd, 0, stop):
        if cancelled():
            raise Cancelled
        progress(offset, stop)
        first = block[0]
        if isinstance(first, Huge):
            found = _huge(fd, before + 1, Span(offset, first.length - first.ended))
            if found:
                yield found
        else:
            yield from _in_block(cast("list[bytes]", block), before, offset)
        before += len(block)


def _in_block(block: list[bytes], before: int, offset: int) -> Iterator[Line]:
    judged = zeroclaw.judge(block)
    if not judged.dropped and not judged.blank:
        return
    begins = list(accumulate(map(len, block), initial=offset))
    wrong = dict(judged.dropped)
    for index in sorted([*judged.blank, *wrong]):
        data = block[index]
        ended = data.endswith(b"\n")
        yield Line(before + index + 1, begins[index], data[:-1] if ended else data, ended, wrong.get(index))


def _huge(fd: int, number: int, span: Span) -> Finding | None:
    outcome = stream.scan(lines.pieces(fd, span), span.offset)
    if not isinstance(outcome, zeroclaw.Dropped):
        return None
    wrong = os.pread(fd, min(8, max(0, span.length - outcome.at)), span.offset + outcome.at)
    return huge.huge(outcome, wrong, number, span)
