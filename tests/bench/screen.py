"""The rows taken at a pseudo-terminal: first paint, a large session at its end, keys, frames, freezes, memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from statistics import median

from tests.bench.batch import typed
from tests.bench.process import DRIVE, OURS, RIVALS, last_word, medians, run, scratch, surroundings
from tests.bench.rivals import toolong
from tests.bench.stores import END_MARK, SEED, Stores
from tests.bench.table import Figure, Row, Skip, p95
from tests.bench.terminal import ENTER, PAGE_DOWN, Late, Terminal

_INDEXING = 180
"""Seconds that counting and indexing may take before a row gives up."""
_BAR = 4
"""Rows of the title and the search bar, which show the query at once, and the number of hits when it is known."""
_LIST = 7
"""Rows of the title, the search bar and the filter; the list is below them."""
_SIDE = 34
"""Columns of the list, without the transcript beside it."""
_HELD = 1 / 30
"""A key that is held comes thirty times a second."""


def _browser(store: Path, home: Path, watch: Path | None = None) -> Terminal:
    argv = OURS if watch is None else (sys.executable, "-m", "tests.bench.heartbeat", str(watch))
    return Terminal([*argv, "browse", store], surroundings(home))


def _empty(terminal: Terminal) -> None:
    """Empty the search bar, by Ctrl+U; what is typed at once behind it would overtake it."""
    terminal.press(b"\x15")
    terminal.pause(0.1)


def _newest(stores: Stores) -> list[str]:
    """The keys that fill the first screen: those of the sessions written last."""
    return [f"telegram_{rank:04}" for rank in range(stores.sessions - 1, stores.sessions - 21, -1)]


def first_paint(stores: Stores, runs: int) -> list[Figure]:
    keys = _newest(stores)

    def ours() -> float:
        with scratch(stores.root) as home, _browser(stores.many, home) as terminal:
            return terminal.wait(lambda text: all(key in text for key in keys)) - terminal.began

    def theirs() -> float:
        with Terminal([sys.executable, RIVALS / "empty_textual.py"]) as terminal:
            return terminal.wait(lambda text: "hello-from-an-empty-app" in text) - terminal.began

    own, empty = medians(2 * runs + 1, ours, theirs)
    return [Figure("first-paint", "first paint with the list filled", own * 1e3, 1.5, "ms", empty * 1e3, "one label")]


def _open_at_end(terminal: Terminal) -> tuple[float, int]:
    """Seconds until the last message shows, and the most memory until it has been there for a while."""
    shown = terminal.wait(lambda text: END_MARK in text) - terminal.began
    terminal.settle(quiet=1.0, seconds=60)
    return shown, terminal.end(b"q")


def open_at_end(stores: Stores, runs: int) -> list[Figure]:
    session = stores.one / "telegram_all.jsonl"
    try:
        viewer = toolong.command(stores.root.parent)
    except subprocess.CalledProcessError as error:
        raise Skip(f"toolong can't be installed: {error}") from error
    peaks: list[tuple[int, int]] = []

    def theirs() -> float:
        with Terminal([viewer, session]) as terminal:
            seconds, peak = _open_at_end(terminal)
            peaks.append((0, peak))
            return seconds

    def ours() -> float:
        with scratch(stores.root) as home, _browser(session, home) as terminal:
            seconds, peak = _open_at_end(terminal)
            peaks[-1] = (peak, peaks[-1][1])
            return seconds

    own, long = medians(runs, ours, theirs)
    own_peak, long_peak = (median(each) / 1e6 for each in zip(*peaks, strict=True))
    return [
        Figure("open", "the largest session shown at its end", own, 0.25, "s", long, "toolong"),
        Figure("open", "… and its peak memory", own_peak, 0.25, "MB", long_peak, "toolong"),
    ]


def search(stores: Stores, runs: int) -> list[Figure]:
    seconds = []
    with scratch(stores.root) as home:
        run([*DRIVE, "index", stores.many], home)
        with _browser(stores.many, home) as terminal:
            terminal.settle(quiet=2.0, seconds=_INDEXING)
            terminal.press(b"/")
            terminal.settle()
            for word in typed(stores, 16 * runs):
                _empty(terminal)
                terminal.press(word[:-1].encode())
                terminal.settle()
                start, pressed = terminal.mark(), terminal.press(word[-1:].encode())
                seconds.append(terminal.last_change(start, _BAR, quiet=0.6) - pressed)
    return [Figure("search", f"key to hits on screen, p95 of {len(seconds)}", p95(seconds) * 1e3, 100, "ms")]


def _narrowing(stores: Stores, count: int) -> list[str]:
    """What a person might type of a key to find its session: beginnings of its parts, or letters with gaps."""
    random, keys = Random(SEED), sorted(path.stem for path in stores.crowd.iterdir())
    words = []
    for key in random.choices(keys, k=count):
        channel, name, rank = key.split("_")
        words.append(random.choice((channel[:4], f"{channel[0]}{name[:4]}", f"{channel[:2]} {name[:3]}", rank[:4])))
    return words


def narrow(stores: Stores, runs: int) -> list[Figure]:
    seconds = []
    with scratch(stores.root) as home:
        run([*DRIVE, "index", stores.crowd], home)
        with _browser(stores.crowd, home) as terminal:
            terminal.settle(quiet=2.0, seconds=_INDEXING)
            terminal.press(b"f")
            terminal.settle()
            for word in _narrowing(stores, 8 * runs):
                _empty(terminal)
                terminal.settle()
                for letter in word:
                    start, pressed = terminal.mark(), terminal.press(letter.encode())
                    if changed := terminal.last_change(start, _LIST, quiet=0.4, columns=_SIDE):
                        seconds.append(changed - pressed)
    what = f"filter key to list, {10 * stores.sessions:,} sessions, p95 of {len(seconds)}"
    return [Figure("filter", what, p95(seconds) * 1e3, 50, "ms")]


def page_down(stores: Stores, runs: int) -> list[Figure]:
    frames = []
    with scratch(stores.root) as home, _browser(stores.one / "telegram_all.jsonl", home) as terminal:
        terminal.wait(lambda text: END_MARK in text)
        terminal.settle(quiet=2.0, seconds=_INDEXING)
        terminal.press(ENTER)
        terminal.settle()
        terminal.press(b"g")
        terminal.settle(quiet=1.0)
        for _ in range(100 * runs):
            pressed = terminal.press(PAGE_DOWN)
            frames.append(terminal.next_frame() - pressed)
            while (left := pressed + _HELD - time.perf_counter()) > 0:
                terminal.pause(left)
    return [Figure("page-down", f"Page Down held, p95 frame of {len(frames)}", p95(frames) * 1e3, 33, "ms")]


def freeze(stores: Stores, runs: int) -> list[Figure]:
    keys = _newest(stores)[:10]
    with scratch(stores.root) as home:
        pulse = home / "pulse.json"
        with _browser(stores.many, home, pulse) as terminal:
            terminal.wait(lambda text: all(key in text for key in keys))
            terminal.pause(0.5)
            began = time.perf_counter()
            terminal.press(b"/")
            for word in typed(stores, 24):
                for letter in word:
                    terminal.press(letter.encode())
                    terminal.pause(0.08)
                terminal.pause(0.3)
                _empty(terminal)
            ended = time.perf_counter()
            terminal.end(b"\x11")
        if not pulse.exists():
            raise Skip("the browser was killed, its pulse is lost")
        gaps = [seconds for when, seconds in json.loads(pulse.read_text()) if began < when < ended]
    longest = max(gaps, default=0.0)
    return [Figure("freeze", "longest gap of the event loop, scan + index + search", longest * 1e3, 50, "ms")]


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


def memory(stores: Stores, runs: int) -> list[Figure]:
    return [Figure("memory", "the browser, the whole store open and indexed", _memory(stores)[0] / 1e6, 120, "MB")]


def memory_helper(stores: Stores, runs: int) -> list[Figure]:
    helper = _memory(stores)[1]
    if not helper:
        raise Skip("no helper process was seen, or this system does not tell its size")
    return [Figure("memory-helper", "… and its helper process", helper / 1e6, 250, "MB")]


def _timely(measure: Row) -> Row:
    """The same row, skipped with a reason where the program did not do what was waited for."""

    def measured(stores: Stores, runs: int) -> list[Figure]:
        try:
            return list(measure.measure(stores, runs))
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
            Row("memory-helper", "… and its helper process", memory_helper),
        ),
    )
)
