"""What was found in damaged lines: the fault, and what each of their bytes is to become. Values only.

The parts of a finding tile the bytes of its fault: nothing that stands in a file is left out of the account.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sessiontui.dialects.source import Dropped
from sessiontui.model import Fault, Salvage, Severity, Span

_BEST_FIRST: Final = (Salvage.LOSSLESS, Salvage.OFFERED, Salvage.PARTIAL, Salvage.NONE)


class Line(NamedTuple):
    """A line of a file, never a huge one."""

    number: int
    """From 1."""
    offset: int
    data: bytes
    """Without the newline."""
    ended: bool = True
    """A newline ends it."""
    wrong: Dropped | None = None
    """Why it is dropped, where that is known already."""

    @property
    def stop(self) -> int:
        """Offset of the first byte behind the line and its newline."""
        return self.offset + len(self.data) + self.ended


class Part(NamedTuple):
    """Bytes of damaged lines, and what they become when their salvage is applied."""

    span: Span
    """In the file; in a ``Verdict``, in what was looked at."""
    salvage: Salvage
    records: tuple[bytes, ...] = ()
    """Whole lines without newlines that ZeroClaw reads.

    None and ``LOSSLESS``: nothing is lost without these bytes. None and ``NONE``: a fragment.
    """

    def moved(self, by: int) -> Part:
        """The same, so many bytes further on."""
        return self._replace(span=Span(self.span.offset + by, self.span.length))


class Verdict(NamedTuple):
    """What is wrong with some bytes, before it is known where they stand."""

    id: str
    at: int
    what: str
    parts: tuple[Part, ...]
    severity: Severity = Severity.DAMAGE
    codec: str = ""
    """The wide encoding of these bytes."""


class Finding(NamedTuple):
    """A fault with the account of its bytes."""

    fault: Fault
    lines: int
    """How many lines it is about, from ``fault.line`` on."""
    parts: tuple[Part, ...]
    codec: str = ""
    """The wide encoding in which the lines stand; they may go on behind the finding."""


def best(parts: Iterable[Part]) -> Salvage:
    """The surest way in which messages can be had back; where none can, whether nothing is lost."""
    parts = tuple(parts)
    for salvage in _BEST_FIRST[:-1]:
        if any(part.records and part.salvage is salvage for part in parts):
            return salvage
    return Salvage.LOSSLESS if all(part.salvage is Salvage.LOSSLESS for part in parts) else Salvage.NONE


def finding(verdict: Verdict, number: int, offset: int, lines: int = 1) -> Finding:
    """The finding of bytes that begin line ``number`` at ``offset``."""
    parts = tuple(part.moved(offset) for part in verdict.parts)
    salvage = best(parts)
    span = Span(offset, sum(part.span.length for part in parts))
    recovers = sum(len(part.records) for part in parts if part.salvage is salvage)
    reason = sentence(verdict.id, verdict.what)
    fault = Fault(verdict.id, verdict.severity, reason, verdict.at, salvage, recovers, number, span)
    return Finding(fault, lines, parts, verdict.codec)


def behind(found: Finding) -> int:
    """The number of the line behind the finding."""
    return (found.fault.line or 0) + found.lines


def continues(found: Finding, later: Finding) -> bool:
    """Whether both are one matter: a list, say, that goes on."""
    one, other = found.fault, later.fault
    same = one.id == other.id and one.salvage == other.salvage
    return same and one.id in _ONE_MATTER and behind(found) == other.line


def together(found: Finding, later: Finding) -> Finding:
    """Both as one; only the newline that ends a line stands between them."""
    one, other = found.fault, later.fault
    if not one.span or not other.span:
        return found
    span = Span(one.span.offset, other.span.stop - one.span.offset)
    between = Part(Span(one.span.stop, other.span.offset - one.span.stop), Salvage.LOSSLESS)
    fault = one._replace(recovers=one.recovers + other.recovers, span=span)
    parts = (*found.parts, between, *later.parts) if found.parts else ()
    return Finding(fault, found.lines + later.lines, parts, later.codec)


def merged(found: Iterable[Finding]) -> list[Finding]:
    """The findings, those that are one matter as one."""
    all_of_them: list[Finding] = []
    group: list[Finding] = []
    for each in found:
        if group and not continues(group[-1], each):
            all_of_them.append(_joined(group))
            group = []
        group.append(each)
    return [*all_of_them, *([_joined(group)] if group else [])]


def _joined(group: list[Finding]) -> Finding:
    """As ``together`` for many at once, in linear time."""
    if len(group) == 1:
        return group[0]
    parts: list[Part] = []
    for each in group:
        at = parts[-1].span.stop if parts else None
        if at is not None and each.fault.span:
            parts.append(Part(Span(at, each.fault.span.offset - at), Salvage.LOSSLESS))
        parts += each.parts
    whole = group[0]._replace(parts=())
    for each in group[1:]:
        whole = together(whole, each)
    return whole._replace(parts=tuple(parts))


def sentence(id: str, what: str) -> str:
    """What is wrong, how it comes about, and what ZeroClaw does with it."""
    cause, consequence = _STORY[id]
    return f"{what}: {cause}; ZeroClaw {consequence}"


_ONE_MATTER: Final = frozenset({"array", "pretty-printed", "not-jsonl", "utf16"})
"""What is one fault over any number of lines."""
_DROPS: Final = "drops the line"
_STORY: Final = {
    "glued": ("a program died between record and newline, or two wrote at once", "drops all of them"),
    "fused": ("a program died or the disk was full while it wrote, and a later record went on there", "drops both"),
    "torn": ("a program died, or the disk was full, while it wrote", _DROPS),
    "incomplete": ("it may still be being written", "drops the line as it stands"),
    "nul-run": ("the power failed before the disk had the bytes, or a file was cut under its writer", _DROPS),
    "invalid-utf8": ("a text was cut at a byte, or came in another encoding", _DROPS),
    "bom": ("an editor or a shell on Windows put it there", _DROPS),
    "utf16": ("a shell or an editor on Windows wrote it", "drops every such line"),
    "raw-control": ("the JSON was put together by hand or by a script", _DROPS),
    "split-record": ("the JSON was put together by hand or by a script", "drops every one of its lines"),
    "pretty-printed": ("an editor or a tool formatted it", "drops every one of its lines"),
    "array": ("the messages were exported as one JSON list", "drops each line that has more than a record"),
    "lone-surrogate": ("a text was cut in the middle of a character", _DROPS),
    "trailing-comma": ("it was edited by hand", _DROPS),
    "python-repr": ("a script printed it where it should have dumped JSON", _DROPS),
    "stale-tail": ("a file was written anew and shorter without being cut, or two programs wrote into it", _DROPS),
    "non-finite": ("a program in Python wrote what JSON has no number for", _DROPS),
    "wrong-shape": ("another version or another program wrote it", _DROPS),
    "foreign": ("another program writes to this file", _DROPS),
    "duplicate-key": ("it was merged or put together by hand", _DROPS),
    "merge-marker": (
        "two versions of the file were merged and the conflict was left",
        "drops the marker, not the sides",
    ),
    "log-text": ("the output of a program was sent into this file", _DROPS),
    "not-jsonl": ("something else was saved under this name", "drops every line"),
    "deep-nesting": ("a program went astray, or it was made to do harm", _DROPS),
    "interleaved": ("two programs wrote at once in small pieces", "drops both records"),
    "malformed": ("it was edited by hand, or bytes of it were changed", _DROPS),
}
