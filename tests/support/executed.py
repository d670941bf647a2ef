"""A plugin of pytest, ``-p tests.support.executed``: with ``EXECUTED_TO`` a folder it notes which lines of the rooms each
test executes; with ``EXECUTED_ONLY`` a file, it runs the tests that this names, in its order."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Final

import coverage
import pytest

ROOMS: Final = ("disk", "changes", "damage", "dialects", "store")
Map = dict[str, dict[str, list[str]]]
"""File → line → tests that passed, the fastest first; line 0 has those that execute any line of the file."""


class Noting:
    """Notes lines, a context a test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seconds = folder, defaultdict[str, float](float)
        self.coverage = coverage.Coverage(data_file=None, include=[f"*/sessiontui/{room}/*" for room in ROOMS])
        self.coverage.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        self.coverage.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration if report.passed else float("inf")

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {os.path.relpath(name): data.contexts_by_lineno(name) for name in data.measured_files()}
        (self.folder / f"{os.getpid()}.json").write_text(json.dumps([self.seconds, lines]))


class Choosing:
    """Runs the tests that a file names, in its order."""

    def __init__(self, file: Path) -> None:
        self.order = {test: n for n, test in enumerate(json.loads(file.read_text()))}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (each for each in items if each.nodeid in self.order), key=lambda each: self.order[each.nodeid]
        )


def pytest_configure(config: pytest.Config) -> None:
    if folder := os.environ.get("EXECUTED_TO"):
        config.pluginmanager.register(Noting(Path(folder)))
    elif file := os.environ.get("EXECUTED_ONLY"):
        config.pluginmanager.register(Choosing(Path(file)))


def gathered(folder: Path) -> Map:
    """What the processes of one run have noted."""
    seconds: dict[str, float] = {}
    tests: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for took, lines in (json.loads(path.read_text()) for path in folder.glob("*.json")):
        seconds |= {name: max(each, seconds.get(name, 0.0)) for name, each in took.items()}
        for file, contexts in lines.items():
            for line, names in contexts.items():
                tests[file][line] |= {*names} - {""}
                tests[file]["0"] |= {*names} - {""}
    passed = {name for name, each in seconds.items() if each != float("inf")}
    return {
        file: {line: sorted(names & passed, key=seconds.__getitem__) for line, names in lines.items()}
        for file, lines in tests.items()
    }
