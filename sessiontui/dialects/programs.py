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
Rule = tuple[str, Callable[[Record], bool]]

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


def _is_codex(record: Record) -> bool:
    enveloped = record.get("type") in _CODEX and isinstance(record.get("payload"), dict)
    first = "instructions" in record and "timestamp" in record and "type" not in record
    item = record.get("type") == "message" and isinstance(record.get("content"), list) and "role" in record
    called = record.get("type") in {"function_call", "function_call_output", "reasoning"} and "uuid" not in record
    return enveloped or first or item or called or "record_type" in record


def _is_codex_index(record: Record) -> bool:
    return {"id", "thread_name", "updated_at"} <= record.keys()


def _is_gemini(record: Record) -> bool:
    header = "projectHash" in record and "sessionId" in record
    turn = record.get("type") in {"gemini", "user", "info", "error"} and {"id", "timestamp", "content"} <= record.keys()
    return header or "$set" in record or "$rewindTo" in record or (turn and "uuid" not in record)


def _is_qwen(record: Record) -> bool:
    message = record.get("message")
    parts = isinstance(message, dict) and isinstance(message.get("parts"), list)
    return "sessionId" in record and "uuid" in record and (parts or "systemPayload" in record or "provenance" in record)


def _is_claude(record: Record) -> bool:
    if _is_qwen(record):
        return False
    linked = "uuid" in record or "parentUuid" in record or "leafUuid" in record or record.get("type") in _CLAUDE
    alone = record.get("type") == "summary" and "leafUuid" in record
    return ("sessionId" in record and linked) or alone or record.get("type") == "file-history-snapshot"


def _is_pi(record: Record) -> bool:
    if record.get("type") == "session":
        return isinstance(record.get("id"), str)
    message = record.get("message")
    said = record.get("type") == "message" and isinstance(message, dict) and "role" in message
    return said or (record.get("type") in _PI and "timestamp" in record)


def _is_copilot(record: Record) -> bool:
    type = record.get("type")
    return (
        isinstance(type, str) and type.startswith(_COPILOT) and isinstance(record.get("data"), dict) and "id" in record
    )


def _is_goose(record: Record) -> bool:
    header = "working_dir" in record and "message_count" in record
    return header or (isinstance(record.get("created"), int) and isinstance(record.get("content"), list))


def _is_tuning(record: Record) -> bool:
    return _is_list_of_messages(record.get("messages")) and not {"sessionId", "id"} & record.keys()


def _is_batch(record: Record) -> bool:
    return "custom_id" in record and ("body" in record or "response" in record)


def _is_list_of_messages(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "role" in each for each in value)


def _is_share_gpt(record: Record) -> bool:
    turns = record.get("conversations")
    return isinstance(turns, list) and bool(turns) and all(isinstance(each, dict) and "from" in each for each in turns)


def _is_cursor(record: Record) -> bool:
    message = record.get("message")
    parts = isinstance(message, dict) and isinstance(message.get("content"), list)
    return parts and isinstance(record.get("role"), str) and not {"content", "type", "id", "uuid"} & record.keys()


def _is_nanobot(record: Record) -> bool:
    return record.get("_type") == "metadata" and "key" in record


_AIDER: Final = b"# aider chat started at "

RULES: Final[tuple[Rule, ...]] = (
    ("OpenClaw (trajectory)", lambda record: "traceSchema" in record),
    ("Codex", _is_codex),
    ("Codex (index of sessions)", _is_codex_index),
    ("Gemini CLI", _is_gemini),
    ("Qwen Code", _is_qwen),
    ("Claude Code", _is_claude),
    ("pi", _is_pi),
    ("Copilot CLI", _is_copilot),
    ("Factory Droid", lambda record: record.get("type") == "session_start" and "id" in record),
    ("goose", _is_goose),
    ("mistral-vibe", lambda record: "record_sha256" in record and "payload" in record),
    ("Cursor", _is_cursor),
    ("nanobot", _is_nanobot),
    ("Hermes", lambda record: record.get("role") == "session_meta"),
    ("Claude Code (prompts)", lambda record: {"display", "project", "timestamp"} <= record.keys()),
    ("OpenAI fine-tuning", _is_tuning),
    ("OpenAI batch", _is_batch),
    ("ShareGPT", _is_share_gpt),
)
"""Names of programs, and how one of their records is known."""
HEADERS: Final = frozenset({"nanobot", "Hermes", "Factory Droid"})
"""Programs that are known by their first record alone: the others are like those of many programs."""
_FORMATS: Final = frozenset({"OpenAI fine-tuning", "OpenAI batch", "ShareGPT"})
"""Names that are not of programs."""
_OPENCODE: Final = ("msg_", "ses_", "prt_")
DOCUMENTS: Final[tuple[Rule, ...]] = (
    ("Gemini CLI or Qwen Code", lambda root: "messages" in root and "projectHash" in root),
    ("Continue", lambda root: "history" in root and "workspaceDirectory" in root),
    ("Cline", lambda root: "messages" in root and "origin" in root and "sessionId" in root),
    ("Codex", lambda root: "session" in root and "items" in root),
    ("Amp", lambda root: "messages" in root and str(root.get("id")).startswith("T-")),
    ("OpenCode", lambda root: str(root.get("id")).startswith(_OPENCODE) and "time" in root),
)
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
    for at, record in enumerate(map(_record, seen)):
        for name, is_of in RULES:
            if record is not None and (at == 0 or name not in HEADERS) and is_of(record):
                votes[name] += len(seen) if name in HEADERS else 1
    if not votes:
        return None
    name, most = max(votes.items(), key=lambda vote: vote[1])
    if 2 * most < len(seen):
        return None
    return "OpenClaw" if name == "pi" and any(b"openclaw" in line for line in seen) else name


def of_document(data: bytes) -> str | None:
    """The program that wrote a file which is one JSON object, or a list of messages with parts."""
    try:
        root = orjson.loads(data) if len(data) <= LONGEST else None
    except orjson.JSONDecodeError:
        return None
    if isinstance(root, list):
        return _of_list(root)
    return next((name for name, is_of in DOCUMENTS if is_of(root)), None) if isinstance(root, dict) else None


def _of_list(root: list[object]) -> str | None:
    records = [each for each in root if isinstance(each, dict)]
    if not records or len(records) < len(root):
        return None
    if _is_list_of_messages(root) and all("ts" in each for each in records):
        return "Cline"
    return "mistral-vibe" if all({"message", "turn_index"} <= each.keys() for each in records) else None


def _record(line: bytes) -> Record | None:
    try:
        value = orjson.loads(line) if len(line) <= LONGEST else None
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
