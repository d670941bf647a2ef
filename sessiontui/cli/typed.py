"""What a person typed at a terminal whose encoding is not UTF-8."""

from __future__ import annotations

import codecs
import locale
import os


def text(argument: str) -> str:
    """An argument as text: bytes that are UTF-8 as such, others in the locale's encoding where that has them. What is
    neither comes back as it is, each byte a lone surrogate."""
    try:
        argument.encode()
        return argument
    except UnicodeEncodeError:
        pass
    try:
        encoding = codecs.lookup(locale.getencoding()).name
        return argument if encoding == "utf-8" else os.fsencode(argument).decode(encoding)
    except (LookupError, UnicodeError):
        return argument
