"""The stores that are measured: made once from a seed, kept in a folder, known by their SHA-256.

``many`` holds all sessions; ``one`` holds the same messages as a single session; ``hurt`` is ``many`` with each
hundredth line cut in half; ``crowd`` holds very many sessions of one message. Text is drawn from a made-up vocabulary whose words are as unequal as those of a language.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final, TypeVar

T = TypeVar("T")

SEED: Final = 20_260_316
MARK_EVERY: Final = 997
"""Each so manyth message holds a word of its own, so that a search for it has one hit."""
END_MARK: Final = "zzlastmessage"
"""The first word of the last message of all, which is short."""
_VERSION: Final = 2
"""Counted up when the generator changes, so that an old folder is made anew."""
_EPOCH: Final = 1_767_225_600
"""When the oldest session was last written; each next one is a minute younger."""
_SYLLABLES: Final = [first + last for first in "bdklmn" for last in ("a", "e", "i", "o", "u", "an", "ers", "ing")]
_CHANNELS: Final = ("telegram", "discord", "slack", "matrix", "whatsapp", "gateway")
TAPE: Final = 2_000_000
"""Words of the tape from which all texts are cut."""
_RECENT: Final = 60
_AGAIN: Final = 0.5
"""How often a word is one of the ``_RECENT`` last ones; so chosen that FTS5 takes as much of this text as of English."""
_EXTRAS: Final = (
    "木漏れ日の中で",
    "données déjà vérifiées",
    "🧠 ✅ 🚀",
    "```\nlet x = f(y);\n```",
    "- one\n- two\n- three",
)


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the generated stores are, and what is in them."""

    root: Path
    sessions: int
    messages: int
    bytes: int
    content_bytes: int
    sha256: str

    @property
    def many(self) -> Path:
        return self.root / "many" / "sessions"

    @property
    def one(self) -> Path:
        return self.root / "one" / "sessions"

    @property
    def hurt(self) -> Path:
        """The damaged copy, made when it is first asked for."""
        folder = self.root / "hurt" / "sessions"
        if not folder.is_dir():
            _whole(folder, self._hurt)
        return folder

    @property
    def crowd(self) -> Path:
        """Ten times as many sessions, made when they are first asked for."""
        folder = self.root / "crowd" / "sessions"
        if not folder.is_dir():
            _whole(folder, self._crowd)
        return folder

    def _crowd(self, folder: Path) -> None:
        random = Random(SEED)
        words, weights = _vocabulary(random)
        for rank in range(10 * self.sessions):
            first, second = random.choices(words, cum_weights=weights, k=2)
            path = folder / f"{random.choice(_CHANNELS)}_{first}-{second}_{rank:05}.jsonl"
            path.write_text(json.dumps({"role": "user", "content": f"{second} {first}"}, separators=(",", ":")) + "\n")
            os.utime(path, (_EPOCH + 60 * rank, _EPOCH + 60 * rank))

    def _hurt(self, folder: Path) -> None:
        number = 0
        for path in sorted(self.many.iterdir()):
            with path.open("rb") as source, (folder / path.name).open("wb") as out:
                for line in source:
                    number += 1
                    out.write(line if number % 100 else line[: len(line) // 2] + b"\n")


def mark(number: int) -> str:
    """The word that only message ``number`` holds, for the multiples of ``MARK_EVERY``."""
    return f"zzmark{number // MARK_EVERY:05}"


def stores(root: Path, sessions: int = 2_000, messages: int = 1_000_000) -> Stores:
    """The generated stores below ``root``; made if they are not there, or were made otherwise."""
    home = root / f"v{_VERSION}-{SEED}-{sessions}-{messages}"
    if not (home / "facts.json").is_file():
        shutil.rmtree(home, ignore_errors=True)
        facts = _whole(home / "many" / "sessions", lambda folder: _many(folder, sessions, messages))
        _whole(home / "one" / "sessions", lambda folder: _one(home / "many" / "sessions", folder))
        (home / "facts.json").write_text(json.dumps(facts))
    facts = json.loads((home / "facts.json").read_text())
    return Stores(home, sessions, messages, **facts)


def _whole(folder: Path, make: Callable[[Path], T]) -> T:
    """Let ``make`` fill a folder beside it, which gets its name when it is complete."""
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    made = make(draft)
    draft.rename(folder)
    return made


def _vocabulary(random: Random) -> tuple[list[str], list[float]]:
    words = list({"".join(random.choices(_SYLLABLES, k=random.randint(1, 5))): None for _ in range(60_000)})
    words.sort(key=len)  # what is said often is short
    return words, list(accumulate(1 / (rank + 3) for rank in range(len(words))))


def _tape(random: Random, length: int) -> list[str]:
    """Words as they follow each other in a text: what was just said is often said again."""
    words, weights = _vocabulary(random)
    tape = random.choices(words, cum_weights=weights, k=length)
    for at in range(_RECENT, length):
        if random.random() < _AGAIN:
            tape[at] = tape[at - random.randrange(1, _RECENT)]
    return tape


def _texts(random: Random) -> Iterator[str]:
    """Contents without end: stretches of one long tape of words, now and then with a line break or an extra."""
    tape = _tape(random, TAPE)
    while True:
        length = min(900, max(2, int(random.lognormvariate(3.56, 1.05))))
        start = random.randrange(len(tape) - length)
        text = " ".join(tape[start : start + length])
        if length > 40:
            text = text.replace(" ba ", ".\n\n")
        if random.random() < 0.05:
            text += " " + random.choice(_EXTRAS)
        yield text


def _sizes(random: Random, sessions: int, messages: int) -> list[int]:
    """Messages of each session: at least one, a few very long, exactly ``messages`` in all."""
    shares = [random.paretovariate(1.1) for _ in range(sessions)]
    scale = (messages - sessions) / sum(shares)
    sizes = [1 + int(share * scale) for share in shares]
    sizes[0] += messages - sum(sizes)
    return sizes


def _many(folder: Path, sessions: int, messages: int) -> dict[str, object]:
    random, digest = Random(SEED), hashlib.sha256()
    texts, encode = _texts(random), json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    number = size = content_size = 0
    for rank, count in enumerate(sorted(_sizes(random, sessions, messages))):
        lines = []
        for turn in range(count):
            number += 1
            content = next(texts)
            if number % MARK_EVERY == 0:
                content = f"{mark(number)} {content}"
            if number == messages:
                content = f"{END_MARK}, and nothing behind it"
            content_size += len(content.encode())
            lines.append(encode({"role": "assistant" if turn % 2 else "user", "content": content}) + "\n")
        data = "".join(lines).encode()
        digest.update(data)
        size += len(data)
        path = folder / f"telegram_{rank:04}.jsonl"
        path.write_bytes(data)
        os.utime(path, (_EPOCH + 60 * rank, _EPOCH + 60 * rank))
    return {"bytes": size, "content_bytes": content_size, "sha256": digest.hexdigest()}


def _one(many: Path, folder: Path) -> None:
    with (folder / "telegram_all.jsonl").open("wb") as out:
        for path in sorted(many.iterdir()):
            out.write(path.read_bytes())
