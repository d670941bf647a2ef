"""Masked bytes: as long, as damaged, and without a word of what was said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.cli.sample import damaged
from sessiontui.damage import masked, masking_signs
from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message, Salvage, Span
from tests.fuzz import histories
from tests.fuzz.inputs import BITS

FIXTURES = sorted((Path(__file__).parents[1] / "data" / "damaged" / "sessions").glob("*.jsonl"))
WRECKS = [wreck.data for wreck in damaged.wrecks() if wreck.stem != "slack_compressed"]

Found = list[tuple[str, int, Salvage, int, int | None, list[Span], list[int]]]


def diagnosed(data: bytes) -> Found:
    return [
        (
            each.id,
            each.at,
            each.salvage,
            each.recovers,
            each.line,
            [part.span for part in each.parts],
            [len(part.records) for part in each.parts],
        )
        for each in faults(lines_of(data))
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"role":"user","content":"Hi Zoe, 42?"}', b'{"role":"user","content":"Xx Xxx, 99*"}'),
        (b'{"role":"Zoe","name":"Zoe","content":"a"}', b'{"role":"Xxx","xxxx":"Xxx","content":"x"}'),
        (b'{"role":"user","content":"the role of "', b'{"role":"user","content":"xxx xxxx xx "'),
        (b'{"role":"user","cont', b'{"role":"user","cont'),
        (b'{"role":"user","tex', b'{"role":"user","xxx'),
        (b'{"role":"tool","content":null,"n":[-0.25e7,true]}', b'{"role":"tool","content":null,"x":[-0.99e9,true]}'),
        (
            rb'{"role":"user","content":"\n\u00e9\u0041\ud83d\u001b\"\\"}',
            rb'{"role":"user","content":"\n\u00e9\u0058\ud83d\u001b\"\\"}',
        ),
        (
            '{"role":"user","content":"æ中🧠\u2028"}'.encode(),
            '{"role":"user","content":"é語🙂\u2028"}'.encode(),
        ),
        (b'{"role":"user","content":"caf\xe9 \xcf\xf0\xe8"}', b'{"role":"user","content":"xxx\xe9 \xc2\xf0\xe1"}'),
        (b"a\xe9b\xe8c\xe7d\x80e\x81", b"x\xe1x\xe1x\xe1x\x80x\x81"),
        (b"<<<<<<< main", b"<<<<<<< xxxx"),
        (b"WARN /home/zoe 10.0.0.1 `rm`", b"XXXX *xxxx*xxx 99*9*9*9 *xx*"),
        (b"{'role': 'user', 'content': None, 'id': 7}", b"{'role': 'user', 'content': None, 'xx': 9}"),
        (rb'"{\"role\":\"user\",\"content\":\"Zoe\"}"', rb'"{\"role\":\"user\",\"content\":\"Xxx\"}"'),
        (b'{"0":"h","1":"i","7":"Z","role":"user"}', b'{"0":"x","1":"x","9":"X","role":"user"}'),
        (b'le":"user","n":true,"content":"Zoe"}', b'le":"user","x":true,"content":"Xxx"}'),
        (b"well, null and true", b"xxxx, xxxx xxx xxxx"),
        (
            b'{"role":{"role":"user","content":"Zoe"}\n"tool","content":"Zoe"}',
            b'{"role":{"role":"user","content":"Xxx"}\n"tool","content":"Xxx"}',
        ),
        (
            rb"""DEBUG b'{"role":"user","content":"it\'s Zoe\\n7 \xc3\xa9"}' to Bob""",
            rb"""XXXXX b'{"role":"user","content":"xx\'x Xxx\\n9 \xc2\xa0"}' xx Xxx""",
        ),
        (
            rb'{"log":"{\"role\":\"user\",\"content\":\"Zoe\"}\n","pod":"Bob"}',
            rb'{"log":"{\"role\":\"user\",\"content\":\"Xxx\"}\n","xxx":"Xxx"}',
        ),
        (
            b'\x1b[1m{\x1b[0m"role":"user","content":"Zo\x1b[1me"\x1b[0m}',
            b'\x1b[1m{\x1b[0m"role":"user","content":"Xx\x1b[1mx"\x1b[0m}',
        ),
        (rb'{"role":"user","content":"C:\Zoe\new"}', rb'{"role":"user","content":"X:\Xxx\nxx"}'),
        ("{“role”: “user”, “content”: “Zoe”}".encode(), "{“role”: “user”, “content”: “Xxx”}".encode()),
        (b"undefined", b"undefined"),
        (b"", b""),
    ],
)
def test_what_becomes_of_a_line(line: bytes, expected: bytes) -> None:
    assert masked.masked(line) == expected


def test_wide_text_is_masked_as_what_it_says() -> None:
    line, mask = (f'{{"role":"user","content":"{text}"}}'.encode("utf-16-le") for text in ("Пётр 7", "éééé 9"))
    assert masked.masked(line, "utf-16-le") == mask


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_fixture_keeps_its_faults(path: Path) -> None:
    data = path.read_bytes()
    assert diagnosed(masked.whole(data)) == diagnosed(data)


@pytest.mark.parametrize("data", WRECKS, ids=range(len(WRECKS)))
def test_the_sample_keeps_its_faults(data: bytes) -> None:
    assert diagnosed(masked.whole(data)) == diagnosed(data)


@given(st.randoms(use_true_random=False), st.sampled_from([histories.damaged, histories.torn]))
def test_what_is_damaged_stays_damaged_in_the_same_way(
    random: Random, damage: Callable[[Random], tuple[list[Message], bytes]]
) -> None:
    data = damage(random)[1]
    found = diagnosed(data)
    if not _is_moved(found):
        assert diagnosed(masked.whole(data)) == found


ANY = st.lists(st.one_of(st.sampled_from(BITS), st.binary(min_size=1, max_size=2)), max_size=12).map(b"".join)


def _is_moved(found: Found) -> bool:
    """Whether masks are told from what they stand for: magic bytes, and newlines within characters."""
    return not {"not-jsonl", "utf16"}.isdisjoint(each[0] for each in found)


@given(ANY)
def test_any_bytes_keep_their_length_and_nearly_all_their_faults(data: bytes) -> None:
    mask, found = masked.whole(data), diagnosed(data)
    assert len(mask) == len(data)
    if not _is_moved(found):
        assert diagnosed(mask) == found


@given(st.binary(max_size=80), st.sampled_from(["", "utf-16-le", "utf-16-be", "utf-32-le"]))
def test_a_mask_of_a_mask_is_the_same(data: bytes, codec: str) -> None:
    once = masked.masked(data, codec)
    assert len(once) == len(data)
    assert masked.masked(once, codec) == once


# ---- what was said

LETTERS = "abcdefgABCDEFGxyz1234567"
WORD = st.text(LETTERS, min_size=4, max_size=9)
SIGNS = st.sampled_from([" ", ".", "@", "/", "\n", "\t", '"', "\\", "{", "}", ":", ",", "'", "[", "\0", "é"])
SAID = st.lists(WORD | SIGNS, max_size=8).map("".join)
FORMAL = b"role content system assistant user tool"


@st.composite
def spoken(draw: st.DrawFn) -> bytes:
    """Lines in which words stand everywhere where words can stand, cut and joined anywhere."""
    made = b""
    for _ in range(draw(st.integers(1, 4))):
        role, text, key = draw(WORD), draw(SAID), draw(WORD)
        line = draw(
            st.sampled_from(
                [
                    zeroclaw.write(Message(role, text))[:-1],
                    f'{{"role":"user","{key}":"{text}","content":"{text}"}}'.encode(),
                    f"{{'role': '{role}', 'content': '{text}', '{key}': {key}}}".encode(),
                    text.encode(),
                    text.encode("utf-16-le"),
                    f'{{"role":"user","content":"{text}"}}'.encode("utf-16-le"),
                    zeroclaw.write(Message("user", zeroclaw.write(Message(role, text)).decode()))[:-1],
                ]
            )
        )
        line = line[draw(st.integers(0, 30)) :] if draw(st.booleans()) else line
        line = line[: draw(st.integers(1, 60))] if draw(st.booleans()) else line
        made += line + draw(st.sampled_from([b"\n", b"", b" ", b"\n\n"]))
    return made


def _runs(data: bytes) -> set[bytes]:
    """All four letters or digits side by side, but for masks and for words and escapes of the format."""
    words = re.findall(rb"[0-9A-Za-z]+", data.replace(b"\0", b""))
    found = {word[at : at + 4] for word in words for at in range(len(word) - 3)}
    return {run for run in found if run.strip(b"xX9") and run not in FORMAL and not run.startswith((b"u00", b"00"))}


@given(spoken())
def test_no_word_survives(data: bytes) -> None:
    said = _runs(data)
    assert said & _runs(masked.whole(data)) == set()
    assert said & _runs(masked.masked(data)) == set()
    assert said & _runs(masking_signs.text(data)) == set()


@given(st.text(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), max_size=20), st.booleans())
def test_no_character_beyond_ascii_survives_but_spaces(text: str, quoted: bool) -> None:
    line = zeroclaw.write(Message("user", text))[:-1] if quoted else text.encode()
    kept = {sign for sign in masked.masked(line).decode() if ord(sign) >= 0x80 and not sign.isspace()}
    assert kept <= set("\x80é§語†𐐀🙂\ufeff")
