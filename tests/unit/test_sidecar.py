"""The index of a JSONL store: what it finds and in which order, what it remembers, and what it refuses."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sessiontui.dialects import zeroclaw
from sessiontui.disk.stamps import Stamp
from sessiontui.errors import Cancelled, StoreError
from sessiontui.model import Found, Message, Span
from sessiontui.query.parse import parse
from sessiontui.store import full_text
from sessiontui.store.index import build, index_schema, index_search, segments, short_prefix
from sessiontui.store.index import index_rows as rows
from sessiontui.store.index.index_search import IndexSearch
from sessiontui.store.index.search_index import SearchIndex
from sessiontui.store.jsonl.counts import Count
from tests.support.capabilities import need_any_name


def line(content: str, role: str = "user") -> bytes:
    return zeroclaw.write(Message(role, content))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sessions"
    made.mkdir()
    return made


@pytest.fixture
def search_index(folder: Path, tmp_path: Path) -> SearchIndex:
    return SearchIndex(folder, tmp_path / "cache")


def write(folder: Path, key: str, *lines: bytes, clock: int = 1) -> Path:
    path = folder / f"{key}.jsonl"
    path.write_bytes(b"".join(lines))
    os.utime(path, ns=(clock * 10**9, clock * 10**9))
    return path


def stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def facts_of(search_index: SearchIndex, path: Path) -> Count | None:
    search_index.refresh([path.name])
    return search_index.remembered(path.name, stamp(path))


def hits(found: Found) -> list[tuple[str, int | None]]:
    return [(hit.key, hit.ordinal) for hit in found.hits]


# ---- what it finds


def test_a_hit_knows_where_it_stands(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("first"), b"\n", b"{torn\n", line("the needle é", "tool"))
    search_index.update()
    (hit,) = search_index.search(parse("Needle e")).hits
    assert (hit.key, hit.role, hit.snippet, hit.ordinal) == ("one", "tool", "the needle é", 2)
    assert hit.address.line == 4
    assert hit.address.span == Span(len(line("first")) + 1 + 6, len(line("the needle é", "tool")) - 1)


def test_only_the_files_that_are_named_are_looked_at(folder: Path, search_index: SearchIndex) -> None:
    for key in ("one", "two", "gone", "left"):
        write(folder, key, line(f"x {key}"))
    search_index.update(names=[b"one.jsonl"])  # nothing is indexed yet: not enough
    assert len(search_index.search(parse("x")).hits) == 4
    for key in ("one", "two"):
        with (folder / f"{key}.jsonl").open("ab") as out:
            out.write(line("x more"))
    for key in ("gone", "left"):
        (folder / f"{key}.jsonl").unlink()
    search_index.update(names=[b"one.jsonl", b"gone.jsonl", b"no session"])
    with closing(sqlite3.connect(search_index.path)) as index:
        named = [row[0] for row in index.execute("SELECT name FROM file ORDER BY name")]
    assert named == [b"left.jsonl", b"one.jsonl", b"two.jsonl"]
    assert ("one", 2) in hits(search_index.search(parse("more")))
    assert ("two", 2) not in hits(search_index.search(parse("more")))
    search_index.update()
    assert set(hits(search_index.search(parse("x")))) == {("one", 1), ("one", 2), ("two", 1), ("two", 2)}


def test_the_newest_comes_first(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "old", line("x a"), line("x b"), clock=1)
    write(folder, "new", line("x c"), line("x d"), clock=2)
    search_index.update()
    assert hits(search_index.search(parse("x"))) == [("new", 2), ("new", 1), ("old", 2), ("old", 1)]
    with (folder / "old.jsonl").open("ab") as out:
        out.write(line("x e"))
    search_index.update()
    assert hits(search_index.search(parse("x"), limit=2)) == [("old", 3), ("new", 2)]
    assert search_index.search(parse("x"), limit=2).total == 5


def test_each_group_of_a_first_build_stands_below_the_one_before(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "PIECE", len(line("x")))
    for clock in range(1, 31):
        write(folder, f"s{clock:02}", line("x"), clock=clock)
    counts = []

    def watch(done: int, total: int) -> None:
        if search_index.path.exists():
            with index_schema.connect(search_index.path) as connection:
                found = connection.execute("SELECT rowid FROM words WHERE words MATCH 'x' ORDER BY rowid DESC")
                counts.append(len(found.fetchall()))

    search_index.update(progress=watch)
    assert sorted(set(counts)) == [0, 1, 3, 7, 15]  # it could be searched after each group, the first ones small
    assert [key for key, _ in hits(search_index.search(parse("x")))] == [f"s{clock:02}" for clock in range(30, 0, -1)]


def test_relevance_ranks_the_short_message_first_and_says_what_it_leaves_out(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "one", line("needle"), line("needle " + "straw " * 500), line("straw"))
    search_index.update()
    assert hits(search_index.search(parse("needle"), relevance=True)) == [("one", 1), ("one", 2)]
    monkeypatch.setattr(full_text, "RANKED", 1)
    found = search_index.search(parse("needle"), relevance=True)
    assert hits(found) == [("one", 2)]
    assert found.total is None
    assert found.note == "ranked among the newest 1 hits"


def test_a_count_ends_somewhere(folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "one", *(line("foo") for _ in range(5)))
    search_index.update()
    monkeypatch.setattr(full_text, "COUNTED", 3)
    found = search_index.search(parse("foo"), limit=2)
    assert (hits(found), found.total, found.note) == ([("one", 5), ("one", 4)], None, "more than 3 hits")
    for typed in ("foo", "fo*", "f*"):
        assert search_index.search(parse(typed), limit=0) == Found((), 5), "who asks for the number alone is told it"
    monkeypatch.setattr(full_text, "RANKED", 3)
    ranked = search_index.search(parse("foo"), limit=0, relevance=True)
    assert ranked == Found((), 5, "ranked among the newest 3 hits")


def test_roles_and_names_are_not_searched(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "needle", line("hay", "needle"))
    search_index.update()
    assert search_index.search(parse("needle")) == Found((), 0)


def test_a_short_prefix_is_answered_from_the_newest_first(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "one", *(line(f"word{number}") for number in range(10)))
    search_index.update()
    found = search_index.search(parse("wor*"), limit=2)
    assert hits(found) == [("one", 10), ("one", 9)]
    assert found.total is None  # nobody counted
    monkeypatch.setattr(short_prefix, "NEWEST", 1)
    found = search_index.search(parse("wor*"), limit=2)
    assert hits(found) == [("one", 10), ("one", 9)]
    assert found.total == 10


def test_a_message_that_is_looked_at_for_a_prefix_is_read_once(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError("read again")

    write(folder, "one", *(line(f"word{number}") for number in range(10)))
    search_index.update()
    monkeypatch.setattr(segments, "message_at", again)
    assert hits(search_index.search(parse("wor*"), limit=2)) == [("one", 10), ("one", 9)]


@pytest.mark.parametrize("newest", [1, 8, 40, 2_000])
def test_however_a_prefix_is_answered_the_hits_are_the_newest(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    for number in range(60):
        words = ("even" if number % 2 else "odd", "third" if number % 3 else "thin", f"n{number}")
        with (folder / f"{number // 20}.jsonl").open("ab") as out:
            out.write(line(" ".join(words)))
        os.utime(folder / f"{number // 20}.jsonl", (number, number))
    search_index.update()
    for typed in (
        "t*",
        "th*",
        "thi*",
        "thir*",
        "third*",
        "even th*",
        "th* even",
        "odd n1*",
        "even thir*",
        "n59 e*",
        "x*",
    ):
        whole = search_index.search(parse(typed), limit=None).hits
        monkeypatch.setattr(short_prefix, "NEWEST", newest)
        for limit in (1, 3, 16, 100):
            found = search_index.search(parse(typed), limit=limit)
            assert found.hits == whole[:limit]
            assert found.total in (None, len(whole)) if len(whole) >= limit else found.total == len(whole)
            one = search_index.search(parse(typed), limit=limit, names={b"1.jsonl"})
            assert one.hits == tuple(hit for hit in whole if hit.key == "1")[:limit]
        monkeypatch.undo()


def test_a_prefix_beside_a_rare_word_is_answered_by_the_word(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "one", line("rare alpha"), *(line("alpha beta") for _ in range(30)), line("rare beta"))
    search_index.update()
    monkeypatch.setattr(
        index_search.IndexSearch, "_newest", (newest := SortRequested(index_search.IndexSearch._newest))
    )
    assert hits(search_index.search(parse("rare al*"))) == [("one", 1)]
    assert newest.request == ['content : ("rare")']


class SortRequested:
    """A method that tells what it was asked."""

    def __init__(self, method: Callable[[IndexSearch, str], Iterator[int]]) -> None:
        self.method = method
        self.request: list[str] = []

    def __get__(self, search: IndexSearch, _: object) -> Callable[[str], Iterator[int]]:
        def ask(expression: str) -> Iterator[int]:
            self.request.append(expression)
            return self.method(search, expression)

        return ask


def test_what_has_no_words_is_read(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("日本語"), b'{"role":"user","content":"\\u65e5\\u672c"}\n', line("a+b"), line("x a+b"))
    search_index.update()
    assert hits(search_index.search(parse("日本"))) == [("one", 2), ("one", 1)]
    assert hits(search_index.search(parse("a+b x"))) == [("one", 4)]
    assert search_index.search(parse("+"), limit=1).total is None


def test_half_a_surrogate_pair_is_found_nowhere(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("x"))
    search_index.update()
    for typed in ("\udc80", "x \udc80", '"\udc80 x"'):
        assert search_index.search(parse(typed)) == Found((), 0)


def test_an_empty_query_and_a_limit_of_nothing(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("x"))
    search_index.update()
    assert search_index.search(parse('""')) == Found((), 0)
    assert search_index.search(parse("x"), limit=0) == Found((), 1)
    assert search_index.search(parse("+"), limit=0) == Found((), None), "no index of words tells"


@pytest.mark.parametrize("patience", [0, 1, 256])
def test_one_file_is_searched_however_its_rows_stand_among_others(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch, patience: int
) -> None:
    monkeypatch.setattr(index_search, "PATIENCE", patience)
    monkeypatch.setattr(index_search, "DEAR", patience)
    for step in range(12):
        for key in ("one", "two", "two", "three")[step % 3 :]:
            with (folder / f"{key}.jsonl").open("ab") as out:
                out.write(line(f"word {'more' if step % 5 else ''} 漢") + (b"bad\n" if step % 4 == 0 else b""))
        if step == 7:
            os.truncate(folder / "two.jsonl", len(line("word  漢")) + 4)
        search_index.update()
    for typed in ("word", "wo*", "wor* more", "more", "漢", "word 漢", "nothing"):
        everywhere = search_index.search(parse(typed), limit=None)
        for key in ("one", "two", "three"):
            expected = [hit for hit in everywhere.hits if hit.key == key]
            name = f"{key}.jsonl".encode()
            assert search_index.search(parse(typed), limit=None, names={name}) == Found(tuple(expected), len(expected))
            assert search_index.search(parse(typed), limit=1, names={name}).hits == tuple(expected[:1])
            ranked = search_index.search(parse(typed), limit=None, relevance=True, names={name})
            assert (set(ranked.hits), ranked.total, ranked.note) == (set(expected), len(expected), "")


def test_what_one_file_had_is_not_found_in_it(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("x old"), line("x gone"))
    write(folder, "two", *(line("y") for _ in range(9)), clock=0)
    search_index.update()
    os.truncate(path, len(line("x old")))
    search_index.update()
    with path.open("ab") as out:
        out.write(line("x new"))
    search_index.update()
    with index_schema.connect(search_index.path) as connection:
        assert rows.dead_part(connection) > 0
    for relevance in (False, True):
        found = search_index.search(parse("x"), relevance=relevance, names={b"one.jsonl"})
        assert (hits(found), found.total, found.note) == ([("one", 2), ("one", 1)], 2, "")
    assert search_index.search(parse("gone"), relevance=True, names={b"one.jsonl"}) == Found((), 0)


def test_what_others_have_is_not_walked_over(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "one", line("x"), clock=1)
    search_index.update()
    write(folder, "two", *(line("x") for _ in range(100)), clock=2)
    search_index.update()
    with (folder / "one.jsonl").open("ab") as out:
        out.write(line("x"))
    search_index.update()
    monkeypatch.setattr(index_search, "PATIENCE", 3)
    walked = []
    ids = full_text.Matches.ids

    def watched(self: full_text.Matches, rest: str, *values: object) -> Iterator[int]:
        for id in ids(self, rest, *values):
            walked.append(id)
            yield id

    monkeypatch.setattr(full_text.Matches, "ids", watched)
    assert hits(search_index.search(parse("x"), names={b"one.jsonl"})) == [("one", 2), ("one", 1)]
    assert len(walked) == 2 + 4


def test_only_one_file_is_indexed_where_only_one_is_the_store(folder: Path, tmp_path: Path) -> None:
    write(folder, "one", line("x"))
    write(folder, "two", line("x"))
    search_index = SearchIndex(folder, tmp_path / "cache", only="two.jsonl")
    assert hits(search_index.search(parse("x"))) == [("two", 1)]
    search_index.update()
    assert hits(search_index.search(parse("x"))) == [("two", 1)]
    assert search_index.path != SearchIndex(folder, tmp_path / "cache").path


def test_names_that_are_not_utf8_and_what_is_no_file(folder: Path, search_index: SearchIndex) -> None:
    need_any_name(folder)
    (folder / os.fsdecode(b"\xff.jsonl")).write_bytes(line("x"))
    (folder / "folder.jsonl").mkdir()
    (folder / "gone.jsonl").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.jsonl")
    search_index.update()
    assert hits(search_index.search(parse("x"))) == [("\udcff", 1)]


def test_a_huge_message_is_searched_in_its_beginning_and_says_so(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessiontui.disk.lines.HUGE", 2_000)
    monkeypatch.setattr(segments, "SEARCHED", 3_000)
    write(folder, "one", line("begin " + "x " * 4_000 + "end"), line("begin"))
    search_index.update()
    assert hits(search_index.search(parse("begin"))) == [("one", 2), ("one", 1)]
    found = search_index.search(parse("end"))
    assert found.hits == ()
    assert "only the beginning is searched" in found.note
    write(folder, "one", line("short"), clock=2)
    for number in range(9):
        write(folder, f"more {number}", line("begin"))
    search_index.update()
    assert search_index.search(parse("short")).note == ""


# ---- what changed since


def test_a_hit_whose_bytes_are_gone_is_left_out_and_looked_at_again(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("alpha"), line("beta"))
    search_index.update()
    path.write_bytes(line("gamma") + line("beta"))
    os.utime(path, ns=(10**9, 10**9))  # nothing tells that it changed
    found = search_index.search(parse("alpha"))
    assert found.hits == ()
    assert "some files changed" in found.note
    search_index.update()
    assert hits(search_index.search(parse("gamma"))) == [("one", 1)]
    assert search_index.search(parse("alpha")) == Found((), 0)


def test_what_fits_a_prefix_and_is_not_what_was_indexed_is_left_out(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("alpha"), line("album"))
    search_index.update()
    path.write_bytes(line("alpen") + line("album"))
    os.utime(path, ns=(10**9, 10**9))  # nothing tells that it changed
    found = search_index.search(parse("al*"), limit=5)
    assert hits(found) == [("one", 2)]
    assert "some files changed" in found.note


def test_growth_touches_nothing_that_was_indexed(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("alpha"))
    search_index.update()
    for number in range(3):
        with path.open("ab") as out:
            out.write(line(f"more {number}"))
        search_index.update()
    with index_schema.connect(search_index.path) as connection:
        assert rows.dead_part(connection) == 0
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'alpha OR more'").fetchone() == (4,)


def test_what_an_update_would_read_is_known_from_the_stamps(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("alpha"))
    write(folder, "two", line("beta"))
    assert search_index.missing() == len(line("alpha") + line("beta"))
    search_index.update()
    assert search_index.missing() == 0
    with path.open("ab") as out:
        out.write(line("more"))
    assert search_index.missing() == len(line("more"))
    path.write_bytes(line("m"))
    assert search_index.missing() == len(line("m"))


def test_a_file_that_grows_line_by_line_stays_in_few_segments(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "JOINED", 8)
    path = write(folder, "one", line("x"))
    for number in range(2, 21):
        with path.open("ab") as out:
            out.write(line("x") + (b"bad\n" if number % 3 else b""))
        search_index.update()
    expected = [(2, 1), (8, 3), (8, 11), (2, 19)]
    with index_schema.connect(search_index.path) as connection:
        assert [(each.rows, each.first_ordinal) for each in rows.segments(connection, 1)] == expected
    found = search_index.search(parse("x"))
    locations = [(hit.ordinal, hit.address.line) for hit in found.hits]
    assert locations == [
        (number, number + (number - 1) - (number - 1) // 3 - (number > 1)) for number in range(20, 0, -1)
    ]


def test_an_unfinished_last_line_is_looked_at_again(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("alpha"), line("beta")[:-1])
    search_index.update()
    assert hits(search_index.search(parse("beta"))) == [("one", 2)]
    with path.open("ab") as out:
        out.write(line("gamma"))  # glued: ZeroClaw reads neither
    search_index.update()
    assert search_index.search(parse("beta")).hits == ()
    assert search_index.search(parse("gamma")).hits == ()
    facts = facts_of(search_index, path)
    assert facts is not None
    assert (facts.messages, facts.faults) == (1, 1)


def test_cancelled_work_is_taken_up_again(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "SMALLEST", 1)
    for clock in range(1, 13):
        write(folder, f"s{clock:02}", line("x"), clock=clock)
    request = iter(range(1000))
    with pytest.raises(Cancelled):
        search_index.update(cancelled=lambda: next(request) > 18)
    early = search_index.search(parse("x"))
    assert 0 < len(early.hits) < 12
    assert "not indexed yet" in early.note
    search_index.update()
    assert [key for key, _ in hits(search_index.search(parse("x")))] == [f"s{clock:02}" for clock in range(12, 0, -1)]


def test_what_was_indexed_before_cancelling_stays(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "ROWS", 2)
    write(folder, "one", *(line("x") for _ in range(20)))
    request = iter(range(1000))
    with pytest.raises(Cancelled):
        search_index.update(cancelled=lambda: next(request) > 5)
    early = search_index.search(parse("x"))
    assert 0 < len(early.hits) < 20
    assert hits(early)[0][1] is None  # which message of the session it is, is known when all is read
    search_index.update()
    found = search_index.search(parse("x"))
    assert sorted(hit.ordinal or 0 for hit in found.hits) == list(range(1, 21))
    assert found.note == ""


def test_a_file_that_goes_while_it_is_searched_has_no_hits(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("x +"))
    search_index.update()
    for step in ("cut", "removed"):
        os.truncate(path, 3) if step == "cut" else path.unlink()
        for typed in ("x", "+"):
            found = search_index.search(parse(typed))
            assert found.hits == ()
            assert "some files changed" in found.note


def test_too_many_dead_rows_make_it_anew(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("alpha"))
    gone = write(folder, "two", line("beta"))
    search_index.update()
    gone.unlink()
    search_index.update()
    with index_schema.connect(search_index.path) as connection:
        assert rows.dead_part(connection) == 0
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'alpha OR beta'").fetchone() == (1,)


def test_a_search_can_be_cancelled(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", *(line("x") for _ in range(50)))
    with pytest.raises(Cancelled):
        search_index.search(parse("x"), cancelled=lambda: True)
    search_index.update()
    for text in ("x", "+"):
        with pytest.raises(Cancelled):
            search_index.search(parse(text), cancelled=lambda: True)


# ---- counts


def test_facts_are_those_of_the_very_file(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("x"), b"bad\n", b"\n")
    assert facts_of(search_index, path) is None
    search_index.update()
    facts = facts_of(search_index, path)
    assert facts is not None
    assert (facts.messages, facts.faults) == (1, 1)
    os.utime(path, ns=(5, 5))
    assert facts_of(search_index, path) is None


def test_what_was_learned_is_kept_without_an_index(folder: Path, search_index: SearchIndex, tmp_path: Path) -> None:
    path = write(folder, "one", line("x"))
    search_index.learn(path.name, stamp(path), Count(1, 0))
    assert facts_of(search_index, path) is not None
    search_index.flush()
    assert facts_of(SearchIndex(folder, tmp_path / "cache"), path) is not None
    found = search_index.search(parse("x"))
    assert hits(found) == [("one", 1)]
    assert "there is no search index" in found.note


def test_without_an_index_no_more_files_are_read_than_needed(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "old", line("x"), clock=1)
    write(folder, "new", line("x"), line("x"), line("x"), clock=2)
    found = search_index.search(parse("x"), limit=2)
    assert (hits(found), found.total) == ([("new", 3), ("new", 2)], None)
    assert search_index.search(parse("x"), limit=0).hits == ()


# ---- where it is kept


def test_nobody_else_can_read_it(folder: Path, search_index: SearchIndex, tmp_path: Path) -> None:
    write(folder, "one", line("x"))
    mask = os.umask(0)
    try:
        search_index.update()
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache").iterdir()} == {0o600}


def test_a_place_without_locks_has_no_index(
    folder: Path, search_index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(fd: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    write(folder, "one", line("x"))
    monkeypatch.setattr(fcntl, "flock", refuse)
    assert search_index.update() is False
    found = search_index.search(parse("x"))
    assert (hits(found), found.note.endswith("it can't be locked: No locks available")) == ([("one", 1)], True)


@pytest.mark.parametrize("spoil", ["folder-open", "folder-link", "file-open", "file-link", "folder-is-file"])
def test_a_place_that_is_not_private_is_left_alone(
    folder: Path, search_index: SearchIndex, tmp_path: Path, spoil: str
) -> None:
    write(folder, "one", line("x"))
    cache = tmp_path / "cache"
    if spoil == "folder-is-file":
        cache.write_text("mine")
    elif spoil == "folder-link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        cache.symlink_to(tmp_path / "elsewhere")
    else:
        search_index.update()
        if spoil == "folder-open":
            cache.chmod(0o755)
            search_index.path.unlink()
        elif spoil == "file-open":
            search_index.path.chmod(0o644)
        else:
            search_index.path.rename(tmp_path / "elsewhere")
            search_index.path.symlink_to(tmp_path / "elsewhere")
    assert search_index.update() is False
    found = search_index.search(parse("x"))
    assert hits(found) == [("one", 1)]
    assert found.note.startswith("all files were read, for there is no search index: ")


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
def test_a_spoiled_index_is_made_anew(folder: Path, search_index: SearchIndex, content: bytes) -> None:
    write(folder, "one", line("x"))
    search_index.update()
    search_index.path.write_bytes(content)
    found = search_index.search(parse("x"))
    assert hits(found) == [("one", 1)]
    assert "all files were read" in found.note
    assert not search_index.path.exists()
    assert search_index.update()
    assert search_index.search(parse("x")).note == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE segment SET offsets = x'00'",
        "UPDATE segment SET rows = rows + 7",
        "UPDATE segment SET first_row = first_row + 1000",
        "UPDATE file SET id = id + 1",
        "UPDATE sqlite_schema SET sql = CAST('CREATE ' || x'a5' || substr(sql, 9) AS TEXT) WHERE name = 'segment_of_file'",
    ],
)
def test_an_index_that_contradicts_itself_is_made_anew(folder: Path, search_index: SearchIndex, statement: str) -> None:
    write(folder, "one", *(line("x") for _ in range(4)))
    search_index.update()
    with closing(sqlite3.connect(search_index.path)) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(statement)
    search_index.refresh()
    search_index.search(parse("x"))
    write(folder, "two", line("x"))
    assert search_index.update()
    assert (len(search_index.search(parse("x")).hits), search_index.search(parse("x")).note) == (5, "")


def test_an_index_of_another_format_is_made_anew(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("x"))
    search_index.update()
    with closing(sqlite3.connect(search_index.path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '0.0'")
    assert search_index.update()
    assert search_index.search(parse("x")) == search_index.search(parse("X"))
    assert search_index.search(parse("x")).note == ""


def test_the_second_process_only_reads(folder: Path, search_index: SearchIndex) -> None:
    write(folder, "one", line("x"))
    with index_schema.locked(search_index.path) as ours:
        assert ours
        assert search_index.update(wait=0) is False
    assert search_index.update(wait=0) is True
    write(folder, "two", line("x"))
    with index_schema.locked(search_index.path):
        assert hits(search_index.search(parse("x"))) == [("one", 1)]


@pytest.mark.parametrize("content", [None, b""], ids=["no file", "a file that was just made"])
def test_while_another_process_begins_to_make_it_no_file_is_read(
    folder: Path, search_index: SearchIndex, content: bytes | None
) -> None:
    write(folder, "one", line("x"))
    with index_schema.locked(search_index.path):
        if content is not None:
            search_index.path.write_bytes(content)
            search_index.path.chmod(0o600)
        assert search_index.search(parse("x")) == Found(
            (), None, "the search index is being made; nothing is in it yet"
        )
        assert search_index.path.exists() is (content is not None)


def test_a_store_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    search_index = SearchIndex(tmp_path / "nowhere", tmp_path / "cache")
    for work in (search_index.update, lambda: search_index.search(parse("x"))):
        with pytest.raises(StoreError, match="can't be read"):
            work()


def test_indexing_and_searching_change_nothing_in_the_store(folder: Path, search_index: SearchIndex) -> None:
    path = write(folder, "one", line("x"), line("y")[:-1])
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ctime_ns, sorted(os.listdir(folder)))
    search_index.update()
    search_index.search(parse("x +"))
    assert before == (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ctime_ns, sorted(os.listdir(folder)))
