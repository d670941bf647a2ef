"""What a bug report needs to know of one session, without what people wrote or named: values, for ``report`` to print.

Everything here is a number, a word of this program, or bytes that went through ``masked``. Where a sentence or a name
might come from the disk it is left out. Memory does not grow with the session.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from sessiontui import __version__
from sessiontui.damage import diagnose, masked, masking_signs, wholefile
from sessiontui.model import Fault, Severity, Span
from sessiontui.store.jsonl import file_faults, session_file, unreadable
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import Progress, Store
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.visible import visible

MOST: Final = 100
"""Faults that are shown one by one."""
REACH: Final = 1 << 16
"""Bytes of a fault that are masked as what they are; of what stands behind only the part around the place."""
WINDOW: Final = 200
"""Bytes of a line that are shown, around the place where it goes wrong."""
LINES: Final = 8
"""Lines of one fault that are shown."""
NEAR: Final = 16
"""Bytes before and behind the place that are shown in hexadecimal."""

_VERSION: Final = re.compile(r"[0-9.]+")


class Excerpt(NamedTuple):
    """A fault, and its bytes masked."""

    fault: Fault
    lines: tuple[bytes, ...] = ()
    """Parts of them; empty where there is nothing to show."""
    begins: int = 0
    """Which byte of the fault the first of them begins with."""
    hex: bytes = b""
    """The bytes around the place; empty where all of them are text."""
    hex_at: int = 0
    """Which byte of the fault these begin with."""
    reason: str = ""
    """What is wrong, told of the masked bytes; empty where that is not the same."""
    same: bool | None = None
    """Whether the masked bytes have the same fault; None where not all of them are masked."""


@dataclass(slots=True)
class Bundle:
    """What there is to say of a session."""

    facts: dict[str, Any]
    """Numbers and words, by name; None is not known."""
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many faults, by severity and id; notes too."""
    excerpts: list[Excerpt] = field(default_factory=list)
    """Of the first ``MOST`` that are more than notes."""

    @property
    def shown(self) -> int:
        """How many faults are more than notes."""
        return sum(number for (severity, _), number in self.kinds.items() if severity != Severity.INFO)


def gathered(store: Store, key: str, progress: Progress) -> Bundle:
    """Read a session. Raises ``StoreError`` where its file can't be read to the end."""
    name = masking_signs.text(key.encode("utf-8", "backslashreplace")).decode("utf-8", "backslashreplace")
    bundle = Bundle({**_machine(store.path), "backend": store.backend, "key": name})
    if isinstance(store, JsonlStore):
        _add_file(bundle, store.file(key), key, progress)
    elif isinstance(store, SqliteStore):
        _add_rows(bundle, store, key)
    return bundle


# ---- where it happened


def _machine(path: Path) -> dict[str, Any]:
    release = _VERSION.match(platform.release())
    return {
        "sessiontui": __version__,
        "python": f"{platform.python_implementation()} {'.'.join(map(str, sys.version_info[:3]))}",
        "sqlite": sqlite3.sqlite_version,
        "os": f"{platform.system()} {release[0].rstrip('.') if release else ''}".strip(),
        "file_system": file_system(path),
    }


def file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """The kind of file system, such as ``ext4``; None where the system does not say."""
    real = os.path.realpath(path)
    found: tuple[int, str] | None = None
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return None
    for line in lines:
        here, _, there = line.partition(b" - ")
        location = os.fsdecode(here.split()[4].decode("unicode-escape").encode("latin-1"))
        if os.path.commonpath((location, real)) == location and (found is None or len(location) >= found[0]):
            found = len(location), there.split()[0].decode("ascii", "replace").partition(".")[0]
    return found and found[1]


# ---- files


def _add_file(bundle: Bundle, path: Path, key: str, progress: Progress) -> None:
    for fault in unreadable.of_name(path, notes=True):
        bundle.kinds[fault.severity, fault.id] += 1
        bundle.excerpts += [Excerpt(fault)] * (fault.severity is not Severity.INFO)
    if (problem := unreadable.of_entry(path)) is not None:
        bundle.kinds[problem.severity, problem.id] += 1
        bundle.excerpts.append(Excerpt(problem))
        return
    first: list[Fault] = []

    def found(fault: Fault) -> None:
        bundle.kinds[fault.severity, fault.id] += 1
        if fault.severity is not Severity.INFO and len(first) < MOST:
            first.append(fault.bare)

    with session_file.opened(path, key) as file:
        fd, stamp = file
        count = file_faults.told(file, found, progress=progress, notes=True)
        last = os.pread(fd, 1, max(0, stamp.size - 1))
        bundle.excerpts += (excerpt(fd, fault) for fault in first)
    bundle.facts |= {
        "bytes": stamp.size,
        "lines": count.odd and count.odd.lines,
        "messages": count.messages,
        "damaged_lines": count.faults,
        "ends_with_newline": last == b"\n" if stamp.size else None,
    }


def excerpt(fd: int, fault: Fault) -> Excerpt:
    """What is shown of a fault."""
    span = fault.span
    if span is None:
        return Excerpt(fault)
    if fault.id == "not-jsonl" or fault.line is None:
        head = os.pread(fd, 2048, 0) if not span.offset else b""
        return Excerpt(fault, hex=head[:4] if wholefile.kind(head) else b"")
    at = min(fault.at, span.length)
    if at + WINDOW > REACH:
        begins = at - WINDOW // 2
        mask = masking_signs.text(_read(fd, span, begins, WINDOW))
        return _around(Excerpt(fault, begins=begins), mask, at)
    data = _read(fd, span, 0, REACH)
    mask = masked.masked(data, fault.codec)
    one, other = (_alone(each) for each in (data, mask)) if len(data) == span.length else (None, None)
    told = other is not None and (other.id, other.at) == (fault.id, fault.at)
    same = None if one is None or other is None else _facts(one) == _facts(other)
    return _around(Excerpt(fault, reason=other.reason if other and told else "", same=same), mask, at)


def _read(fd: int, span: Span, at: int, size: int) -> bytes:
    return os.pread(fd, min(size, span.length - at), span.offset + at)


def _alone(data: bytes) -> Fault | None:
    """What is wrong with bytes, without those around them."""
    return next(diagnose.faults(diagnose.lines_of(data)), None)


def _facts(fault: Fault) -> tuple[object, ...]:
    parts = [(part.span, part.salvage, len(part.records)) for part in fault.parts]
    return fault.id, fault.at, fault.salvage, fault.recovers, fault.lines, parts


def _around(excerpt: Excerpt, mask: bytes, at: int) -> Excerpt:
    """With the masked bytes from ``excerpt.begins`` on, so far as they are shown."""
    at -= excerpt.begins
    near = mask[max(0, at - NEAR) : at + NEAR]
    first, *others = mask.split(b"\n")
    begin = max(0, min(at - WINDOW // 2, len(first) - WINDOW))
    lines = (first[begin : begin + WINDOW], *(line[:WINDOW] for line in others[: LINES - 1]))
    text = near.decode("utf-8", "surrogateescape")
    return excerpt._replace(
        lines=lines,
        begins=excerpt.begins + begin,
        hex=near if visible(text) != text else b"",
        hex_at=excerpt.begins + max(0, at - NEAR),
    )


# ---- databases


def _add_rows(bundle: Bundle, store: SqliteStore, key: str) -> None:
    from sessiontui.store.sqlite import database_schema, open_read

    def facts(connection: sqlite3.Connection) -> Iterator[tuple[str, Any]]:
        shape = database_schema.shape(connection)
        yield "metadata_columns", len(shape.metadata)
        yield "import_receipts", shape.receipts
        yield "full_text_index", shape.indexed
        for name in ("user_version", "schema_version", "page_size", "page_count"):
            yield name, connection.execute(f"PRAGMA {name}").fetchone()[0]

    for fault in store.faults(key):
        bundle.kinds[fault.severity, fault.id] += 1
    bundle.facts |= open_read.read(store.path, lambda connection: dict(facts(connection)))
    bundle.facts["messages"] = store.session(key).messages
