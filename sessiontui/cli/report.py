"""The verb report: a session for a bug report, masked, so that it can be shown to anybody without a look at it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from sessiontui.cli import key_argument, output, stderr
from sessiontui.cli.masked_session import MOST, Bundle, Excerpt, gathered
from sessiontui.cli.options import Context, reads
from sessiontui.dialects.file_names import written
from sessiontui.disk import replace
from sessiontui.errors import Refused, StoreError
from sessiontui.visible import visible

_MASKED = "Text is masked: letters are x or X, digits 9, other signs *; what is not ASCII is one sign of its length."


@click.command()
@key_argument.KEY
@reads
@click.option("-o", "--output", "file", metavar="FILE", type=click.Path(), help="Write it there, not to the screen.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
def report(*, context: Context, key: str, file: str | None, force: bool) -> int:
    """A session for a bug report: its structure, its faults and their bytes, all text masked.

    No word of a message, no key, path or name is in it: it can be pasted in public as it is.
    """
    store = context.open()
    session = key_argument.one(store, key)
    with stderr.progress("reading") as progress:
        bundle = gathered(store, session, progress)
    lines = (
        (orjson.dumps(row) + b"\n" for row in _rows(bundle))
        if context.json
        else (f"{visible(line)}\n".encode() for line in _text(bundle))
    )
    if file is None:
        for line in lines:
            output.raw(line)
        return 0
    _write(Path(file), b"".join(lines), force=force)
    stderr.tell(f"written to {file}: nothing in it has to be removed")
    return 0


def _write(path: Path, data: bytes, *, force: bool) -> None:
    try:
        if not force:
            replace.create(path, [data])
            return
        with replace.temporary(path.parent) as temp:
            replace.fill(temp, [data], 0o600)
            os.replace(temp, path)
    except FileExistsError as error:
        raise Refused(f"{path} is there already; it was left as it is", "--force replaces it") from error
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}", "name another file") from error


# ---- for programs


def _rows(bundle: Bundle) -> Iterator[dict[str, Any]]:
    kinds = [
        {"fault": id, "severity": severity, "faults": number} for (severity, id), number in sorted(bundle.kinds.items())
    ]
    yield {**bundle.facts, "kinds": kinds, "faults": bundle.shown, "shown": len(bundle.excerpts)}
    for excerpt in bundle.excerpts:
        fault = excerpt.fault
        yield {
            "line": fault.line,
            "lines": fault.lines,
            "offset": fault.span and fault.span.offset,
            "length": fault.span and fault.span.length,
            "fault": fault.id,
            "severity": fault.severity,
            "at": fault.at,
            "salvage": fault.salvage,
            "recovers": fault.recovers,
            "codec": fault.codec or None,
            "reason": excerpt.reason or None,
            "same": excerpt.same,
            "begins": excerpt.begins,
            "masked": [line.decode("utf-8", "backslashreplace") for line in excerpt.lines],
            "hex_at": excerpt.hex_at,
            "hex": excerpt.hex.hex(" "),
        }


# ---- for people


def _text(bundle: Bundle) -> Iterator[str]:
    """Markdown."""
    yield from ("# sessiontui report", "", _MASKED, "")
    yield from _table(
        ("what", "is"), [(name.replace("_", " "), _said(name, value)) for name, value in bundle.facts.items()]
    )
    if bundle.kinds:
        rows = [(f"`{id}`", severity, f"{number:,}") for (severity, id), number in sorted(bundle.kinds.items())]
        yield from ("", *_table(("fault", "severity", "how many"), rows))
    else:
        yield from ("", "Nothing is wrong with it.")
    for number, excerpt in enumerate(bundle.excerpts, 1):
        yield from ("", f"## {number}: {excerpt.fault.id}", "", *_facts(excerpt), *_masked(excerpt))
    if (more := bundle.shown - len(bundle.excerpts)) > 0 and bundle.excerpts:
        yield from ("", f"And {more:,} more: only the first {MOST} are shown.")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _said(name: str, value: object) -> str:
    if name == "key":
        return f"`{value}`"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else f"{value:,}" if isinstance(value, int) else f"{value}"


def _facts(excerpt: Excerpt) -> Iterator[str]:
    fault = excerpt.fault
    if fault.span is None or fault.line is None:
        yield f"- {fault.severity}; the whole file"
        return
    lines = f"line {fault.line}" if fault.lines == 1 else f"{fault.lines:,} lines from line {fault.line} on"
    yield f"- {fault.severity}; {lines}, offset {fault.span.offset}, length {fault.span.length}, wrong at byte {fault.at}"
    codec = f"; encoding {fault.codec}" if fault.codec else ""
    yield f"- salvage {fault.salvage}, recovers {output.count(fault.recovers, 'message')}{codec}"
    if excerpt.reason:
        yield f"- {excerpt.reason}"
    if excerpt.same is not None:
        yield f"- the masked bytes alone have {'the same' if excerpt.same else 'another'} fault"


def _masked(excerpt: Excerpt) -> Iterator[str]:
    if excerpt.lines:
        begins = f" from byte {excerpt.begins} on" if excerpt.begins else ""
        shown = (written(line.decode("utf-8", "surrogateescape")) for line in excerpt.lines)
        yield from ("", f"Masked{begins}:", "", "```text", *shown, "```")
    if excerpt.hex:
        offsets = range(0, len(excerpt.hex), 16)
        shown = (f"{excerpt.hex_at + at:>8}  {excerpt.hex[at : at + 16].hex(' ')}" for at in offsets)
        yield from ("", "Masked, in hexadecimal:", "", "```text", *shown, "```")
