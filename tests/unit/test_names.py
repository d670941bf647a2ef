from __future__ import annotations

import os
from pathlib import Path

import pytest

from sessiontui.disk.names import spelt
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.support.capabilities import tells_case


def one_for_all_spellings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Find names in ``folder`` whatever their case, where the file system does not do that by itself."""
    if not tells_case(folder):
        return
    real = os.lstat

    def lstat(path: Path) -> os.stat_result:
        for name in os.listdir(folder):
            if Path(path).parent == folder and name.casefold() == Path(path).name.casefold():
                return real(folder / name)
        return real(path)

    monkeypatch.setattr(os, "lstat", lstat)


def test_a_name_is_spelt_as_its_folder_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alice.jsonl").touch()
    (tmp_path / "bob.jsonl").touch()
    one_for_all_spellings(tmp_path, monkeypatch)
    assert [spelt(tmp_path / f"{name}.jsonl") for name in ("alice", "Alice", "BOB")] == [
        "alice.jsonl",
        "alice.jsonl",
        "bob.jsonl",
    ]
    assert JsonlStore(tmp_path).resolve("Alice") == "alice"
    with pytest.raises(FileNotFoundError):
        spelt(tmp_path / "carol.jsonl")


def test_a_second_name_of_one_file_is_a_name_of_its_own(tmp_path: Path) -> None:
    if not tells_case(tmp_path):
        pytest.skip("two names that differ in case alone are one here")
    (tmp_path / "a.jsonl").touch()
    os.link(tmp_path / "a.jsonl", tmp_path / "A.jsonl")
    assert [spelt(tmp_path / name) for name in ("a.jsonl", "A.jsonl")] == ["a.jsonl", "A.jsonl"]
