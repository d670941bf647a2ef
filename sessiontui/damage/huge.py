"""What is wrong with a huge line, which is never held whole: what the one byte tells at which its reader stopped.

Refuses to have anything back: the records in it, if any, were not looked for.
"""

from __future__ import annotations

import codecs
from typing import Final

from sessiontui.damage.verdict import Shape, fault
from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Span

_BY_REASON: Final = {
    "is not UTF-8": "invalid-utf8",
    "half a surrogate": "lone-surrogate",
    "unescaped in a text": "raw-control",
    "another record": "glued",
    "twice": "duplicate-key",
    "must be a text": "wrong-shape",
    "ends without": "wrong-shape",
}
"""The fault that a line has, by some words of why it is dropped."""


def huge(outcome: Dropped, wrong: bytes, number: int, span: Span, *, growing: bool = False) -> Fault:
    """The fault of a line that ``dialects.stream`` found to be dropped; ``wrong`` are some bytes from ``outcome.at``.

    They are none, or a part of a character, where the line ends too early. ``growing``: more of the line may still be
    written, and that it breaks off is no damage yet.
    """
    id = _id(outcome, wrong)
    if growing and id == "torn":
        id = "incomplete"
    what = f"{outcome.reason}, on a line of {span.length:,} bytes"
    return fault(Shape(id, outcome.at, what).verdict(span.length), number, span.offset)


def breaks_off(wrong: bytes) -> bool:
    """Whether the line ends too early, maybe inside a character; ``wrong`` as for ``huge``."""
    try:
        return codecs.utf_8_decode(wrong, "strict", False)[1] == 0
    except UnicodeDecodeError:
        return False


def _id(outcome: Dropped, wrong: bytes) -> str:
    """The fault that such a byte, in such a place, is a sign of."""
    if breaks_off(wrong):
        return "torn"
    if wrong.startswith(b"\0"):
        return "nul-run"
    for words, id in _BY_REASON.items():
        if words in outcome.reason:
            return id
    if outcome.at:
        return "malformed"
    return "bom" if wrong.startswith(b"\xef\xbb\xbf") else "log-text"
