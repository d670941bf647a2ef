"""The pictures of the documentation are the ones that the program makes now, and every one is shown somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screenshots import FOLDER, PICTURES, Picture, at_home, take
from tests.support.matrices import few
from tests.support.screens import sample

AGAIN = "make them again with `python -m tests.screenshots`, and look at them"


@pytest.mark.parametrize("picture", few(*PICTURES), ids=lambda picture: picture.name)
async def test_a_picture_is_as_the_program_makes_it(picture: Picture) -> None:
    with at_home() as home:
        made = await take(picture, sample(home))
    kept = FOLDER / f"{picture.name}.svg"
    assert kept.exists(), AGAIN
    assert kept.read_text(encoding="utf-8") == made, AGAIN


def test_no_picture_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{picture.name}.svg" for picture in PICTURES}


def test_the_readme_shows_pictures_that_are_there() -> None:
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
    assert "screenshots/browser.svg" in readme
