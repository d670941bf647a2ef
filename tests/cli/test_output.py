from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sessiontui.cli import output
from sessiontui.cli.output import expand, pad, width


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("中文", 4),
        ("ｆ", 2),
        ("🦀", 2),
        ("␛", 1),
        ("שלום", 4),
        ("\u1112\u1161\u11ab", 2),
    ],
)
def test_width_is_what_a_terminal_shows(text: str, cells: int) -> None:
    assert width(text) == cells


def test_padding_counts_cells() -> None:
    assert pad("中", 4) == "中  "
    assert pad("中", 4, right=True) == "  中"
    assert pad("too long", 3) == "too long"


def test_tabs_lead_to_the_next_stop() -> None:
    assert expand("a\tb") == "a       b"
    assert expand("中\tb\t") == "中      b       "
    assert expand("12345678\tx") == "12345678        x"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (999_960, "1.0 MB"),
        (999_999_999, "1.0 GB"),
        (10**15, "1,000.0 TB"),
        (None, "…"),
    ],
)
def test_sizes(number: int | None, shown: str) -> None:
    assert output.size(number) == shown


@pytest.mark.parametrize(
    ("ago", "shown"), [(0, "0s"), (59, "59s"), (60, "1m"), (7200, "2h"), (86400 * 12, "12d"), (-500, "in 8m")]
)
def test_ages(ago: int, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 16, 12, tzinfo=UTC)

    class Clock:
        now = staticmethod(lambda _: now)

    monkeypatch.setattr(output, "datetime", Clock)
    assert output.age(now - timedelta(seconds=ago)) == shown
    assert output.age(None) == "-"


def test_counts_agree_with_their_noun() -> None:
    assert [output.count(number, "hit") for number in (None, 0, 1, 12004)] == ["…", "0 hits", "1 hit", "12,004 hits"]


def test_a_row_keeps_its_fields_in_order_and_times_as_rfc_3339(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output.row(z=1, a=datetime(2026, 3, 16, 12, 23, 18, 123456, tzinfo=UTC), n=None, t="\u2028é")
    expected = '{"z":1,"a":"2026-03-16T12:23:18.123456+00:00","n":null,"t":"\u2028é"}\n'
    assert _written(capfdbinary) == expected.encode()


def test_what_utf8_cannot_hold_is_written_out(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output.row(key="a\udcff", keys=["\udc80", "b"])
    assert _written(capfdbinary) == b'{"key":"a\\\\xff","keys":["\\\\x80","b"]}\n'


def test_a_table_is_aligned_by_cells_and_drops_empty_columns(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output.table([("中", "", "1", "x"), ("abc", "", "12", "")], right=(2,))
    assert _written(capfdbinary).decode() == "中    1  x\nabc  12\n"


def test_nothing_that_is_said_obeys(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output.say("a\x1b[2Jb\nc\x07", output.Strong("\x9b1m"))
    output.text(["x\x1b]52;c;Zm9v\x07\ny\r\tz"])
    assert _written(capfdbinary).decode() == "a␛[2Jb␊c␇\ufffd1m\n  x␛]52;c;Zm9v␇\n  y␍      z\n"


def test_text_cut_anywhere_is_the_same_text(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    output.text(["ab", "c\n", "\nd", ""])
    assert _written(capfdbinary) == b"  abc\n  \n  d\n"


def test_a_line_without_end_is_written_as_it_comes(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "LONGEST", 3)
    output.text(["abcde", "fg", "hijk\nl"])
    assert _written(capfdbinary) == b"  abcdefghijk\n  l\n"


def _written(capture: pytest.CaptureFixture[bytes]) -> bytes:
    import sys

    sys.stdout.flush()
    return capture.readouterr().out
