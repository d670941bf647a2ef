"""Fixed surroundings for every test: no configuration or wishes of the person's own, the same examples at every run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sessiontui.disk import replace

settings.register_profile("fixed", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(  # --hypothesis-profile=explore
    "explore", settings.get_profile("fixed"), derandomize=False, max_examples=1_000
)
settings.load_profile("fixed")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with Ctrl-C ignored

_OURS = ("ZEROCLAW_", "SESSIONTUI_", "XDG_", "TEXTUAL")
_SNAPSHOTS = "TEXTUAL_SNAPSHOT_"  # where pytest-textual-snapshot puts its report
_WISHES = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLORTERM", "COLUMNS", "LINES"}


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of home folders, numbered here: pytest looks at all that there are before it numbers one more."""
    root = tmp_path_factory.mktemp("homes")
    return (root / str(number) for number in count())


@pytest.fixture(autouse=True)
def _own_surroundings(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the person's own stores, caches and settings out of every test."""
    home = next(_homes)
    home.mkdir()
    for name in list(os.environ):
        if (name.startswith(_OURS) and not name.startswith(_SNAPSHOTS)) or name in _WISHES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setattr(replace, "_FULL", None)  # thousands of them, and no crash here
