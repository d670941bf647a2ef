"""The quick reader of records, the exact one and the streaming one say the same as a plain, slow one."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from sessiontui.dialects import stream, strict, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.dialects.stream import Scanned
from sessiontui.model import Message
from tests.support import serde
from tests.support.examples import examples
from tests.support.flip import flip

SEEDS = [
    base64.b64decode(json.loads(row)["line_b64"])
    for row in (Path(__file__).parents[1] / "data" / "acceptance.jsonl").read_text().split("\n")
    if row
]
SEEDS = [line for line in SEEDS if len(line) < 300]
PARTS = [
    b'"', b"\\", b"\\u", b"\\ud83d", b"\\ude00", b"\\n", b"\\\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\t", b"\r",
    b"\x00", b"\x0b", b"\xc2\xa0", b"\xc2", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff", b"\xf0\x9f\x98\x80", b"-", b"0",
    b"1", b".", b"e", b"E", b"+", b"null", b"true", b"role", b"content", b"\\u0072ole", b'"role":', b'"content":',
    b'"role":"user"', b'"content":"hi"', b'{"role":"user","content":"hi"}', b'["user","hi"]', b'"x":',
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]))
messages = st.builds(Message, texts, texts)
escapes = st.sampled_from([r"\n", r"\"", r"\\", r"\/", r"\u0041", r"\ud83d\ude00", r"\u001b", r"\u00e9"])
insides = st.lists(escapes | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'))).map(
    "".join
)
endings = st.sampled_from(["", "", r"\\", r"\"", r"\\\"", r"\\\\", r"\u005c"])
names = st.sampled_from(["role", "content", "role", "content", "x", r"r\u006fle", ""])
texts_with_quotes = st.builds('"{}{}"'.format, insides, endings)
others = st.sampled_from(["null", "-0.10", "1e999", "true", r'["\\","\""]', r'{"role":"\\"}'])
pairs = st.tuples(names | st.builds("{}{}".format, names, endings), texts_with_quotes | others)
openings = st.sampled_from([[], [("role", '"user"')], [("role", '"tool"')]])
records = st.builds(list.__add__, openings, st.lists(pairs, min_size=1, max_size=4))
jsons = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    line = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(line)))
        kind = draw(st.sampled_from(["insert", "cut", "flip", "remove", "repeat"]))
        if kind == "insert":
            line = line[:at] + draw(st.sampled_from(PARTS)) + line[at:]
        elif kind == "cut":
            line = line[:at]
        elif kind == "flip":
            line = flip(line, at, draw(st.integers(0, 7)))
        else:
            stop = draw(st.integers(at, min(len(line), at + 20)))
            line = line[:at] + (line[at:stop] * 2 if kind == "repeat" else b"") + line[stop:]
    return line.replace(b"\n", b"")


lines = mutated() | st.lists(st.sampled_from(PARTS), max_size=12).map(b"".join) | st.binary(max_size=20)


def model(line: bytes) -> Message | str | None:
    try:
        record = serde.load(line)
    except serde.Refused:
        return "dropped"
    return record and Message(*record)


def kind(outcome: Message | Dropped | None) -> Message | str | None:
    return "dropped" if isinstance(outcome, Dropped) else outcome


def agrees(line: bytes) -> None:
    expected = model(line)
    assert kind(strict.read(line)) == expected
    assert kind(zeroclaw.read(line)) == expected
    assert zeroclaw.read(line + b"\n") == zeroclaw.read(line)
    validated = zeroclaw.validate([line + b"\n", line])
    assert (validated.valid, len(validated.blank), len(validated.dropped)) == (
        2 * isinstance(expected, Message),
        2 * (expected is None),
        2 * (expected == "dropped"),
    )


def test_the_plain_reader_passes_the_verdicts_too() -> None:
    for row in (Path(__file__).parents[1] / "data" / "acceptance.jsonl").read_text().split("\n")[:-1]:
        verdict = json.loads(row)
        if verdict["group"] != "depth":
            outcome = model(base64.b64decode(verdict["line_b64"]))
            assert isinstance(outcome, Message) == verdict["accepted"], verdict["name"]


@given(lines)
@example(b'{"role":"","content":"","x":[1,\x00]}')
def test_mutated_records(line: bytes) -> None:
    agrees(line)


@given(records, st.sampled_from(["", " ", "\u00a0", "\u2028", "\t"]), st.sampled_from(["", " "]))
@example([], "", "")
@example([("content", '""'), ("content", '""'), ("role", f'"{"R" * 14}"')], "", "")
@example([("role", '"user"'), ("content", r'"a\\"'), ("content", r'"\""')], "", "")
@example([("role", '"user"'), ("content", r'"\\"'), (r"\"\\", r'"\"\\"')], "", "")
@example([("role", "null"), ("content", r'"\\"'), ("role", r'"\\"')], "", "")
@examples(2)
def test_records_of_any_pairs(pairs: list[tuple[str, str]], outer: str, inner: str) -> None:
    """No number of quotes and backslashes, in keys and in values, deceives the quick way."""
    body = ",".join(f'"{name}":{inner}{value}' for name, value in pairs)
    agrees(f"{outer}{{{body}}}{outer}".encode())


@given(st.lists(lines | messages.map(lambda m: zeroclaw.write(m)[:-1])))
def test_many_lines_are_judged_like_each_alone(many: list[bytes]) -> None:
    outcomes = [strict.read(line) for line in many]
    validated = zeroclaw.validate([line + b"\n" for line in many])
    assert validated.dropped == [(index, each) for index, each in enumerate(outcomes) if isinstance(each, Dropped)]
    assert (validated.valid, len(validated.blank)) == (
        sum(isinstance(each, Message) for each in outcomes),
        outcomes.count(None),
    )


@given(messages, st.dictionaries(st.text(), jsons, max_size=3))
def test_records_with_unknown_keys(message: Message, unknown: dict[str, object]) -> None:
    record = {"role": message.role, "content": message.content, **unknown}
    agrees(json.dumps(record).encode())
    agrees(json.dumps(record, ensure_ascii=False).encode(errors="surrogatepass"))


@given(messages)
@example(Message("user", "".join(map(chr, range(0x100)))))
def test_what_is_written_is_read_back(message: Message) -> None:
    written = zeroclaw.write(message)
    record = {"role": message.role, "content": message.content}
    assert written == json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    assert written.count(b"\n") == 1
    assert zeroclaw.read(written) == strict.read(written) == message


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


sizes = st.lists(st.integers(0, 7), max_size=40)


@given(lines | messages.map(lambda m: zeroclaw.write(m)[:-1]), sizes, st.integers(0, 1 << 40))
def test_a_line_in_pieces_is_judged_like_a_whole_one(line: bytes, sizes: list[int], offset: int) -> None:
    expected = strict.read(line)
    scanned = stream.scan(cut(line, sizes), offset)
    if not isinstance(expected, Message):
        assert scanned == expected
        return
    assert isinstance(scanned, Scanned)
    assert scanned.role == expected.role
    inside = line[scanned.content.offset - offset : scanned.content.stop - offset]
    assert "".join(stream.text(cut(inside, sizes))) == expected.content
