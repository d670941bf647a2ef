"""Healthy histories, and every way to damage one that loses nothing: the messages are all still in the bytes.

The ways are taken one after the other, in any order, on the same history. Each refuses, by doing nothing, where the
bytes would no longer say what they were; the reason stands there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from sessiontui.damage import widths
from sessiontui.damage.encodings import is_utf8
from sessiontui.dialects import zeroclaw
from sessiontui.model import Message

BOM: Final = b"\xef\xbb\xbf"
A: Final = '{"role":"user","content":"a"}'
USUAL: Final = [
    "hi",
    "a\nb",
    '"q"',
    A,
    "}{",
    "\t",
    "é🧠",
    "\u2028",
    "\\",
    " ",
    '{"',
    "[1,2]",
    "\n\n",
    "=======",
]
"""Texts that are hard for who looks for records."""
TEXTS: Final = [
    *USUAL,
    *('{"role":"', "{", "<<<<<<< HEAD", "\x1b[0m", ",}", "'", "None", "NaN", "}\n{", '",\n"x":"'),
]

INDENTS: Final[list[int | str]] = [0, 2, "\t"]


def message(random: Random) -> Message:
    return Message(random.choice(["user", "assistant"]), "".join(random.choices(TEXTS, k=random.randint(0, 4))))


@dataclass
class History:
    """The bytes of a file: those of each record, and what stands before each."""

    messages: list[Message]
    records: list[bytes] = field(init=False)
    before: list[bytes] = field(init=False)
    last: bytes = b"\n"
    woven: set[int] = field(default_factory=set)
    """Which records stand in each other; nothing more is done to them."""
    listed: bool = False
    """They are one list on one line: between its brackets nothing but white space may stand."""
    begun: set[int] = field(default_factory=set)
    """Which records have text or a torn one before them on the line: a brace at its end would be a part of that."""

    def is_closed(self, at: int) -> bool:
        """Whether nothing can be put before a record."""
        return self.listed or at in self.woven

    def __post_init__(self) -> None:
        self.records = [zeroclaw.write(each)[:-1] for each in self.messages]
        self.before = [b"", *(b"\n" for _ in self.messages[1:])][: len(self.messages)]

    def data(self) -> bytes:
        """Newlines of a text that may be those of a fold are escaped again: nobody can say what they were."""
        made = b""
        for at, before in enumerate(self.before):
            made += before
            record = self.records[at]
            if (
                b"\n" in record
                and at not in self.woven
                and not self.is_laid_out(at)
                and (b"\\n" in record or _may_be_folded(made, record))
            ):
                self.records[at] = record = record.replace(b"\n", b"\\n")
            made += record
        if self.listed and b"\n" in b"".join(self.records) and _may_be_folded(b"", made):
            were = self.records
            self.records = [
                record if self.is_laid_out(at) else record.replace(b"\n", b"\\n") for at, record in enumerate(were)
            ]
            if self.records != were:
                return self.data()
        return made + self.last * bool(self.records)

    def begins_line(self, at: int) -> bool:
        """Whether what is put before record ``at`` stands at the beginning of a line."""
        return self.before[at].endswith(b"\n") or (at == 0 and not self.before[at])

    def is_untouched(self, at: int) -> bool:
        return self.records[at] == zeroclaw.write(self.messages[at])[:-1] and at not in self.woven

    def is_laid_out(self, at: int) -> bool:
        """Whether the line ends behind the record's brace."""
        return self.records[at].startswith(b"{\n")


def _may_be_folded(before: bytes, record: bytes) -> bool:
    """Whether a fold explains the newlines in a record, or some of them."""
    lines = (before[before.rfind(b"\n") + 1 :] + record).split(b"\n")
    return bool(SINGLE.search(record)) or any(
        widths.is_hard(each) or widths.is_wrapped(each) or bool(widths.mixed(each)) for each in widths.measured(lines)
    )


SINGLE: Final = re.compile(rb"(?<! ) \n|\n (?! )")
"""A single blank at a newline: a line seldom has one, and a fold leaves many."""

Way = Callable[[History, int, Random], None]


def glued(history: History, at: int, random: Random) -> None:
    if not history.before[at].strip(b"\r\n") and not {at - 1, at} & history.woven and at and not history.listed:
        history.before[at] = random.choice([b"", b" ", b"\t", b"\r"])


def fused(history: History, at: int, random: Random) -> None:
    """A torn copy of a record that stands before."""
    text = b"slow " in history.before[at]  # quotes in a text: who can tell what of it was one
    if not history.is_closed(at) and not text and not history.is_laid_out(at):
        history.begun.add(at)
        whole = zeroclaw.write(history.messages[random.randint(0, at)])[:-1]
        torn = whole[: random.randint(1, len(whole) - 1)]
        history.before[at] += torn.removesuffix(b":")  # a record behind a colon would seem to be a value


def marked(history: History, at: int, random: Random) -> None:
    if not history.is_closed(at):
        history.before[at] += BOM


def zeroed(history: History, at: int, random: Random) -> None:
    nuls = bytes(random.randint(1, 9))
    if history.is_closed(at):
        return
    if random.random() < 0.5 or (at and at - 1 in history.woven):
        history.before[at] += nuls
    else:
        history.before[at] = nuls + history.before[at]


def zeroed_behind(history: History, at: int, random: Random) -> None:
    if not history.is_closed(len(history.records) - 1):
        history.last = random.choice([history.last + bytes(9), bytes(5) + history.last])


def blank(history: History, at: int, random: Random) -> None:
    if history.begins_line(at) and at not in history.woven:
        history.before[at] += random.choice([b"\n", b" \n", b"\r\n"])


def returned(history: History, at: int, random: Random) -> None:
    history.before[at] = history.before[at].replace(b"\n", b"\r\n") if at not in history.woven else history.before[at]


def unended(history: History, at: int, random: Random) -> None:
    history.last = history.last.removesuffix(b"\n")


def conflicting(history: History, at: int, random: Random) -> None:
    if history.begins_line(at) and not history.is_closed(at):
        history.before[at] += random.choice([b"<<<<<<< HEAD", b"=======", b"||||||| base", b">>>>>>> x"]) + b"\n"


def logged(history: History, at: int, random: Random) -> None:
    if history.begins_line(at) and not history.is_closed(at):
        if random.random() < 0.5:
            history.before[at] += b"2026-01-01 WARN slow\n"
        elif not history.is_laid_out(at):
            history.before[at] += b"2026-01-01 WARN slow "
            history.begun.add(at)


def unescaped(escape: bytes, raw: bytes, name: str) -> Way:
    def way(history: History, at: int, random: Random) -> None:
        record = history.records[at]
        ends = raw == b"\n" and history.woven  # the lines of its text might all be the end of a woven one
        if b"\\\\" not in record and at not in history.woven and not ends:  # \\n is no newline
            history.records[at] = record.replace(escape, raw)

    way.__name__ = name
    return way


def halved(history: History, at: int, random: Random) -> None:
    """Characters beyond the first plane as CESU-8 writes them."""
    halves = "🧠".encode("utf-16", "surrogatepass").decode("utf-16-le", "surrogatepass")[1:]
    pair = b"".join(half.encode("utf-8", "surrogatepass") for half in ("\ud83e", "\udde0"))
    assert halves == "🧠"
    if at not in history.woven:
        history.records[at] = history.records[at].replace("🧠".encode(), pair)


def laid_out(history: History, at: int, random: Random) -> None:
    if history.is_untouched(at) and at not in history.begun:
        shape = json.loads(history.records[at])
        history.records[at] = json.dumps(shape, indent=random.choice(INDENTS), ensure_ascii=False).encode()


def comma_before_brace(history: History, at: int, random: Random) -> None:
    if at not in history.woven and history.records[at].endswith(b'"}'):
        history.records[at] = history.records[at][:-1] + b",}"


def listed(history: History, at: int, random: Random) -> None:
    """All of them as one list."""
    if not any(each.strip(b"\r\n") for each in history.before) and not history.woven:
        first, between, last = random.choice([(b"[", b", ", b"]"), (b"[\n", b",\n", b"\n]"), (b"", b",\n", b"")])
        history.before = [first, *(between for _ in history.before[1:])][: len(history.before)]
        history.last = last + history.last
        history.listed = first == b"["


def woven(history: History, at: int, random: Random) -> None:
    """A record that was written while the one before was: in the middle of it."""
    behind = [*history.before[at + 1 :], history.last][0]
    alone = history.before[at] == b"\n" and behind == b"\n" and history.begins_line(at - 1)  # their lines are theirs
    split = any(b"\n" in record for each, record in enumerate(history.records) if each not in history.woven)
    if at and alone and not split and history.is_untouched(at) and history.is_untouched(at - 1) and not history.listed:
        outer, inner = history.records[at - 1 : at + 1]
        cut = random.randint(1, len(outer) - 1)
        if outer[cut : cut + 1] in b" \t\r{":  # the end would seem to begin a record, or to begin later
            return
        history.records[at - 1], history.before[at], history.records[at] = outer[:cut], inner, b"\n" + outer[cut:]
        history.woven |= {at - 1, at}


WAYS: Final[list[Way]] = [
    *(glued, fused, marked, zeroed, zeroed_behind, blank, returned, unended, conflicting, logged, halved, laid_out),
    *(comma_before_brace, listed, woven, unescaped(b"\\t", b"\t", "tabbed"), unescaped(b"\\n", b"\n", "split")),
]


def damaged(random: Random) -> tuple[list[Message], bytes]:
    """Some messages, and a file that holds them all."""
    history = History([message(random) for _ in range(random.randint(0, 5))])
    for _ in range(random.randint(0, 6) if history.messages else 0):
        random.choice(WAYS)(history, random.randrange(len(history.messages)), random)
    data = history.data()
    if random.random() < 0.1 and data.startswith(b'{"') and is_utf8(data):
        data = data.decode().encode(random.choice(["utf-16", "utf-32"]))
    return history.messages, data


def broken(history: History, at: int, random: Random) -> None:
    """A record that is nowhere else, torn; the next one is on its line, or on one of its own."""
    if not history.is_closed(at) and b"slow " not in history.before[at] and not history.is_laid_out(at):
        history.begun.add(at)
        history.before[at] += _begun(random) + random.choice([b"", b"\n"])


def _begun(random: Random) -> bytes:
    record = zeroclaw.write(message(random))[:-1]
    return record[: random.randint(1, len(record) - 1)].removesuffix(b":")


def torn(random: Random) -> tuple[list[Message], bytes]:
    """Some messages, and a file that holds them all and torn ones beside."""
    history = History([message(random) for _ in range(random.randint(0, 5))])
    for _ in range(random.randint(0, 6) if history.messages else 0):
        random.choice([*WAYS, *[broken] * 5])(history, random.randrange(len(history.messages)), random)
    alone = len(history.messages) - 1 in history.woven  # as above
    return history.messages, history.data() + random.choice([b"", b"" if alone else _begun(random)])
