"""Looks on: records the arguments of each call of a function, which still does its work."""

from __future__ import annotations

from typing import Any

import pytest


def watched(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[tuple[Any, ...]]:
    """The positional arguments of every call of ``owner.name`` from now on, in a list that grows."""
    calls: list[tuple[Any, ...]] = []
    real = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, call)
    return calls
