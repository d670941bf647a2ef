"""Session keys and the names of their files, as ZeroClaw makes them; and keys as people read and type them.

Inside the program the key of a JSONL session is its file's stem, decoded by ``os.fsdecode``: bytes that are not UTF-8
are lone surrogates. Touches no disk. Refuses nothing: any text has a file name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Final
from unicodedata import normalize

from sessiontui.dialects.unicode import is_alphanumeric
from sessiontui.model import Backend, Session

SUFFIX: Final = ".jsonl"

_LOOKED_UP: Final = re.compile(r"[^0-9A-Za-z_-]")
"""Characters that need the table; a list of 20,000 names is mostly of others."""

_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_ESCAPED: Final = re.compile(r"\\x([89a-f][0-9a-f])")


def sanitised(key: str) -> str:
    """The stem of the file that ZeroClaw keeps a key in: letters, digits, ``_`` and ``-`` stay, all else is ``_``."""
    return _LOOKED_UP.sub(lambda match: match[0] if is_alphanumeric(match[0]) else "_", key)


def reachable(stem: str) -> bool:
    """Whether ZeroClaw, asked for this stem as a key, reads the file of this stem."""
    return sanitised(stem) == stem


def is_text(key: str) -> bool:
    """Whether its bytes are UTF-8; ZeroClaw lists no file of another name."""
    return key.isascii() or _UNDECODED.search(key) is None


def is_misnamed(session: Session) -> bool:
    """Whether the name of its file is damage."""
    return session.backend is Backend.JSONL and not is_text(session.key)


def alike(key: str, there: Iterable[str]) -> list[str]:
    """Those that are the same text as ``key``, whether an accent is part of its letter (NFC) or follows it (NFD)."""
    composed = normalize("NFC", key)
    return [each for each in there if normalize("NFC", each) == composed]


def written(key: str) -> str:
    r"""The key for output: bytes that are not UTF-8 as ``\xNN``. Not yet safe for a terminal."""
    return _UNDECODED.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", key)


def read_back(text: str) -> str:
    r"""The key that ``written`` shows so; text in which ``\xNN`` can't stand for such bytes is returned as it is."""
    key = _ESCAPED.sub(lambda match: chr(0xDC00 + int(match[1], 16)), text)
    try:
        return key if os.fsdecode(os.fsencode(key)) == key else text
    except UnicodeEncodeError:  # other lone surrogates: no name of a file
        return text
