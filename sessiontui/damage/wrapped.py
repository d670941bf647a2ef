"""A record in the record of a tool that carries lines: docker's log, the journal, Loki, a queue.

Refuses the histories of other programs, which keep a role and a content in objects of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sessiontui.damage import lenient_json
from sessiontui.damage.languages import unescaped
from sessiontui.damage.layers import Examine, beneath
from sessiontui.damage.lenient_json import behind_space
from sessiontui.damage.patterns import lazy
from sessiontui.damage.shapes import is_record
from sessiontui.damage.verdict import Verdict
from sessiontui.model import Part, Salvage, Span

_CARRIER: Final = lazy(
    "log|message|msg|line|data|record|entry|event|payload|body|text|value|_?raw|doc|_source|fields|item|json"
    "|textpayload|jsonpayload|output"
)
"""Keys under which tools carry a line, in small letters."""
_BATCH: Final = lazy("streams|logevents|records|entries")
"""Keys under which they carry many."""
_BESIDE: Final = lazy(
    "@?timestamp|time|ts|t|date|datetime|level|severity|lvl|stream|tags?|pid|host|hostname|name|logger|v|@version|source"
    "|service|seq|offset|partition|topic|key|labels|attrs|attributes|kubernetes|docker|container(_name|_id)?|insertid"
    "|logname|resource|receivetimestamp|ingestiontime|_index|_id|_score|_type|input|file|agent|ecs|event_id|logstream"
    "|loggroup|caller|thread|app|env|region|unit|facility|priority"
)
"""Keys that stand beside a carried object."""
_HISTORY: Final = lazy(
    "role|content|uuid|parentuuid|session_?id|parent_?id|leafuuid|projecthash|conversation_id|messages|working_dir"
    "|display|tool_call_id"
)
"""Keys of records of other programs."""
_MOST_KEYS: Final = 64


def layer(value: bytes, examine: Examine) -> Verdict | None:
    """The wrapper that a whole value is; None where it is none, or carries more than one thing."""
    if not _has_mark(value):
        return None
    if value[:1] == b'"':
        return _string(value, examine)
    if value[:1] == b"[":
        return _of_parts(value, 0, _strings(value, examine), "the record is a text in a list")
    pairs = list(_pairs(value))
    keys = {key.lower() for key, _, _ in pairs}
    if len(pairs) > _MOST_KEYS or any(map(_HISTORY.fullmatch, keys)):
        return None
    found = [(key, at, parts) for key, at, raw in pairs if (parts := _carried(key.lower(), raw, keys, examine))]
    if len(found) != 1:
        return None
    [(key, at, parts)] = found
    return _of_parts(value, at, parts, f"the record is the value of “{key[:40]}” in the record of a tool")


def _of_parts(value: bytes, at: int, parts: Sequence[Part], what: str) -> Verdict | None:
    """The wrapper in which these parts are carried from ``at`` on, and what is between and around them."""
    made: list[Part] = []
    stop = 0
    for part in (*(each.moved(at) for each in parts), Part(Span(len(value), 0), Salvage.NONE)):
        made += (Part(Span(stop, part.span.offset - stop), Salvage.NONE), part)
        stop = part.span.stop
    return Verdict("wrapped", at, what, tuple(part for part in made if part.span.length)) if parts else None


def _string(value: bytes, examine: Examine) -> Verdict | None:
    """A text that is more than a record: one that was encoded again, or that has other text in it."""
    plain = unescaped(value[1:-1])
    parts = beneath(plain, examine, 1, 0, len(value))
    if not parts or not plain:
        return None
    if plain.data.strip().startswith(b'"'):
        return Verdict("escaped", 0, "the record was encoded more than twice", parts)
    return Verdict("literal", 0, "the record stands in quotes, as JSON, Go, Rust or C writes a text", parts)


def _strings(value: bytes, examine: Examine) -> list[Part]:
    """The records that are texts somewhere in a value."""
    parts: list[Part] = []
    for token in lenient_json.tokens(value):
        inside = value[token.start + 1 : token.stop - 1]
        if token.text and _has_mark(inside):
            parts += beneath(unescaped(inside), examine, token.start + 1, token.start, token.stop)
    return parts


def _has_mark(value: bytes) -> bool:
    return b"role" in value and b"content" in value


def _carried(name: str, raw: bytes, keys: set[str], examine: Examine) -> Sequence[Part]:
    """What the value of a key carries, where it carries records; ``keys`` are all that stand beside it, and it."""
    if len(keys) > 1 and not (_CARRIER.fullmatch(name) or _BATCH.fullmatch(name)):
        return ()
    if raw[:1] == b'"':
        return beneath(unescaped(raw[1:-1]), examine, 1, 0, len(raw))
    if raw[:1] == b"{" and all(map(_BESIDE.fullmatch, keys - {name})) and is_record(raw):
        return (Part(Span(0, len(raw)), Salvage.OFFERED, (raw,)),)
    if raw[:1] == b"[" and _BATCH.fullmatch(name):
        return _strings(raw, examine)
    return ()


def _pairs(value: bytes) -> Iterator[tuple[str, int, bytes]]:
    """The pairs of a whole object: each key, where its value begins, and that."""
    at = 1
    while (quote := value.find(b'"', at)) >= 0:
        close = lenient_json.closing(value, quote + 1)
        begin = behind_space(value, behind_space(value, close + 1) + 1)
        at = lenient_json.reach(value, begin).stop
        yield value[quote + 1 : close].decode("utf-8", "replace"), begin, value[begin:at]
