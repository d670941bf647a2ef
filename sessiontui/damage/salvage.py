"""What can be had back from a line that ZeroClaw drops: for now, where whole records stand in it.

Bytes in, values out; decides nothing and changes nothing. A record begins at an opening brace directly followed by
the key role or content: quotes inside a text are escaped, so this can't stand in the content of a sound record.
Records nested in another object are none: they belong to a torn record of some other program.
"""

from __future__ import annotations

import re
from typing import Final

from sessiontui.dialects.source import Dropped
from sessiontui.dialects.strict import record_end
from sessiontui.model import Span

_BEGIN: Final = re.compile(rb'\{[ \t\r]*"(?:role|content)"[ \t\r]*:[ \t\r]*"')


def whole_records(line: bytes) -> list[Span]:
    """Where in the line (from 0) the records stand that ZeroClaw would read on lines of their own, in order."""
    found: list[Span] = []
    begin = _BEGIN.search(line)
    while begin:
        at = begin.start()
        end = record_end(line, at)
        if isinstance(end, Dropped):
            resume = max(at + 1, _last_begin(line, at, end.at))
        else:
            resume = end
            if _is_utf8(line[at:end]):
                found.append(Span(at, end - at))
        begin = _BEGIN.search(line, resume)
    return found


def _last_begin(line: bytes, at: int, wrong: int) -> int:
    """Where to look on after a record that goes wrong at ``wrong``.

    A record that begins in a torn text closes it with its first quote, so the torn one goes wrong right behind that
    quote. What begins further in front is nested. This also keeps the time linear in the line.
    """
    brace = line.rfind(b"{", at + 1, wrong)
    return brace if brace >= 0 and line[brace + 1 : wrong].strip(b" \t\r") == b'"' else wrong


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
