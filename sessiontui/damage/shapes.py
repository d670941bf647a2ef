"""A whole value that is no record: what is wrong with it, and the record that it would be.

Looks into values of at most ``MOST`` bytes; a larger one is named by what is wrong first. Refuses to take a record
out of another value: only a list at the beginning of a line holds records of its own.
"""

from __future__ import annotations

import json
from typing import Final

from sessiontui.damage import lenient_json
from sessiontui.damage.corrections import is_record, joined, mended
from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.lenient_json import behind_space
from sessiontui.damage.patterns import lazy
from sessiontui.damage.verdict import Shape
from sessiontui.dialects import strict, zeroclaw
from sessiontui.dialects.source import Dropped
from sessiontui.errors import UsageError
from sessiontui.model import Message, Salvage, Span

MOST: Final = 1 << 20
"""The most bytes of a value that are parsed into objects."""
_DEEP: Final = 128
_BRACKET: Final = lazy(rb"[\[\]{}]")


def shape(value: bytes, wrong: Dropped | None = None) -> Shape:
    """What a whole value is that ZeroClaw does not read; ``wrong``: why, where that is known already."""
    read = wrong or strict.read(value)
    at, reason = (read.at, read.reason) if isinstance(read, Dropped) else (0, "it is more than a record")
    if (nul := value.find(b"\0")) >= 0:
        nuls = value.count(b"\0")
        lost = f"bytes of a record were lost, and {nuls:,} NULs stand for them"
        return Shape("nul-run", nul, lost if nuls > 1 else "a byte of a record was lost, and a NUL stands for it")
    if mend := mended(value):
        return mend._replace(at=at)
    if value[:1] == b"[" and (listed := _elements(value)):
        what = f"{len(listed):,} records stand in one list" if len(listed) > 1 else "the record stands in a list"
        return Shape("array", 0, what, Salvage.LOSSLESS, listed)
    if not is_utf8(value):
        return Shape("invalid-utf8", at, reason)
    of = _parsed(value, at, reason)
    return of._replace(left=(Span(0, len(value)),)) if of.records else of


def _elements(value: bytes) -> tuple[bytes, ...]:
    """The records of a list that holds nothing else; none where it does."""
    found: list[bytes] = []
    at = behind_space(value, 1)
    while value.startswith(b"{", at):
        record, at = _element(value, at)
        if record is None:
            return ()
        found.append(record)
        at = behind_space(value, at)
        if value.startswith(b",", at):
            at = behind_space(value, at + 1)
        elif not value.startswith(b"]", at):
            return ()
    return tuple(found) if value.startswith(b"]", at) else ()


def _element(value: bytes, at: int) -> tuple[bytes | None, int]:
    """The record of a list that begins at ``at``, on one line, and where it ends; None where none can be made exactly."""
    end = strict.record_end(value, at)
    end = end if isinstance(end, int) else lenient_json.reach(value, at).stop
    record = value[at:end]
    if is_record(record):
        return record, end
    mend = joined(record)
    return (mend.records[0] if mend and mend.salvage is Salvage.LOSSLESS else None), end


def _parsed(value: bytes, at: int, reason: str) -> Shape:
    if _depth(value) > _DEEP:
        return Shape("deep-nesting", at, "values are nested hundreds deep where a text should stand")
    if len(value) > MOST:
        return Shape("wrong-shape", at, reason)
    try:
        parsed = json.loads(value, object_pairs_hook=_Object, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return Shape("malformed", at, reason)
    if isinstance(parsed, _Object):
        return _object(parsed, at, reason)
    if isinstance(parsed, str):
        inner = parsed.encode("utf-8", "surrogatepass")
        if is_record(inner):
            return Shape("wrong-shape", 0, "the record was encoded twice", Salvage.OFFERED, (inner.strip(),))
        return Shape("wrong-shape", 0, "the line is a text, no object")
    return Shape("wrong-shape", 0, "the line is JSON, but no object")


class _Object(list[tuple[str, object]]):
    """The pairs of an object, doubled keys too."""


def _object(pairs: _Object, at: int, reason: str) -> Shape:
    names = [name for name, _ in pairs]
    record = dict(pairs)
    role, content = record.get("role"), record.get("content")
    if names.count("role") > 1 or names.count("content") > 1:
        return made("duplicate-key", at, reason, role, content, Salvage.OFFERED)
    text = _imploded(pairs)
    if text is None and isinstance(content, _Object):
        text = _imploded(content)
    if text is not None:
        what = "the text stands letter by letter under numbers"
        return made("wrong-shape", at, what, role, text, Salvage.OFFERED)
    if names and "role" not in record and "content" not in record:
        return Shape("foreign", at, "the object has neither a role nor a content")
    if "content" in record and content is None:
        return made("wrong-shape", at, "the content is null", role, "", Salvage.PARTIAL)
    if type(content) is list:
        return made("wrong-shape", at, "the content is a list of parts", role, _texts_of(content), Salvage.PARTIAL)
    return Shape("wrong-shape", at, reason)


def _imploded(pairs: _Object) -> str | None:
    """The text whose letters stand under 0, 1, 2 and so on; None where one is missing or more than a letter."""
    letters = {name: letter for name, letter in pairs if name.isascii() and name.isdigit()}
    found = [letters.get(str(index)) for index in range(len(letters))]
    texts = [letter for letter in found if isinstance(letter, str) and 1 <= len(letter) <= 2]
    return "".join(texts) if texts and len(texts) == len(found) else None


def _texts_of(parts: list[object]) -> str | None:
    """The texts of a list of parts; None where it has none."""
    texts: list[str] = []
    for part in parts:
        text = dict(part).get("text") if isinstance(part, _Object) else part
        if isinstance(text, str):
            texts.append(text)
    return "\n".join(texts) if texts else None


def made(id: str, at: int, what: str, role: object, content: object, salvage: Salvage) -> Shape:
    """The shape with a record of this role and content; without one where these are none that can be written."""
    if isinstance(role, str) and isinstance(content, str):
        try:
            return Shape(id, at, what, salvage, (zeroclaw.write(Message(role, content))[:-1],))
        except UsageError:
            pass
    return Shape(id, at, what)


def _depth(value: bytes) -> int:
    """How deep values are nested, at most: no text is told from what stands around it."""
    deepest = depth = 0
    for bracket in _BRACKET.finditer(value) if value.count(b"[") + value.count(b"{") > _DEEP else ():
        depth += 1 if bracket[0] in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
