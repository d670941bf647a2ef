"""Whatever happens to the files, the brought-up index finds what reading all of them finds, at the same places."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessiontui.disk import lines
from sessiontui.query.parse import parse
from sessiontui.store.index import build, index_schema, segments
from sessiontui.store.index import index_rows as rows
from sessiontui.store.index.scan import scan
from sessiontui.store.index.search_index import SearchIndex
from sessiontui.store.jsonl import file_faults
from sessiontui.store.jsonl.counts import Count, OddLines
from sessiontui.store.protocol import never
from tests.support.examples import examples

LINES = st.sampled_from(
    [
        b'{"role":"user","content":"foo"}\n',
        b'{"role":"user","content":"foo bar"}\n',
        b'{"role":"tool","content":"bar 12"}\n',
        b'{"role":"tool","content":"' + b"foo " * 30 + b'"}\n',
        b'["user","bar"]\n',
        b"\n",
        b'{"role":"us{"role":"user","content":"foo"}\n',
        b"x" * 150 + b"\n",
    ]
)
OPEN = st.sampled_from([b"", b'{"role":"user","content":"foo"}', b'{"role":"user","con', b"  "])
NAMES = st.sampled_from(["one", "one", "two"])
STEPS = st.one_of(
    st.tuples(st.just("append"), NAMES, st.lists(LINES, max_size=6).map(b"".join), OPEN),
    st.tuples(st.just("cut"), NAMES, st.integers(0, 400)),
    st.tuples(st.just("rewrite"), NAMES, st.integers(0, 400), st.lists(LINES, max_size=3).map(b"".join)),
    st.tuples(st.just("edit"), NAMES, st.integers(0, 400)),
    st.tuples(st.just("touch"), NAMES),
    st.tuples(st.just("remove"), NAMES),
)


@contextmanager
def small_pieces() -> Iterator[None]:
    """Everything that is cut into pieces is cut after a few bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "HUGE", 100)
        patch.setattr(segments, "ROWS", 3)
        patch.setattr(build, "SMALLEST", 90)
        patch.setattr(build, "PIECE", 90)
        patch.setattr(build, "COMMIT", 4)
        yield


def do(folder: Path, step: tuple[object, ...], clock: int) -> None:
    verb, name, *rest = step
    path = folder / f"{name}.jsonl"
    old = path.read_bytes() if path.exists() else b""
    match verb, rest:
        case "append", [bytes() as more, bytes() as unfinished]:
            with path.open("ab") as out:
                out.write(more + unfinished)
        case "cut", [int() as at] if path.exists():
            os.truncate(path, max(0, len(old) - at))
        case "rewrite", [int() as at, bytes() as more]:
            path.unlink(missing_ok=True)
            path.write_bytes(old[:at] + more + old[at + 20 :])
        case "edit", [int() as at] if len(old) > at:
            with path.open("r+b") as out:
                out.seek(at)
                out.write(b"z")
        case "remove", _:
            path.unlink(missing_ok=True)
            return
    if path.exists():
        os.utime(path, ns=(clock, clock))


@examples(0.3)
@given(st.lists(st.tuples(STEPS, st.booleans()), min_size=2, max_size=12))
def test_the_index_follows_the_files(steps: list[tuple[tuple[object, ...], bool]]) -> None:
    with tempfile.TemporaryDirectory() as root, small_pieces():
        folder = Path(root) / "sessions"
        folder.mkdir()
        search_index = SearchIndex(folder, Path(root) / "cache")
        for clock, (step, unseen) in enumerate(steps, 1):
            do(folder, step, clock * 10**9)
            if not unseen or clock == len(steps):
                assert search_index.update()
                agree(folder, search_index)


def agree(folder: Path, search_index: SearchIndex) -> None:
    """Same hits at the same places, and the counts of every file."""
    for text in ("foo", "ba*", "12", '"foo bar"', "{"):
        found = search_index.search(parse(text), limit=None)
        assert found.note == ""
        expected = scan(os.fsencode(folder), search_index.listed(), parse(text), None, never)
        assert sorted(map(str, found.hits)) == sorted(map(str, expected.hits))
        assert found.total == expected.total
    for listed in search_index.listed():
        fd = lines.open_file(folder / os.fsdecode(listed.name))
        count = file_faults.counted(Count(0, 0, OddLines()), fd, listed.stamp.size, never)
        os.close(fd)
        search_index.refresh([os.fsdecode(listed.name)])
        facts = search_index.remembered(os.fsdecode(listed.name), listed.stamp)
        assert facts is not None
        assert (facts.messages, facts.faults) == (count.messages, count.faults)
        assert search_index.odd(os.fsdecode(listed.name), listed.stamp) == count.odd is not None
    assert search_index.update()
    with index_schema.connect(search_index.path) as connection:
        assert rows.dead_part(connection) <= build.MOST_DEAD
        assert rows.waiting(connection) == 0
