"""The key of a session as a database holds it: text, which need not be UTF-8."""

from __future__ import annotations

from sessiontui.errors import UnknownKey

KEY = "session_key = CAST(? AS TEXT)"
"""Which rows belong to a session; takes ``bound(key)``."""


def bound(key: str) -> str | bytes:
    """A key as a parameter for ``KEY``. Raises ``UnknownKey`` for text that no database can hold."""
    try:
        raw = key.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise UnknownKey(key) from error
    return raw if any("\ud800" <= c <= "\udfff" for c in key) else key


def is_bindable(key: str) -> bool:
    """Whether a database can hold this key."""
    try:
        bound(key)
    except UnknownKey:
        return False
    return True


def as_key(key: object) -> str:
    """A key as it came from the database, where text that is no UTF-8 comes as bytes."""
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else str(key)
