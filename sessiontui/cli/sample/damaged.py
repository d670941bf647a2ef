"""Damaged sessions: the ways in which files like these break in the field, a few to a file, between healthy lines.

Each file is told as a story that could have happened to it. The bytes are written out, never made by breaking
something at random, so that every run shows the same damage at the same offset.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sessiontui.dialects.zeroclaw import write
from sessiontui.model import Message


class Wreck(NamedTuple):
    """A damaged session of the sample."""

    stem: str
    age: timedelta
    data: bytes


def _user(content: str) -> bytes:
    return write(Message("user", content))


def _robot(content: str) -> bytes:
    return write(Message("assistant", content))


def _open(line: bytes) -> bytes:
    """The line without its newline: what is on the disk when a program dies between its two writes."""
    return line.removesuffix(b"\n")


def _crashes() -> bytes:
    healthy = _user("Is the night train still running?") + _robot("It is, but only on Fridays.")
    torn = _robot("On Fridays it leaves at 22:14 from platform 9, and the sleeping car is at the fr")[:70]
    fused = torn + _user("you stopped in the middle of the sentence")
    glued = _open(_user("are you there?")) + _user("hello?")
    unended = _robot("Sorry, the machine was restarted. It leaves at 22:14 from plat")[:-9]
    return healthy + fused + _robot("Sorry, I was cut off.") + glued + unended


def _two_writers() -> bytes:
    pair = _open(_user("two of us write to this file")) + _open(_robot("and none of us looks")) + b"\n\n"
    spaced = _open(_user("one")) + b" \t" + _open(_robot("two")) + _open(_user("three")) + b"\n\n\n"
    first, second = _robot("the first writer's half and its other half"), _user("in the middle of it: the second")
    woven = _open(first[:48]) + second + first[48:]
    return _user("who else is here?") + pair + spaced + woven + _robot("Only the blank lines tell how it happened.")


def _power_loss() -> bytes:
    before = b"\0" * 512 + _robot("The machine came back at 04:11.")
    inside = _robot("Readings: 17.1, 17.0, 16.8, ________________________, 16.9").replace(b"_" * 24, b"\0" * 24)
    return _user("Log the cellar temperature every hour") + before + inside + _user("go on") + b"\0" * 256


def _editors() -> bytes:
    bom = b"\xef\xbb\xbf" + _user("I only wanted to correct one word")
    windows = _robot("The café in the Straße is open until ten").decode().encode("cp1252")
    crlf = _open(_user("this line ends as lines end on Windows")) + b"\r\n"
    wide = '{"role":"user","content":"appended from a shell that writes UTF-16"}\r\n'.encode("utf-16-le")
    return bom + windows + crlf + _robot("That line is fine, by the way.") + wide


def _cut_emoji() -> bytes:
    half = b'{"role":"assistant","content":"cut at a round number of units: \\ud83d"}\n'
    bytewise = b'{"role":"user","content":"cut at a round number of bytes: \xf0\x9f\x8e"}\n'
    cesu = b'{"role":"user","content":"through an old library: \xed\xa0\xbd\xed\xb8\x80"}\n'
    return _user("🎉🎉🎉") + half + bytewise + cesu + _robot("🎉 still whole")


def _by_hand() -> bytes:
    comma = b'{"role":"user","content":"a comma too many",}\n'
    python = b"{'role': 'assistant', 'content': 'printed, not dumped'}\n"
    pretty = b'{\n  "role": "user",\n  "content": "nicely indented"\n}\n'
    array = b'[\n{"role":"user","content":"a list of one"}\n]\n'
    twice = b'{"role":"user","content":"the first draft","content":"the second draft"}\n'
    newline = b'{"role":"user","content":"a poem\nof two lines, the second one longer"}\n'
    tab = b'{"role":"assistant","content":"a\ttab"}\n'
    return comma + python + pretty + array + twice + newline + tab + _user("sorry about that")


def _merged() -> bytes:
    ours, theirs = _user("let's meet at six"), _user("let's meet at seven")
    return _robot("When?") + b"<<<<<<< HEAD\n" + ours + b"=======\n" + theirs + b">>>>>>> laptop\n" + _robot("Which?")


def _redirected() -> bytes:
    log = b"2026-03-14T09:26:53Z  INFO gateway: listening on 127.0.0.1:42617\n"
    warning = b"WARN slow disk, 812 ms  " + _user("this record stands behind a warning on the same line")
    trace = b"thread 'main' panicked at src/main.rs:88:14:\ncalled `Option::unwrap()` on a `None` value\n"
    return (
        log + _user("why is the log in here?") + warning + trace + _robot("Somebody wrote `>>` where `2>>` was meant.")
    )


def _other_program() -> bytes:
    return b"".join(
        (
            b'{"role":"user","content":[{"type":"text","text":"content as a list of parts"}]}\n',
            b'{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","name":"clock"}]}\n',
            b'{"role":"user","content":{"0":"h","1":"i"}}\n',
            b'"{\\"role\\":\\"user\\",\\"content\\":\\"encoded twice\\"}"\n',
            b'{"role":"tool","content":"a number that is none","score":NaN}\n',
            b'{"timestamp":"2026-02-01T10:00:00Z","type":"event_msg","payload":{"type":"task_started"}}\n',
            _user("three programs write here, one of them properly"),
            b'["assistant","a list of two strings is read as a message"]\n',
        )
    )


def _rewritten() -> bytes:
    old = _robot("an older and much longer answer whose end is still here after the file was written anew")
    return _user("write it shorter") + _robot("Done.") + old[44:]


def _healthy_but_odd() -> bytes:
    same = _user("sent once, stored twice")
    return (
        _user("a separator \u2028 inside a string cuts nothing")
        + b"\n\n"
        + same
        + same
        + b'{"id":7,"role":"assistant","ts":1.10,"content":"fields that nobody knows stay as they are"}\n'
        + _open(_robot("and this last line has no end"))
    )


def _hostile() -> bytes:
    return (
        _user("colour: \x1b[31mred\x1b[0m · clear: \x1b[2J · title: \x1b]0;owned\x07 · bell: \x07")
        + _robot("clipboard: \x1b]52;c;cm0gLXJmIH4=\x07 · link: \x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\")
        + _user("C1: \x9b31m and \x9d0;owned\x9c · delete: \x7f · return: one\rtwo · backspace: ab\x08c")
        + _robot("bidi: \u202etxt.exe\u202c · isolate: \u2066abc\u2069 · invisible: a\u200bb\u2060c\ufeffd")
        + _user("markup: [red]not red[/red] [@click=app.quit]not a button[/] [link=http://evil.example]no[/link] [/]")
        + _robot("tags: \U000e0041\U000e0042 · [bold · \\[x] · {role} · %s · <script>alert(1)</script>")
    )


def _wide() -> bytes:
    lines = _user("saved once by an editor on Windows") + _robot("and every character has two bytes now: é, 中, 🎉")
    return (lines + _user("nothing is lost, though")).decode().encode("utf-16")


def _astray() -> bytes:
    deep = b'{"role":"tool","content":' + b"[" * 140 + b"]" * 140 + b"}\n"
    quotes = b'{"role":"user","content":"the quotes around "this" are not escaped"}\n'
    quoting = (
        b'{"type":"user","message":{"role":"user","content":"quoted by another program, and said to nobody"},"id":"'
    )
    return b"".join(
        (
            _user("a text may hold }{ and even a whole record:"),
            _robot('{"role":"user","content":"nobody said this"}'),
            deep,
            quotes,
            quoting + b"\n",
            b"undefined\n",
            _user("none of these can be had back"),
        )
    )


def _compressed() -> bytes:
    """Eight messages, compressed; written out, for no two versions of zlib give the same bytes."""
    return bytes.fromhex(
        "1f8b0800000000000203edcc310e80200c05d0dd53349d3d81b741f846a2b484d6c110efaeb367607dc3ebdcf4042f7c191acf1c"
        "551ce21f9816ac9a6e8a5a6a831912f99e8db67c8282243a509db21b4928e067eae31ad7ef7a0197724d5a60020000"
    )


def wrecks() -> tuple[Wreck, ...]:
    """All damaged sessions; the same bytes at every call."""

    def wreck(stem: str, data: bytes, **age: int) -> Wreck:
        return Wreck(stem, timedelta(**age), data)

    return (
        wreck("telegram_night-train", _crashes(), minutes=2),
        wreck("slack_two-writers", _two_writers(), hours=1),
        wreck("matrix_power-loss", _power_loss(), hours=2),
        wreck("discord_editors", _editors(), hours=7),
        wreck("whatsapp_cut-emoji", _cut_emoji(), hours=11),
        wreck("telegram_by-hand", _by_hand(), days=2),
        wreck("slack_merged", _merged(), days=3),
        wreck("gateway_redirected", _redirected(), days=3, hours=4),
        wreck("gateway_other-program", _other_program(), days=5),
        wreck("discord_rewritten", _rewritten(), days=7),
        wreck("slack_compressed", _compressed(), days=9),
        wreck("telegram_odd-but-healthy", _healthy_but_odd(), days=10),
        wreck("gateway_hostile", _hostile(), minutes=40),
        wreck("hostile_\x1b[31m[red]name", _user("even the name of this file is hostile"), days=12),
        wreck("matrix_wide-file", _wide(), days=16),
        wreck("slack_gone-astray", _astray(), days=17),
        wreck("discord_a.b", _user("ZeroClaw can't load this file: it looks for discord_a_b"), days=15),
    )
