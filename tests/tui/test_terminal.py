"""The browser in a real pseudo-terminal: no byte of a message, key, file name or path becomes an escape sequence.

Everything hostile carries the word PWNED inside its sequence. What the program writes is cut into escape sequences and
text: no sequence may hold that word or be of a kind that Textual itself has no use for, and the text, drawn by a terminal
emulator, must show it literally.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pyte
import pytest

from sessiontui.dialects.zeroclaw import write
from sessiontui.model import Message
from sessiontui.tui.app import last_words
from tests.support import matrices
from tests.support.capabilities import keeps_any_name
from tests.support.matrices import few
from tests.support.safe import is_safe
from tests.support.screens import folder

ROOT = Path(__file__).parent.parent.parent
COLUMNS, ROWS = 140, 45
PATIENCE = 40.0

SEQUENCE = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|\x1b[P_^X].*?\x1b\\"  # DCS, APC, PM, SOS
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b[ -/]*[0-OQ-WYZ\\`-~]",  # the rest
    re.DOTALL,
)
COLOUR = rb"(?:[0-9]|[34]8;2;[0-9]+;[0-9]+;[0-9]+)"
"""Textual draws in true colours; the eight of old are only in messages."""
ALLOWED = re.compile(
    rb"\x1b\[(?:" + COLOUR + rb"(?:;" + COLOUR + rb")*)?m"
    rb"|\x1b\[[0-9;]*[HJKABCDdGsu]"  # cursor, clearing
    rb"|\x1b\[\?[0-9;]+[hl]|\x1b\[\?[0-9]+\$p"  # modes, and asking for them
    rb"|\x1b\[[<>=][0-9;]*u|\x1b\[\?u|\x1b\[c|\x1b\[>4;[0-9]m|\x1b\[[0-9;]*t"  # keyboard, size
    rb"|\x1b_Gi=31[^\x1b]*\x1b\\|\x1b\[1 q|\x1b\[[0-9] q"
    rb"|\x1b\]22;[a-z-]*\x07|\x1b[=>78]|\x1b\(B"
)

HOSTILE = [
    "colour \x1b[31mPWNED\x1b[0m",
    "title \x1b]0;PWNED\x07 and \x1b]2;PWNED\x1b\\",
    "clipboard \x1b]52;c;UFdORUQ=PWNED\x07",
    "link \x1b]8;;http://PWNED.example/\x1b\\click\x1b]8;;\x1b\\",
    "device \x1bP1$qPWNED\x1b\\ app \x1b_PWNED\x1b\\",
    "c1 \x9b31mPWNED \x9d0;PWNED\x9c \x90PWNED\x9c",
    "bidi \u202ePWNED\u202c \u2066PWNED\u2069 \u200fPWNED",
    "markup [red]PWNED[/red] [@click=app.quit]PWNED[/] [link=http://PWNED.example]x[/link]",
    "rich [bold red on blue]PWNED :smile: [/]",
    "controls \x00\x08\x08\x0b\x0c\r\x7f\x84\x85 PWNED",
    "tags \U000e0050\U000e0057 lines \u2028PWNED\u2029 joined \u2060\ufeffPWNED",
]
KEYS = [
    b"evil\x1b]0;PWNED\x07key",
    b"[red]PWNED[\xe2\x81\x84red]",
    b"c1\xc2\x9b31mPWNED",
    b"bytes\xff\xfe\x9b31mPWNED",
    b"two\nlines\rPWNED",
    b"\xe2\x80\xaebidiPWNED",
]


class Terminal:
    """The browser as a child at a pseudo-terminal, and what it wrote."""

    def __init__(self, store: Path, home: Path, shell: str = "", **surroundings: str) -> None:
        """``shell``: one that is put in between, with job control; what it runs is typed into it."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
        } | surroundings
        self._process = subprocess.Popen(
            [shell, "--norc", "-i"] if shell else [sys.executable, "-m", "sessiontui", os.fspath(store)],
            cwd=ROOT,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={name: value for name, value in env.items() if value},
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if shell else None,  # noqa: PLW1509
        )
        os.close(slave)
        self.output = bytearray()
        self._rest = b""
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.close()

    def close(self) -> None:
        """The window is closed. It was nobody's controlling terminal: the system tells nobody."""
        if self._master >= 0:
            os.close(self._master)
        self._master = -1

    def ended(self) -> bool:
        """Whether the program ends by itself."""
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def code(self) -> int | None:
        """What it ended with."""
        return self._process.returncode

    def send(self, number: int) -> None:
        """Send it to the browser."""
        self._process.send_signal(number)

    def blank(self) -> None:
        """Whoever has the terminal meanwhile leaves nothing of what was there."""
        while self._read(0.2):
            pass
        self._screen.reset()

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Read until something is so."""
        self._until(lambda _: holds(), "what was waited for", 0.0)

    def type(self, keys: str | bytes) -> None:
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def press(self, keys: str | bytes, shows: str = "", hides: str = "") -> None:
        """Type, and wait until the screen holds one text, or no longer holds another."""
        self.type(keys)
        self._until(lambda screen: shows in screen and not (hides and hides in screen), shows or f"not {hides}", 0.0)

    def wait(self, text: str) -> str:
        """Read until the screen holds a text; the screen."""
        self._until(lambda screen: text in screen, text)
        return self.screen()

    def _until(self, seen: Callable[[str], bool], what: str, quiet: float = 0.1) -> None:
        """Read until what is waited for is on the screen and nothing more comes for a moment."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if seen(self.screen()) and not (quiet and self._read(quiet)):
                return
            if not self._read(0.1) and self._process.poll() is not None:
                break
        raise AssertionError(f"never shown: {what!r}\n{self.screen()}")

    def leave(self, number: signal.Signals | None = None) -> int:
        """Press q, or send a signal, and read to the end."""
        if number is None:
            self.type("q")
        else:
            self._process.send_signal(number)
        while self._process.poll() is None:
            self._read(0.2)
        while self._read(0.2):
            pass
        return self._process.returncode

    @property
    def stopped(self) -> bool:
        """Whether the program was put to sleep."""
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def wake(self) -> None:
        """As ``fg`` in a shell does."""
        self._process.send_signal(signal.SIGCONT)

    def screen(self) -> str:
        """What an emulator shows."""
        return "\n".join(self._screen.display)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says EIO when the child is gone
            return False
        self.output += data
        self._emulate(data)
        return bool(data)

    def _emulate(self, data: bytes) -> None:
        """Draw what came, but for sequences that the emulator does not know and would show."""
        self._rest += data
        whole = self._rest.rfind(b"\x1b") if SEQUENCE.search(self._rest, self._rest.rfind(b"\x1b")) is None else -1
        ready, self._rest = (self._rest, b"") if whole < 0 else (self._rest[:whole], self._rest[whole:])
        for text, sequence in pieces(ready):
            self._stream.feed(text)
            if re.fullmatch(rb"\x1b\[[0-9;]*[A-Za-z]|\x1b\[\?[0-9;]+[hl]", sequence):
                self._stream.feed(sequence)


def pieces(output: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Text and the escape sequence behind it, in turn."""
    at = 0
    for found in SEQUENCE.finditer(output):
        yield output[at : found.start()], found.group()
        at = found.end()
    yield output[at:], b""


def harmless(output: bytes) -> None:
    """Every escape sequence is one that Textual needs, and every other byte is text that no terminal obeys."""
    for text, sequence in pieces(output):
        assert not sequence or ALLOWED.fullmatch(sequence), sequence
        assert b"PWNED" not in sequence
        shown = text.decode("utf-8")
        assert is_safe(shown.replace("\r", "").replace("\n", "")), shown


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store whose every part is hostile: its path, its keys, its roles, its messages and its damaged lines."""
    path = tmp_path / "ev\x1b]0;PWNED\x07il [red]PWNED" / "sessions"
    talk: list[Message | bytes] = [Message("user", text) for text in HOSTILE]
    damaged = b"".join(b'{"role":"' + text.encode("utf-8") + b"\n" for text in HOSTILE[:6]) + b"\xff\xfe\x9b31mPWNED\n"
    damaged = write(Message("user", "whole")) + damaged
    folder(path, {"a_talk": talk, "b_damaged": [damaged], "c_roles": [Message(text, "needle") for text in HOSTILE]})
    any_name = keeps_any_name(path)
    for key in KEYS:
        if not any_name:
            key = key.decode(errors="replace").encode()
        file = os.fsencode(path) + b"/" + key + b".jsonl"
        with open(file, "wb") as written:
            written.write(write(Message("user", "needle \x1b]0;PWNED\x07")))
        os.utime(file, (1, 1))
    return path


def test_nothing_hostile_reaches_the_terminal(store: Path, tmp_path: Path) -> None:
    with Terminal(store, tmp_path) as terminal:
        screen = terminal.wait("! b_damaged")
        assert "evil␛]0;PWNED␇key" in screen
        assert "[red]PWNED[" in screen
        assert "ev␛]0;PWNED␇il [red]PWNED" in screen
        screen = terminal.wait("[link=http://PWNED.example]x[/link]")
        assert "markup [red]PWNED[/red] [@click=app.quit]PWNED[/] " in screen
        assert "title ␛]0;PWNED␇ and ␛]2;PWNED␛\\" in screen
        assert "clipboard ␛]52;c;UFdORUQ=PWNED␇" in screen
        terminal.press("r", shows="raw lines")
        terminal.press("p", shows="Remove the last message of a_talk?")
        terminal.press("\x1b", hides="Remove the last message")
        terminal.press("j", shows="▚ ! line 2")
        terminal.press("c", shows="Remove 7 damaged lines")
        terminal.press("\x1b", hides="Remove 7 damaged lines")
        terminal.press("j", shows='{"role":"colour \\u001b[31mPWNED')
        terminal.press("r", shows="colour ␛[31mPWNED␛[0m")
        terminal.press("/", shows="go to it")
        terminal.press("needle", shows="17 hits")
        terminal.press("\x1b[B\x1b[B\r", shows="u undo")
        terminal.press("/", hides="u undo")
        terminal.press("\x1b[200~paste \x1b]0;PWNED\x07\x1b[201~", shows="paste")
        terminal.press("\x1b", hides="paste")
        terminal.press("\x1b", shows="u undo")
        terminal.press("f", shows="keep it")
        terminal.press("evil", shows="· 1 of 9")
        terminal.press("\r", shows="u undo")
        terminal.press("p", shows="Remove the last message of evil␛]0;PWNED␇key?")
        terminal.press("\x1b[C\r", shows="removed the last message of evil␛]0;PWNED␇key")
        terminal.press("?", shows="Esc closes")
        terminal.press("\x1b", hides="Esc closes")
        terminal.press("\x10", shows="Commands and sessions")
        terminal.press("evil", shows="evil␛]0;PWNED␇key  session")
        terminal.press("\x1b", hides="Commands and sessions")
        terminal.press("m", shows="to SQLite?")
        terminal.press("\x1b", hides="to SQLite?")
        assert terminal.leave() == 0
        harmless(bytes(terminal.output))


def test_a_terminal_would_have_obeyed() -> None:
    """The check itself fails for each of the hostile texts as they are."""
    for text in HOSTILE:
        if "[red]" not in text and "rich" not in text:
            with pytest.raises((AssertionError, UnicodeDecodeError)):
                harmless(text.encode("utf-8"))


@pytest.mark.exhaustive
@pytest.mark.parametrize("end", matrices.few((None, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)))
def test_the_terminal_is_given_back(store: Path, tmp_path: Path, end: tuple[signal.Signals | None, int]) -> None:
    number, code = end
    with Terminal(store, tmp_path) as terminal:
        terminal.wait("a_talk")
        assert terminal.leave(number) == code
        output = bytes(terminal.output)
        assert output.rindex(b"\x1b[?1049l") > output.rindex(b"\x1b[?1049h")
        assert output.rindex(b"\x1b[?25h") > output.rindex(b"\x1b[?25l")


@pytest.mark.exhaustive
@pytest.mark.parametrize("keys", few("", "p"), ids=["in the list", "in a dialog"])
def test_the_browser_ends_with_its_terminal(usual: Path, tmp_path: Path, keys: str) -> None:
    with Terminal(usual, tmp_path) as terminal:
        terminal.wait("! talk")
        terminal.press(keys, shows="Cancel" if keys else "")
        terminal.close()
        assert terminal.ended()


def drawn(output: bytes) -> bytes:
    """What was sent besides escape sequences."""
    return b"".join(text for text, _ in pieces(output))


def colours(output: bytes) -> set[int]:
    """The codes of all colours that were sent, of the sixteen and of more: 38 and 48 begin one of more."""
    codes = [
        code for _, sent in pieces(output) if sent.endswith(b"m") for code in sent[2:-1].split(b";") if code.isdigit()
    ]
    return {int(code) for code in codes if 30 <= int(code) <= 107 and int(code) not in (39, 49)}


@pytest.fixture
def usual(tmp_path: Path) -> Path:
    """A store with a damaged line and a text in many scripts."""
    rows: list[Message | bytes] = [Message("user", "naïve 日本 👨‍👩‍👧"), b"torn\n", Message("assistant", "an answer")]
    return folder(tmp_path / "sessions", {"talk": rows, "é": [Message("user", "x")]})


@pytest.mark.exhaustive
@pytest.mark.parametrize("utf8", ["", "0"], ids=["as Python likes it", "as the locale says"])
def test_a_locale_of_ascii_gets_ascii(usual: Path, tmp_path: Path, utf8: str) -> None:
    with Terminal(usual, tmp_path, LC_ALL="C", PYTHONUTF8=utf8, PYTHONCOERCECLOCALE=utf8) as terminal:
        terminal.wait("! talk")
        screen = terminal.wait("# ! line 2")
        assert "na?ve ???? ??" in screen
        assert "+- Sessions -" in screen
        terminal.press("/", shows="Esc leave")
        terminal.press(b"an\xe4swer", shows="an?swer")  # no text in any encoding of this locale
        terminal.press("\x1b", hides="an?swer")
        terminal.press("\x1b", shows="undo")
        terminal.press("?", shows="Esc closes")
        terminal.press("\x1b", hides="Esc closes")
        assert terminal.leave() == 0
        assert drawn(bytes(terminal.output)).isascii()


@pytest.mark.exhaustive
def test_bytes_that_are_no_text_do_not_end_it(usual: Path, tmp_path: Path) -> None:
    with Terminal(usual, tmp_path) as terminal:
        terminal.wait("! talk")
        terminal.press("/", shows="Esc leave")
        terminal.press(b"qu\xe4x\xff", shows="qu\ufffdx\ufffd")
        terminal.press("\x1b", hides="qu\ufffd")
        terminal.press("\x1b", shows="undo")
        assert terminal.leave() == 0


@pytest.mark.exhaustive
def test_no_color_sends_none(usual: Path, tmp_path: Path) -> None:
    with Terminal(usual, tmp_path, NO_COLOR="1") as terminal:
        terminal.wait("! talk")
        terminal.press("p", shows="Cancel")
        terminal.press("\x1b", hides="Cancel")
        assert terminal.leave() == 0
        assert colours(bytes(terminal.output)) == set()
        assert re.search(rb"\x1b\[(?:\d+;)*7[;m]", terminal.output)  # the row under the cursor, reversed


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["xterm", "linux"])
def test_a_terminal_of_sixteen_colours_gets_its_own(usual: Path, tmp_path: Path, name: str) -> None:
    with Terminal(usual, tmp_path, TERM=name, COLORTERM="") as terminal:
        terminal.wait("! talk")
        terminal.press("p", shows="Cancel")
        terminal.press("\x1b", hides="Cancel")
        assert terminal.leave() == 0
        sent = colours(bytes(terminal.output))
        assert 31 in sent  # a fault
        assert not sent & {38, 48}
        drawn(bytes(terminal.output)).decode()
        assert ("╭" in drawn(bytes(terminal.output)).decode()) == (name == "xterm")


@pytest.mark.exhaustive
def test_a_dumb_terminal_is_told_what_works_there(usual: Path, tmp_path: Path) -> None:
    with Terminal(usual, tmp_path, TERM="dumb") as terminal:
        said = terminal.wait("sessiontui list")
        assert "the browser needs a terminal" in said
        assert b"\x1b" not in terminal.output


@pytest.mark.exhaustive
def test_ctrl_z_gives_the_terminal_back_for_a_while(usual: Path, tmp_path: Path) -> None:
    with Terminal(usual, tmp_path) as terminal:
        terminal.wait("! talk")
        terminal.type("\x1a")
        end = time.monotonic() + PATIENCE
        while not terminal.stopped and time.monotonic() < end:
            terminal._read(0.1)
        assert terminal.stopped
        while terminal._read(0.2):
            pass
        output = bytes(terminal.output)
        assert output.rindex(b"\x1b[?1049l") > output.rindex(b"\x1b[?1049h")
        terminal.wake()
        terminal.press("?", shows="Esc closes")
        terminal.press("\x1b", hides="Esc closes")
        assert terminal.leave() == 0


def test_a_fault_of_ours_is_told_without_the_text_of_sessions() -> None:
    def broken(hidden: str) -> None:
        raise ValueError(f"odd \x1b[31m value of {len(hidden)}")

    try:
        broken("a text of a session")
    except ValueError as error:
        said = last_words(error)
    assert "odd ␛[31m value of 19" in said
    assert "in broken" in said
    assert "a text of a session" not in said.replace('broken("a text of a session")', "")
    assert is_safe(said.replace("\n", ""))
