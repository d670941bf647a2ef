"""What there is no room for: keys are cut in their middle, and what is told for a moment lies where nothing is read."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.style import Style

from sessiontui.model import Backend, Fault, Message, Session, Severity, Span
from sessiontui.tui.inspector import wording
from sessiontui.tui.theme import ink
from sessiontui.tui.widgets import session_row
from sessiontui.tui.widgets.fault_list import FaultList, Item
from sessiontui.tui.widgets.line_list import LineList
from sessiontui.tui.widgets.transcript import TranscriptView
from sessiontui.visible import visible
from tests.support import matrices
from tests.support.screens import NOW, SMALL, StillApp, folder, opened, press, settle, shown, talk
from tests.support.stage import lines, staged

ALIKE = [f"telegram_channel_of_the_night_shift_{end}" for end in ("east", "west", "north")]
KEYS = [*ALIKE, "short", "言葉の木" * 9, "🧠" * 40, "é" * 60, "e\u0301" * 60, ""]


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_a_key_takes_no_more_than_its_room(key: str) -> None:
    for width in range(40):
        _takes_no_more(key, width)


def _takes_no_more(key: str, width: int) -> None:
    cut = ink.middled(key, width)
    assert cell_len(cut) <= width
    head, tail = ink.halves(key, width)
    assert key.startswith(head)
    assert key.endswith(tail)
    if cell_len(key) <= width:
        assert cut == key
    elif width:
        assert cut == f"{head}…{tail}"


@pytest.mark.parametrize("width", [12, 20, 30])
def test_keys_that_begin_alike_do_not_look_alike(width: int) -> None:
    assert len({ink.middled(key, width) for key in ALIKE}) == 3


def test_a_row_lights_the_letters_of_both_halves() -> None:
    styles = defaultdict(Style, match=Style(bold=True))
    session = Session(ALIKE[0], Backend.JSONL, 1, 0, 1, None, NOW)
    strip = session_row.row(session, False, "teleast", 40, NOW).draw(40, styles)
    lit = [segment.text for segment in strip if segment.style and segment.style.bold and segment.text.strip()]
    assert strip.text.startswith("   telegram_ch…_shift_east")
    assert "".join(lit) == "teleast"


def test_no_blank_is_underlined_at_the_ends() -> None:
    strip = ink.strip([(visible("  a b "), Style(underline=True)), (visible(" "), Style(underline=True))], 10, Style())
    assert [(each.text, bool(each.style and each.style.underline)) for each in strip][:4] == [
        ("  ", False),
        ("a b", True),
        (" ", False),
        (" ", False),
    ]


async def test_the_inspector_gives_keys_what_nothing_else_needs() -> None:
    fault = Fault("torn", Severity.DAMAGE, "it breaks off", 1, line=3, span=Span(0, 9))
    faults = FaultList()
    async with staged(faults, size=(60, 10)) as (pilot, _):
        faults.show([Item(key, fault, False) for key in ALIKE], (), 0, several=True)
        await pilot.pause()
        rows = lines(faults)
    assert len({row.split()[1] for row in rows[1:4]}) == 3
    assert rows[1].split()[1] == "telegram_cha…t_shift_east"


def test_a_title_cuts_the_name_and_says_the_figures() -> None:
    assert wording.title(ALIKE[0], (3, 4, 0), 0, 2, 40) == "telegr…_east ─ 3 faults · 2 to be had back"
    assert (
        wording.title(ALIKE[0], (3, 4, 0), 0, 2, 90) == f"{ALIKE[0]} ─ 3 faults in 4 damaged lines · 2 to be had back"
    )
    assert wording.title("short", (3, 4, 1), 1, 0, 80) == "short ─ 3 faults in 4 damaged lines and 1 file · 1 note"


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", matrices.few(SMALL, (140, 40), (100, 30)))
async def test_what_is_told_for_a_moment_covers_nothing_that_is_read(tmp_path: Path, size: tuple[int, int]) -> None:
    store = folder(tmp_path / "sessions", {"alice": [*talk(60), Message("user", "the last one")]})
    app = StillApp(opened(store))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        for key in (("p", "right", "enter"), ("u",), ("ctrl+r",)):
            await press(pilot, *key)
            toasts = [*app.screen.query("Toast")]
            assert len(toasts) == 1
            read = [each for each in app.screen.query("LineList, TranscriptView") if each.region and each.display]
            assert read
            for each in read:
                assert isinstance(each, LineList | TranscriptView)
                assert not toasts[0].region.overlaps(each.scrollable_content_region.translate(each.region.offset)), size
        assert "removed" in "".join(shown(app)) or app.notices[-1].startswith("redone")
