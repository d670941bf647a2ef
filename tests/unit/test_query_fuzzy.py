"""Names ranked by what was typed of them."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sessiontui.query.fuzzy import Names, positions, rank

NAMES = ["discord_bot", "telegram_alice", "gateway", "Télégram_bob", "slack_tel"]


def ranked(pattern: str) -> list[str]:
    return [NAMES[match.index] for match in rank(pattern, NAMES)]


def test_only_names_that_hold_the_letters_in_order_are_given() -> None:
    assert ranked("tgb") == ["Télégram_bob"]
    assert ranked("zzz") == []


def test_what_stands_together_is_best_and_the_order_is_stable() -> None:
    assert ranked("tel") == ["telegram_alice", "Télégram_bob", "slack_tel"]
    assert ranked("") == NAMES
    assert ranked("  ") == NAMES


def test_each_word_is_looked_for() -> None:
    assert ranked("bob tel") == ["Télégram_bob"]


def test_positions_are_the_letters_of_the_name() -> None:
    match = rank("alice", NAMES)[0]
    assert match.positions == (9, 10, 11, 12, 13)
    assert rank("tga", NAMES)[0].positions != ()
    assert positions("bob", "b_bob") == (2, 3, 4)
    assert positions("bx", "a_b_x") == (2, 4)
    assert positions("egb", "Te\u0301le\u0301gram_bob") == (1, 6, 11)
    assert positions("no", "x") == ()


def test_twenty_thousand_names_are_ranked_without_working_out_positions() -> None:
    names = [f"telegram_{number}" for number in range(20_000)]
    found = rank("tel19", names)
    assert names[found[0].index].startswith("telegram_19")
    assert len({match.index for match in found}) == len(found)


@given(st.lists(st.text("ab_-é", max_size=6), max_size=30), st.text("ab_ ", max_size=5), st.text("ab_é ", max_size=3))
def test_what_is_narrowed_while_typing_is_what_is_ranked_at_once(names: list[str], begun: str, more: str) -> None:
    typed = Names(names)
    typed.rank("b")
    for stop in range(len(begun + more) + 1):
        typed.rank((begun + more)[:stop])
    assert list(typed.rank(begun + more)) == list(Names(names).rank(begun + more))
    assert list(typed.rank(begun)) == list(Names(names).rank(begun))


@given(st.lists(st.text("ab_-", max_size=6), max_size=30), st.text("ab ", max_size=5))
def test_what_fits_holds_each_word_in_order_and_the_best_are_first(names: list[str], pattern: str) -> None:
    found = rank(pattern, names)
    held = [name for name in names if all(_holds(word, name) for word in pattern.split())]
    assert sorted(names[match.index] for match in found) == sorted(held)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(match.positions or not pattern.strip() for match in found)


def _holds(word: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in word)


def test_letters_that_mean_something_to_a_pattern_are_letters() -> None:
    for letter in r".^$*+?{}[]\|()-&~#":
        assert list(Names([f"a{letter}b", "ab"]).rank(f"a{letter}b")) == [0]
        assert list(Names([f"a{letter}_b", "a_b"]).rank(f"{letter}b")) == [0]


def test_nothing_is_ranked_before_it_must_be() -> None:
    code = "import sys; from sessiontui.query.fuzzy import Names; Names(['ab']).rank('ab'); print('rapidfuzz' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
