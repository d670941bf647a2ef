"""A record that was broken at a width or at words comes back exactly, or every byte stays where it is."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.damage.diagnose import faults, lines_of
from sessiontui.damage.salvage import Wish, plan
from sessiontui.damage.widths import columns
from sessiontui.dialects import zeroclaw
from sessiontui.model import Fault, Message, Salvage
from tests.fuzz.laws import repaired
from tests.support.damage import applied

FOUND: Final = Path(__file__).parents[1] / "data" / "found"
BEFORE: Final = b'{"role":"user","content":"before"}\n'
BEHIND: Final = b'{"role":"assistant","content":"behind"}\n'
PROSE: Final = "The quick brown fox jumps over the lazy dog and then sleeps in the warm sun until the evening comes and the moon rises."
CONTENTS: Final = {
    "prose": PROSE,
    "escapes": 'One line.\nTwo lines.\n\tThree "quoted" and a \\ path C:\\new\\table.',
    "characters": "naïve café über straße – ça va “bien” … fin",
    "wide": "敏捷的棕色狐狸跳过了懒狗,然后在温暖的阳光下睡觉。",
    "emoji": "go 🧠🧠 now 👩\u200d👩\u200d👧 family 🇩🇪 flag ❤️ heart",
    "quotes": 'he said "hello" to "me" and \\"twice\\"',
    "backslashes": "\\\\\\\\ \\n \\u0041 \\\\\\ end\\",
    "code": '```python\ndef f(x):\n    return {"role": "user", "content": x}\n```\n',
    "nested": 'Send {"role":"user","content":"ping"} and {"role":"assistant","content":"pong"} now',
    "one word": "x" * 70,
    "like words": " ".join(["aaaa"] * 12),
    "short": "hi",
    "empty": "",
}
ZOO: Final = {
    **{name: zeroclaw.write(Message("assistant", content))[:-1] for name, content in CONTENTS.items()},
    "pairs": json.dumps(
        {"role": "user", "content": "smile 😀 and 🧠 brain é 漢字 end"}, separators=(",", ":")
    ).encode(),
    "blanks between": json.dumps(
        {"role": "user", "content": "so Python writes it", "ts": 1234567890.25, "ok": True}
    ).encode(),
    "a list": b'["user","some content that is here"]',
}

Fold = Callable[[bytes, int], list[bytes]]


def at_bytes(record: bytes, width: int) -> list[bytes]:
    return [record[at : at + width] for at in range(0, len(record), width)]


def at_characters(record: bytes, width: int) -> list[bytes]:
    text = record.decode()
    return [text[at : at + width].encode() for at in range(0, len(text), width)]


def at_columns(record: bytes, width: int) -> list[bytes]:
    lines = [""]
    for char in record.decode():
        if columns(lines[-1] + char) > width:
            lines.append("")
        lines[-1] += char
    return [line.encode() for line in lines]


def at_words(record: bytes, width: int) -> list[bytes]:
    """As Python's textwrap does: the blank goes."""
    return [line.encode() for line in textwrap.wrap(record.decode(), width)]


def at_whole_words(record: bytes, width: int) -> list[bytes]:
    """As a mail program does, which breaks no long word."""
    wrapped = textwrap.wrap(record.decode(), width, break_long_words=False, break_on_hyphens=False)
    return [line.encode() for line in wrapped]


def behind_blanks(record: bytes, width: int) -> list[bytes]:
    """As ``fold -s`` does: the blank stays at the end of the line."""
    lines = []
    while len(record) > width:
        blank = record.rfind(b" ", 0, width)
        stop = blank + 1 if blank >= 0 else width
        lines.append(record[:stop])
        record = record[stop:]
    return [*lines, record]


HARD: Final = (at_bytes, at_characters, at_columns)
FOLDS: Final[tuple[Fold, ...]] = (*HARD, at_words, at_whole_words, behind_blanks)


def widths(record: bytes) -> Iterator[int]:
    return iter(range(5, len(record)))


def holds(
    record: bytes, lines: list[bytes], end: bytes = b"\n", before: bytes = b"", behind: bytes = b""
) -> Fault | None:
    """The law for one fold; the fault, where there is one."""
    data = before + end.join(lines) + end + behind
    found = list(faults(lines_of(data)))
    after = repaired(data)
    if len(lines) > 1:
        exact = before + record + b"\n" + behind
        said = [zeroclaw.read(line) for line in after.splitlines()] == [
            zeroclaw.read(line) for line in exact.splitlines()
        ]
        same = after == exact or (lines != at_bytes(record, len(lines[0])) and said)  # a blank between texts was lost
        assert same or after == data, (lines, after)
    return found[0] if len(found) == 1 else None


@pytest.mark.exhaustive
@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.__name__)
@pytest.mark.parametrize("name", ZOO)
def test_at_every_width_a_record_comes_back_exactly_or_stays(name: str, fold: Fold) -> None:
    record = ZOO[name]
    for width in widths(record):
        lines = fold(record, width)
        for end in (b"\n", b"\r\n"):
            holds(record, lines, end)
            holds(record, lines, end, BEFORE, BEHIND)


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.__name__)
@given(st.sampled_from(sorted(ZOO)), st.integers(5, 100), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_a_record_comes_back_exactly_or_stays(fold: Fold, name: str, width: int, end: bytes, alone: bool) -> None:
    lines = fold(ZOO[name], width)
    holds(ZOO[name], lines, end) if alone else holds(ZOO[name], lines, end, BEFORE, BEHIND)


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.__name__)
@given(
    st.text(st.sampled_from('ab é漢🧠\n\\"{}:, '), max_size=60),
    st.integers(5, 40),
    st.sampled_from(["user", "assistant"]),
)
def test_any_text_comes_back_exactly_or_stays(fold: Fold, content: str, width: int, role: str) -> None:
    if fold in (at_words, at_whole_words):
        content = " ".join(content.split(" ")) if "  " not in content else content.replace("  ", " x")
    record = zeroclaw.write(Message(role, content))[:-1]
    holds(record, fold(record, width))


@pytest.mark.parametrize("fold", HARD, ids=lambda fold: fold.__name__)
@pytest.mark.parametrize("name", ZOO)
def test_what_is_offered_of_a_hard_fold_is_first_what_it_was(name: str, fold: Fold) -> None:
    record = ZOO[name]
    for width in (5, 17, 33, 60):
        lines = fold(record, width)
        found = holds(record, lines)
        assert len(lines) == 1 or (found is not None and found.parts[0].records == (record,))


@pytest.mark.parametrize("name", ["prose", "characters", "quotes", "nested"])
def test_a_wrap_at_words_is_offered_with_the_blank_and_one_behind_blanks_without(name: str) -> None:
    record = ZOO[name]
    for fold, number in ((at_whole_words, 2), (behind_blanks, 1)):
        data = b"\n".join(fold(record, 40)) + b"\n"
        (found,) = faults(lines_of(data))
        assert (found.id, found.salvage) == ("folded", Salvage.OFFERED)
        assert applied(data, plan([found], Wish(marked=frozenset({1}), readings={1: number}))) == record + b"\n"


def test_whole_files_that_were_folded_come_back_exactly_or_stay() -> None:
    records = list(ZOO.values())
    for width in (5, 12, 19, 26, 40, 72, 80):
        data = b"".join(line + b"\n" for record in records for line in at_bytes(record, width))
        after = repaired(data)
        rest = iter(after.split(b"\n"))
        for record in records:
            pieces = at_bytes(record, width)
            first = next(rest)
            assert first == record or [first, *(next(rest) for _ in pieces[1:])] == pieces
        assert [*rest] == [b""]
        first_taken = Wish(marked=frozenset(found.line or 0 for found in faults(lines_of(data))))
        assert applied(data, plan(faults(lines_of(data)), first_taken)) == b"".join(
            record + b"\n" for record in records
        )


def test_newlines_that_no_fold_explains_stay_newlines() -> None:
    for content in (
        "Dear all,\n\nit is late.\n\nRegards",
        "one and\ntwo\nthree",
        "do:\n- buy milk and bread\n- sleep\n- x",
    ):
        data = b'{"role":"user","content":"%b"}\n' % content.encode()
        (found,) = faults(lines_of(data))
        assert (found.id, found.salvage, found.readings) == ("split-record", Salvage.LOSSLESS, ())
        assert repaired(data) == zeroclaw.write(Message("user", content))


def test_newlines_and_a_fold_together_have_a_reading_of_their_own() -> None:
    content = "Dear all,\n\nthe quick brown fox jumps over the lazy dog.\n\nRegards, the fox"
    raw = b'{"role":"user","content":"%b"}' % content.encode()
    data = b"".join(b"\n".join(at_bytes(line, 20) or [b""]) + b"\n" for line in raw.split(b"\n"))
    (found,) = faults(lines_of(data))
    assert (found.id, found.salvage, len(found.readings)) == ("folded", Salvage.OFFERED, 5)
    mixed = Wish(marked=frozenset({1}), readings={1: 4})
    assert applied(data, plan([found], mixed)) == zeroclaw.write(Message("user", content))


def test_newlines_and_lines_wrapped_at_words_have_a_reading_of_their_own() -> None:
    content = f"Dear all,\n\n{PROSE}\n\nRegards, the fox"
    raw = f'{{"role":"user","content":"{content}"}}'
    for width in range(40, 60):
        data = "".join("\n".join(textwrap.wrap(line, width) or [""]) + "\n" for line in raw.split("\n")).encode()
        (found,) = faults(lines_of(data))
        assert (found.id, found.salvage) == ("folded", Salvage.OFFERED)
        number = 1 + [each.what.startswith("joined with a blank behind") for each in found.readings].index(True)
        wish = Wish(marked=frozenset({1}), readings={1: number})
        assert applied(data, plan([found], wish)) == zeroclaw.write(Message("user", content))


def test_a_record_laid_out_over_lines_is_not_folded_for_two_of_them_are_as_wide() -> None:
    data = '{\n"role": "assistant",\n"content": "é🧠\\t\n\n"\n}\n'.encode()
    assert repaired(data) == '{"role":"assistant","content":"é🧠\\t\\n\\n"}\n'.encode()


def test_the_files_that_were_found() -> None:
    data = (FOUND / "folded-12.jsonl").read_bytes()
    record = zeroclaw.write(Message("user", PROSE))
    assert repaired(data) == record + data.splitlines(keepends=True)[-1]
    data = (FOUND / "folded-80.jsonl").read_bytes()
    assert repaired(data) == data
    found = list(faults(lines_of(data)))
    assert [(each.line, each.lines, each.id, len(each.readings)) for each in found] == [
        (2, 2, "folded", 3),
        (4, 5, "folded", 3),
    ]
    lines = data.splitlines(keepends=True)
    two = zeroclaw.write(Message("assistant", f"One line.\nTwo lines.\n{PROSE}"))
    assert applied(data, plan(found, Wish(marked=frozenset({2, 4})))) == lines[0] + record + two + lines[-1]


def test_a_record_broken_between_its_texts_alone_is_one_part_from_its_first_byte() -> None:
    data = b'{"role":"user","content":\n"a short content"}\n'
    (fault,) = faults(lines_of(data))
    assert (fault.id, fault.salvage) == ("pretty-printed", "lossless")
    assert [(part.span.offset, part.span.length, len(part.records)) for part in fault.parts] == [(0, len(data) - 1, 1)]
