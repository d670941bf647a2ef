"""Records under a layer of another program: files as they were found, and what is near to them and is something else."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from sessiontui.damage import salvage
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.salvage import Wish
from sessiontui.dialects import zeroclaw
from sessiontui.model import Fault, Message, Salvage
from tests.support.damage import applied

FOUND = Path(__file__).parents[1] / "data" / "found"
A = '{"role":"user","content":"a"}'
TWO = 'two\nlines and a "quote" and C:\\dir'
THREE = [Message("user", "plain"), Message("user", TWO), Message("assistant", "it's café 漢 \t tab")]


def diagnosed(line: str | bytes) -> list[Fault]:
    return list(faults(lines_of(line if isinstance(line, bytes) else line.encode())))


def messages(found: list[Fault], reading: int = 1) -> list[object]:
    return [zeroclaw.read(record) for each in found for part in each.read_as(reading).parts for record in part.records]


@pytest.mark.parametrize(
    ("name", "ids", "expected"),
    [
        ("bytes_repr", ["literal"] * 3, THREE),
        ("log_repr", ["literal"] * 3, THREE),
        ("docker", ["wrapped"] * 3, THREE),
        (
            "escaped-twice",
            ["escaped", "escaped", "wrong-shape"],
            [
                Message("user", 'say "hi" now'),
                Message("user", "all of it escaped once too often"),
                Message("user", "a string of a record"),
            ],
        ),
        ("jq-colour", ["coloured"], [Message("user", "painted by jq")]),
    ],
)
def test_what_was_found_is_offered_as_it_was_written(name: str, ids: list[str], expected: list[Message]) -> None:
    data = (FOUND / f"{name}.jsonl").read_bytes()
    found = diagnosed(data)
    assert [each.id for each in found] == ids
    assert {each.salvage for each in found} == {Salvage.OFFERED}
    assert messages(found) == expected
    assert applied(data, salvage.plan(found)) == data
    marked = Wish(marked=frozenset(each.line or 0 for each in found))
    healthy = [line for line in data.split(b"\n") if zeroclaw.is_valid(line)]
    after = applied(data, salvage.plan(found, marked)).split(b"\n")
    assert [line for line in after if line in healthy] == healthy
    assert all(map(zeroclaw.is_valid, after[:-1]))


def test_a_path_that_may_hold_a_newline_is_a_guess_with_two_readings() -> None:
    [found] = diagnosed((FOUND / "windows-path.jsonl").read_bytes())
    assert (found.id, found.salvage) == ("bare-backslash", Salvage.PARTIAL)
    assert "this is read so: in a path each backslash stands for itself" in found.reason
    assert messages([found]) == [Message("user", "open C:\\Users\\ann\\notes.txt")]
    assert messages([found], 2) == [Message("user", "open C:\\Users\\ann\notes.txt")]


@pytest.mark.parametrize(
    ("text", "salvage", "first"),
    [
        (r"C:\Users\ann", Salvage.OFFERED, "C:\\Users\\ann"),
        (r"match \d+ and \w", Salvage.OFFERED, "match \\d+ and \\w"),
        (r"C:\Users\n and\nthen", Salvage.PARTIAL, "C:\\Users\\n and\nthen"),
        (r"C:\Program Files\new", Salvage.PARTIAL, "C:\\Program Files\new"),
        (r"it\'s", Salvage.PARTIAL, "it's"),
        (r"C:\users\x \"q\" \\", Salvage.OFFERED, 'C:\\users\\x "q" \\'),
    ],
)
def test_a_backslash_that_cannot_escape_stands_for_itself(text: str, salvage: Salvage, first: str) -> None:
    [found] = diagnosed(f'{{"role":"user","content":"{text}"}}')
    assert (found.id, found.salvage) == ("bare-backslash", salvage)
    assert messages([found]) == [Message("user", first)]


def test_what_a_quote_means_may_depend_on_the_language() -> None:
    line = r"""'{"role":"user","content":"two\\nlines"}'"""
    [found] = diagnosed(line)
    assert [each.what for each in found.readings] == [
        "as Python or JavaScript prints a text",
        "as a shell takes it, without escapes",
    ]
    assert messages([found]) == [Message("user", "two\nlines")]
    assert messages([found], 2) == [Message("user", "two\\nlines")]
    for before, expected in (("b", "two\nlines"), ("echo ", "two\\nlines"), ("INSERT INTO m VALUES (", "two\\nlines")):
        [sure] = diagnosed(before + line)
        assert (sure.readings, messages([sure])) == ((), [Message("user", expected)])


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"WARN it's slow {A}", id="an apostrophe before"),
        pytest.param(f"can't send {A}, isn't it", id="apostrophes around"),
        pytest.param(f"'{A}", id="a quote that nothing closes"),
        pytest.param(f"\x1b[32mINFO\x1b[0m {A}", id="a colour before"),
        pytest.param(f"2026-03-16T12:00:00Z stdout F {A}", id="a log of containers"),
    ],
)
def test_a_record_behind_text_is_lossless_where_no_quotes_are_around_it(line: str) -> None:
    [found] = diagnosed(line)
    assert (found.id, found.salvage) == ("log-text", Salvage.LOSSLESS)
    assert messages([found]) == [Message("user", "a")]


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ('{"type":"user","message":' + A + ',"uuid":"1"}', "foreign"),
        ('{"type":"message","id":"1","message":' + A + "}", "foreign"),
        ('{"sessionId":"1","message":' + json.dumps(A) + "}", "foreign"),
        ('{"model":"m","created_at":"2026","message":' + A + ',"done":true}', "foreign"),
        ('{"messages":[' + A + "]}", "foreign"),
        ('{"log":' + json.dumps(A) + ',"msg":' + json.dumps(A) + "}", "foreign"),
        ('{"role":"user","content":' + A + "}", "wrong-shape"),
        (r'ntent":"use {\"role\":\"user\",\"content\":\"x\"} here"}', "stale-tail"),
        (r"""ntent":"echo '{\"role\":\"user\",\"content\":\"x\"}' here"}""", "stale-tail"),
        (r"""'{"role":"user","content":"\N{BULLET}"}'""", "literal"),
    ],
)
def test_what_is_no_layer_has_nothing_back(line: str, id: str) -> None:
    [found] = diagnosed(line)
    assert (found.id, found.salvage, found.recovers) == (id, Salvage.NONE, 0)


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        (f"DEBUG send b'{A}' to bob", [b"DEBUG send ", b"to bob"]),
        ('{"log":' + json.dumps(f"INFO {A}\n") + ',"stream":"x"}', [b'{"log":"INFO ', b',"stream":"x"}']),
        (f'1,x,"{A}".'.replace('{"', '{""').replace('":"', '"":""').replace('","', '"",""').replace('"}', '""}'), []),
    ],
)
def test_what_is_in_no_message_is_a_fragment(line: str, rest: list[bytes]) -> None:
    data = line.encode()
    found = diagnosed(data)
    [outcome] = salvage.plan(found, Wish(marked=frozenset({1})))
    assert messages(found) == [Message("user", "a")]
    assert [data[span.offset : span.stop] for span in outcome.fragments] == (rest or [b"1,x,", b"."])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('｛"role"：“user”，"content"：“你好，世界”｝', "你好，世界"),
        ('{"role":\u00a0"user",\u3000"content":"a b"}', "a b"),
        ('{“role”: “user”, “content”: “say "hi" \\“x\\””}', 'say "hi" "x"'),
        ("{“content”: “a”, “role”: “user”}", "a"),
        ('{"role"\ufeff:"user","content":"a"}', "a"),
    ],
)
def test_printed_signs_are_those_of_json(line: str, expected: str) -> None:
    [found] = diagnosed(line)
    assert (found.id, found.salvage) == ("typographic", Salvage.OFFERED if "\\" not in line else found.salvage)
    assert messages([found]) == [Message("user", expected)]


def test_a_literal_behind_a_torn_record_is_read_as_one() -> None:
    data = rb"""{"role":"us'{"role":"user","content":"two\\nlines"}'"""
    found = diagnosed(data)
    assert (found[0].salvage, messages(found)) == (Salvage.OFFERED, [Message("user", "two\nlines")])
    [outcome] = salvage.plan(found, Wish(marked=frozenset({1})))
    assert [data[span.offset : span.stop] for span in outcome.fragments] == [b'{"role":"us']


def test_a_record_that_a_torn_text_quotes_is_none_of_its_own() -> None:
    quoted = rb"{\"role\":\"user\",\"content\":\"x\"}"
    found = diagnosed(b'{"role":"user","content":"see\n' + quoted + b"\n" + A.encode() + b"\n")
    assert [(each.id, each.salvage) for each in found] == [("torn", Salvage.PARTIAL), ("torn", Salvage.NONE)]
    assert [each.id for each in diagnosed(A.encode() + b"\n" + quoted)] == ["escaped"]


def test_what_is_escaped_for_html_is_unescaped() -> None:
    text = '<b> & it\'s "so" &amp;'
    line = html.escape(json.dumps({"role": "user", "content": text}))
    [found] = diagnosed(f"<li>{line}</li>")
    assert (found.id, found.salvage, messages([found])) == ("escaped", Salvage.OFFERED, [Message("user", text)])
    [mixed] = diagnosed(line + '"')
    assert mixed.salvage is Salvage.NONE


def test_colours_inside_of_a_text_alone_may_be_its_own() -> None:
    [found] = diagnosed('{"role":"user","content":"\x1b[31mred\x1b[0m"}')
    assert (found.id, found.salvage) == ("coloured", Salvage.OFFERED)
    assert messages([found]) == [Message("user", "red")]
    assert messages([found], 2) == [Message("user", "\x1b[31mred\x1b[0m")]
    [grep] = diagnosed('{"role":"user","content":"\x1b[01;31m\x1b[Kred\x1b[m\x1b[K"}')
    assert (messages([grep]), grep.readings) == ([Message("user", "red")], ())
