"""Names ranked by what was typed of them."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sessiontui.query.fuzzy import Names, positions

NAMES = ["discord_bot", "telegram_alice", "gateway", "Télégram_bob", "slack_tel"]


def ranked(pattern: str) -> list[str]:
    return [NAMES[at] for at in Names(NAMES).rank(pattern)]


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
    assert positions("alice", "telegram_alice") == (9, 10, 11, 12, 13)
    assert positions("tga", "telegram_alice") == (0, 4, 6)
    assert positions("bob", "b_bob") == (2, 3, 4)
    assert positions("bx", "a_b_x") == (2, 4)
    assert positions("egb", "Te\u0301le\u0301gram_bob") == (1, 6, 11)
    assert positions("no", "x") == ()
    assert positions("글", "\u1112\u1161\u11ab\u1100\u1173\u11af") == (3, 4, 5)


def test_twenty_thousand_names_are_ranked_each_once() -> None:
    names = [f"telegram_{number}" for number in range(20_000)]
    found = Names(names).rank("tel19")
    assert names[found[0]].startswith("telegram_19")
    assert len(set(found)) == len(found)


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
    whole, scattered = Names(names).tiers(pattern)
    held = [name for name in names if all(_holds(word, name) for word in pattern.split())]
    assert sorted(names[at] for at in (*whole, *scattered)) == sorted(held)
    assert all(word in names[at] for at in whole for word in pattern.split())
    assert list(scattered.values()) == sorted(scattered.values(), reverse=True)
    assert all(positions(pattern, names[at]) or not pattern.strip() for at in (*whole, *scattered))


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
