"""A whole value that is no record: what is wrong with it, and the record that it would be.

Where little is wrong, only that is changed: every step works on the tokens, so that numbers, escapes and the order of
keys stay as they are, and is kept only when ZeroClaw reads the outcome. Values of at most ``MOST`` bytes are looked into;
a larger one is named by what is wrong first. Refuses to take a record out of another value: only a list at the beginning
of a line holds records of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sessiontui.damage import lenient_json
from sessiontui.damage.encodings import is_utf8
from sessiontui.damage.lenient_json import behind_space, rebuilt
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
_CESU: Final = lazy(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_CONTROL: Final = lazy(rb"[\x01-\x1f]")
_BEFORE_END: Final = lazy(rb",([ \t\r\n]*+[}\]])")
_HIGH: Final = lazy(rb"[\x80-\xff]")
_RUN: Final = lazy(rb"[\x80-\xff]{2}")
_FINITE: Final = lazy(rb"-?\b(?:NaN|Infinity)\b")
_SURROGATE: Final = lazy(
    rb"\\(?:u(?:[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2}))|.)",
    re.DOTALL,
)


def shape(value: bytes, wrong: Dropped | None = None) -> Shape:
    """What a whole value is that ZeroClaw does not read; ``wrong``: why, where that is known already."""
    read = wrong or strict.read(value)
    at, reason = read if isinstance(read, Dropped) else (0, "it is more than a record")
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
    """The records of a list that holds nothing else, each on one line; none where it does, or where one is not exact."""
    found: list[bytes] = []
    at = behind_space(value, 1)
    while value.startswith(b"{", at):
        end = strict.record_end(value, at)
        end = end if isinstance(end, int) else lenient_json.reach(value, at).stop
        record = value[at:end]
        if not is_record(record):
            mend = joined(record)
            if not mend or mend.salvage is not Salvage.LOSSLESS:
                return ()
            record = mend.records[0]
        found.append(record)
        at = behind_space(value, end)
        if value.startswith(b",", at):
            at = behind_space(value, at + 1)
        elif not value.startswith(b"]", at):
            return ()
    return tuple(found) if value.startswith(b"]", at) else ()


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
    if text := _imploded(pairs) or _imploded(content):
        what = "the text stands letter by letter under numbers"
        return made("wrong-shape", at, what, role, text, Salvage.OFFERED)
    if names and "role" not in record and "content" not in record:
        return Shape("foreign", at, "the object has neither a role nor a content")
    if "content" in record and content is None:
        return made("wrong-shape", at, "the content is null", role, "", Salvage.PARTIAL)
    if type(content) is list:
        return made("wrong-shape", at, "the content is a list of parts", role, _texts_of(content), Salvage.PARTIAL)
    return Shape("wrong-shape", at, reason)


def _imploded(value: object) -> str:
    """The text whose letters stand under 0, 1, 2 and so on; empty where one is missing or more than a letter."""
    pairs = value if isinstance(value, _Object) else ()
    letters = {name: letter for name, letter in pairs if name.isascii() and name.isdigit()}
    found = [letters.get(str(index)) for index in range(len(letters))]
    texts = [letter for letter in found if isinstance(letter, str) and 1 <= len(letter) <= 2]
    return "".join(texts) if len(texts) == len(found) else ""


def _texts_of(parts: list[object]) -> str | None:
    """The texts of a list of parts; None where it has none."""
    said = [dict(part).get("text") if isinstance(part, _Object) else part for part in parts]
    texts = [text for text in said if isinstance(text, str)]
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


# ---- values that are records but for little


class _Step(NamedTuple):
    id: str
    what: str
    sign: re.Pattern[bytes]
    """Without it there is nothing to change."""
    change: Callable[[bytes], bytes]
    text: bool = True
    """It changes the texts of a value; else what stands between them."""
    sure: bool = True
    """It gives what was written, not a guess at it."""


def mended(value: bytes) -> Shape | None:
    """A whole value with the record that it becomes; None where no step, nor several, make it one."""
    taken: list[_Step] = []
    before = value
    for step in _STEPS:
        changed = rebuilt(value, step.change, text=step.text) if step.sign.search(value) else value
        if changed != value:
            taken.append(step)
            value = changed
            if is_record(value):
                first = taken[0]
                sure = all(each.sure for each in taken)
                left = () if sure else tuple(_replaced(before))
                return Shape(first.id, 0, first.what, Salvage.LOSSLESS if sure else Salvage.PARTIAL, (value,), left)
    return None


def _replaced(value: bytes) -> Iterator[Span]:
    """The bytes that no step keeps: half a character in a text, and a number that is none."""
    for token in lenient_json.tokens(value):
        for match in (_SURROGATE if token.text else _FINITE).finditer(value, token.start, token.stop):
            if not token.text or match["half"]:
                yield Span(match.start(), len(match[0]))


def is_record(value: bytes) -> bool:
    """Whether ZeroClaw reads these bytes on a line of their own."""
    return b"\n" not in value and zeroclaw.is_valid(value)


def joined(value: bytes) -> Shape | None:
    """A whole value over several lines with the record that it is on one: ``split-record`` where one of its texts had
    newlines in it, else ``pretty-printed``."""
    changed = rebuilt(value, _escaped)
    single = flat(changed)
    id, what = "split-record", "newlines stand unescaped in a text"
    if changed == value:
        id, what = "pretty-printed", "a record is laid out over several lines"
    if is_record(single):
        return Shape(id, 0, what, Salvage.LOSSLESS, (single,))
    mend = mended(single)
    return mend and mend._replace(id=id, what=what, left=tuple(_replaced(value)) if mend.left else ())


def flat(value: bytes) -> bytes:
    """A value on one line: the same tokens without the white space between them."""
    return rebuilt(value, lambda run: run.translate(None, b" \t\r\n"), text=False)


def _from_cesu(text: bytes) -> bytes:
    """Pairs of halves, each written as if it were a character, as the one character that they are."""
    return _CESU.sub(
        lambda pair: (
            pair[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()
        ),
        text,
    )


def _from_cp1252(text: bytes) -> bytes:
    """Each byte that stands alone between ASCII as the character it is on Windows; all or nothing."""
    try:
        return text if is_utf8(text) or _RUN.search(text) else text.decode("cp1252").encode()
    except UnicodeDecodeError:
        return text


def _escaped(text: bytes) -> bytes:
    """Raw control characters as escapes."""
    return _CONTROL.sub(lambda match: json.dumps(match[0].decode())[1:-1].encode(), text)


# fmt: off
_STEPS: Final = (
    _Step("invalid-utf8", "a character stands as two halves (CESU-8)", _CESU, _from_cesu),
    _Step("raw-control", "a control character stands unescaped in a text", _CONTROL, _escaped),
    _Step("trailing-comma", "a comma stands behind the last value", _BEFORE_END,
        lambda run: _BEFORE_END.sub(rb"\1", run), text=False),
    _Step("invalid-utf8", "bytes are not UTF-8; they would be letters in cp1252", _HIGH, _from_cp1252, sure=False),
    _Step("non-finite", "a number is NaN or Infinity", _FINITE,
        lambda run: _FINITE.sub(b"null", run), text=False, sure=False),
    _Step("lone-surrogate", "half a character (a lone surrogate) stands in a text", _SURROGATE,
        lambda text: _SURROGATE.sub(lambda match: rb"\ufffd" if match["half"] else match[0], text), sure=False),
)
# fmt: on
