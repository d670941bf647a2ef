"""What holds of any bytes, and of any history that was damaged: nothing is missed, nothing is lost, nothing is made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.damage.diagnose import faults, lines_of, whole
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message
from tests.fuzz.inputs import BITS, A
from tests.fuzz.laws import LAWS, Law, loaded, repaired

ANY: Final = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(st.sampled_from(BITS), st.binary(min_size=1, max_size=2)), max_size=12).map(b"".join),
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(data=ANY)
def test_what_holds_of_any_bytes(law: Law, data: bytes) -> None:
    law(data)


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
