"""A record on one line whose content has quotes that nobody escaped, as a program writes that puts JSON together by hand.

The content may end at each quote behind which the line goes on as a record does; each is a reading. Refuses a line that
does not begin as a record, and whatever is no record once the quotes are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sessiontui.damage.corrections import is_record
from sessiontui.damage.patterns import lazy

WHAT: Final = "quotes stand unescaped in a text"
_MOST: Final = 8
"""So many ends are tried, the last ones of the line."""
_BEGUN: Final = lazy(rb'[ \t]*+\{[ \t]*+(?:"role"[ \t]*+:[ \t]*+"[^"\\]*+"[ \t]*+,[ \t]*+)?"content"[ \t]*+:[ \t]*+"')
_END: Final = lazy(rb'"(?=[ \t]*+(?:\}[ \t\r]*+\Z|,[ \t]*+"))')
_QUOTE: Final = lazy(rb'\\.|"', re.DOTALL)


def readings(line: bytes) -> list[bytes]:
    """The records that the line may be, the one with the longest content first."""
    begun = _BEGUN.match(line)
    if not begun:
        return []
    made = (_escaped(line, begun.end(), end) for end in _ends(line, begun.end()))
    return [record for record in made if is_record(record)]


def _ends(line: bytes, begin: int) -> Iterator[int]:
    """Where the content may end."""
    ends = [match.start() for match in _END.finditer(line, begin)]
    return iter(ends[: -_MOST - 1 : -1])


def _escaped(line: bytes, begin: int, end: int) -> bytes:
    inside = _QUOTE.sub(lambda match: match[0] if match[0] != b'"' else b'\\"', line[begin:end])
    return b"".join((line[:begin], inside, line[end:])).strip(b" \t\r")
