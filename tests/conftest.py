"""Fixed surroundings for every test: no configuration or wishes of the person's own, the same examples at every run.

``-m exhaustive`` runs what is marked so, and every property once more, with eight times as many examples.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from sessiontui.disk import replace
from tests.support import matrices

settings.register_profile(
    "fast", derandomize=True, deadline=None, max_examples=18, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("exhaustive", settings.get_profile("fast"), max_examples=144)
settings.register_profile("sampled", settings.get_profile("fast"), max_examples=54)  # -m exhaustive --moments N
settings.register_profile(  # --hypothesis-profile=explore
    "explore", settings.get_profile("fast"), derandomize=False, max_examples=1_000
)

gc.set_threshold(20_000, 20, 20)  # an app under test is many objects, and nothing here runs for long

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with Ctrl-C ignored

_OURS = ("ZEROCLAW_", "SESSIONTUI_", "XDG_", "TEXTUAL")
_SNAPSHOTS = "TEXTUAL_SNAPSHOT_"  # where pytest-textual-snapshot puts its report
_WISHES = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLORTERM", "COLUMNS", "LINES"}


def _is_exhaustive(config: pytest.Config) -> bool:
    return str(config.getoption("markexpr")) == "exhaustive"


def pytest_xdist_auto_num_workers() -> int:
    """Tests wait for programs, clocks and disks as long as they compute."""
    return 2 * (os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--moments",
        type=int,
        default=1,
        help="exhaustive tests of moments try each Nth, and of what is random fewer; default: all",
    )


def pytest_configure(config: pytest.Config) -> None:
    matrices.stride = config.getoption("moments")
    wished = config.getoption("--hypothesis-profile")
    more = "exhaustive" if matrices.stride == 1 else "sampled"
    settings.load_profile(str(wished or (more if _is_exhaustive(config) else "fast")))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _is_exhaustive(config):
        for item in items:
            if is_hypothesis_test(getattr(item, "obj", None)):
                item.add_marker("exhaustive")


def pytest_collection_finish() -> None:
    """What is collected stays to the end: each look through it for garbage would take half a second."""
    gc.freeze()


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
