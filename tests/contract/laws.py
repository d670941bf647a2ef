"""What every home of sessions must keep: one class of laws, inherited by a test class per home.

A home adapts one store to the tests: it appends, pops, compacts, cleans up, undoes and redoes the way a person would,
in JSONL and SQLite through ``changes``; in memory by the store's own methods, which are the specification.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessiontui.errors import Cancelled, Changed, UnknownKey
from sessiontui.model import Entry, Found, Message
from sessiontui.query.match import matches
from sessiontui.query.parse import parse
from sessiontui.store.protocol import Store, silent
from tests.support.examples import examples


class Home(Protocol):
    """One empty store and the ways to change it."""

    def store(self) -> Store:
        """The store as it is now, opened anew."""
        ...

    def files(self) -> list[Path]:
        """The files that hold sessions; none in memory."""
        ...

    def append(self, key: str, message: Message) -> None: ...

    def pop(self, key: str) -> Message | None:
        """What was removed."""
        ...

    def compact(self, key: str) -> int:
        """How many damaged lines went."""
        ...

    def cleanup(self, ttl_hours: float) -> list[str]:
        """The keys that went, in any order."""
        ...

    def undo(self) -> None: ...

    def redo(self) -> None: ...

    def age(self, key: str, hours: float) -> None:
        """Make the last activity of a session lie so far back."""
        ...


USER = Message("user", "hello there")
REPLY = Message("assistant", "good day to you")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MESSAGES = st.builds(Message, role=st.sampled_from(["user", "assistant", "tool", "system"]) | TEXT, content=TEXT)
WORDS = st.text("abé漢🦀 -\"*'0.", max_size=12)

lawful = settings(
    examples(0.5),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.differing_executors,  # one law, a class per home
    ],
)


class StoreLaws:
    """Subclasses give ``home``: a context that makes an empty one and takes it away."""

    @staticmethod
    def home() -> contextlib.AbstractContextManager[Home]:
        raise NotImplementedError

    @pytest.fixture
    def new(self) -> Iterator[Home]:
        with self.home() as home:
            yield home

    # ---- appending and reading

    def test_a_new_store_has_no_sessions(self, new: Home) -> None:
        assert new.store().sessions() == []

    @pytest.mark.parametrize("read", ["session", "messages", "entries", "faults", "transcript", "last"])
    def test_an_unknown_key_is_named_at_once(self, new: Home, read: str) -> None:
        new.append("there", USER)
        with pytest.raises(UnknownKey, match="nowhere"):
            getattr(new.store(), read)("nowhere")

    @lawful
    @given(key=KEYS)
    def test_any_key_can_be_used(self, key: str) -> None:
        with self.home() as home:
            home.append(key, USER)
            assert list(home.store().messages(key)) == [USER]
            assert len(home.store().sessions()) == 1

    @lawful
    @given(messages=st.lists(MESSAGES, min_size=1, max_size=5))
    def test_what_is_appended_is_read_back_in_order(self, messages: list[Message]) -> None:
        with filled(self, messages) as home:
            assert list(home.store().messages("k")) == messages

    @lawful
    @given(messages=st.lists(MESSAGES, min_size=1, max_size=5))
    def test_the_last_message_is_the_last_of_all(self, messages: list[Message]) -> None:
        with filled(self, messages) as home:
            last = home.store().last("k")
            assert last is not None
            assert last[0] == messages[-1]

    def test_an_append_leaves_other_sessions_alone(self, new: Home) -> None:
        new.append("a", USER)
        new.append("b", REPLY)
        assert list(new.store().messages("a")) == [USER]

    # ---- pages, entries, transcripts

    def test_pages_tile(self, new: Home) -> None:
        messages = fill(new, 7)
        store = new.store()
        for size in (1, 2, 3, 7, 10):
            pages = [store.messages("k", at, at + size) for at in range(0, 7, size)]
            assert list(itertools.chain(*pages)) == messages

    def test_a_page_beyond_the_end_is_empty(self, new: Home) -> None:
        fill(new, 2)
        assert list(new.store().messages("k", 2)) == []
        assert list(new.store().messages("k", 5, 9)) == []
        assert list(new.store().messages("k", 1, 1)) == []

    def test_entries_are_the_messages_numbered(self, new: Home) -> None:
        messages = fill(new, 3)
        entries = list(new.store().entries("k"))
        assert [entry.message for entry in entries] == messages
        assert [entry.ordinal for entry in entries] == [1, 2, 3]
        assert [entry.position for entry in entries] == [0, 1, 2]
        assert [entry.fault for entry in entries] == [None] * 3

    def test_a_scanned_transcript_holds_every_entry(self, new: Home) -> None:
        fill(new, 5)
        rows = new.store().transcript("k").scan()
        assert rows.complete
        assert len(rows) == 5
        whole = list(new.store().entries("k"))
        for start, stop in ((0, 5), (0, 1), (2, 4), (4, 9), (5, 9), (3, 3)):
            assert bare(rows.load(start, stop)) == bare(whole[start:stop])

    def test_the_tail_is_the_newest_rows(self, new: Home) -> None:
        messages = fill(new, 5)
        for count in (1, 3, 5, 50):
            rows = new.store().transcript("k").tail(count)
            newest = messages[-count:]
            assert [entry.message for entry in rows.load(0, len(rows))] == newest
            assert [entry.position for entry in rows.load(0, len(rows))] == list(range(len(newest)))

    def test_rows_of_a_counted_session_know_ordinals_and_damage(self, new: Home) -> None:
        fill(new, 5)
        store = new.store()
        before = store.transcript("k")
        scanned = before.scan()
        list(store.counted(store.sessions()))
        for rows in (before.known(scanned), store.transcript("k").scan(), new.store().transcript("k").tail(50)):
            assert list(rows.load(0, 5)) == list(store.entries("k"))
            assert [rows.row_of(ordinal) for ordinal in range(-1, 8)] == [None, None, 0, 1, 2, 3, 4, None, None]
            assert rows.damaged is not None
            assert list(rows.damaged) == []

    @pytest.mark.parametrize("count", [2, 50])
    @pytest.mark.parametrize("counted", [False, True])
    def test_a_view_grows_by_what_is_appended(self, new: Home, count: int, counted: bool) -> None:
        fill(new, 3)
        if counted:
            store = new.store()
            list(store.counted(store.sessions()))
        transcript = new.store().transcript("k")
        scanned, tail = transcript.scan(), transcript.tail(count)
        assert transcript.grown(scanned) is scanned
        assert transcript.grown(tail) is tail
        new.append("k", USER)
        new.append("k", REPLY)
        whole = list(new.store().entries("k"))
        for rows in (transcript.grown(scanned), transcript.grown(transcript.grown(scanned))):
            assert rows.complete
            assert bare(rows.load(0, 9)) == bare(whole)
            assert [entry.ordinal for entry in rows.load(0, 9)] in ([1, 2, 3, 4, 5], [None] * 5 if not counted else [])
        grown = transcript.grown(tail)
        assert (len(grown), grown.complete) == (min(3, count) + 2, tail.complete)
        assert [entry.message for entry in grown.load(0, 9)] == [entry.message for entry in whole[-len(grown) :]]
        assert [entry.position for entry in grown.load(0, 9)] == list(range(len(grown)))
        assert len(tail) == min(3, count)

    def test_a_view_of_an_empty_session_grows(self, new: Home) -> None:
        new.append("k", USER)
        new.pop("k")
        transcript = new.store().transcript("k")
        rows = transcript.scan()
        new.append("k", REPLY)
        assert [entry.message for entry in transcript.grown(rows).load(0, 9)] == [REPLY]

    @pytest.mark.parametrize("again", [False, True])
    def test_a_view_of_what_is_gone_does_not_grow(self, new: Home, again: bool) -> None:
        fill(new, 3)
        transcript = new.store().transcript("k")
        views = transcript.scan(), transcript.tail(2)
        new.pop("k")
        if again:
            new.append("k", Message("user", "another one, which is longer than what was there"))
        for rows in views:
            with pytest.raises(Changed):
                transcript.grown(rows)

    def test_a_cancelled_scan_says_so(self, new: Home) -> None:
        fill(new, 2)
        with pytest.raises(Cancelled):
            new.store().transcript("k").scan(cancelled=lambda: True)

    # ---- the list

    def test_a_session_is_counted(self, new: Home) -> None:
        fill(new, 3)
        session = new.store().session("k")
        assert (session.key, session.messages, session.faults or 0, session.problem) == ("k", 3, 0, None)
        assert session.bytes != 0

    def test_counted_keeps_the_order_and_agrees_with_session(self, new: Home) -> None:
        for key in ("a", "b", "c"):
            new.append(key, USER)
        new.append("b", REPLY)
        store = new.store()
        given_order = sorted(store.sessions(), key=lambda session: session.key, reverse=True)
        counted = list(store.counted(given_order))
        assert [(session.key, session.messages) for session in counted] == [("c", 1), ("b", 2), ("a", 1)]
        assert counted == [store.session(session.key) for session in given_order]

    def test_cancelled_counting_says_so(self, new: Home) -> None:
        fill(new, 1)
        store = new.store()
        with pytest.raises(Cancelled):
            list(store.counted(store.sessions(), cancelled=lambda: True))

    def test_sessions_come_newest_first(self, new: Home) -> None:
        for key, hours in (("a", 5), ("b", 1), ("c", 9), ("d", 3)):
            new.append(key, USER)
            new.age(key, hours)
        sessions = new.store().sessions()
        assert [session.key for session in sessions] == ["b", "d", "a", "c"]
        times = [session.last_activity for session in sessions]
        assert all(moment is not None and moment.tzinfo is not None for moment in times)

    def test_some_sessions_are_looked_at_alone(self, new: Home) -> None:
        for key in ("a", "b", "c"):
            new.append(key, USER)
        store = new.store()
        listed = {session.key: session for session in store.sessions()}
        assert store.looked(["c", "nowhere", "a"]) == [listed["c"], listed["a"]]
        assert store.looked(["", "a/../b", "a\0", "x\ud800", "\udcff"]) == []
        new.append("a", REPLY)
        new.age("a", 3)
        assert store.looked(["a"]) == [each for each in store.sessions() if each.key == "a"] != [listed["a"]]

    # ---- pop

    def test_pop_removes_exactly_the_last(self, new: Home) -> None:
        messages = fill(new, 3)
        new.append("other", USER)
        assert new.pop("k") == messages[-1]
        assert list(new.store().messages("k")) == messages[:-1]
        assert new.store().session("k").messages == 2
        assert list(new.store().messages("other")) == [USER]

    def test_pop_of_the_only_message_leaves_an_empty_session(self, new: Home) -> None:
        new.append("k", USER)
        assert new.pop("k") == USER
        assert list(new.store().messages("k")) == []
        assert new.store().last("k") is None
        assert [(s.key, new.store().session(s.key).messages) for s in new.store().sessions()] == [("k", 0)]

    def test_pop_of_an_empty_session_removes_nothing(self, new: Home) -> None:
        new.append("k", USER)
        new.pop("k")
        assert new.pop("k") is None

    # ---- undo and redo

    def test_undo_gives_a_popped_message_back(self, new: Home) -> None:
        messages = fill(new, 3)
        new.pop("k")
        new.undo()
        assert list(new.store().messages("k")) == messages

    def test_undo_takes_an_append_back(self, new: Home) -> None:
        messages = fill(new, 2)
        new.append("k", REPLY)
        new.undo()
        assert list(new.store().messages("k")) == messages

    def test_undo_of_a_first_append_takes_the_session_back(self, new: Home) -> None:
        new.append("k", USER)
        new.undo()
        assert new.store().sessions() == []

    def test_redo_does_it_again(self, new: Home) -> None:
        messages = fill(new, 3)
        new.pop("k")
        new.undo()
        new.redo()
        assert list(new.store().messages("k")) == messages[:-1]

    @lawful
    @given(steps=st.lists(st.sampled_from("ap"), min_size=1, max_size=6))
    def test_undoing_everything_goes_back_through_every_state(self, steps: list[str]) -> None:
        with filled(self, [USER, REPLY]) as home:
            states = []
            for number, step in enumerate(steps):
                before = list(home.store().messages("k"))
                done = step == "a" or home.pop("k") is not None
                if step == "a":
                    home.append("k", Message("user", f"step {number}"))
                states += [before] if done else []
            for state in reversed(states):
                home.undo()
                assert list(home.store().messages("k")) == state

    # ---- compact and cleanup

    def test_compact_keeps_every_message(self, new: Home) -> None:
        messages = fill(new, 4)
        assert new.compact("k") == 0
        assert list(new.store().messages("k")) == messages

    @pytest.mark.parametrize("hours", [0, -1, -0.5])
    def test_a_ttl_of_zero_or_less_removes_nothing(self, new: Home, hours: float) -> None:
        new.append("k", USER)
        new.age("k", 5000)
        assert new.cleanup(hours) == []
        assert len(new.store().sessions()) == 1

    def test_cleanup_removes_what_is_stale_and_nothing_else(self, new: Home) -> None:
        for key, hours in (("old", 49), ("older", 490), ("young", 47)):
            new.append(key, USER)
            new.age(key, hours)
        stale = new.store().stale(datetime.now(UTC) - timedelta(hours=48))
        assert [session.key for session in stale] == ["old", "older"]
        assert sorted(new.cleanup(48)) == ["old", "older"]
        assert [session.key for session in new.store().sessions()] == ["young"]

    def test_undo_gives_cleaned_up_sessions_back(self, new: Home) -> None:
        for key in ("a", "b"):
            new.append(key, Message("user", key))
            new.age(key, 100)
        new.cleanup(48)
        new.undo()
        assert sorted(session.key for session in new.store().sessions()) == ["a", "b"]
        assert list(new.store().messages("b")) == [Message("user", "b")]
        assert sorted(new.cleanup(48)) == ["a", "b"]

    # ---- search

    @lawful
    @given(contents=st.lists(WORDS, min_size=1, max_size=5), text=WORDS)
    def test_search_finds_what_the_query_matches(self, contents: list[str], text: str) -> None:
        query = parse(text)
        with filled(self, [Message("user", content) for content in contents]) as home:
            found = search(home, text, limit=None)
            assert sorted(ordinals(found)) == [at for at, content in enumerate(contents, 1) if matches(query, content)]

    def test_a_hit_says_where_it_stands(self, new: Home) -> None:
        new.append("k", USER)
        new.append("k", Message("tool", "the needle is here"))
        (hit,) = search(new, "needle").hits
        assert (hit.key, hit.role, hit.ordinal) == ("k", "tool", 2)
        assert "needle" in hit.snippet
        entries = list(new.store().entries("k"))
        assert hit.address.id == entries[1].address.id
        assert (hit.address.line, hit.address.span) == (entries[1].address.line, entries[1].address.span)

    def test_a_search_for_nothing_finds_nothing(self, new: Home) -> None:
        new.append("k", USER)
        assert search(new, "").hits == ()
        assert search(new, " \t").hits == ()

    def test_a_limit_keeps_the_newest(self, new: Home) -> None:
        fill(new, 6)
        assert ordinals(search(new, "message", limit=2)) == [6, 5]
        assert ordinals(search(new, "message", limit=None)) == [6, 5, 4, 3, 2, 1]

    def test_a_limit_of_nothing_tells_their_number(self, new: Home) -> None:
        fill(new, 6)
        for text in ("message", "mess*"):
            assert search(new, text, limit=0) == Found((), 6)

    def test_search_follows_what_is_changed(self, new: Home) -> None:
        fill(new, 2)
        assert ordinals(search(new, "message")) == [2, 1]
        new.append("k", Message("user", "one more message"))
        assert ordinals(search(new, "message")) == [3, 2, 1]
        new.pop("k")
        new.pop("k")
        assert ordinals(search(new, "message")) == [1]
        new.undo()
        assert sorted(ordinals(search(new, "message"))) == [1, 2]

    @lawful
    @given(
        contents=st.lists(st.tuples(st.sampled_from("abc"), WORDS | st.just("a b* 漢")), min_size=1, max_size=8),
        text=WORDS | st.sampled_from(["a", "b*", "漢", "a b"]),
    )
    def test_a_search_in_one_session_is_the_search_in_all_less_the_others(
        self, contents: list[tuple[str, str]], text: str
    ) -> None:
        with self.home() as home:
            for key, content in contents:
                home.append(key, Message("user", content))
            everywhere = search(home, text, limit=None)
            for key in "abcd":
                expected = [hit for hit in everywhere.hits if hit.key == key]
                found = home.store().search(parse(text), limit=None, key=key)
                assert (list(found.hits), found.total) == (expected, len(expected))
                for limit in (1, 2):
                    few = home.store().search(parse(text), limit=limit, key=key)
                    assert list(few.hits) == expected[:limit]
                    assert few.total == len(expected)  # of a small session it is cheap

    @lawful
    @given(
        contents=st.lists(st.tuples(st.sampled_from("abc"), WORDS | st.just("a b* 漢")), min_size=1, max_size=8),
        text=WORDS | st.sampled_from(["a", "b*", "漢", "a b"]),
    )
    def test_a_search_in_some_sessions_is_the_search_in_all_less_the_others(
        self, contents: list[tuple[str, str]], text: str
    ) -> None:
        with self.home() as home:
            for key, content in contents:
                home.append(key, Message("user", content))
            everywhere = search(home, text, limit=None)
            for keys in ([], ["b"], ["a", "c"], ["d", "a", "nowhere", "x\ud800"]):
                expected = [hit for hit in everywhere.hits if hit.key in keys]
                found = home.store().search(parse(text), limit=None, keys=keys, scan=silent)
                assert list(found.hits) == expected
                assert found.total == len(expected)
                few = home.store().search(parse(text), limit=1, keys=keys, scan=silent)
                assert list(few.hits) == expected[:1]
                ranked = home.store().search(parse(text), limit=None, keys=keys, relevance=True, scan=silent)
                assert {(hit.key, hit.ordinal) for hit in ranked.hits} == {(hit.key, hit.ordinal) for hit in expected}

    def test_a_search_by_relevance_stays_in_its_session(self, new: Home) -> None:
        for key in ("a", "b", "a", "b", "a"):
            new.append(key, Message("user", "the needle"))
        store = new.store()
        store.index()
        found = store.search(parse("needle"), relevance=True, key="b", scan=silent)
        assert ([(hit.key, hit.ordinal) for hit in found.hits], found.total) == ([("b", 2), ("b", 1)], 2)

    @pytest.mark.parametrize("key", ["nowhere", "", "\udcff", "x\ud800", "a/b", "a\0b"])
    def test_a_search_in_a_session_that_is_not_there_finds_nothing(self, new: Home, key: str) -> None:
        new.append("k", USER)
        store = new.store()
        assert store.search(parse("hello"), key=key).hits == ()
        store.index()
        assert store.search(parse("hello"), key=key) == Found((), 0)

    # ---- nothing is changed by looking

    def test_reading_changes_no_byte_and_no_time(self, new: Home) -> None:
        fill(new, 3)
        before = [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in new.files()]
        folders = {path.parent: sorted(path.parent.iterdir()) for path in new.files()}
        store = new.store()
        list(store.counted(store.sessions()))
        list(store.messages("k"))
        list(store.entries("k"))
        list(store.faults("k"))
        store.last("k")
        store.transcript("k").tail(2).load(0, 2)
        store.transcript("k").scan().load(0, 3)
        store.stale(datetime.now(UTC))
        search(new, "message")
        assert [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in new.files()] == before
        assert {folder: sorted(folder.iterdir()) for folder in folders} == folders


# ---- what the laws are said with


def fill(home: Home, count: int) -> list[Message]:
    """So many different messages in the session k."""
    messages = [Message("user" if n % 2 else "assistant", f"message number {n}") for n in range(1, count + 1)]
    for message in messages:
        home.append("k", message)
    return messages


@contextlib.contextmanager
def filled(laws: StoreLaws, messages: list[Message]) -> Iterator[Home]:
    """A home of its own for each example, with these messages in the session k."""
    with laws.home() as home:
        for message in messages:
            home.append("k", message)
        yield home


def search(home: Home, text: str, limit: int | None = 50) -> Found:
    """Search the store as it is now."""
    store = home.store()
    store.index()
    return store.search(parse(text), limit=limit, scan=silent)


def ordinals(found: Found) -> list[int]:
    """Which messages of their session were found, in the order given."""
    return [hit.ordinal or 0 for hit in found.hits]


def bare(entries: Sequence[Entry]) -> list[Entry]:
    """Without ordinals, which a transcript need not know."""
    return [entry._replace(ordinal=None) for entry in entries]
