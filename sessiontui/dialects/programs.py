"""Which known program wrote a file of JSON lines, by its first records. Bytes in, a name out.

A program is known by a majority of the records, never by one: headers get damaged, and lines are pasted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final

import orjson

RECORDS: Final = 50
"""Lines, blank ones not counted, that are looked at."""
LONGEST: Final = 1 << 20
"""Bytes of a line, or of a whole document, that is read."""

Record = dict[str, Any]
Rule = Callable[[Record], bool]

_CODEX: Final = frozenset(
    {
        "session_meta",
        "response_item",
        "event_msg",
        "turn_context",
        "compacted",
        "world_state",
        "inter_agent_communication",
    }
)
_CLAUDE: Final = frozenset(
    {"summary", "ai-title", "custom-title", "agent-name", "file-history-snapshot", "queue-operation", "last-prompt"}
    | {"attachment", "mode", "pr-link", "progress", "relocated", "worktree-state", "permission-mode", "system"}
)
_PI: Final = frozenset(
    {
        "model_change",
        "thinking_level_change",
        "compaction",
        "branch_summary",
        "session_info",
        "custom",
        "custom_message",
        "label",
    }
)
_COPILOT: Final = ("session.", "user.", "assistant.", "tool.", "system.", "hook.", "permission.", "abort")


def _has(*keys: str) -> Rule:
    """The rule that a record has all of these keys."""
    return lambda record: record.keys() >= set(keys)


def _text(record: Record, key: str) -> str:
    """The text that a key has; empty where it has another value, or is not there."""
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _type(record: Record) -> str:
    return _text(record, "type")


def _is_list_of(value: object, *keys: str) -> bool:
    """Whether it is a list of objects, one at least, that all have these keys."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and each.keys() >= set(keys) for each in value)
    )


def _message(record: Record) -> Record:
    """The object that a record has as its message, or an empty one."""
    message = record.get("message")
    return message if isinstance(message, dict) else {}


def _is_codex(record: Record) -> bool:
    enveloped = _type(record) in _CODEX and isinstance(record.get("payload"), dict)
    first = "instructions" in record and "timestamp" in record and "type" not in record
    item = _type(record) == "message" and isinstance(record.get("content"), list) and "role" in record
    called = _type(record) in {"function_call", "function_call_output", "reasoning"} and "uuid" not in record
    return enveloped or first or item or called or "record_type" in record


def _is_gemini(record: Record) -> bool:
    header = "projectHash" in record and "sessionId" in record
    turn = _type(record) in {"gemini", "user", "info", "error"} and {"id", "timestamp", "content"} <= record.keys()
    return header or "$set" in record or "$rewindTo" in record or (turn and "uuid" not in record)


def _is_qwen(record: Record) -> bool:
    parts = isinstance(_message(record).get("parts"), list)
    return "sessionId" in record and "uuid" in record and (parts or "systemPayload" in record or "provenance" in record)


def _is_claude(record: Record) -> bool:
    if _is_qwen(record):
        return False
    linked = "uuid" in record or "parentUuid" in record or "leafUuid" in record or _type(record) in _CLAUDE
    alone = _type(record) == "summary" and "leafUuid" in record
    return ("sessionId" in record and linked) or alone or _type(record) == "file-history-snapshot"


def _is_pi(record: Record) -> bool:
    if _type(record) == "session":
        return isinstance(record.get("id"), str)
    said = _type(record) == "message" and "role" in _message(record)
    return said or (_type(record) in _PI and "timestamp" in record)


def _is_goose(record: Record) -> bool:
    header = "working_dir" in record and "message_count" in record
    return header or (isinstance(record.get("created"), int) and isinstance(record.get("content"), list))


def _is_cursor(record: Record) -> bool:
    parts = isinstance(_message(record).get("content"), list)
    return parts and isinstance(record.get("role"), str) and not {"content", "type", "id", "uuid"} & record.keys()


_AIDER: Final = b"# aider chat started at "

RULES: Final[dict[str, Rule]] = {
    "OpenClaw (trajectory)": _has("traceSchema"),
    "Codex": _is_codex,
    "Codex (index of sessions)": _has("id", "thread_name", "updated_at"),
    "Gemini CLI": _is_gemini,
    "Qwen Code": _is_qwen,
    "Claude Code": _is_claude,
    "pi": _is_pi,
    "Copilot CLI": lambda record: (
        _type(record).startswith(_COPILOT) and "id" in record and isinstance(record.get("data"), dict)
    ),
    "Factory Droid": lambda record: _type(record) == "session_start" and "id" in record,
    "goose": _is_goose,
    "mistral-vibe": _has("record_sha256", "payload"),
    "Cursor": _is_cursor,
    "nanobot": lambda record: record.get("_type") == "metadata" and "key" in record,
    "Hermes": lambda record: record.get("role") == "session_meta",
    "Claude Code (prompts)": _has("display", "project", "timestamp"),
    "OpenAI fine-tuning": lambda record: (
        _is_list_of(record.get("messages"), "role") and not {"sessionId", "id"} & record.keys()
    ),
    "OpenAI batch": lambda record: "custom_id" in record and ("body" in record or "response" in record),
    "ShareGPT": lambda record: _is_list_of(record.get("conversations"), "from"),
}
"""Names of programs, and how one of their records is known."""
HEADERS: Final = ("nanobot", "Hermes", "Factory Droid")
"""Programs that are known by their first record alone: the others are like those of many programs."""
_FORMATS: Final = ("OpenAI fine-tuning", "OpenAI batch", "ShareGPT")
"""Names that are not of programs."""
DOCUMENTS: Final[dict[str, Rule]] = {
    "Gemini CLI or Qwen Code": _has("messages", "projectHash"),
    "Continue": _has("history", "workspaceDirectory"),
    "Cline": _has("messages", "origin", "sessionId"),
    "Codex": _has("session", "items"),
    "Amp": lambda root: "messages" in root and _text(root, "id").startswith("T-"),
    "OpenCode": lambda root: _text(root, "id").startswith(("msg_", "ses_", "prt_")) and "time" in root,
}
"""The same of files that are one JSON object."""


def title(name: str) -> str:
    """What a file is that has this name by a rule."""
    return f"data in the format of {name}" if name in _FORMATS else f"a history of {name}"


def program(lines: Sequence[bytes]) -> str | None:
    """The program that wrote these lines, the first ones of a file; None where none is known."""
    seen = list(islice((line for line in lines if line.strip()), RECORDS))
    if seen and not seen[0].lstrip().startswith((b"{", b"[")) and any(line.startswith(_AIDER) for line in lines):
        return "Aider"
    votes: Counter[str] = Counter()
    for at, record in enumerate(map(loaded, seen)):
        for name, is_of in RULES.items():
            if isinstance(record, dict) and (at == 0 or name not in HEADERS) and is_of(record):
                votes[name] += len(seen) if name in HEADERS else 1
    for name, most in votes.most_common(1):
        if 2 * most >= len(seen):
            return "OpenClaw" if name == "pi" and any(b"openclaw" in line for line in seen) else name
    return None


def of_document(data: bytes) -> str | None:
    """The program that wrote a file which is one JSON object, or a list of messages with parts."""
    root = loaded(data)
    if isinstance(root, dict):
        return next((name for name, is_of in DOCUMENTS.items() if is_of(root)), None)
    if _is_list_of(root, "role", "ts"):
        return "Cline"
    return "mistral-vibe" if _is_list_of(root, "message", "turn_index") else None


def loaded(data: bytes) -> object:
    """The JSON value; None where it is none, or too long."""
    try:
        return orjson.loads(data) if len(data) <= LONGEST else None
    except orjson.JSONDecodeError:
        return None
