"""The places that are looked at, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessiontui import paths


def test_without_environment_both_defaults_are_known() -> None:
    assert paths.known_folders({"HOME": "/h"}) == [
        Path("/h/.zeroclaw/data/sessions"),
        Path("/h/.zeroclaw/workspace/sessions"),
    ]


def test_the_environment_comes_first_in_the_order_of_the_specification() -> None:
    env = {
        "HOME": "/h",
        "ZEROCLAW_WORKSPACE": "/w",
        "ZEROCLAW_DATA_DIR": "/d",
        "ZEROCLAW_CONFIG_DIR": "/c",
    }
    assert [str(location) for location in paths.known_folders(env)] == [
        "/c/data/sessions",
        "/c/workspace/sessions",
        "/d/sessions",
        "/w/sessions",
        "/h/.zeroclaw/data/sessions",
        "/h/.zeroclaw/workspace/sessions",
    ]


def test_a_place_is_named_once_and_an_empty_variable_names_none() -> None:
    env = {"HOME": "/h", "ZEROCLAW_CONFIG_DIR": "/h/.zeroclaw/", "ZEROCLAW_WORKSPACE": ""}
    assert len(paths.known_folders(env)) == 2


def test_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/h")
    assert Path("/h/z/sessions") in paths.known_folders({"HOME": "/h", "ZEROCLAW_DATA_DIR": "~/z"})


def test_the_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert "sessiontui" in paths.cache_folder().name
