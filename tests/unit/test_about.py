"""What a session is made of: exact counts in every home, whatever stands in it, and in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sessiontui.describe.about import Facts
from sessiontui.disk import lines
from sessiontui.errors import Cancelled, UnknownKey
from sessiontui.model import Address, Backend, Fault, Message, Session, Severity
from sessiontui.query.parse import parse
from sessiontui.store import json_values, series, session_stats, survey
from sessiontui.store.helper_process import start
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.memory import MemoryStore
from sessiontui.store.protocol import Store
from sessiontui.store.series import Activity, Lengths, Series, TimeHistogram
from sessiontui.store.session_stats import Damage, Long, SessionStats, Share, StatsTally
from sessiontui.store.sqlite import import_times
from sessiontui.store.sqlite.sqlite_store import SqliteStore
from sessiontui.tui import about as about_rows
from sessiontui.tui.widgets.plot import plot, top_of
from tests.support.damage import left_alone
from tests.support.databases import append, database, writer
from tests.support.folders import KEYS, SUMMARY, damaged
from tests.support.screens import folder, talk

ROOT = Path(__file__).parents[2]
T = datetime(2026, 2, 1, 10, tzinfo=UTC)
TALK: list[Message | bytes] = [
    Message("user", "four"),
    Message("assistant", "three words here"),
    b"\n",
    b'{"role":"user","con\n',
    Message("user", "🧠" * 20),
    b"not json at all\n",
    b'{"role":"user","con',
]
LONGEST = (
    Long(4, 3, "user", 20, "🧠" * 20),
    Long(1, 2, "assistant", 16, "three words here"),
    Long(0, 1, "user", 4, "four"),
)


def jsonl(path: Path, rows: Sequence[Message | bytes], key: str = "one") -> JsonlStore:
    return JsonlStore(folder(path / "sessions", {key: list(rows)}))


def timed(path: Path, *rows: tuple[str, str, datetime], key: str = "one", era: str = "seed") -> SqliteStore:
    found = database(path, era)
    for role, content, at in rows:
        append(found, key, role, content, at.isoformat(timespec="microseconds"))
    return SqliteStore(found)


# ---- both homes


def test_a_file_is_counted_line_by_line(tmp_path: Path) -> None:
    store = jsonl(tmp_path, TALK)
    found = survey.survey(store, "one")
    assert (found.rows, found.messages, found.characters, found.blank, found.damaged) == (7, 3, 40, 1, 3)
    assert found.roles == (Share("user", 2, 24), Share("assistant", 1, 16))
    assert found.longest == LONGEST
    assert found.lengths == Series(1, (4, 16, 20), 3)
    assert (found.timed, found.imported, found.first, found.activity) == (0, 0, None, Activity())
    assert [(damage.lines, damage.row) for damage in found.damage] == [(2, 3), (1, 5)]
    assert found.damage[1].reason == next(f.reason for f in store.faults("one") if f.line == 6)


def test_lines_of_one_fault_are_damaged_and_blank_ones_between_them_are_not(tmp_path: Path) -> None:
    store = jsonl(tmp_path, [b'{\n"role":"user",\n\n"content":"a"\n}\n'])
    found = survey.survey(store, "one")
    assert (found.rows, found.damaged, found.blank) == (5, 4, 1)
    assert [(damage.id, damage.lines, damage.row) for damage in found.damage] == [("pretty-printed", 4, 0)]
    assert store.session("one").faults == 4


@pytest.mark.parametrize(("seconds", "damaged"), [(0, 0), (3600, 1)])
def test_a_last_line_that_may_be_being_written_is_told_apart(tmp_path: Path, seconds: int, damaged: int) -> None:
    store = jsonl(tmp_path, [Message("user", "one"), b'{"role":"us'])
    left_alone(store.file("one"), seconds)
    found = survey.survey(store, "one")
    assert (found.rows, found.messages, found.damaged, found.unfinished) == (2, 1, damaged, 1 - damaged)
    [session] = store.counted(store.sessions())
    text = "\n".join(
        "".join(text for text, _ in row.left) for row in about_rows.rows(Facts(session, "", T), found, "", 140)
    )
    assert ("2 lines: 1 message, 0 damaged, 0 blank, 1 unfinished, perhaps still being written" in text) == (
        not damaged
    )
    assert ("1 damaged line" in text) == bool(damaged)


def test_a_name_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    session = Session("a\udcff", Backend.JSONL, 1, 0, 9, None, T, reachable=False)
    rows = about_rows.rows(Facts(session, "", T), None, "", 120)
    told = [text for row in rows for text, look in row.left if look == "fault"]
    assert told == ["! can't load it: the name is not UTF-8, so it never lists it; rename the file"]


def test_a_database_is_counted_row_by_row_with_its_times(tmp_path: Path) -> None:
    store = timed(
        tmp_path,
        ("user", "four", T),
        ("assistant", "three words here", T + timedelta(seconds=50)),
        ("user", "🧠" * 20, T + timedelta(hours=2)),
    )
    with writer(store.path) as connection:
        connection.execute(
            "INSERT INTO sessions (session_key, role, content, created_at) VALUES ('one', x'00', '', '')"
        )
    found = survey.survey(store, "one")
    assert (found.rows, found.messages, found.characters, found.blank, found.damaged) == (4, 3, 40, 0, 1)
    assert found.roles == (Share("user", 2, 24), Share("assistant", 1, 16))
    assert [long.row for long in found.longest] == [2, 1, 0]
    assert (found.timed, found.imported) == (3, 0)
    assert (found.first, found.last) == (T, T + timedelta(hours=2))
    assert found.activity.step == 60
    assert [count for _, count in found.activity.counts] == [2, 1]
    assert found.activity.spans == 121
    assert found.damage == (Damage("dropped", found.damage[0].reason, 1, 3),)


def test_memory_is_counted_too() -> None:
    store = MemoryStore()
    store.append("one", Message("user", "hello"))
    assert survey.survey(store, "one").roles == (Share("user", 1, 5),)


@pytest.mark.parametrize("key", KEYS)
def test_damaged_files_are_counted_as_zeroclaw_reads_them(tmp_path: Path, key: str) -> None:
    store = JsonlStore(damaged(tmp_path / "sessions", key))
    found, session = survey.survey(store, key), store.session(key)
    assert (found.messages, found.damaged) == (session.messages, session.faults)
    assert found.messages == SUMMARY[key]["load_count"]
    assert found.rows == found.messages + found.damaged + found.blank == len(list(store.entries(key)))
    assert sum(damage.lines for damage in found.damage) == found.damaged
    rows = {fault.line: fault.reason for fault in store.faults(key)}
    assert all(damage.row + 1 in rows for damage in found.damage)


def test_an_empty_session_is_nothing_but_counted(tmp_path: Path) -> None:
    found = survey.survey(jsonl(tmp_path, []), "one")
    assert found == SessionStats(0, 0, 0, 0, 0, (), (), (), Series())


def test_a_key_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    for store in (jsonl(tmp_path, []), timed(tmp_path)):
        with pytest.raises(UnknownKey):
            survey.survey(store, "another")


def test_a_huge_line_is_counted_without_being_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a\n🧠" * 70_000
    bad = b'{"role":"user","content":"' + b"x" * 200_000 + b"\n"
    store = jsonl(tmp_path, [Message("user", "short"), Message("assistant", text), bad, b" " * 200_000 + b"\n"])
    expected = survey.survey(store, "one")
    monkeypatch.setattr(lines, "HUGE", 100_000)
    found = survey.survey(store, "one")
    assert replace(found, damage=expected.damage) == expected
    assert [damage.id for damage in found.damage] == [damage.id for damage in expected.damage] == ["torn"]
    assert found.longest[0] == Long(1, 2, "assistant", 210_000, text[:200])
    assert (found.messages, found.damaged, found.blank) == (2, 1, 1)


@pytest.mark.parametrize("home", ["jsonl", "sqlite", "memory"])
def test_it_can_be_cancelled_and_tells_how_far_it_is(tmp_path: Path, home: str) -> None:
    memory = MemoryStore()
    memory.append("one", Message("user", "hello"))
    stores: dict[str, Store] = {
        "jsonl": jsonl(tmp_path, TALK),
        "sqlite": timed(tmp_path, ("user", "a", T)),
        "memory": memory,
    }
    with pytest.raises(Cancelled):
        survey.survey(stores[home], "one", lambda: True)
    told: list[tuple[int, int]] = []
    survey.survey(stores[home], "one", progress=lambda done, total: told.append((done, total)))
    assert all(0 <= done <= total for done, total in told)
    assert told or home == "memory"


# ---- hostile sessions


def test_a_million_roles_are_not_kept_apart() -> None:
    tally = StatsTally()
    for at in range(5000):
        tally.message(f"role {at}", "x")
    tally.message("r" * 10_000, "")
    found = tally.about()
    assert len(found.roles) == session_stats.ROLES + 1
    assert found.roles[0] == Share(None, 5000 - session_stats.ROLES + 1, 5000 - session_stats.ROLES)
    assert all(len(share.role or "") <= session_stats.SHOWN + 1 for share in found.roles)


def test_reasons_that_differ_in_their_numbers_are_one_kind() -> None:
    tally = StatsTally()
    for at in range(3):
        tally.fault(Fault("torn", Severity.DAMAGE, f"torn at byte {at}", 0))
    for at in range(200):
        tally.fault(Fault("odd", Severity.DAMAGE, f"odd {'abcdefghij'[at % 10]}{'abcdefghijklmnopqrst'[at // 10]}", 0))
    found = tally.about()
    assert found.damage[0].reason is None
    assert sum(damage.lines for damage in found.damage) == found.damaged == 203
    assert Damage("torn", "torn at byte …", 3, 0) in found.damage
    assert len(found.damage) == session_stats.KINDS + 1


def test_the_longest_messages_are_told_longest_first_and_earlier_ones_before_later() -> None:
    tally = StatsTally()
    for size in [3, 9, 3, 5, 9, 1, *range(3)]:
        tally.message("user", "x" * size)
    sizes = [(long.characters, long.ordinal) for long in tally.about().longest]
    assert sizes == [(9, 2), (9, 5), (5, 4), (3, 1), (3, 3), (2, 9), (1, 6), (1, 8), (0, 7)]
    for _ in range(20):
        tally.message("user", "x" * 4)
    assert [long.characters for long in tally.about().longest] == [9, 9, 5, *[4] * 7]


# ---- times


def test_times_of_an_import_are_not_those_of_messages(tmp_path: Path) -> None:
    rows = [("user", "x", T)] * 4
    found = survey.survey(timed(tmp_path, *rows), "one")
    assert (found.timed, found.imported, found.imported_at) == (0, 4, T)
    assert (found.first, found.last, found.activity) == (None, None, Activity())


def test_what_came_since_the_import_has_its_times(tmp_path: Path) -> None:
    later = T + timedelta(minutes=3)
    found = survey.survey(timed(tmp_path, *[("user", "x", T)] * 3, ("user", "y", later)), "one")
    assert (found.timed, found.imported, found.imported_at) == (1, 3, T)
    assert (found.first, found.last) == (later, later)


def test_two_messages_of_one_time_may_be_a_conversation(tmp_path: Path) -> None:
    found = survey.survey(timed(tmp_path, *[("user", "x", T)] * 2, ("user", "y", T + timedelta(hours=1))), "one")
    assert (found.timed, found.imported, found.first) == (3, 0, T)


def test_a_whole_session_within_one_second_was_imported(tmp_path: Path) -> None:
    rows = [("user", "x", T + timedelta(milliseconds=at)) for at in range(5)]
    found = survey.survey(timed(tmp_path, *rows), "one")
    assert (found.timed, found.imported, found.imported_at) == (0, 5, T)


def test_a_receipt_tells_what_was_imported(tmp_path: Path) -> None:
    rows = [("user", "x", T + timedelta(seconds=at)) for at in (0, 1, 90)]
    store = timed(tmp_path, *rows, era="head")
    with writer(store.path) as connection:
        connection.execute(
            "INSERT INTO jsonl_import_receipts VALUES ('one.jsonl', 'one', '', 0, ?)",
            ((T + timedelta(seconds=2)).isoformat(),),
        )
    found = survey.survey(store, "one")
    assert (found.timed, found.imported, found.imported_at) == (1, 2, T + timedelta(seconds=2))


def dates(store: SqliteStore) -> list[tuple[bool, bool]]:
    """Of each message, whether its time is that of an import: by the transcript, and by a search."""
    rows = store.transcript("one").scan()
    hits = store.search(parse("said")).hits
    found = {hit.address.id: hit.address.imported for hit in hits}
    return [(entry.address.imported, found[entry.address.id]) for entry in rows.load(0, len(rows))]


@pytest.mark.parametrize(
    ("seconds", "receipt", "imported"),
    [
        ([0, 0, 0, 180], None, 3),
        ([0, 0, 3600], None, 0),
        ([0, 0.1, 0.2, 0.9], None, 4),
        ([0, 0.1], None, 0),
        ([0, 1, 90], 2, 2),
    ],
)
def test_transcript_and_hits_tell_times_of_an_import_as_the_page_about_a_session_does(
    tmp_path: Path, seconds: list[float], receipt: float | None, imported: int
) -> None:
    store = timed(tmp_path, *[("user", "said", T + timedelta(seconds=at)) for at in seconds], era="head")
    if receipt is not None:
        at = (T + timedelta(seconds=receipt)).isoformat()
        with writer(store.path) as connection:
            connection.execute("INSERT INTO jsonl_import_receipts VALUES ('one.jsonl', 'one', '', 0, ?)", (at,))
    assert dates(store) == [(at < imported, at < imported) for at in range(len(seconds))]
    assert survey.survey(store, "one").imported == imported


def test_an_import_at_the_end_of_the_calendar_is_one() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert import_times.dated(Address(created_at=T), import_times._behind(last, timedelta(seconds=1))).imported


def test_times_at_the_ends_of_the_calendar_do_no_harm() -> None:
    pulse = TimeHistogram()
    for at in (datetime.min.replace(tzinfo=UTC), T, datetime.max.replace(tzinfo=UTC)):
        pulse.add(at)
    activity = pulse.activity()
    assert sum(count for _, count in activity.counts) == 3
    assert activity.within(80).spans <= 80
    assert sum(activity.within(80).values()) == 3


def test_activity_grows_coarser_and_never_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST", 16)
    pulse = TimeHistogram()
    for hours in range(1000):
        pulse.add(T + timedelta(hours=hours))
    activity = pulse.activity()
    assert len(activity.counts) <= 16
    assert sum(count for _, count in activity.counts) == pulse.count == 1000
    assert (pulse.first, pulse.last) == (T, T + timedelta(hours=999))


def test_weeks_begin_on_monday() -> None:
    pulse = TimeHistogram()
    for day in (1, 2, 8, 9):  # 2026-02-01 is a Sunday
        pulse.add(datetime(2026, 2, day, tzinfo=UTC))
    assert pulse.activity().by(7 * 86400).values() == [1, 2, 1]


def test_spans_without_messages_are_counted_as_empty() -> None:
    activity = Activity(60, ((5, 2), (8, 1)))
    assert activity.values() == [2, 0, 0, 1]
    assert Activity().values() == []


# ---- lengths


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 33, 1000])
def test_lengths_are_told_on_average_of_neighbours(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(series, "MOST", 16)
    lengths = Lengths()
    for value in range(count):
        lengths.add(value)
    for found in (lengths.course(), lengths.course().within(5)):
        stretches = [range(at, min(at + found.per, count)) for at in range(0, count, found.per)]
        assert found.sums == tuple(map(sum, stretches))
        assert found.means() == [-(-sum(each) // len(each)) for each in stretches]
    assert len(lengths.course().sums) <= 16
    assert len(lengths.course().within(5).sums) <= 5


# ---- the plot


def test_columns_are_as_high_as_their_numbers() -> None:
    assert plot([0, 1, 4, 8], 4, 1, 8) == [" ▁▄█"]
    assert plot([16, 8, 1, 0], 4, 2, 16) == ["█   ", "██▁ "]
    assert plot([1, 2], 100, 1, 2) == ["▄▄▄ ███ "]


def test_what_is_small_is_never_drawn_as_nothing() -> None:
    assert plot([1, 0, 1_000_000], 3, 1, 1_000_000) == ["▁ █"]


def test_an_outlier_leaves_the_others_to_be_seen() -> None:
    values = [*[10] * 50, 10_000]
    assert top_of(values) == 20
    assert plot(values, 51, 2, 20) == [" " * 50 + "▲", "█" * 51]
    assert top_of([1, 2, 3]) == 3
    assert top_of([]) == top_of([0]) == 1


# ---- the helper process


def said(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """All that a helper process says, until it ends."""
    assert process.stdin is not None
    assert process.stdout is not None
    found = list(map(json.loads, process.stdout))
    process.wait(60)
    process.stdin.close()
    process.stdout.close()
    return found


def test_the_helper_process_tells_the_same(tmp_path: Path) -> None:
    rows = [("user", "x" * at, T + timedelta(hours=at)) for at in range(9)]
    for store in (jsonl(tmp_path, [*talk(3000), *TALK], "schlüssel"), timed(tmp_path, *rows, key="schlüssel")):
        process = survey.start(store, "schlüssel")
        *progress, last = said(process)
        assert process.returncode == 0
        assert json_values.read(session_stats.SessionStats, last["about"]) == survey.survey(store, "schlüssel")
        assert all("done" in line for line in progress)


def test_the_helper_process_says_what_is_wrong(tmp_path: Path) -> None:
    process = survey.start(jsonl(tmp_path, []), "another")
    [last] = said(process)
    assert process.returncode == UnknownKey.exit_code
    assert "another" in last["error"]
    assert last["hint"]


def test_the_helper_process_loads_no_screen() -> None:
    code = "import sys, sessiontui.store.survey; print([m for m in ('textual', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_a_helper_process_takes_its_module_and_arguments() -> None:
    process = start("sessiontui.store.survey", Backend.JSONL, "/nowhere", "key")
    assert "error" in said(process)[0]


def test_a_helper_process_ends_with_whoever_started_it(tmp_path: Path) -> None:
    process = survey.start(jsonl(tmp_path, talk(50_000)), "one")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    assert process.wait(60) == Cancelled.exit_code
    assert "about" not in process.stdout.read()
    process.stdout.close()
