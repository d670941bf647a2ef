"""Regular expressions that are compiled when they are first used.

There are some two hundred, each for one kind of damage; to compile all of them takes as long as to check
a hundred sessions. Refuses nothing here: what is wrong in a pattern is told where it is first used.
"""

from __future__ import annotations

import re
from typing import AnyStr, cast


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What ``re.compile`` gives, for calls of its methods; functions as ``re.sub`` don't take it."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))


class _Lazy:
    """Has each method of the compiled pattern from its first call on."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> object:
        method = getattr(re.compile(self._pattern, self._flags), name)
        setattr(self, name, method)
        return method
