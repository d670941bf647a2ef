"""Faults to come back to: each with its session, and with a mark by which the bytes that it is about are known again.

A file may change between two looks at it. What is read here are bytes of the fault that was found, or ``errors.Changed``
is raised; never bytes of another. No more is held at once than ``WIDE``. Writes nothing.
"""

from __future__ import annotations

import hashlib
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from sessiontui.damage import diagnose
from sessiontui.disk import lines
from sessiontui.errors import Changed, StoreError, UnknownKey
from sessiontui.model import Fault, Severity, Span
from sessiontui.store.jsonl import file_faults, session_file, unreadable
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, never, silent

WIDE: Final = 1024 * 1024
"""Bytes of a fault that are read to be diagnosed again, or to be shown as what they become."""
MARKED: Final = (64 * 1024, 4 * 1024)
"""Bytes that a mark is made of, at most: so many at the beginning, and so many at the end."""


class FaultRef(NamedTuple):
    """A fault of a session."""

    key: str
    fault: Fault
    mark: str = ""
    """Of its bytes; empty for a file that can't be read."""

    @property
    def line(self) -> int:
        """The line on which it begins; 0 for a whole file."""
        return self.fault.line or 0


def find(
    store: JsonlStore,
    key: str,
    found: Callable[[FaultRef], object],
    cancelled: IsCancelled = never,
    progress: Progress = silent,
    *,
    notes: bool = False,
) -> None:
    """Tell ``found`` of each fault of a session, in order; that of its name first. Of one that can't be read, of that
    and its name alone. Raises ``Cancelled``."""
    try:
        problem = unreadable.of_entry(store.file(key))
        for fault in unreadable.of_name(store.file(key), notes=notes):
            found(FaultRef(key, fault))
        if problem is None:
            with session_file.opened(store.file(key), key) as file:

                def tell(fault: Fault) -> None:
                    found(FaultRef(key, fault, mark(file.fd, fault.span) if fault.span else ""))

                file_faults.told(file, tell, cancelled, progress, notes=notes)
            return
    except FileNotFoundError:
        return
    except (StoreError, UnknownKey, Changed) as error:
        problem = unreadable.of_error(error)
    found(FaultRef(key, problem))


def mark(fd: int, span: Span) -> str:
    """By which the bytes of a span are known again."""
    first, last = MARKED
    held = hashlib.blake2b(os.pread(fd, min(first, span.length), span.offset), digest_size=12)
    if span.length > first:
        held.update(os.pread(fd, last, span.stop - last))
    return held.hexdigest()


@contextmanager
def opened(store: JsonlStore, ref: FaultRef) -> Iterator[tuple[int, Span, int]]:
    """The file, where the bytes of the case stand, and how long the file is. Raises ``Changed`` where they do no more."""
    span = ref.fault.span or Span(0, 0)
    with session_file.opened(store.file(ref.key), ref.key) as (fd, stamp):
        if stamp.size < span.stop or mark(fd, span) != ref.mark:
            raise Changed(store.file(ref.key).name)
        yield fd, span, stamp.size


def require(store: JsonlStore, refs: Sequence[FaultRef]) -> None:
    """Raise ``Changed`` unless all of these are still what they were found to be."""
    for ref in refs:
        if ref.mark:
            with opened(store, ref):
                pass


def piece(store: JsonlStore, ref: FaultRef, start: int, stop: int) -> bytes:
    """The bytes of a case from ``start`` to ``stop``, counted from its first."""
    with opened(store, ref) as (fd, span, _):
        stop = min(stop, span.length)
        return b"".join(lines.pieces(fd, Span(span.offset + start, stop - start)))


def whole(store: JsonlStore, ref: FaultRef, before: Fault | None = None) -> tuple[FaultRef, bytes]:
    """A case of at most ``WIDE`` bytes with all of them, and with its parts, though they were not kept when it was found.

    ``before``: the fault before it in its file. The parts stay unknown where the bytes alone don't say the same again.
    """
    with opened(store, ref) as (fd, span, size):
        data = b"".join(lines.pieces(fd, span))
        ended = span.stop < size
    fault = ref.fault
    if fault.parts or fault.severity is Severity.INFO or fault.line is None or span.length > WIDE:
        return ref, data
    found = [
        each._replace(stays=fault.stays, keeps_end=fault.keeps_end)  # said by the lines around it
        for each in _again(fault, data, before, ended=ended)
    ]
    same = len(found) == 1 and found[0].bare == fault
    return (ref._replace(fault=found[0]) if same else ref), data


def _again(fault: Fault, data: bytes, before: Fault | None, *, ended: bool) -> list[Fault]:
    first, offset = fault.line or 1, fault.span.offset if fault.span else 0
    held = [
        each._replace(number=first + each.number - 1, offset=offset + each.offset)
        for each in diagnose.lines_of(data + b"\n" * ended)
    ]
    settled = fault.severity is not Severity.INCOMPLETE
    return diagnose.of_stretch(held, before, first=first == 1, settled=settled) if held else []


def matched(before: Sequence[FaultRef], after: Sequence[FaultRef]) -> list[int]:
    """Where each case of before stands now. One that is gone: where the one stands that came into its place."""
    locations: dict[tuple[str, str, str], list[int]] = {}
    for at, ref in enumerate(after):
        locations.setdefault((ref.key, ref.mark, ref.fault.id), []).append(at)
    found: list[int] = []
    behind = 0
    for ref in before:
        there = locations.get((ref.key, ref.mark, ref.fault.id), ())
        at = bisect_left(there, behind)
        found.append(there[at] if at < len(there) else behind)
        behind = there[at] + 1 if at < len(there) else behind
    return found
