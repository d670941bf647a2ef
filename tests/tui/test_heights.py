"""Heights and the viewport over them: what stands where, held against lists that are counted one by one."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.tui.widgets.heights import BLOCK, Heights, RowAt
from sessiontui.tui.widgets.viewport import Viewport

ROWS = st.lists(st.integers(1, 9), min_size=1, max_size=60)


@given(ROWS, st.data())
def test_every_line_belongs_to_the_row_that_counting_gives(rows: list[int], data: st.DataObject) -> None:
    heights = Heights(rows)
    tops = list(accumulate(rows, initial=0))
    assert heights.total == tops[-1]
    assert [heights.top(row) for row in range(len(rows) + 1)] == tops
    y = data.draw(st.integers(0, tops[-1] - 1))
    row = max(at for at, top in enumerate(tops[:-1]) if top <= y)
    assert heights.at(y) == RowAt(row, y - tops[row])


@given(ROWS, st.data())
def test_a_measured_row_moves_all_below_it(rows: list[int], data: st.DataObject) -> None:
    heights = Heights(rows)
    row, height = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(1, 40))
    assert heights.measure(row, height) == height - rows[row]
    rows[row] = height
    assert heights.total == sum(rows)
    assert [heights[at] for at in range(len(rows))] == rows


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_estimates_across_blocks_are_as_if_counted(count: int) -> None:
    estimated, counted = Heights.estimated(count, 3), Heights([3] * count)
    assert len(estimated) == count
    assert estimated.total == counted.total == 3 * count
    for y in range(0, 3 * count, 997):
        assert estimated.at(y) == counted.at(y) == RowAt(y // 3, y % 3)


def test_what_lies_outside_is_the_nearest_line() -> None:
    heights = Heights([2, 3])
    assert heights.at(-5) == RowAt(0, 0)
    assert heights.at(99) == RowAt(1, 2)


@given(ROWS, st.integers(-5, 70), st.integers(0, 90))
def test_resized_keeps_the_rows_that_stay(rows: list[int], shift: int, count: int) -> None:
    resized = Heights(rows).resized(count, shift, 4)
    expected = [rows[at - shift] if 0 <= at - shift < len(rows) else 4 for at in range(count)]
    assert [resized[at] for at in range(count)] == expected
    assert resized.total == sum(expected)


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 3])
@pytest.mark.parametrize("added", [0, 1, BLOCK, BLOCK + 7])
def test_rows_added_are_as_if_they_had_been_there(count: int, added: int) -> None:
    heights, whole = Heights([2] * count), Heights([2] * count + [5] * added)
    heights.grow(count + added, 5)
    assert len(heights) == count + added
    assert heights.total == whole.total
    assert [heights.top(row) for row in range(0, count + added + 1, 13)] == [
        whole.top(row) for row in range(0, count + added + 1, 13)
    ]


def test_a_row_of_no_height_is_refused() -> None:
    with pytest.raises(ValueError):
        Heights([1, 0])
    with pytest.raises(ValueError):
        Heights([1]).measure(0, 0)


# ---- the viewport


class Truth:
    """True heights of which only some rows are known."""

    def __init__(self, rows: list[int], known: set[int]) -> None:
        self.rows, self.known = rows, known

    def measure(self, row: int) -> int | None:
        return self.rows[row] if row in self.known else None

    def everything(self) -> None:
        self.known = set(range(len(self.rows)))


def settled(view: Viewport, truth: Truth, room: int) -> list[RowAt]:
    view.settle(room, truth.measure, lambda row: 0 if row in truth.known else None)
    return view.window


def lines(rows: list[int]) -> list[RowAt]:
    return [RowAt(row, line) for row, height in enumerate(rows) for line in range(height)]


@given(ROWS, st.integers(1, 20), st.sets(st.integers(0, 59)))
def test_opens_at_the_end_and_stays_there_while_heights_become_known(
    rows: list[int], room: int, known: set[int]
) -> None:
    truth, view = Truth(rows, known), Viewport(len(rows))
    settled(view, truth, room)
    truth.everything()
    assert settled(view, truth, room) == lines(rows)[-room:]
    assert view.cursor == len(rows) - 1


@given(ROWS, st.integers(1, 20), st.integers(0, 59), st.sets(st.integers(0, 59)))
def test_the_top_line_stays_while_heights_become_known(rows: list[int], room: int, row: int, known: set[int]) -> None:
    row = min(row, len(rows) - 1)
    truth, view = Truth(rows, known), Viewport(len(rows), row)
    settled(view, truth, room)
    before_the_end = not view.at_end
    truth.everything()
    window = settled(view, truth, room)
    if before_the_end and sum(rows[row:]) >= room:
        assert window[0].row == row
    top = lines(rows).index(window[0])
    assert window == lines(rows)[top : top + room]


@given(ROWS, st.integers(1, 20), st.lists(st.integers(-30, 30), max_size=8))
def test_walking_shows_what_walking_a_list_shows(rows: list[int], room: int, steps: list[int]) -> None:
    truth, view = Truth(rows, set(range(len(rows)))), Viewport(len(rows), 0)
    everything, top = lines(rows), 0
    settled(view, truth, room)
    for step in steps:
        view.walk(step, truth.measure)
        top = max(0, min(max(0, len(everything) - room), top + step))
        assert settled(view, truth, room) == everything[top : top + room]
        assert view.window[0].row <= view.cursor <= view.window[-1].row


@given(ROWS, st.integers(1, 20), st.lists(st.sampled_from([1, -1]), max_size=20))
def test_the_chosen_row_is_always_in_view(rows: list[int], room: int, steps: list[int]) -> None:
    truth, view = Truth(rows, set(range(len(rows)))), Viewport(len(rows))
    settled(view, truth, room)
    for step in steps:
        expected = max(0, min(len(rows) - 1, view.cursor + step))
        view.choose(step, room, truth.measure)
        window = settled(view, truth, room)
        assert view.cursor == expected
        if rows[expected] <= room:
            assert [location.line for location in window if location.row == expected] == list(range(rows[expected]))
        else:
            assert expected in {location.row for location in window}


@given(ROWS, st.integers(1, 20), st.integers(0, 40))
def test_all_rows_take_the_place_of_the_newest_ones_without_a_jump(rows: list[int], room: int, older: int) -> None:
    truth, view = Truth(rows, set(range(len(rows)))), Viewport(len(rows))
    before = settled(view, truth, room)
    view.extend(older + len(rows), older)
    truth = Truth([4] * older + rows, set(range(older + len(rows))))
    after = settled(view, truth, room)
    assert after[-len(before) :] == [RowAt(location.row + older, location.line) for location in before]


@given(ROWS, st.integers(1, 20), st.integers(0, 40), st.integers(0, 59))
def test_rows_added_below_move_nothing(rows: list[int], room: int, added: int, row: int) -> None:
    truth, view = Truth(rows, set(range(len(rows)))), Viewport(len(rows), min(row, len(rows) - 1))
    before, chosen = settled(view, truth, room), view.cursor
    view.grow(len(rows) + added)
    truth = Truth(rows + [3] * added, set(range(len(rows) + added)))
    assert settled(view, truth, room)[: len(before)] == before
    assert view.cursor == chosen


@given(ROWS, ROWS, st.integers(1, 20), st.integers(0, 200), st.integers(0, 200))
def test_a_row_is_held_on_its_line_where_it_can_be(
    rows: list[int], others: list[int], room: int, y: int, at: int
) -> None:
    """All rows get other heights; the one that is held still begins on the same line, but at either end."""
    others = [others[row % len(others)] for row in range(len(rows))]
    truth, view = Truth(rows, set(range(len(rows)))), Viewport(len(rows), 0)
    view.walk(y, truth.measure)
    window = settled(view, truth, room)
    row = window[at % len(window)].row
    line = view.line_of(row)
    truth = Truth(others, set(range(len(rows))))
    view.hold(row, line, truth.measure)
    after = settled(view, truth, room)
    everything = lines(others)
    top = everything.index(after[0])
    expected = everything.index(RowAt(row, 0)) - max(line, 1 - others[row])
    assert top == max(0, min(expected, len(everything) - room))
