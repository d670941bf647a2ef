"""Makes the pictures of the documentation: ``python -m tests.screenshots [FOLDER]``.

They show the sample store at a time that stands still, so that each run writes the same bytes; a test compares them.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sessiontui.model import Backend
from sessiontui.tui.preferences import Remembered
from tests.support.screens import StillApp, keys, opened, sample, typed

FOLDER = Path(__file__).parent.parent / "screenshots"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is pressed before a picture is taken."""

    name: str
    presses: Sequence[str] = ()
    session: str | None = None
    size: tuple[int, int] = (120, 34)
    backend: Backend = Backend.JSONL
    theme: str = "sessiontui"


PICTURES = (
    Picture("browser", session="slack_two-writers", presses=["enter"]),
    Picture("search", presses=["slash", *typed("train"), "enter"]),
    Picture("damage", session="telegram_by-hand", presses=["enter"]),
    Picture("inspector", session="telegram_night-train", presses=["enter", "x", "k", "k"], size=(140, 40)),
    Picture("compact", session="telegram_night-train", presses=["c"]),
    Picture("migrate", presses=["m"]),
    Picture("raw", session="telegram_night-train", presses=["enter", "r"]),
    Picture("about", session="discord_build-robot", presses=["i"]),
    Picture("palette", presses=["ctrl+p", *typed("tel")]),
    Picture("light", session="whatsapp_plum-cake", presses=["enter"], theme="sessiontui-day"),
    Picture("help", presses=["enter", "question_mark"]),
    Picture("narrow", session="telegram_night-train", presses=["enter"], size=(60, 20)),
)


@contextmanager
def at_home() -> Iterator[Path]:
    """A home that is nobody's, with the sample store in it."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HOME=folder, XDG_CACHE_HOME=os.path.join(folder, ".cache"), COLORTERM="truecolor")
        os.environ.pop("NO_COLOR", None)
        try:
            yield Path(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)


async def take(picture: Picture, store: Path) -> str:
    """The picture as SVG, without the number that makes each export different."""
    app = StillApp(opened(store, picture.backend), remembered=Remembered(theme=picture.theme))
    async with app.run_test(size=picture.size) as pilot:
        await keys(*picture.presses, session=picture.session)(pilot)
        svg = app.export_screenshot(simplify=True)
    return re.sub(r"\bterminal-\d+-([\w-]+)", rf"{picture.name}-\1", svg)


def main(arguments: Sequence[str]) -> int:
    """Write every picture into a folder."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(exist_ok=True)
    with at_home() as home:
        store = sample(home)
        for picture in PICTURES:
            (folder / f"{picture.name}.svg").write_text(asyncio.run(take(picture, store)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
