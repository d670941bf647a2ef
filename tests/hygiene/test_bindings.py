"""Every key can be remapped and is explained: each binding has an id of its own and says what it does."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode

from sessiontui import tui


def kinds() -> list[type[DOMNode]]:
    """Every widget, screen and app of ours."""
    found: dict[str, type[DOMNode]] = {}
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        for kind in vars(importlib.import_module(module.name)).values():
            if isinstance(kind, type) and issubclass(kind, DOMNode) and kind.__module__.startswith(tui.__name__):
                found[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return list(found.values())


def bindings(kind: type[DOMNode]) -> Iterator[Binding]:
    """The bindings that a class adds to those of its bases."""
    for binding in vars(kind).get("BINDINGS", ()):
        assert isinstance(binding, Binding), f"{kind.__name__}: {binding}"
        yield binding


KINDS = [kind for kind in kinds() if any(bindings(kind))]


def test_there_are_bindings_to_look_at() -> None:
    assert {"BrowserScreen", "TranscriptView", "SearchBar", "HelpScreen", "PaletteScreen"} <= {
        each.__name__ for each in KINDS
    }


def test_every_binding_has_an_id_and_says_what_it_does() -> None:
    for kind, binding in ((each, binding) for each in KINDS for binding in bindings(each)):
        assert binding.id, f"{kind.__name__}: {binding.key}"
        assert binding.description, f"{kind.__name__}: {binding.key}"
        assert binding.tooltip or not binding.show, f"{kind.__name__}: {binding.key} is shown and not explained"


def test_no_id_is_used_twice() -> None:
    used = Counter(binding.id for kind in KINDS for binding in bindings(kind))
    assert [name for name, times in used.items() if times > 1] == []


def test_no_key_means_two_things_in_one_place() -> None:
    used = Counter((kind, key.strip()) for kind in KINDS for each in bindings(kind) for key in each.key.split(","))
    assert [key for key, times in used.items() if times > 1] == []
