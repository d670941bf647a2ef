"""The rows taken at a pseudo-terminal: first paint, a large session at its end, keys, frames, freezes, memory."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from tests.bench.batch import typed
from tests.bench.process import OURS, RIVALS, drive, in_turns, last_word, program, scratch, surroundings
from tests.bench.rivals import toolong
from tests.bench.stores import END_MARK, SEED, Stores
from tests.bench.table import Amount, Cost, Figure, Pair, Row, Skip, Taken, p95
from tests.bench.terminal import ENTER, PAGE_DOWN, Late, Terminal

_INDEXING: Final = 180
"""Seconds that counting and indexing may take before a row gives up."""
_BAR: Final = 4
"""Rows of the title and the search bar, which show the query at once, and the number of hits when it is known."""
_LIST: Final = 7
"""Rows of the title, the search bar and the filter; the list is below them."""
_INPUT: Final = 3
"""Rows of a rival's Input."""
_SIDE: Final = 34
"""Columns of the list, without the transcript beside it."""
_HELD: Final = 1 / 30
"""A key that is held comes thirty times a second."""


def _browser(store: Path, home: Path, watch: Path | None = None) -> Terminal:
    argv = OURS if watch is None else (sys.executable, "-m", "tests.bench.heartbeat", str(watch), "sessiontui")
    return Terminal([*argv, "browse", store], surroundings(home))


def _rival(name: str, *arguments: str | Path, watch: Path | None = None) -> Terminal:
    beat = () if watch is None else ("-m", "tests.bench.heartbeat", watch)
    return Terminal([sys.executable, *beat, RIVALS / f"{name}.py", *arguments])


def _empty(terminal: Terminal) -> None:
    """Empty the search bar, by Ctrl+U; what is typed at once behind it would overtake it."""
    terminal.press(b"\x15")
    terminal.pause(0.1)


def _newest(stores: Stores) -> list[str]:
    """The keys that fill the first screen: those of the sessions written last."""
    return [f"telegram_{rank:04}" for rank in range(stores.sessions - 1, stores.sessions - 21, -1)]


def _shown(terminal: Terminal, found: Callable[[str], bool]) -> Cost:
    """From the start of a program until its screen holds something."""
    seconds = terminal.wait(found) - terminal.began
    return Cost(seconds, terminal.cpu())


def first_paint(stores: Stores, pairs: int) -> list[Taken]:
    keys = _newest(stores)

    def ours() -> Cost:
        with scratch(stores.root) as home, _browser(stores.many, home) as terminal:
            return _shown(terminal, lambda text: all(key in text for key in keys))

    def theirs() -> Cost:
        with _rival("empty_textual") as terminal:
            return _shown(terminal, lambda text: "hello-from-an-empty-app" in text)

    taken = in_turns(2 * pairs + 1, ours, theirs)
    return [Figure.of("first-paint", "first paint with the list filled", "s", 1.4, "one label", taken)]


def _open_at_end(terminal: Terminal, mark: str) -> tuple[Cost, Cost]:
    """What it took until a mark shows, and the most memory, in MB, until it has been there for a while."""
    shown = _shown(terminal, lambda text: mark in text)
    terminal.settle(quiet=1.0, seconds=60)
    return shown, Cost(terminal.end(b"q") / 1e6)


def open_at_end(stores: Stores, pairs: int) -> list[Taken]:
    large = stores.one / "telegram_all.jsonl"
    viewer = program(toolong.NAME, toolong.PACKAGE, stores.root.parent)
    short: list[Pair] = []
    long: list[Pair] = []
    peaks: list[Pair] = []
    with scratch(stores.root) as folder:
        small = folder / "telegram_small.jsonl"
        small.write_bytes(b"".join(_tail(large, 10)))

        def ours(path: Path) -> tuple[Cost, Cost]:
            with scratch(stores.root) as home, _browser(path, home) as terminal:
                return _open_at_end(terminal, END_MARK)

        for _ in range(pairs):
            with Terminal([viewer, large]) as terminal:
                theirs, their_peak = _open_at_end(terminal, END_MARK)
            ten, _ = ours(small)
            own, own_peak = ours(large)
            short.append((own, ten))
            long.append((own, theirs))
            peaks.append((own_peak, their_peak))
    return [
        Figure.of("open", "the largest session shown at its end", "s", 1.2, "ten messages", short),
        Figure.of("open", "the largest session shown at its end", "s", 0.35, "toolong", long),
        Figure.of("open", "… and its peak memory", "MB", 0.15, "toolong", peaks),
    ]


def _tail(path: Path, count: int) -> list[bytes]:
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 1_000_000), 2)
        return file.read().splitlines(keepends=True)[-count:]


# ---- keys


def _keys(terminal: Terminal, words: list[str], below: int, quiet: float) -> Cost:
    """The p95, in milliseconds, from the last letter of each word to what it shows."""
    seconds, spent = [], terminal.cpu()
    for word in words:
        _empty(terminal)
        terminal.press(word[:-1].encode())
        terminal.settle()
        start, pressed = terminal.mark(), terminal.press(word[-1:].encode())
        if changed := terminal.last_change(start, below, quiet=quiet):
            seconds.append(changed - pressed)
    if not seconds:
        raise Skip("no key changed anything")
    return Cost(p95(seconds) * 1e3, terminal.cpu() - spent)


def search(stores: Stores, pairs: int) -> list[Taken]:
    words = typed(stores, 24)
    with scratch(stores.root) as home:
        drive(home, "index", stores.many)
        with _browser(stores.many, home) as terminal, _rival("echo_textual") as echo:
            echo.wait(lambda text: "ready" in text)
            terminal.settle(quiet=2.0, seconds=_INDEXING)
            terminal.press(b"/")
            terminal.settle()
            taken = in_turns(pairs, lambda: _keys(terminal, words, _BAR, 0.6), lambda: _keys(echo, words, _INPUT, 0.3))
    what = f"key to hits on screen, p95 of {len(words)}"
    return [Figure.of("search", what, "ms", 1.5, "echo", taken)]


def _narrowing(stores: Stores, count: int) -> list[str]:
    """What a person might type of a key to find its session: beginnings of its parts, or letters with gaps."""
    random, keys = Random(SEED), sorted(path.stem for path in stores.crowd.iterdir())
    words = []
    for key in random.choices(keys, k=count):
        channel, name, rank = key.split("_")
        words.append(random.choice((channel[:4], f"{channel[0]}{name[:4]}", f"{channel[:2]} {name[:3]}", rank[:4])))
    return words


def _letters(terminal: Terminal, words: list[str], below: int, columns: int) -> Cost:
    """The p95, in milliseconds, from each letter to the list that it leaves."""
    seconds, spent = [], terminal.cpu()
    for word in words:
        _empty(terminal)
        terminal.settle()
        for letter in word:
            start, pressed = terminal.mark(), terminal.press(letter.encode())
            if changed := terminal.last_change(start, below, quiet=0.4, columns=columns):
                seconds.append(changed - pressed)
    if not seconds:
        raise Skip("no letter changed the list")
    return Cost(p95(seconds) * 1e3, terminal.cpu() - spent)


def narrow(stores: Stores, pairs: int) -> list[Taken]:
    words = _narrowing(stores, 8)
    with scratch(stores.root) as home:
        keys = home / "keys.txt"
        keys.write_text("\n".join(path.stem for path in sorted(stores.crowd.iterdir())))
        drive(home, "index", stores.crowd)
        with _browser(stores.crowd, home) as terminal, _rival("filter_textual", keys) as bare:
            terminal.settle(quiet=2.0, seconds=_INDEXING)
            bare.settle()
            terminal.press(b"f")
            terminal.settle()
            taken = in_turns(
                pairs,
                lambda: _letters(terminal, words, _LIST, _SIDE),
                lambda: _letters(bare, words, _INPUT, _SIDE),
            )
    what = f"filter key to list, {10 * stores.sessions:,} sessions, p95"
    return [Figure.of("filter", what, "ms", 2, "rapidfuzz alone", taken)]


def _pages(terminal: Terminal, count: int) -> Cost:
    """The p95, in milliseconds, from Page Down to its frame, held."""
    frames, spent = [], terminal.cpu()
    for _ in range(count):
        pressed = terminal.press(PAGE_DOWN)
        frames.append(terminal.next_frame() - pressed)
        while (left := pressed + _HELD - time.perf_counter()) > 0:
            terminal.pause(left)
    return Cost(p95(frames) * 1e3, terminal.cpu() - spent)


def page_down(stores: Stores, pairs: int) -> list[Taken]:
    session = stores.one / "telegram_all.jsonl"
    with scratch(stores.root) as home, _browser(session, home) as terminal, _rival("scroll_textual") as bare:
        terminal.wait(lambda text: END_MARK in text)
        terminal.settle(quiet=2.0, seconds=_INDEXING)
        bare.settle()
        terminal.press(ENTER)
        terminal.settle()
        terminal.press(b"g")
        terminal.settle(quiet=1.0)
        taken = in_turns(pairs, lambda: _pages(terminal, 100), lambda: _pages(bare, 100))
    return [Figure.of("page-down", "Page Down held, p95 frame of 100", "ms", 1.5, "bare ScrollView", taken)]


# ---- freezes and memory


@contextmanager
def _pulse(stores: Stores) -> Iterator[tuple[Path, Path]]:
    with scratch(stores.root) as home:
        yield home, home / "pulse.json"


def _longest_gap(terminal: Terminal, pulse: Path, words: list[str]) -> Cost:
    """The longest gap of the event loop, in milliseconds, while somebody types."""
    spent, began = terminal.cpu(), time.perf_counter()
    for word in words:
        for letter in word:
            terminal.press(letter.encode())
            terminal.pause(0.08)
        terminal.pause(0.3)
        _empty(terminal)
    ended, spent = time.perf_counter(), terminal.cpu() - spent
    terminal.end(b"\x11")
    if not pulse.exists():
        raise Skip("the program was killed, its pulse is lost")
    gaps = [seconds for when, seconds in json.loads(pulse.read_text()) if began < when < ended]
    return Cost(max(gaps, default=0.0) * 1e3, spent)


def freeze(stores: Stores, pairs: int) -> list[Taken]:
    keys, words = _newest(stores)[:10], typed(stores, 12)

    def ours() -> Cost:
        with _pulse(stores) as (home, pulse), _browser(stores.many, home, pulse) as terminal:
            terminal.wait(lambda text: all(key in text for key in keys))
            terminal.pause(0.5)
            terminal.press(b"/")
            return _longest_gap(terminal, pulse, words)

    def theirs() -> Cost:
        with _pulse(stores) as (_, pulse), _rival("list_textual", watch=pulse) as terminal:
            terminal.wait(lambda text: "row 5" in text)
            terminal.pause(0.5)
            return _longest_gap(terminal, pulse, words)

    what = "longest gap of the event loop, scan + index + search"
    return [Figure.of("freeze", what, "ms", 2, "repainted list", in_turns(pairs, ours, theirs))]


def _memory(stores: Stores) -> tuple[int, int]:
    """The most memory that the browser had, and that a process it started had, in bytes."""
    with scratch(stores.root) as home, _browser(stores.many, home) as terminal:
        limit, still = time.perf_counter() + _INDEXING, 0
        while still < 15 and time.perf_counter() < limit:
            painted = terminal.pause(0.2)
            terminal.watch_children()
            still = 0 if painted else still + 1
        terminal.press(b"/ba")
        terminal.pause(2.0)
        return terminal.end(b"\x11"), max(terminal.peaks.values(), default=0)


def memory(stores: Stores, pairs: int) -> list[Taken]:
    helpers: list[float] = []

    def ours() -> Cost:
        own, helper = _memory(stores)
        helpers.append(helper / 1e6)
        return Cost(own / 1e6)

    def theirs() -> Cost:
        with _rival("empty_textual") as terminal:
            terminal.wait(lambda text: "hello-from-an-empty-app" in text)
            terminal.settle()
            return Cost((terminal.end(b"\x11") + 16 * stores.messages) / 1e6)

    taken = in_turns(pairs, ours, theirs)
    if not max(helpers):
        raise Skip("no helper process was seen, or this system does not tell its size")
    return [
        Figure.of("memory", "the browser, that store open and indexed", "MB", 1.5, "one label + 16 B each", taken),
        Amount("memory", "… and its helper process", "MB", median(helpers), 250),
    ]


def _timely(measure: Row) -> Row:
    """The same row, skipped with a reason where the program did not do what was waited for."""

    def measured(stores: Stores, pairs: int) -> list[Taken]:
        try:
            return list(measure.measure(stores, pairs))
        except Late as error:
            raise Skip(last_word(str(error))) from error

    return Row(measure.name, measure.what, measured)


ROWS = tuple(
    map(
        _timely,
        (
            Row("first-paint", "first paint with the list filled", first_paint),
            Row("open", "the largest session shown at its end", open_at_end),
            Row("search", "key to hits on screen, p95", search),
            Row("filter", "filter key to list, p95", narrow),
            Row("page-down", "Page Down held in the largest session, p95 frame", page_down),
            Row("freeze", "longest gap of the event loop, scan + index + search", freeze),
            Row("memory", "the browser, the whole store open and indexed", memory),
        ),
    )
)
