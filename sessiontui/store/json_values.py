"""Values of ours as strings in JSON and back, between a helper process and the one that started it.

They are pickled, as ``multiprocessing`` does it: only what a process of ours wrote may be read.
"""

from __future__ import annotations

import pickle
from base64 import b64decode, b64encode
from typing import TypeVar

Value = TypeVar("Value")


def write(value: object) -> str:
    """A value as text."""
    return b64encode(pickle.dumps(value)).decode()


def read(kind: type[Value], text: str) -> Value:
    """The value, of this type, that ``write`` was given."""
    value: Value = pickle.loads(b64decode(text))  # noqa: S301  # what our own process wrote
    return value
