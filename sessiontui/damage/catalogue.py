"""What is said of each kind of damage beside what it is: how such a line comes about, and what ZeroClaw does with it.

Words for people, by the id of a fault; what a certain line looks like is said by who looked at it.
"""

from __future__ import annotations

from typing import Final

from sessiontui.model import Fault


def sentence(id: str, what: str) -> str:
    """What is wrong, how it comes about, and what ZeroClaw does with it."""
    return what + _rest(id)


def of_many(fault: Fault) -> str:
    """The same of several like it, which are one matter."""
    return sentence(fault.id, _MANY[fault.id]) if fault.id in _MANY else fault.reason


def what(fault: Fault) -> str:
    """What is wrong, alone."""
    return fault.reason.removesuffix(_rest(fault.id)) if fault.id in _STORY else fault.reason


def cause(id: str) -> str:
    """How such a line comes about; empty where that is said with what is wrong."""
    return _STORY[id][0] if id in _STORY else ""


def consequence(id: str) -> str:
    """What ZeroClaw does with it; empty where that is said with what is wrong."""
    return f"ZeroClaw {_STORY[id][1]}" if id in _STORY else ""


def _rest(id: str) -> str:
    because, then = _STORY[id]
    return f": {because}; ZeroClaw {then}"


_DROPS: Final = "drops the line"
_STORY: Final = {
    "glued": ("a program died between record and newline, or two wrote at once", "drops all of them"),
    "fused": (
        "a program died or the disk was full while it wrote, and a later record went on there",
        "drops the whole line",
    ),
    "torn": ("a program died, or the disk was full, while it wrote", _DROPS),
    "incomplete": ("it may still be being written", "drops the line as it stands"),
    "nul-run": ("the power failed before the disk had the bytes, or a file was cut under its writer", _DROPS),
    "invalid-utf8": ("a text was cut inside a character, or came in another encoding", _DROPS),
    "bom": ("an editor or a shell on Windows put it there", _DROPS),
    "utf16": ("a shell or an editor on Windows wrote them", "drops every such line"),
    "raw-control": ("the JSON was put together by hand or by a script", _DROPS),
    "split-record": ("the JSON was put together by hand or by a script", "drops every one of its lines"),
    "folded": (
        "a pager, a mail program or a copy from a terminal broke the record at a width or at words",
        "drops every one of its lines",
    ),
    "pretty-printed": ("an editor or a tool formatted the file", "drops every such line"),
    "array": ("the messages were exported as one JSON list", "drops each line that is not one record alone"),
    "lone-surrogate": ("a text was cut in the middle of a character", _DROPS),
    "trailing-comma": ("it was edited by hand", _DROPS),
    "python-repr": ("a script printed it where it should have dumped JSON", _DROPS),
    "stale-tail": ("a file was written anew and shorter without being cut, or two programs wrote into it", _DROPS),
    "non-finite": ("a program in Python wrote what JSON has no number for", _DROPS),
    "wrong-shape": ("another version or another program wrote it", _DROPS),
    "foreign": ("another program writes to this file", "drops such lines"),
    "duplicate-key": ("it was merged or put together by hand", _DROPS),
    "merge-marker": (
        "two versions of the file were merged and the conflict was left",
        "drops the marker, not the sides",
    ),
    "log-text": ("the output of a program was sent into this file", _DROPS),
    "not-jsonl": ("something else was saved under this name", "drops every line"),
    "deep-nesting": ("a program went astray, or it was made to do harm", _DROPS),
    "interleaved": ("two programs wrote at once in small pieces", "drops both records"),
    "literal": ("a program printed or logged the record in its own quotes", _DROPS),
    "escaped": ("a program escaped what was escaped already", _DROPS),
    "wrapped": ("a tool that collects logs, or a queue, wrote it into a record of its own", _DROPS),
    "coloured": ("the output of a tool that paints was saved with its colours", _DROPS),
    "bare-backslash": ("the JSON was put together by hand or by a script", _DROPS),
    "typographic": ("a word processor, a chat program or an input method changed the signs", _DROPS),
    "malformed": ("it was edited by hand, or bytes of it were changed", _DROPS),
}
_MANY: Final = {
    "pretty-printed": "records are laid out over several lines",
    "array": "the lines are those of one list",
}
