"""The words of sessiontui as frozen values. No IO here.

*store* holds sessions · *session* an ordered conversation, has a *key* · *message* role and content · *line* the
bytes between two ``0x0A`` · *span* offset and length · *fault* what is wrong with a line, a value and never an
exception · *salvage* what can be had back from a faulty line · *change* one operation in the journal, one undo.

Offsets count bytes from 0; lines and ordinals count from 1; sizes are bytes; times are aware datetimes in UTC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Backend(StrEnum):
    """Which home a store lives in."""

    JSONL = "jsonl"
    SQLITE = "sqlite"
    MEMORY = "memory"


class Severity(StrEnum):
    """How much a fault matters; only ``DAMAGE`` counts as a fault in totals, badges and exit codes."""

    DAMAGE = "damage"
    INCOMPLETE = "incomplete"
    INFO = "info"


class Salvage(StrEnum):
    """What can be had back: applied by repair, exact but asked for, guessed, or nothing."""

    LOSSLESS = "lossless"
    OFFERED = "offered"
    PARTIAL = "partial"
    NONE = "none"


class Span(NamedTuple):
    """Where bytes stand in a file."""

    offset: int
    length: int

    @property
    def stop(self) -> int:
        """Offset of the first byte behind the span."""
        return self.offset + self.length

    def moved(self, by: int) -> Span:
        """The same, so many bytes further on."""
        return Span(self.offset + by, self.length)


class Message(NamedTuple):
    """What ZeroClaw loads: any role, any content, the empty ones too. Hostile text."""

    role: str
    content: str


class Part(NamedTuple):
    """Some bytes of a fault, and what they become when their salvage is applied."""

    span: Span
    """In the file."""
    salvage: Salvage
    records: tuple[bytes, ...] = ()
    """Whole lines without newlines that ZeroClaw reads.

    None and ``LOSSLESS``: nothing is lost without these bytes. None and ``NONE``: a fragment.
    """
    left: tuple[Span, ...] = ()
    """Bytes of the span that the records leave out, in order: fragments, once the records are taken."""

    def moved(self, by: int) -> Part:
        """The same, so many bytes further on."""
        left = tuple([each.moved(by) for each in self.left])
        return Part(self.span.moved(by), self.salvage, self.records, left)


class Reading(NamedTuple):
    """One of several ways to read the same damaged bytes."""

    what: str
    """How they are read, in a few words for people. Hostile text."""
    parts: tuple[Part, ...]
    """They tile the span of the fault; empty where those of the fault are."""


class Fault(NamedTuple):
    """What is wrong with a line, or with several that are one matter (or, with ``line`` None, with a whole file)."""

    id: str
    severity: Severity
    reason: str
    """One sentence for people."""
    at: int
    """The byte within the line (from 0) at which it goes wrong."""
    salvage: Salvage = Salvage.NONE
    recovers: int = 0
    """Messages that salvage would give back."""
    line: int | None = None
    """The first one that it is about."""
    span: Span | None = None
    """Of all its lines, but for the newline that ends the last one."""
    lines: int = 1
    """How many lines it is about, blank ones between them too; 0 where not all of them were looked at."""
    parts: tuple[Part, ...] = ()
    """They tile the span. Empty where they are not known: that of a whole file, or of very many lines together."""
    codec: str = ""
    """The wide encoding in which the lines stand."""
    readings: tuple[Reading, ...] = ()
    """Where there are several, all of them, the first too, whose parts are those of the fault; else empty."""
    stays: bool = False
    """Repair never removes these lines: they hold a mark of a record, or may belong to the torn one above."""
    keeps_end: bool = False
    """Where repair takes no record from the last part, its bytes stay, as a line: what is below may belong to it."""

    @property
    def bare(self) -> Fault:
        """The same without any parts; the readings keep their names."""
        return self._replace(parts=(), readings=tuple(each._replace(parts=()) for each in self.readings))

    def read_as(self, number: int) -> Fault:
        """The same with the parts of a reading, counted from 1. Refuses (``IndexError``) one that is not there."""
        if number == 1:
            return self
        parts = self.readings[number - 1].parts
        back = sum(len(part.records) for part in parts if part.salvage is self.salvage)
        return self._replace(parts=parts, recovers=back or self.recovers)


class Session(NamedTuple):
    """One row of the list. ``None`` means not known yet, or not knowable in this home; never shown as 0."""

    key: str
    backend: Backend
    messages: int | None
    faults: int | None
    """Damaged lines; None for SQLite, which has none."""
    bytes: int | None
    created_at: datetime | None
    last_activity: datetime | None
    name: str | None = None
    reachable: bool = True
    """ZeroClaw can load it by this key."""
    problem: Fault | None = None
    """A whole-file fault (a folder, an unreadable file) that keeps the session from being read."""
    instead: str = ""
    """What the file is, where it is no session: its one fault, and no change touches it. Empty where not known yet."""


class Address(NamedTuple):
    """Where a message stands in its store: line, offset, length in JSONL; id and time in SQLite."""

    line: int | None = None
    span: Span | None = None
    id: int | None = None
    created_at: datetime | None = None
    imported: bool = False
    """``created_at`` is when it was imported; when it was said is not known."""


class Entry(NamedTuple):
    """One row of a transcript: a message, or a faulty line in its place, or (in raw view) a blank line.

    Exactly one of ``message`` and ``fault`` is set, but for blank lines, where neither is.
    """

    position: int
    """Row in the transcript, from 0; in JSONL it is the physical line less one."""
    address: Address
    message: Message | None = None
    fault: Fault | None = None
    raw: bytes = b""
    """The line without its newline, or its first bytes where it is huge; empty in SQLite."""
    ordinal: int | None = None
    """Which message of the session this is, from 1; None where not known yet or not a message."""
    clipped: bool = False
    """True where ``message.content`` or ``raw`` holds only a piece of a huge line: the beginning, unless it says more."""
    skipped: int = 0
    """Bytes of the line before those that ``raw`` holds: of a huge damaged one, those near the fault are shown."""


class Hit(NamedTuple):
    """One message that a search found, with its whole text's neighbourhood in ``snippet``."""

    key: str
    backend: Backend
    role: str
    snippet: str
    ordinal: int | None
    address: Address

    def is_same(self, other: Hit) -> bool:
        """Whether both are the same message, whatever more is known of one of them."""
        ours, theirs = self.address, other.address
        return (self.key, ours.span, ours.id) == (other.key, theirs.span, theirs.id)


class Found(NamedTuple):
    """The answer to a search: the hits that were asked for, and how many there are in all (None: not known)."""

    hits: tuple[Hit, ...]
    total: int | None
    note: str = ""
    """What the answer does not cover, for people; empty when it is complete."""
    pending: bool = False
    """The index may not cover all messages: the answer is complete only when all were read, with ``scan``."""
