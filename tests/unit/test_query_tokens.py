"""The tables say what the running SQLite's unicode61 does."""

from __future__ import annotations

import sqlite3

from sessiontui.query import unicode61
from sessiontui.query.tokens import LONGEST, fold, folds_alone, is_mark, tokens
from tests.support.unicode61 import TARGET, ask, module, ranges

SURE = sorted({*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0300), *range(0x20000, 0x110000, 997)})
"""All code points but those of the higher planes, which unicode61 knows nothing of: every 997th of them."""


def test_the_tables_are_what_the_running_sqlite_does() -> None:
    seen = ask(SURE)
    table = {}
    for run in unicode61.FOLDS.split():
        points, _, to = run.partition(">")
        points, _, step = points.partition("/")
        low, _, high = points.partition("-")
        for point in range(int(low, 16), int(high or low, 16) + 1, int(step or "1")):
            table[point] = int(to, 16) + point - int(low, 16)
    assert dict(seen.folds) == table
    assert ranges(seen.marks).split() == unicode61.MARKS.split()
    assert set(seen.separators) == _members(unicode61.SEPARATORS) & set(SURE)


def _members(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split():
        low, _, high = part.partition("-")
        found.update(range(int(low, 16), int(high or low, 16) + 1))
    return found


def test_the_module_is_written_by_the_program_that_tests_it() -> None:
    head, _, _ = module(ask([])).partition("SEPARATORS")
    assert TARGET.read_text(encoding="utf-8").startswith(head)


def words(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


def test_words_of_mixed_scripts_are_those_of_sqlite() -> None:
    text = "Ärger über naïve Ελλάς — foo_bar's C++ 日本語テキスト a🧠b n\u0303o\u0301 x\u0345y İstanbul ǅ ٣٤\x00end"
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(x)")
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(f, 'instance')")
    connection.execute("INSERT INTO f VALUES (?)", (text,))
    assert words(text) == [term for (term,) in connection.execute("SELECT term FROM v ORDER BY offset")]
    assert [text[token.start : token.stop] for token in tokens(text)][:3] == ["Ärger", "über", "naïve"]
    connection.close()


def test_a_very_long_word_is_cut_where_fts5_cuts_it() -> None:
    assert words("x" * (LONGEST + 5)) == ["x" * LONGEST]
    assert len(words("é" * LONGEST)[0]) == LONGEST  # folded to one byte each first
    assert words("日" * LONGEST)[0] == "日" * (LONGEST // 3) + "\udce6\udc97"


def test_folding() -> None:
    assert fold("ÀÉß ÑΣ") == "aeß nσ"
    assert fold("e\u0301") == "e"
    assert is_mark("\u0301")
    assert not is_mark("e")
    assert folds_alone("日")
    assert not folds_alone("k")  # the Kelvin sign folds to it
