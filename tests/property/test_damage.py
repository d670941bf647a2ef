"""What holds of any bytes, and of any history that was damaged: nothing is missed, nothing is lost, nothing is made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from sessiontui.damage import salvage
from sessiontui.damage.diagnose import account, faults, lines_of, whole
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Salvage
from tests.support import serde

A: Final = b'{"role":"user","content":"a"}'
BITS: Final = [
    *(A, b'{"role":"assistant","content":"b \\"q\\" {x}"}', b'{"role":"us', b'{"role":', b'tent":"x"}'),
    *(b"\n", b"\n\n", b"\0", b"\xef\xbb\xbf", b",", b"[", b"]", b"{", b"}", b'"', b"\\", b" ", b"\r", b"\t"),
    *(b"\xe9", b"\xed\xa0\xbd\xed\xb8\x80", b"\xc2\x85", b"NaN", b"null", b"<<<<<<< HEAD", b"=======", b"log text"),
    *(b"{'role': 'user', 'content': 'x'}", b'"role": "user",', b'"content": "x"', b"\\ud83d", b"\x1f\x8b", b"\xff\xfe"),
    *(b'{"type":"user","message":' + A + b',"u":"', b'{"role":"u","content":"a\nb"}', b'{"0":"h","1":"i","role":"u"}'),
    '{"role":"user","content":"é中"}\n'.encode("utf-16-le"),
    '{"role":"user","content":"é中"}\n'.encode("utf-16-be"),
]
ANY: Final = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(st.sampled_from(BITS), st.binary(min_size=1, max_size=2)), max_size=12).map(b"".join),
)


def damaged(data: bytes) -> set[int]:
    found = set()
    for line in lines_of(data):
        try:
            serde.load(line.data)
        except serde.Refused:
            found.add(line.number)
    return found


def loaded(data: bytes) -> list[Message]:
    read = (zeroclaw.read(line) for line in data.split(b"\n"))
    return [message for message in read if isinstance(message, Message)]


def repaired(data: bytes) -> bytes:
    return salvage.applied(data, salvage.plan(faults(lines_of(data))))


@given(ANY)
def test_every_byte_is_accounted_for(data: bytes) -> None:
    at = 0
    for part in account(data):
        assert part.span.offset == at
        assert part.span.length > 0
        at = part.span.stop
        assert all(zeroclaw.is_valid(record) and b"\n" not in record for record in part.records)
    assert at == len(data)


@given(ANY)
def test_every_damaged_line_and_no_other_has_a_finding(data: bytes) -> None:
    wrong = damaged(data)
    covered: list[int] = []
    for found in faults(lines_of(data)):
        assert found.line is not None
        covered += range(found.line, found.line + found.lines)
    assert len(set(covered)) == len(covered)
    assert wrong <= set(covered)
    blank = {line.number for line in lines_of(data) if zeroclaw.read(line.data) is None}
    assert set(covered) <= wrong | blank


@given(ANY)
def test_a_finding_tells_of_the_bytes_that_it_is_about(data: bytes) -> None:
    for found in faults(lines_of(data)):
        fault = found
        assert fault.span is not None
        assert 0 <= fault.at <= fault.span.length
        assert sum(part.span.length for part in found.parts) == fault.span.length
        assert (fault.recovers > 0) == any(part.records for part in found.parts)
        assert fault.recovers == 0 or fault.salvage is not Salvage.NONE


@given(ANY)
def test_a_second_repair_changes_nothing(data: bytes) -> None:
    once = repaired(data)
    assert repaired(once) == once


@given(ANY)
def test_repair_keeps_every_message_in_its_place_among_the_others(data: bytes) -> None:
    before, after = loaded(data), iter(loaded(repaired(data)))
    assert all(message in after for message in before)  # a subsequence: `in` consumes


# ---- a healthy history, damaged in ways that lose nothing

TEXT: Final = st.lists(
    st.sampled_from(
        [
            "hi",
            "a\nb",
            '"q"',
            A.decode(),
            "}{",
            "\t",
            "é🧠",
            "\u2028",
            "\\",
            " ",
            '{"',
            "[1,2]",
            "\n\n",
            "=======",
            '{"role":"',
        ]
    ),
    max_size=4,
).map("".join)
MESSAGE: Final = st.builds(Message, st.sampled_from(["user", "assistant"]), TEXT)


def written(message: Message) -> bytes:
    return zeroclaw.write(message)[:-1]


def unescaped(escape: bytes, raw: bytes) -> Callable[[bytes], bytes]:
    return lambda line: line if b"\\\\" in line else line.replace(escape, raw)


def indented(line: bytes) -> bytes:
    return json.dumps(json.loads(line), indent=2, ensure_ascii=False).encode()


ONE_LINE: Final[list[Callable[[bytes], bytes]]] = [
    lambda line: line,
    lambda line: b"\xef\xbb\xbf" + line,
    lambda line: b"\0\0\0" + line,
    lambda line: line + b"\0" * 7,
    lambda line: line[:-1] + b",}",
    lambda line: line + b"\r",
    lambda line: line + b"\n",
    unescaped(b"\\t", b"\t"),
]
WHOLE_LINES: Final[list[Callable[[bytes], bytes]]] = [
    *ONE_LINE,
    unescaped(b"\\n", b"\n"),
    indented,
    lambda line: b"2026-01-01 WARN slow " + line,
    lambda line: b"2026-01-01 WARN slow\n" + line,
    lambda line: b"<<<<<<< HEAD\n" + line + b"\n=======",
]


@st.composite
def broken(draw: st.DrawFn, ways: list[Callable[[bytes], bytes]], joints: list[bytes]) -> tuple[list[Message], bytes]:
    messages = draw(st.lists(MESSAGE, max_size=5))
    made = b""
    for message in messages:
        if draw(st.booleans()):
            whole = written(draw(MESSAGE))
            made += whole[: draw(st.integers(1, len(whole) - 1))] if draw(st.booleans()) else b""
            made += written(message)
        else:
            made += draw(st.sampled_from(ways))(written(message))
        made += draw(st.sampled_from(joints))
    return messages, made


@given(broken(WHOLE_LINES, [b"\n", b"\n\n", b"\r\n"]))
def test_what_was_damaged_line_by_line_comes_back_whole(history: tuple[list[Message], bytes]) -> None:
    messages, data = history
    assert loaded(repaired(data)) == messages


@given(broken(ONE_LINE, [b"\n", b"", b" ", b"\r"]))
def test_what_was_glued_and_fused_comes_back_whole(history: tuple[list[Message], bytes]) -> None:
    messages, data = history
    assert loaded(repaired(data)) == messages


@given(st.lists(MESSAGE, min_size=1, max_size=5), st.sampled_from(["utf-16-le", "utf-16", "utf-16-be", "utf-32"]))
def test_a_file_in_a_wide_encoding_comes_back_whole(messages: list[Message], codec: str) -> None:
    mark = b"\xfe\xff" if codec == "utf-16-be" else b""
    data = mark + b"".join(map(zeroclaw.write, messages)).decode().encode(codec)
    assert loaded(repaired(data)) == messages
    assert [fault.id for fault in whole(faults(lines_of(data)))] == ["utf16"]


@given(st.lists(MESSAGE, min_size=1, max_size=5), st.booleans())
def test_a_list_comes_back_whole(messages: list[Message], pretty: bool) -> None:
    data = json.dumps([message._asdict() for message in messages], indent=2 if pretty else None).encode()
    assert loaded(repaired(data)) == messages


@given(st.lists(st.tuples(MESSAGE, st.booleans(), st.floats(0, 1)), max_size=6))
def test_what_was_torn_takes_no_other_message_with_it(history: list[tuple[Message, bool, float]]) -> None:
    """A torn record has no newline; only as the last one it has nothing behind it."""
    made = b""
    for message, entire, share in history:
        line = written(message)
        made += line + b"\n" if entire else line[: 1 + int(share * (len(line) - 2))]
    assert loaded(repaired(made)) == [message for message, whole, _ in history if whole]
