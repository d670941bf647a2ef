"""What holds of any bytes, and of any history that was damaged: nothing is missed, nothing is lost, nothing is made up."""

from __future__ import annotations

import json
from random import Random
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessiontui.damage.diagnose import faults, lines_of, whole
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message
from tests.fuzz import histories
from tests.fuzz.inputs import BITS
from tests.fuzz.laws import LAWS, Law, loaded, repaired
from tests.support.examples import examples

ANY: Final = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(st.sampled_from(BITS), st.binary(min_size=1, max_size=2)), max_size=12).map(b"".join),
)


A: Final = '{"role":"","content":""}'
TORN_WIDE: Final = (
    b"\0" + (A[:-2] + "}").encode("utf-16-le") + b"\n" + A.encode("utf-16-le") + b"\n\0" + A[:9].encode() + A.encode()
)
"""Its byte order shows in the second line alone."""


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(data=ANY)
@example(data=TORN_WIDE)
def test_what_holds_of_any_bytes(law: Law, data: bytes) -> None:
    law(data)


# ---- a healthy history, damaged in ways that lose nothing

RANDOM: Final = st.randoms(use_true_random=False)
TEXT: Final = st.lists(st.sampled_from(histories.TEXTS), max_size=4).map("".join)
MESSAGE: Final = st.builds(Message, st.sampled_from(["user", "assistant"]), TEXT)


@pytest.mark.parametrize("way", histories.WAYS, ids=lambda way: way.__name__)
@given(random=RANDOM)
def test_one_way_of_damage_is_undone_whatever_it_is(way: histories.Way, random: Random) -> None:
    history = histories.History([histories.message(random) for _ in range(random.randint(1, 4))])
    way(history, random.randrange(len(history.messages)), random)
    assert loaded(repaired(history.data())) == history.messages


@examples(2)
@given(RANDOM)
def test_any_number_of_ways_in_any_order_are_undone(random: Random) -> None:
    messages, data = histories.damaged(random)
    assert loaded(repaired(data)) == messages


@examples(2)
@given(RANDOM)
def test_what_was_torn_beside_takes_no_message_with_it_and_becomes_none(random: Random) -> None:
    messages, data = histories.torn(random)
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
