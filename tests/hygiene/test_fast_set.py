"""The fast set stays one that a person waits for."""

from __future__ import annotations

import inspect

import pytest

FAST = "not exhaustive"


def test_few_tests_boot_an_app(request: pytest.FixtureRequest) -> None:
    """A pilot costs a third of a second; a word, a table or a controller is tested without one."""
    if request.config.getoption("markexpr") != FAST:
        pytest.skip("another set is run")
    chosen = [item for item in request.session.items if isinstance(item, pytest.Function)]
    pilots = [item for item in chosen if inspect.iscoroutinefunction(item.obj) or "snap_compare" in item.fixturenames]
    assert len(pilots) <= 300
