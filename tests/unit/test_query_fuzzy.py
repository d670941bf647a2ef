"""Names ranked by what was typed of them."""

from __future__ import annotations

from sessiontui.query.fuzzy import positions, rank

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
