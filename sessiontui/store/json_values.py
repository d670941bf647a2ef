"""Values of ours as JSON and back, for helper processes: both directions follow from the types of the fields.

A named tuple or a data class becomes a list of its fields, in order; bytes become base64, a time its ISO form.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def write(value: Any) -> Any:
    """A value as JSON values."""
    if isinstance(value, tuple):
        return [write(each) for each in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return [write(getattr(value, field.name)) for field in fields(value)]
    return value


def read(kind: type[Value], values: Any) -> Value:
    """The value of this type that ``write`` was given."""
    reader: Callable[[Any], Value] = _reader(cast("Any", kind))
    return reader(values)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Makes a value of this type; for a union, of the one member that is not None."""
    if get_origin(kind) is UnionType:
        [member] = (each for each in get_args(kind) if each is not NoneType)
        some = _reader(member)
        return lambda value: None if value is None else some(value)
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind))
    if kind is bytes:
        return b64decode
    if kind is datetime:
        return datetime.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        several = _tuple(tuple(get_type_hints(kind).values()))
        return lambda values: kind(*several(values))
    return lambda value: value


def _tuple(kinds: tuple[Any, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if kinds[1:] == (...,):
        item = _reader(kinds[0])
        return lambda values: tuple(map(item, values))
    items = tuple(map(_reader, kinds))
    return lambda values: tuple([item(value) for item, value in zip(items, values, strict=True)])
