"""How the browser looks on any terminal: readable in each theme, in sixteen colours, in none and in ASCII; and its lines."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from math import dist
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot

from sessiontui import units
from sessiontui.tui import preferences
from sessiontui.tui.preferences import Remembered
from sessiontui.tui.theme import looks, themes
from sessiontui.tui.theme.ascii_signs import SIGNS, Signs
from sessiontui.tui.theme.contrast import SIGN, TEXT, contrast, readable
from sessiontui.tui.theme.cube import _distance, _nearest
from sessiontui.tui.theme.terminal import Terminal
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.splitter import LEFT, RIGHT, SplitPanes, Splitter
from sessiontui.tui.widgets.title import TitleLine
from sessiontui.tui.widgets.transcript import TranscriptView
from tests.support.matrices import few
from tests.support.screens import StillApp, choose, folder, opened, press, sample, says, settle, shown, talk, typed

LOOKS = {name: table for name, table in vars(looks).items() if isinstance(table, dict) and "ground" in table}
TRAIN = "telegram_night-train"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"alpha": talk(30), "beta": [b'{"role":"user","cont\n'], "gamma": talk(3)})


def segments(app: StillApp) -> Iterator[Segment]:
    """All that is on the screen."""
    for strip in app.screen._compositor.render_strips(app.size):
        yield from (segment for segment in strip if segment.style is not None)


def styled(app: StillApp, text: str) -> list[Style]:
    """How what holds this text is drawn, wherever it is."""
    return [segment.style for segment in segments(app) if segment.style and text in segment.text]


# ---- colours


def test_black_on_white_is_the_most_contrast_and_mixing_goes_no_further_than_needed() -> None:
    black, white, grey = Color(0, 0, 0), Color(255, 255, 255), Color(110, 110, 110)
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21)
    assert contrast(grey, grey) == 1
    assert readable(white, black, TEXT) == white
    mixed = readable(grey, Color(90, 90, 90), TEXT)
    assert TEXT <= contrast(mixed, Color(90, 90, 90)) < 6.5
    assert readable(grey, grey, 20) in (black, white)


@pytest.mark.exhaustive
async def test_every_look_can_be_read_in_every_theme(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test():
        seen = [name for name in app.available_themes if not app.available_themes[name].ansi]
        assert {"sessiontui", "sessiontui-day", "nord", "solarized-light", "textual-light"} <= set(seen)
        for name in seen:
            app.theme = name
            for kind, table in LOOKS.items():
                styles = looks.styles(app, table)
                for look, style in styles.items():
                    assert style.color is not None
                    assert style.bgcolor is not None
                    ratio = contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
                    assert ratio >= table[look].least >= SIGN, (name, kind, look)
                    assert table[look].least >= TEXT or look == "dim", (kind, look)


@pytest.mark.exhaustive
async def test_rows_under_the_cursor_can_be_read_in_every_theme(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test():
        for name, each in app.available_themes.items():
            if each.ansi:
                continue
            app.theme = name
            styles = looks.styles(app, looks.LIST)
            for ground in ("cursor", "blurred"):
                below = styles[ground].bgcolor
                assert below is not None
                assert below != styles["ground"].bgcolor, name
                for look in looks.LIST:
                    drawn = looks.on(styles[look], styles[ground])
                    assert drawn.color is not None
                    assert drawn.bgcolor == below
                    least = SIGN if looks.LIST[look].least == SIGN else TEXT
                    ratio = contrast(Color.from_rich_color(drawn.color), Color.from_rich_color(below))
                    assert ratio >= least, (name, ground, look)


@pytest.mark.exhaustive
@pytest.mark.parametrize("ours", ["sessiontui", "sessiontui-day"])
async def test_256_colours_are_enough_for_ours(store: Path, ours: str) -> None:
    def sent(colour: RichColor | None) -> Color:
        near = _nearest(colour)
        assert near is not None
        assert near.number is not None
        return Color(*near.get_truecolor())

    app = StillApp(opened(store))
    async with app.run_test():
        app.theme = ours
        for kind, table in LOOKS.items():
            for look, style in looks.styles(app, table).items():
                assert contrast(sent(style.color), sent(style.bgcolor)) >= table[look].least * 0.9, (kind, look)
        rows = looks.styles(app, looks.LIST)
        assert len({sent(rows[name].bgcolor).rgb for name in ("ground", "cursor", "blurred")}) == 3


@pytest.mark.exhaustive
async def test_what_style_sheets_name_can_be_read_on_each_ground_of_every_theme(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test():
        for name, each in app.available_themes.items():
            app.theme = name
            variables = app.get_css_variables()
            if each.ansi:
                assert {variables[ground] for ground in ("background", "surface", "panel")} == {"ansi_default"}
                continue
            for colour in ("foreground", "primary", "accent", "warning", "error", "success", "role-user"):
                for ground in ("background", "surface", "panel"):
                    ratio = contrast(Color.parse(variables[colour]), Color.parse(variables[ground]))
                    assert ratio >= TEXT, (name, colour, ground)


MACHADO = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
"""What a person sees of linear red, green and blue who lacks one kind of cones (Machado and others, 2009)."""


def seen(colour: Color, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """A colour as such a person sees it, in CIELAB, where distances are what eyes tell apart."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    red, green, blue = (max(0.0, min(1.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in matrix)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("matrix", few(*MACHADO.values()), ids=MACHADO)
@pytest.mark.parametrize("ours", ["sessiontui", "sessiontui-day"])
async def test_who_speaks_and_what_is_damaged_differ_for_every_eye(store: Path, ours: str, matrix: Any) -> None:
    app = StillApp(opened(store))
    async with app.run_test():
        app.theme = ours
        colours = app.get_css_variables()
        user, assistant, fault = (
            seen(Color.parse(colours[name]), matrix) for name in ("role-user", "role-assistant", "error")
        )
        assert dist(user, assistant) > 20
        assert dist(user, fault) > 20
        assert dist(assistant, fault) > 12  # and a fault has a sign


async def test_another_theme_repaints_everything_at_once(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.theme = "sessiontui-day"
        await settle(pilot)
        dark = [
            segment.text
            for segment in segments(app)
            if segment.style and segment.style.bgcolor and Color.from_rich_color(segment.style.bgcolor).brightness < 0.5
        ]
        assert dark == []


async def test_the_theme_that_was_remembered_is_used_and_one_that_is_gone_is_not(store: Path) -> None:
    assert StillApp(opened(store), remembered=Remembered(theme="nord")).theme == "nord"
    assert StillApp(opened(store), remembered=Remembered(theme="gone")).theme == themes.NIGHT.name
    assert StillApp(opened(store)).theme == themes.NIGHT.name


@pytest.mark.exhaustive
async def test_what_can_not_be_remembered_is_told_once(store: Path) -> None:
    app = StillApp(opened(store), remembered=Remembered(problem="what was remembered can't be read"))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert app.notices == ["what was remembered can't be read"]
        state = Path(os.environ["HOME"]) / ".local"
        state.write_text("in the way")
        await press(pilot, "greater_than_sign", "greater_than_sign")
        assert len(app.notices) == 1


# ---- terminals


@pytest.mark.parametrize(
    ("env", "few_colours", "few_signs", "far"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False, False, False),
        ({"TERM": "xterm-256color", "SSH_TTY": "/dev/pts/1"}, False, False, True),
        ({"TERM": "xterm"}, True, False, False),
        ({"TERM": "linux", "MOSH_CONNECTION": "x"}, True, True, True),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "standard"}, True, False, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False, False, False),
    ],
)
def test_the_surroundings_say_what_the_terminal_can_do(
    env: dict[str, str], few_colours: bool, few_signs: bool, far: bool
) -> None:
    found = Terminal.here(env)
    assert (found.few_colours, found.few_signs, found.far) == (few_colours, few_signs, far)


def test_few_colours_are_the_terminals_own(store: Path) -> None:
    few = Terminal(few_colours=True)
    assert StillApp(opened(store), terminal=few).theme == themes.TERMINAL.name
    assert StillApp(opened(store), terminal=few, remembered=Remembered(theme="nord")).theme == themes.TERMINAL.name
    assert StillApp(opened(store), terminal=few, remembered=Remembered(theme="ansi-light")).theme == "ansi-light"


@pytest.mark.exhaustive
async def test_sixteen_colours_are_sent_as_such(store: Path) -> None:
    app = StillApp(opened(store), terminal=Terminal(few_colours=True))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        colours = {segment.style.color for segment in segments(app) if segment.style} | {
            segment.style.bgcolor for segment in segments(app) if segment.style
        }
        assert all(colour is None or colour.triplet is None for colour in colours)
        assert any(style.reverse for style in styled(app, "alpha"))
        assert any(colour is not None and colour.name == "red" for colour in colours)


def test_the_nearest_of_256_is_the_nearest() -> None:
    steps = (0, 95, 135, 175, 215, 255)
    palette = [(red, green, blue) for red in steps for green in steps for blue in steps] + [
        *((grey, grey, grey) for grey in range(8, 239, 10))
    ]
    shades = range(0, 256, 37)
    for wanted in [(red, green, blue) for red in shades for green in shades for blue in shades]:
        near = _nearest(RichColor.from_rgb(*wanted))
        assert near is not None
        found = near.get_truecolor()
        assert _distance(wanted, found) == min(_distance(wanted, each) for each in palette), wanted


@pytest.mark.exhaustive
async def test_256_colours_are_sent_as_such_and_greys_stay_grey(store: Path) -> None:
    app = StillApp(opened(store), terminal=Terminal(cube=True))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for presses in ((), ("p",), ("escape", "ctrl+p"), ("escape", "question_mark")):
            await press(pilot, *presses)
            for segment in segments(app):
                assert segment.style is not None
                for colour in (segment.style.color, segment.style.bgcolor):
                    assert colour is None or colour.type is ColorType.EIGHT_BIT, segment
    panel = _nearest(RichColor.parse("#2a303b"))
    assert panel is not None
    assert len(set(panel.get_truecolor())) == 1


@pytest.mark.exhaustive
async def test_without_colours_weight_and_signs_say_all(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = StillApp(opened(store), remembered=Remembered(theme="nord"))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for segment in segments(app):
            assert segment.style is not None
            for colour in (segment.style.color, segment.style.bgcolor):
                assert colour is None or colour.is_default, segment
        assert any(style.reverse for style in styled(app, "alpha"))
        assert any(style.bold for style in styled(app, " ! "))
        assert any(line.startswith("╔") for line in shown(app))  # the frame around what has the focus
        await press(pilot, "f", *typed("lph"))
        found = {
            char for segment in segments(app) if segment.style and segment.style.underline for char in segment.text
        }
        assert found - {" "} == set("lph")
        await press(pilot, "escape", "escape", "p")
        assert any(style.reverse for style in styled(app, "Cancel"))


@pytest.mark.exhaustive
async def test_an_ascii_terminal_shows_the_same_in_ascii(tmp_path: Path) -> None:
    store = sample(tmp_path)
    plain = StillApp(opened(store), terminal=Terminal("ascii"))
    usual = StillApp(opened(store))
    lines = []
    for app in (plain, usual):
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            await choose(pilot, "matrix_言葉の木")
            lines.append(shown(app))
            await press(pilot, "question_mark")
            if app is plain:
                assert all(line.isascii() for line in shown(app))
    assert all(line.isascii() for line in lines[0])
    assert [cell_len(line) for line in lines[0]] == [cell_len(line) for line in lines[1]]
    assert "".join(lines[0]).count("|") > 100


@pytest.mark.parametrize(
    ("text", "known", "plain"),
    [
        ("╭─ a ─╮", "ascii", "+- a -+"),
        ("naïve 日本 👨‍👩‍👧 e\u0301", "ascii", "na?ve ???? ?? ?"),
        ("naïve 日本 ▚", "iso8859-1", "naïve ???? #"),
        ("日本 ▰▱", "utf-8", "日本 #."),
        ("␛[31m", "ascii", "^[31m"),
    ],
)
def test_what_can_not_be_sent_keeps_its_columns(text: str, known: str, plain: str) -> None:
    shown = Signs(known).plain(text)
    assert shown == plain
    assert cell_len(shown) == cell_len(text)


def test_every_sign_of_ours_has_an_ascii_form() -> None:
    tui = Path(looks.__file__).parent
    ours = {char for path in tui.rglob("*.py") if path.name != "signs.py" for char in path.read_text()}
    missing = {char for char in ours if not char.isascii() and char not in SIGNS}
    assert missing <= set("äöüé␟␀\u2060"), missing
    assert all(len(sign) == 1 and sign.isascii() and cell_len(own) == 1 for own, sign in SIGNS.items())


def test_far_away_nothing_moves_by_itself(store: Path) -> None:
    class Plain(StillApp):
        def __init__(self, **how: Any) -> None:
            super().__init__(opened(store), **how)

    app = Plain(terminal=Terminal(far=True))
    assert app._terminal.far
    assert app.animation_level == "none"


# ---- the title


def title(width: int, **values: Any) -> str:
    line = TitleLine()
    for name, value in ({"path": "~/ws", "backend": "jsonl"} | values).items():
        line.set_reactive(getattr(TitleLine, name), value)
    return line._fitting(width).draw(width, defaultdict(Style)).text


FULL = {"sessions": 2000, "messages": 981_282, "faults": 3, "work": f"indexing 43% {units.bar(0.43)}"}


def test_the_title_says_all_where_there_is_room() -> None:
    said = title(120, **FULL)
    assert said.startswith(" sessiontui  ~/ws · jsonl · 2,000 sessions · 981,282 messages · ! 3 damaged lines ")
    assert said.endswith(" indexing 43% ▰▰▰▱▱▱ ")


def test_what_is_not_known_is_dots_and_one_is_not_many() -> None:
    assert "· … sessions · … messages" in title(120)
    assert "1 session · 1 message · ! 1 damaged " in title(120, sessions=1, messages=1, faults=1)
    assert "damaged" not in title(120, sessions=1, messages=1, faults=0)


def test_the_title_leaves_out_whole_parts() -> None:
    whole = {"", "sessiontui  ~/ws", "~/ws", "jsonl", "2,000 sessions", "981,282 messages", "! 3 damaged lines"}
    for width in range(1, 140):
        said = title(width, **FULL, note="read-only")
        assert cell_len(said) == width
        if width >= 30:
            assert "read-only" in said
            parts = said.replace("read-only", "·").replace("indexing 43%", "·").replace("▰▰▰▱▱▱", "·").split("·")
            assert {part.strip() for part in parts} <= whole, width


@pytest.mark.exhaustive
async def test_the_title_says_that_nothing_can_be_changed(store: Path) -> None:
    for read_only in (False, True):
        app = StillApp(opened(store), read_only=read_only)
        async with app.run_test(size=(120, 30)) as pilot:
            await settle(pilot)
            assert ("read-only" in shown(app)[0]) == read_only


# ---- the keys


@pytest.mark.parametrize("width", few(60, 140, 100, 80, 40, 20))
async def test_the_keys_fit_and_help_is_among_them(store: Path, width: int) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(width, 24)) as pilot:
        await settle(pilot)
        for keys in ((), ("enter",), ("escape", "slash"), ("escape", "f")):
            await press(pilot, *keys)
            last = shown(app)[-1]
            assert "help" in last, (keys, last)
            line = app.screen.query_one(KeyLine)
            assert line._shown[-1][1] <= width


@pytest.mark.exhaustive
async def test_a_click_on_a_key_presses_it(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.click(KeyLine, offset=(shown(app)[-1].index("search"), 0))
        await settle(pilot)
        assert type(app.focused).__name__ == "SearchBar"
        await pilot.click(KeyLine, offset=(shown(app)[-1].index("leave"), 0))
        await settle(pilot)
        assert type(app.focused).__name__ == "SessionList"
        await pilot.click(KeyLine, offset=(shown(app)[-1].index("help"), 0))
        await settle(pilot)
        assert says(app, "Esc closes")


@pytest.mark.exhaustive
async def test_ctrl_c_says_how_to_leave(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+c")
        assert app.notices == ["Ctrl+Q quits, wherever you are"]


async def test_ctrl_q_quits_from_wherever_one_is(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", "ctrl+p")
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert not app.is_running


@pytest.mark.exhaustive
async def test_f1_helps_in_a_dialog_and_over_the_palette(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "p", "f1")
        assert says(app, "Nothing is done before you choose", "Leave everything as it is")
        await press(pilot, "escape")
        assert says(app, "Cancel")
        await press(pilot, "escape", "ctrl+p", "f1")
        assert says(app, "Type letters of a command")
        await press(pilot, "f1", "escape")
        assert app.screen is app.browser


# ---- the line between the panes


def widths(app: StillApp) -> tuple[int, int]:
    side, _, reading = app.screen.query_one(SplitPanes).children
    return side.outer_size.width, reading.outer_size.width


async def drag(pilot: Pilot[Any], columns: int) -> None:
    line = pilot.app.screen.query_one(Splitter)
    x, y = line.region.x, line.region.y + 5
    await pilot.mouse_down(offset=(x, y))
    await pilot.hover(offset=(x + columns // 2, y))
    await pilot.hover(offset=(x + columns, y))
    await pilot.mouse_up(offset=(x + columns, y))
    await settle(pilot)


@pytest.mark.exhaustive
async def test_the_line_is_dragged_and_put_back_and_its_place_remembered(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(140, 30)) as pilot:
        await settle(pilot)
        before = widths(app)
        await drag(pilot, 9)
        assert widths(app) == (before[0] + 9, before[1] - 9)
        assert preferences.load().side_width == before[0] + 9
        await pilot.click(Splitter, times=2)
        await settle(pilot)
        assert widths(app) == before
        assert preferences.load().side_width is None


@pytest.mark.exhaustive
async def test_keys_move_the_line_and_neither_pane_vanishes(store: Path) -> None:
    app = StillApp(opened(store))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        before = widths(app)[0]
        await press(pilot, "greater_than_sign")
        assert widths(app)[0] == before + 4
        await press(pilot, "less_than_sign", "less_than_sign")
        assert widths(app)[0] == before - 4
        await drag(pilot, -30)
        assert widths(app)[0] == LEFT
        await drag(pilot, 90)
        assert widths(app)[1] == RIGHT


@pytest.mark.exhaustive
async def test_the_width_is_kept_while_there_is_no_room_for_it(store: Path) -> None:
    app = StillApp(opened(store), remembered=Remembered(side_width=70))
    async with app.run_test(size=(140, 30)) as pilot:
        await settle(pilot)
        assert widths(app)[0] == 70
        await pilot.resize_terminal(100, 30)
        await settle(pilot)
        assert widths(app) == (100 - RIGHT - 1, RIGHT)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert app.screen.query_one(SessionList).outer_size.width == 80
        assert not app.screen.query_one(Splitter).display
        await press(pilot, "greater_than_sign")
        await pilot.resize_terminal(140, 30)
        await settle(pilot)
        assert widths(app)[0] == 70


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", few((10, 3), (60, 15), (40, 10), (20, 5), (1, 1)))
async def test_no_terminal_is_too_small(tmp_path: Path, size: tuple[int, int]) -> None:
    app = StillApp(opened(sample(tmp_path)))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await choose(pilot, TRAIN)
        await pilot.resize_terminal(*size)
        await settle(pilot)
        await press(pilot, "enter", "J", "escape", "slash", "a", "escape", "escape", "f", "escape", "question_mark")
        await press(pilot, "escape", "ctrl+p", "escape", "p", "escape", "i", "escape", "U", "escape")
        await pilot.resize_terminal(140, 40)
        await settle(pilot)
        assert says(app, TRAIN, "search")
        assert app.screen.query_one(TranscriptView).outer_size.width > RIGHT
