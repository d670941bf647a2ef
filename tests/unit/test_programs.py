"""Which program wrote a file is told by its records, whatever JSON stands under their keys."""

from __future__ import annotations

import pytest

from sessiontui.dialects import programs

DEEP = b"[" * 1000 + b"]" * 1000


@pytest.mark.parametrize("value", [b"{}", b"[]", b"[1]", b"1", b"null", DEEP], ids=lambda value: value[:4].decode())
@pytest.mark.parametrize("key", [b"type", b"_type", b"id", b"message", b"role", b"messages", b"conversations"])
def test_any_value_may_stand_under_any_key(key: bytes, value: bytes) -> None:
    line = b'{"%b":%b,"time":1}' % (key, value)
    assert programs.program([line]) is None
    assert programs.of_document(line) is None
    assert programs.of_document(b"[%b]" % line) is None
