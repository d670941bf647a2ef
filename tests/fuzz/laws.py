"""What holds of any bytes whatever: each law raises for bytes that break it."""

from __future__ import annotations

import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from random import Random
from typing import Final, NamedTuple
from unittest.mock import patch

from sessiontui.damage import diagnose, salvage
from sessiontui.damage.diagnose import account, faults, lines_of, whole
from sessiontui.damage.salvage import Wish
from sessiontui.disk import lines, stamps
from sessiontui.model import Entry, Fault, Message, Salvage, Span
from sessiontui.store.jsonl import entries, file_faults, no_session, stretch
from sessiontui.store.jsonl.session_file import OpenFile
from tests.fuzz import histories
from tests.support import serde
from tests.support.damage import applied

DAMAGED: Final = "damaged"
Law = Callable[[bytes], None]


def validated(data: bytes) -> list[Message | str | None]:
    """What the plain reader makes of each line."""
    found: list[Message | str | None] = []
    for line in lines_of(data):
        try:
            record = serde.load(line.data)
        except serde.Refused:
            found.append(DAMAGED)
        else:
            found.append(record and Message(*record))
    return found


def loaded(data: bytes) -> list[Message]:
    """The messages that ZeroClaw loads."""
    return [outcome for outcome in validated(data) if isinstance(outcome, Message)]


def repaired(data: bytes) -> bytes:
    """The file after a repair that nobody asked anything of."""
    return applied(data, salvage.plan(faults(lines_of(data))))


LETTERS: Final = re.compile(rb"[0-9A-Za-z]")
ESCAPES: Final = re.compile(rb"\\+(?:[abfnrtv]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})")
"""What is written otherwise in another language, or in a text in a text."""

PREFIX: Final = re.compile(rb"\b[bBuUrR]{1,2}(?=['\"])")
MARKS: Final = {
    "folded": re.compile(rb"[\r\n]"),
    "literal": PREFIX,
    "python-repr": PREFIX,
    "coloured": re.compile(rb"\x1b\[[0-9;]*[A-Za-z]"),
}
"""What another program put around a text, and a step may take away."""


def letters(data: bytes) -> Counter[bytes]:
    """The letters and digits, however often each stands there: no step puts in or takes out one of them on purpose."""
    return Counter(LETTERS.findall(ESCAPES.sub(b"", data)))


def is_all_there(outcome: salvage.Outcome, data: bytes) -> None:
    """What goes of a fault is in its records or in its fragments, which are different bytes of it, in order."""
    span = outcome.fault.span
    assert span is not None
    if outcome.end:
        assert (outcome.end.stop, bool(outcome.records)) == (span.stop, True)
        span = span._replace(length=outcome.end.offset - span.offset)
    at, rest = span.offset, []
    for fragment in outcome.fragments:
        assert at <= fragment.offset < fragment.stop <= span.stop
        rest.append(data[at : fragment.offset])
        at = fragment.stop
    kept = b"".join((*rest, data[at : span.stop]))
    if mark := MARKS.get(outcome.fault.id):
        kept = mark.sub(b"", kept)
    if outcome.fault.id != "merge-marker" and not outcome.fault.codec:
        assert letters(kept) <= letters(b"\n".join(outcome.records)), (kept, outcome.records)


def covers(found: list[Fault], data: bytes) -> None:
    """The faults are about every damaged line, once, in order, and about no line that is read."""
    about = [number for each in found for number in range(each.line or 0, (each.line or 0) + each.lines)]
    assert about == sorted(set(about))
    outcomes = validated(data)
    assert {at for at, outcome in enumerate(outcomes, 1) if outcome == DAMAGED} <= set(about)
    assert not {at for at in about if isinstance(outcomes[at - 1], Message)}


# ---- of the bytes


def every_byte_is_accounted_for(data: bytes) -> None:
    at = 0
    for part in account(data):
        assert part.span.offset == at
        assert part.span.length > 0
        at = part.span.stop
        assert all(len(loaded(record)) == 1 and b"\n" not in record for record in part.records)
    assert at == len(data)


def every_damaged_line_and_no_other_has_a_fault(data: bytes) -> None:
    covers(list(faults(lines_of(data))), data)


def a_fault_tells_of_the_bytes_that_it_is_about(data: bytes) -> None:
    for found in faults(lines_of(data)):
        assert found.span is not None
        assert 0 <= found.at <= found.span.length
        assert sum(part.span.length for part in found.parts) == found.span.length
        assert data.count(b"\n", found.span.offset, found.span.stop) == found.lines - 1
        assert (found.recovers > 0) == any(part.records for part in found.parts)
        assert found.recovers == 0 or found.salvage is not Salvage.NONE


def what_is_in_no_message_is_a_fragment(data: bytes) -> None:
    found = list(faults(lines_of(data)))
    lines = frozenset(each.line or 0 for each in found)
    most = max((len(each.readings) for each in found), default=0)
    for partial, marked, reading in product((False, True), (frozenset(), lines), range(1, most + 2)):
        wish = Wish(partial=partial, marked=marked, readings=dict.fromkeys(lines, reading) if reading > 1 else {})
        for outcome in salvage.plan(found, wish):
            if not outcome.stays:
                is_all_there(outcome, data)


def a_second_repair_changes_nothing(data: bytes) -> None:
    once = repaired(data)
    assert repaired(once) == once


def repair_keeps_every_message_in_its_place_among_the_others(data: bytes) -> None:
    before, after = loaded(data), iter(loaded(repaired(data)))
    assert all(message in after for message in before)  # a subsequence: `in` consumes


def windows_of_any_size_miss_nothing(data: bytes) -> None:
    with patch.object(diagnose, "_WINDOW", 2 + _draw(data, 7)), patch.object(diagnose, "_WEIGHT", 1 + _draw(data, 201)):
        found = list(faults(lines_of(data)))
        every_byte_is_accounted_for(data)
    covers(found, data)
    covers(list(whole(found)), data)


# ---- of a file


@contextmanager
def _on_disk(data: bytes) -> Iterator[int]:
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(data)
        yield file.fileno()


def _draw(data: bytes, below: int) -> int:
    """A number that seems random, and is always the same for these bytes."""
    return zlib.crc32(data) % below


def a_file_is_judged_as_its_bytes(data: bytes) -> None:
    outcomes = validated(data)
    with _on_disk(data) as fd, patch.object(lines, "_CHUNK", 1 + _draw(data, 61)):
        passed = file_faults.faults(fd, len(data))
        found: list[Fault] = []
        while True:
            try:
                found.append(next(passed))
            except StopIteration as stop:
                count = stop.value
                break
    if found and found[0].line is None:
        assert found == [_of_no_session(data)]
        assert (count.messages, count.faults, bool(count.instead)) == (0, 1, True)
        return
    assert found == list(faults(lines_of(data)))
    assert count.messages == sum(isinstance(outcome, Message) for outcome in outcomes)
    assert count.faults == outcomes.count(DAMAGED)
    assert count.odd.lines == len(outcomes)
    assert list(count.odd.damaged()) == [at for at, outcome in enumerate(outcomes, 1) if outcome == DAMAGED]
    assert not count.open or (outcomes[-1:] == [DAMAGED] and not data.endswith(b"\n"))


def _of_no_session(data: bytes) -> Fault:
    """The one fault of a file in which nobody wrote a record."""
    with _on_disk(data) as fd:
        whole = no_session.of(fd, len(data))
    assert whole is not None
    assert whole.span == Span(0, len(data.removesuffix(b"\n")))
    assert loaded(data) == []
    return whole


def huge_lines_are_judged_like_others(data: bytes) -> None:
    with _on_disk(data) as fd, patch.object(lines, "HUGE", 1 + _draw(data, 97)), patch.object(lines, "_CHUNK", 50):
        found = list(file_faults.faults(fd, len(data)))
        if not (found and found[0].line is None):
            covers(found, data)
        rows = list(entries.entries(OpenFile(fd, stamps.stamp(fd))))
    _agree(rows, data, 0)


class _View(NamedTuple):
    begins: list[int]
    before: int | None

    def __len__(self) -> int:
        return len(self.begins) - 1

    def begin(self, row: int) -> int:
        return self.begins[row]

    def has_message(self, row: int) -> bool:
        return False


def rows_are_read_in_windows_of_any_size(data: bytes) -> None:
    begins = [line.offset for line in lines_of(data)]
    before = (0, None)[_draw(data, 2)]
    view = _View([*begins, len(data)], before)
    near, size = _draw(data, 5), 1 + _draw(data, 6)
    far = near + _draw(data, 7)
    with _on_disk(data) as fd, patch.multiple(stretch, NEAR=near, FAR=far):
        file = OpenFile(fd, stamps.stamp(fd)._replace(mtime_ns=0))
        for start in range(0, len(begins), size):
            stop = min(start + size, len(begins))
            _agree(entries.page(file, view, start, stop), data, start)
        _agree(list(entries.entries(file)), data, 0)


def _agree(rows: list[Entry], data: bytes, start: int) -> None:
    """Each line has its row: a message where it is read, a fault where it is damaged."""
    outcomes = validated(data)[start : start + len(rows)]
    assert [row.position for row in rows] == list(range(start, start + len(rows)))
    assert [row.message for row in rows] == [each if isinstance(each, Message) else None for each in outcomes]
    for row, outcome in zip(rows, outcomes, strict=True):
        assert row.fault is not None if outcome == DAMAGED else row.message is None or row.fault is None


# ---- of what is made from a seed


def what_lost_nothing_comes_back_whole(seed: bytes) -> None:
    messages, data = histories.damaged(Random(seed))
    assert loaded(repaired(data)) == messages, data


def what_was_torn_takes_no_other_message_with_it(seed: bytes) -> None:
    messages, data = histories.torn(Random(seed))
    assert loaded(repaired(data)) == messages, data


LAWS: Final[tuple[Law, ...]] = (
    every_byte_is_accounted_for,
    what_is_in_no_message_is_a_fragment,
    every_damaged_line_and_no_other_has_a_fault,
    a_fault_tells_of_the_bytes_that_it_is_about,
    a_second_repair_changes_nothing,
    repair_keeps_every_message_in_its_place_among_the_others,
    windows_of_any_size_miss_nothing,
    a_file_is_judged_as_its_bytes,
    huge_lines_are_judged_like_others,
    rows_are_read_in_windows_of_any_size,
    what_lost_nothing_comes_back_whole,
    what_was_torn_takes_no_other_message_with_it,
)
