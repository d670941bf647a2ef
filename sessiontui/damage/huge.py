"""What is wrong with a huge line, which is never held whole: what the one byte tells at which its reader stopped.

Refuses to have anything back: the records in it, if any, were not looked for.
"""

from __future__ import annotations

import codecs

from sessiontui.damage import catalogue
from sessiontui.damage.verdict import Verdict, fault
from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Part, Salvage, Severity, Span


def huge(outcome: Dropped, wrong: bytes, number: int, span: Span) -> Fault:
    """The fault of a line that ``dialects.stream`` found to be dropped; ``wrong`` are some bytes from ``outcome.at``.

    They are none, or a part of a character, where the line ends too early.
    """
    part = Part(Span(0, span.length), Salvage.NONE)
    what = f"{outcome.reason}, on a line of {span.length:,} bytes"
    return fault(Verdict(_id(outcome, wrong), outcome.at, what, (part,)), number, span.offset)


def begun(found: Fault) -> Fault:
    """The same of a last line that may be still being written: one that breaks off is no damage yet."""
    if found.id != "torn":
        return found
    return found._replace(
        id="incomplete", severity=Severity.INCOMPLETE, reason=catalogue.sentence("incomplete", catalogue.what(found))
    )


def breaks_off(wrong: bytes) -> bool:
    """Whether the line ends too early, maybe inside a character; ``wrong`` as for ``huge``."""
    try:
        return codecs.utf_8_decode(wrong, "strict", False)[1] == 0
    except UnicodeDecodeError:
        return False


def _id(outcome: Dropped, wrong: bytes) -> str:
    """The fault that such a byte, in such a place, is a sign of."""
    byte = wrong[:1]
    if breaks_off(wrong):
        return "torn"
    if byte == b"\0":
        return "nul-run"
    if "is not UTF-8" in outcome.reason:
        return "invalid-utf8"
    if "half a surrogate" in outcome.reason:
        return "lone-surrogate"
    if "unescaped in a text" in outcome.reason:
        return "raw-control"
    if "follows the record" in outcome.reason:
        return "glued" if byte == b"{" else "malformed"
    if "twice" in outcome.reason:
        return "duplicate-key"
    if not outcome.at:
        return "bom" if wrong.startswith(b"\xef\xbb\xbf") else "log-text"
    return "wrong-shape" if "must be a text" in outcome.reason or "ends without" in outcome.reason else "malformed"
