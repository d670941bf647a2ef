"""The terminal goes away, stalls, or is lent to the shell: the browser always ends, and always comes back whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from sessiontui.model import Message
from tests.support import matrices
from tests.support.screens import folder, sample
from tests.tui.test_terminal import PATIENCE, Terminal

CLOSED, QUICK = 20, 1
"""How often a stalled terminal is closed, and how often of that in the fast set."""


def flood(terminal: Terminal) -> None:
    """Press keys that draw whole screens, and read nothing of them, until the browser takes no more."""
    os.set_blocking(terminal._master, False)
    for turn in range(60):
        with contextlib.suppress(BlockingIOError):
            os.write(terminal._master, b"\x1b[6~\t?\x1b" if turn % 2 else b"i\x1bU\x1b\t")
        time.sleep(0.01)


def helpers(store: Path) -> list[int]:
    """Processes that work on a store, but for the browser; none where the system does not tell."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = each.read_bytes()
            if b"sessiontui.store." in command and os.fsencode(store) in command:
                found.append(int(each.parent.name))
    return found


def gone(store: Path) -> bool:
    """Whether the helpers end by themselves."""
    end = time.monotonic() + PATIENCE
    while helpers(store) and time.monotonic() < end:
        time.sleep(0.05)
    return not helpers(store)


@pytest.mark.parametrize(
    "turn", [pytest.param(turn, marks=[pytest.mark.exhaustive] * (turn >= QUICK)) for turn in range(CLOSED)]
)
def test_it_ends_when_a_stalled_terminal_is_closed(tmp_path: Path, turn: int) -> None:
    store = sample(tmp_path)
    with Terminal(store, tmp_path) as terminal:
        terminal.wait("Sessions")
        flood(terminal)
        terminal.close()
        assert terminal.ended()
        assert terminal.code == 128 + signal.SIGHUP
        assert gone(store)


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", matrices.few(signal.SIGHUP, signal.SIGTERM))
def test_it_ends_by_a_signal_while_its_terminal_is_stalled(tmp_path: Path, number: signal.Signals) -> None:
    store = sample(tmp_path)
    with Terminal(store, tmp_path) as terminal:
        terminal.wait("Sessions")
        flood(terminal)
        terminal.send(number)
        assert terminal.ended()
        assert terminal.code == 128 + number
        assert gone(store)


@pytest.mark.exhaustive
def test_helpers_end_with_it(tmp_path: Path) -> None:
    line = b'{"role":"user","content":"a message that is long enough to be worth an index, number %d"}\n'
    rows: list[Message | bytes] = [b"".join(line % at for at in range(start, start + 1000)) for start in range(300)]
    store = folder(tmp_path / "sessions", {"large": rows})
    with Terminal(store, tmp_path) as terminal:
        terminal.wait("large")
        end = time.monotonic() + PATIENCE
        while not helpers(store) and Path("/proc/self").exists() and time.monotonic() < end:
            time.sleep(0.01)
        terminal.close()
        assert terminal.ended()
        assert gone(store)


# ---- lent to the shell


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return folder(tmp_path / "sessions", {"talk": [Message("user", "hello"), b"torn\n"]})


@pytest.mark.exhaustive
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="whether a process is stopped is asked of /proc")
@pytest.mark.parametrize("stop", matrices.few("ctrl+z", "SIGTSTP", "SIGSTOP"))
def test_all_is_drawn_again_after_a_stop(store: Path, tmp_path: Path, stop: str) -> None:
    with Terminal(store, tmp_path) as terminal:
        terminal.wait("! talk")
        whole = terminal.wait("▚ ! line 2")
        if stop == "ctrl+z":
            terminal.type("\x1a")
        else:
            terminal.send(getattr(signal, stop))
        terminal.wait_for(lambda: terminal.stopped)
        terminal.blank()
        terminal.wake()
        terminal.wait_for(lambda: terminal.screen() == whole)
        terminal.press("?", shows="Esc closes")  # one reader of keys, not two
        terminal.press("\x1b", hides="Esc closes")
        assert terminal.leave() == 0


@pytest.mark.exhaustive
@pytest.mark.skipif(not shutil.which("bash"), reason="a shell with job control is needed")
def test_fg_in_a_shell_draws_all_of_it_again(store: Path, tmp_path: Path) -> None:
    with Terminal(store, tmp_path, shell="bash", PS1="ready> ", HISTFILE="", COLUMNS="", LINES="") as terminal:
        terminal.wait("ready>")
        terminal.type(f"{sys.executable} -m sessiontui {store}; echo left with $?\n")
        terminal.wait("! talk")
        terminal.type("\x1a")
        terminal.wait("Stopped")
        terminal.blank()
        terminal.type("fg\n")
        terminal.wait("! talk")
        terminal.press("?", shows="Esc closes")
        terminal.press("\x1b", hides="Esc closes")
        terminal.type("q")
        terminal.wait("ready>")
        terminal.type("exit\n")
        assert terminal.ended()
