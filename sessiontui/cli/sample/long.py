"""Sessions too long to write by hand: 12,000 messages with a build robot, and one tool message of a megabyte. Seeded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Final

from sessiontui.cli.sample.script import Talk
from sessiontui.model import Message

LONG: Final = 12_000
"""Messages of the long session."""
BIG: Final = 1_000_000
"""Bytes, at least, of the big tool message."""

_PARTS: Final = (
    "parser", "search index", "installer", "login page", "mail queue", "map tiles", "payment form", "report writer",
    "scheduler", "thumbnail cache", "time-zone table", "translation files", "upload service", "web socket bridge",
)  # fmt: skip
_QUESTIONS: Final = (
    "why is the {part} red again?",
    "build {build}: what broke?",
    "how long does the {part} take now?",
    "did anybody touch the {part} since build {earlier}?",
    "retry {build} please, only the {part}",
    "can I merge, or is the {part} still flaky?",
    "what is the slowest test of the {part}?",
    "is {build} the one with the new {part}? I would like to try it on my machine before the others wake up",
)
_CAUSES: Final = (
    "A test waits for port {port} and another one has it. They pass alone and fail together.",
    "The clock of the runner jumped by {seconds} s while the {part} was being tested.",
    "Nothing of ours: the mirror answered with 503 for {seconds} seconds.",
    "Commit `{commit}` renamed a column that the {part} still asks for by its old name.",
    "The disk was full. The cache of the {part} had grown to {gigabytes} GB.",
    "One expected picture differs by {pixels} pixels since the font was updated.",
    "It isn't broken, it is slow: {seconds} s instead of {earlier_seconds} s, and the limit is {limit} s.",
)
_ADVICE: Final = (
    "I have started it again; it should be through in about {minutes} minutes.",
    "Ask the test for *a free port* instead of a number and it will stop.",
    "```\ngit revert {commit}\n```\nwould make it green; a one-line fix would make it right.",
    "I emptied the cache and put a limit of 10 GB on it.",
    "If the picture is what you want, accept it with `make pictures`, and look at it first.",
    "Not urgent. I'll say so again if it is still there at build {later}.",
    "**Safe to merge.** The {part} was green in the last {minutes} builds.",
    "1. look at `{commit}`\n2. run the {part} twice\n3. if both runs differ, it is the test, not the code",
)
_THANKS: Final = ("thanks", "👍", "ok", "great, thank you!", "ah. my fault then", "let's leave it for today", "🙈")
_LEVELS: Final = ("DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR")
_STEPS: Final = ("fetch", "unpack", "configure", "compile", "link", "test", "package", "upload")


def _facts(random: Random, build: int) -> dict[str, object]:
    seconds = random.randint(3, 240)
    return {
        "part": random.choice(_PARTS),
        "build": build,
        "earlier": build - random.randint(1, 9),
        "later": build + 5,
        "port": random.randint(20_000, 60_000),
        "commit": f"{random.getrandbits(28):07x}",
        "seconds": seconds,
        "earlier_seconds": max(1, seconds // random.randint(2, 5)),
        "limit": seconds // 10 * 10 + 10,
        "gigabytes": random.randint(11, 90),
        "pixels": random.randint(1, 400),
        "minutes": random.randint(4, 25),
    }


def _log_line(random: Random, second: int) -> str:
    hours, minutes = 3 + second // 3600, second // 60 % 60
    part = random.choice(_PARTS).replace(" ", "-")
    return (
        f"{hours:02}:{minutes:02}:{second % 60:02} {random.choice(_LEVELS):5} [{random.choice(_STEPS)}] {part}: "
        f"object {random.getrandbits(40):010x} done in {random.randint(1, 4000)} ms"
    )


def _chat(random: Random) -> Iterator[Message]:
    """The robot's conversation, without end."""
    build = 4_000
    while True:
        build += random.randint(1, 3)
        facts = _facts(random, build)
        yield Message("user", random.choice(_QUESTIONS).format_map(facts))
        if random.random() < 0.3:
            first = random.randint(0, 9_000)
            yield Message("tool", "\n".join(_log_line(random, first + n) for n in range(random.randint(2, 7))))
        cause, advice = random.choice(_CAUSES), random.choice(_ADVICE)
        yield Message("assistant", f"{cause} {advice}".format_map(facts))
        if random.random() < 0.4:
            yield Message("user", random.choice(_THANKS))


def _log(random: Random) -> str:
    lines, size, second = [], 0, 0
    while size < BIG:
        lines.append(_log_line(random, second // 2))
        size, second = size + len(lines[-1]) + 1, second + 1
    return "\n".join(lines)


def talks() -> tuple[Talk, ...]:
    """The two long sessions; the same ones at every call."""
    chat = tuple(islice(_chat(Random(20_260_316)), LONG))  # noqa: S311  (a seed, no secret)
    big = (
        Message("user", "Show me the whole log of last night's build. All of it, I mean it."),
        Message("tool", _log(Random(4_711))),  # noqa: S311
        Message("assistant", "That was all of it. In one line: every step ran, `upload` twice, nobody was hurt."),
    )
    return (
        Talk("discord_build-robot", timedelta(minutes=17), chat),
        Talk("gateway_whole-log", timedelta(hours=20), big),
    )
