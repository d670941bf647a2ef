"""Regular expressions that are compiled when they are first used are right all the same."""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module

import sessiontui.damage
import sessiontui.store.jsonl.no_session
from sessiontui.damage import patterns


def test_each_pattern_can_be_compiled() -> None:
    for module in pkgutil.iter_modules(sessiontui.damage.__path__, "sessiontui.damage."):
        import_module(module.name)
    gc.unfreeze()  # what is frozen is not listed
    found = [each for each in gc.get_objects() if type(each) is patterns._Lazy]
    assert len(found) > 190
    for each in found:
        assert each.__getattr__("flags") is not None, each  # a look at any name compiles it


def test_a_pattern_is_compiled_once_and_at_its_first_use() -> None:
    pattern = patterns.lazy(rb"a(b)\Z")
    assert set(vars(pattern)) == {"_pattern", "_flags"}
    match = pattern.search(b"xab")
    assert match is not None
    assert match[1] == b"b"
    assert pattern.search is pattern.search
    assert "search" in vars(pattern)
