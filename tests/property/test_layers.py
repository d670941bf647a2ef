"""A record under one layer of another program: what is offered is that record, nothing else, and nothing is lossless."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sessiontui.damage import salvage
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.dialects import zeroclaw
from sessiontui.model import Fault, Message, Salvage
from tests.fuzz import histories
from tests.support.damage import applied

TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}:,]')
BITS: Final = st.sampled_from(
    [
        *histories.TEXTS,
        "\\",
        '"',
        "'",
        "`",
        "\n",
        "\\n",
        "C:\\new\\x",
        "''",
        "{",
        "}'",
        "$x",
        "[0m",
        "\x1b[0m",
        "é",
        "“",
    ]
)
TEXT: Final = st.lists(st.one_of(BITS, st.characters(exclude_categories=["Cs"])), max_size=8).map("".join)
ROLE: Final = st.sampled_from(["user", "assistant", "tool"])


def _row(text: str) -> str:
    file = io.StringIO()
    csv.writer(file).writerow([1, "user", text, "x"])
    return file.getvalue().removesuffix("\r\n")


def _painted(text: str, escape: str = "\x1b") -> str:
    return TOKENS.sub(lambda token: f"{escape}[0;32m{token[0]}{escape}[0m", text)


def _in_double_quotes(text: str) -> str:
    return re.sub(r'["\\$`]', lambda sign: "\\" + sign[0], text)


CERTAIN: Final[dict[str, Callable[[str], str]]] = {
    "bytes of Python": lambda text: repr(text.encode()),
    "lines of bytes": lambda text: repr([text.encode() + b"\n", text.encode()]),
    "an event in bytes": lambda text: repr(b"data: " + text.encode() + b"\n\n"),
    "echo": lambda text: f"echo {shlex.quote(text)} >> s.jsonl",
    "curl": lambda text: f'curl -d "{_in_double_quotes(text)}" localhost',
    "dollar": lambda text: "printf $'{}'".format(text.replace("\\", r"\\").replace("'", r"\'")),
    "csv": _row,
    "sql": lambda text: "INSERT INTO m VALUES (1, '{}');".format(text.replace("'", "''")),
    "text of JSON": json.dumps,
    "text of JSON, once more": lambda text: json.dumps(json.dumps(text)),
    "text of JSON in a log": lambda text: f"INFO body={json.dumps(text, ensure_ascii=False)} sent",
    "three texts in a list": lambda text: json.dumps([text] * 3),
    "escaped": lambda text: json.dumps(text)[1:-1],
    "escaped twice": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "docker": lambda text: json.dumps({"log": text + "\n", "stream": "stdout", "time": "2026-03-16T12:00:00Z"}),
    "docker, in a log": lambda text: json.dumps({"log": f"INFO send {text}\n", "stream": "stdout"}),
    "journal": lambda text: json.dumps({"__CURSOR": "x", "MESSAGE": text, "_PID": "1"}),
    "loki": lambda text: json.dumps({"streams": [{"stream": {"a": "b"}, "values": [["1", text]]}]}),
    "one key": lambda text: f'{{"data":{text}}}',
    "jq": _painted,
    "jq, written out": lambda text: _painted(text, "^["),
}
"""How a record is written, where one reading is possible."""
SEVERAL: Final[dict[str, Callable[[str], str]]] = {
    "text of Python": repr,
    "printed in a log": lambda text: f"2026-03-16 DEBUG send {text!r} to bob",
    "text of Python in ASCII": ascii,
    "text of Python in a dict": lambda text: repr({"log": text, "n": 1}),
    "quotes": lambda text: "'{}'".format(text.replace("'", r"'\''")),
    "yaml": lambda text: "body: '{}'".format(text.replace("'", "''")),
    "three quotes": lambda text: f"'''{text}'''",
    "jq without ESC": lambda text: _painted(text, ""),
}
"""How it is written, where languages may disagree about what that says."""


def _found(line: str) -> tuple[bytes, list[Fault]]:
    data = line.encode() + b"\n"
    found = list(faults(lines_of(data)))
    assert found, "it is damaged"
    assert applied(data, salvage.plan(found)) == data, "repair leaves every byte"
    tiled = [data[part.span.offset : part.span.stop] for fault in found for part in fault.parts]
    assert b"".join(tiled) == data[:-1]
    return data, found


def _said(parts: tuple[object, ...] | list[object]) -> set[object]:
    return {zeroclaw.read(record) for part in parts for record in part.records}  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", CERTAIN.values(), ids=CERTAIN)
@settings(max_examples=30)
@given(ROLE, TEXT, st.booleans())
@example("user", "two\nlines", True)
@example("user", 'it\'s C:\\\\dir and \'{"role":"user","content":"x"}\'', True)
def test_what_is_offered_is_the_record(way: Callable[[str], str], role: str, text: str, escaped: bool) -> None:
    record = json.dumps({"role": role, "content": text}, ensure_ascii=escaped, separators=(",", ":"))
    _, found = _found(way(record))
    for fault in found:
        assert (fault.salvage, fault.readings) == (Salvage.OFFERED, ())
        assert _said(list(fault.parts)) == {Message(role, text)}


@pytest.mark.parametrize("way", SEVERAL.values(), ids=SEVERAL)
@settings(max_examples=30)
@given(ROLE, TEXT, st.booleans())
@example("user", "two\nlines", True)
@example("user", 'a \\n and {"role":"user","content":"x"}', True)
@example("user", '{"role":"user","content":"a"}\'', False)
@example("user", "'''", False)
def test_one_of_the_readings_is_the_record(way: Callable[[str], str], role: str, text: str, escaped: bool) -> None:
    record = json.dumps({"role": role, "content": text}, ensure_ascii=escaped, separators=(",", ":"))
    _, found = _found(way(record))
    for fault in found:
        assert fault.salvage is Salvage.OFFERED
        ways = [_said(list(reading.parts)) for reading in fault.readings] or [_said(list(fault.parts))]
        assert {Message(role, text)} in ways
        assert len(ways) == len({frozenset(each) for each in ways})
