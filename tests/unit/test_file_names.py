"""Keys and file names: Rust's letters and digits for every character there is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.dialects import file_names
from sessiontui.dialects.unicode import _PACKED, is_alphanumeric
from tests.support.unicode_table import packed

DATA = Path(__file__).parents[1] / "data"
TABLES = json.loads((DATA / "unicode-tables.json").read_text())
MANIFEST = json.loads((DATA / "zeroclaw" / "manifest.json").read_text())


def expand(ranges: list[tuple[int, int]]) -> set[int]:
    return {code for first, last in ranges for code in range(first, last + 1)}


def test_letters_and_digits_are_rusts_for_every_code_point() -> None:
    expected = expand(TABLES["is_alphanumeric"])
    assert len(expected) > 140_000
    assert {code for code in range(0x110000) if is_alphanumeric(chr(code))} == expected


def test_the_table_is_what_its_program_makes() -> None:
    assert packed(TABLES["is_alphanumeric"]) == _PACKED


@pytest.mark.parametrize(
    ("key", "stem"),
    [
        ("", ""),
        ("a.b", "a_b"),
        ("a b", "a_b"),
        ("a_b", "a_b"),
        ("telegram:42", "telegram_42"),
        ("../etc/passwd", "___etc_passwd"),
        ("naïve-日本語-٣", "naïve-日本語-٣"),
        ("e\u0301", "e_"),
        ("\u0345", "\u0345"),
        ("🧠", "_"),
        ("\udcff", "_"),
    ],
)
def test_sanitised(key: str, stem: str) -> None:
    assert file_names.sanitised(key) == stem
    assert file_names.reachable(key) == (key == stem)
    assert file_names.reachable(stem)


def test_files_are_named_as_zeroclaw_named_them() -> None:
    names = {path.name for path in (DATA / "zeroclaw" / "jsonl-ws" / "sessions").iterdir()}
    assert {file_names.sanitised(entry["key"]) + file_names.SUFFIX for entry in MANIFEST} == names


@pytest.mark.parametrize(
    ("name", "text"),
    [(b"\xff", r"\xff"), (b"caf\xe9", r"caf\xe9"), ("café".encode(), "café"), (b"a\\xzz", r"a\xzz"), (b"", "")],
)
def test_a_name_that_is_not_utf8_is_written_and_read_back(name: bytes, text: str) -> None:
    key = os.fsdecode(name)
    assert file_names.written(key) == text
    assert file_names.read_back(text) == key


@pytest.mark.parametrize("text", [r"\xc3\xa9", r"\x41", r"\xFF", "\ud800", "plain", r"\x"])
def test_text_that_nobody_wrote_for_such_a_name_stays(text: str) -> None:
    assert file_names.read_back(text) == text


@given(st.binary())
def test_every_name_comes_back(name: bytes) -> None:
    key = os.fsdecode(name.replace(b"\\x", b""))
    assert file_names.read_back(file_names.written(key)) == key
    file_names.written(key).encode()
