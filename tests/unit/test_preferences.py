"""What is remembered comes back, stays private, and never stands in the way."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import fields
from pathlib import Path

import pytest

from sessiontui import paths
from sessiontui.tui import preferences
from sessiontui.tui.preferences import Remembered, load, remember


def test_nothing_is_remembered_at_first_and_looking_makes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "none") == Remembered()
    assert list(tmp_path.iterdir()) == []


def test_what_was_remembered_comes_back(tmp_path: Path) -> None:
    assert remember(tmp_path, theme="nord", side_width=44) == ""
    assert remember(tmp_path, sort="size", sort_reversed=True, searches=("b", "ä \ud800")) == ""
    assert load(tmp_path) == Remembered("nord", "size", True, 44, ("b", "ä \ud800"))


def test_it_is_the_persons_own_folder_unless_another_is_named() -> None:
    remember(theme="nord")
    assert load().theme == "nord"
    assert (paths.state_folder() / preferences.NAME).is_file()
    assert str(paths.state_folder()).startswith(os.environ["HOME"])


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.parent.mkdir(mode=0o755)
    old = os.umask(0)
    try:
        remember(folder, searches=("secret",))
    finally:
        os.umask(old)
    assert (folder / preferences.NAME).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [preferences.NAME]


def test_fields_of_another_version_stay(tmp_path: Path) -> None:
    (tmp_path / preferences.NAME).write_text('{"later": {"a": [1]}, "theme": "nord"}')
    assert load(tmp_path) == Remembered(theme="nord")
    remember(tmp_path, sort="age")
    assert json.loads((tmp_path / preferences.NAME).read_text()) == {
        "later": {"a": [1]},
        "theme": "nord",
        "sort": "age",
    }


def test_only_the_newest_searches_are_kept(tmp_path: Path) -> None:
    remember(tmp_path, searches=tuple(str(number) for number in range(1000)))
    assert load(tmp_path).searches == tuple(str(number) for number in range(preferences.SEARCHES))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xfe", b"[]", b"3", b"[" * 100_000, b'"' + b"x" * (1 << 20) + b'"'], ids=repr
)
def test_a_damaged_file_gives_the_defaults_says_so_and_is_set_aside(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / preferences.NAME
    file.write_bytes(data)
    found = load(tmp_path)
    assert str(file) in found.problem
    assert "damaged" in found.problem
    assert found == Remembered(problem=found.problem)
    assert remember(tmp_path, theme="nord") == ""
    assert load(tmp_path) == Remembered(theme="nord")
    assert (tmp_path / "remembered.damaged").read_bytes() == data


def test_a_field_of_another_kind_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    odd = {"theme": 3, "sort": "size", "sort_reversed": 1, "side_width": True, "searches": ["a", 3, None, "b"]}
    (tmp_path / preferences.NAME).write_text(json.dumps(odd))
    assert load(tmp_path) == Remembered(sort="size", searches=("a", "b"))
    (tmp_path / preferences.NAME).write_text('{"searches": "abc", "side_width": "44"}')
    assert load(tmp_path) == Remembered()


def test_what_can_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    said = remember(in_the_way, theme="nord")
    assert "can't be remembered" in said
    assert str(in_the_way) in said


def test_a_file_that_can_not_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / preferences.NAME).mkdir()
    assert "can't be read" in load(tmp_path).problem
    assert "can't be remembered" in remember(tmp_path, theme="nord")


def test_a_disk_that_is_full_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(tmp_path, theme="nord")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "No space left" in remember(tmp_path, theme="gruvbox")
    assert load(tmp_path).theme == "nord"
    assert [path.name for path in tmp_path.iterdir()] == [preferences.NAME]


def test_a_name_that_nothing_has_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="colour"):
        remember(tmp_path, colour="red")
    with pytest.raises(TypeError, match="problem"):
        remember(tmp_path, problem="no")


def test_what_threads_remember_at_once_is_all_remembered(tmp_path: Path) -> None:
    changes: list[dict[str, preferences.Value]] = [
        {"theme": "a"},
        {"sort": "b"},
        {"side_width": 50},
        {"searches": ("x",)},
    ]
    threads = [threading.Thread(target=remember, args=(tmp_path,), kwargs=change) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert load(tmp_path) == Remembered("a", "b", False, 50, ("x",))


def test_every_field_is_written_but_the_trouble() -> None:
    assert {field.name for field in fields(Remembered)} == {*preferences._KINDS, "problem"}
