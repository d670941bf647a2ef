"""Files that are no sessions, made by their first bytes: what a person finds under the name of a session."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import marshal
import pickle
import plistlib
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

RECORD: Final = b'{"role":"user","content":"hello"}\n'


def _json_lines(*records: Mapping[str, object]) -> bytes:
    return b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records)


def _tar(data: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo("sessions/k.jsonl")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def _zip(names: Iterable[str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, RECORD)
    return made.getvalue()


def _sqlite(folder: Path) -> bytes:
    path = folder / "made.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    data = path.read_bytes()
    path.unlink()
    return data


def files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """The bytes of each kind, and what they are said to be. ``folder``: for what has to be made on a disk."""
    found = Path(__file__).parent.parent / "data" / "found"
    return {
        "lfs": ((found / "git-lfs-pointer.jsonl").read_bytes(), "a Git LFS pointer (the file itself is kept elsewhere)"),
        "appledouble": (
            (found / "appledouble.jsonl").read_bytes(),
            "an AppleDouble file (attributes that macOS keeps of another one)",
        ),
        "pgp": (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA5\n-----END PGP MESSAGE-----\n", "a PGP message"),
        "pgp_binary": (b"\x85\x02\x0c\x03" + bytes(range(1, 255)) * 4, "a PGP message"),
        "age": (b"age-encryption.org/v1\n-> X25519 abc\n\x01\x02", "encrypted with age"),
        "pem": (b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n", "a cryptographic key"),
        "gzip": (gzip.compress(RECORD * 9, mtime=0), "compressed with gzip"),
        "bzip2": (bz2.compress(RECORD), "compressed with bzip2"),
        "xz": (lzma.compress(RECORD), "compressed with xz"),
        "zstd": (b"\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00", "compressed with zstd"),
        "lz4": (b"\x04\x22\x4d\x18\x64\x40\xa7" + RECORD, "compressed with lz4"),
        "tar": (_tar(RECORD * 3), "a tar archive"),
        "zip": (_zip(["k.jsonl"]), "a zip archive"),
        "office": (_zip(["[Content_Types].xml", "word/document.xml"]), "an office document"),
        "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "an office document (OLE)"),
        "7z": (b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive"),
        "rar": (b"Rar!\x1a\x07\x01\0", "a rar archive"),
        "sqlite": (_sqlite(folder), "a SQLite database"),
        "pdf": (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "a PDF"),
        "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture (PNG)"),
        "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\n", "a picture (JPEG)"),
        "html": (b"\n<!DOCTYPE html>\n<html><meta name='x' content=\"y\"></html>\n", "a web page"),
        "xml": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<a role="b"/>\n', "an XML document"),
        "elf": (b"\x7fELF\x02\x01\x01" + bytes(57), "a program (ELF)"),
        "macho": (b"\xcf\xfa\xed\xfe\x07\0\0\x01" + bytes(24), "a program (Mach-O)"),
        "java": (b"\xca\xfe\xba\xbe\0\0\0\x41\0\x1d\n", "a Java class"),
        "parquet": (b"PAR1\x15\x04\x15\x10PAR1", "a Parquet file"),
        "pickle": (pickle.dumps({"a": [1, 2]}, protocol=4), "a pickle of Python"),
        "pyc": (b"\xa7\r\r\n\0\0\0\0" + bytes(8) + marshal.dumps((1, "x")), "compiled Python"),
        "plist": (plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY), "a property list"),
        "ds_store": (b"\0\0\0\x01Bud1\0\0\x10\0\0\0\x08\0", "a .DS_Store of the Finder"),
        "vim_swap": (b"b0VIM 9.0\0\0\0\0\x10\0\0", "a swap file of an editor"),
        "vim_undo": (b"Vim\x9fUnDo\xe5\0\x02", "an undo file of Vim"),
        "mbox": (b"From anna@example.org Mon Nov 30 21:45:00 2026\nSubject: hi\n\nhello\n", "a mailbox"),
        "resource_fork": (b"\0\0\x01\0\0\0\x01\x1e\0\0\0\x1e\0\0\0\x32" + bytes(240), "a resource fork of macOS"),
        "prose": (b"Dear Anna,\n\nthe role of the content is plain.\n", "text, without a record in it"),
        "csv": (b"name,age\nanna,7\nben,9\n", "a table (CSV)"),
        "markdown": (b"# Notes\n\nsome text\n\n* one\n", "a Markdown document"),
        "yaml": (b"name: x\nversion: 1\nrole: admin\ncontent: none\n", "a YAML document"),
        "log": (b"2026-11-30 INFO started\n2026-11-30 WARN slow\n", "text, without a record in it"),
        "shell": (b"#!/bin/sh\nset -e\necho hello\n", "a script"),
        "source": (b"def f(x):\n    return [x]\n<<<<<<< HEAD\n=======\n>>>>>>> b\n", "text, without a record in it"),
        "config": (b'{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n', "a JSON document without role and content"),
        "events": (_json_lines({"event": "a", "n": 1}, {"event": "b", "n": 2}), "made of JSON lines without role and content"),
        "brackets": (b"[\n]\n", "a JSON document without role and content"),
        "latin": (b"caf\xe9\ncr\xe8me\n", "text in another encoding than UTF-8, without a record in it"),
        "noise": (b"\x01\x02\0\n\0\0\0\n\xff\x03\n", "binary"),
    }  # fmt: skip


def histories() -> dict[str, tuple[bytes, str]]:
    """Small histories in the shapes that other programs write, and what they are said to be."""
    message: dict[str, object] = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    claude = {"sessionId": "s", "uuid": "u", "parentUuid": None, "timestamp": "2026-01-01T00:00:00.000Z", "cwd": "/w"}
    qwen = claude | {"message": {"role": "user", "parts": [{"text": "hi"}]}, "type": "user"}
    pi = {"type": "session", "version": 3, "id": "p", "timestamp": "2026-01-01T00:00:00.000Z", "cwd": "/w"}
    said = {"type": "message", "id": "m", "parentId": None, "timestamp": "2026-01-01T00:00:00.000Z", "message": message}
    gemini = {"id": "g", "timestamp": "2026-01-01T00:00:00.000Z", "type": "user", "content": [{"text": "hi"}]}
    meta = {"timestamp": "2026-01-01T00:00:00.000Z", "type": "session_meta", "payload": {"id": "c", "cwd": "/w"}}
    event = {"type": "user.message", "id": "e", "parentId": None, "timestamp": "2026-01-01T00:00:00.000Z"}
    return {
        "claude_code": (
            _json_lines(
                {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}},
                claude | {"type": "user", "message": {"role": "user", "content": "hi"}},
                claude | {"type": "assistant", "message": message | {"role": "assistant"}},
            ),
            "a history of Claude Code",
        ),
        "claude_code_summary": (_json_lines({"type": "summary", "summary": "x", "leafUuid": "u"}), "a history of Claude Code"),
        "codex": (_json_lines(meta, meta | {"type": "response_item", "payload": message}), "a history of Codex"),
        "codex_2025": (
            _json_lines(
                {"id": "c", "timestamp": "2025-01-01T00:00:00.000Z", "instructions": None},
                {"record_type": "state"},
                {"type": "message"} | message,
            ),
            "a history of Codex",
        ),
        "copilot": (
            _json_lines(event | {"type": "session.start", "data": {"sessionId": "s"}}, event | {"data": {"content": "hi"}}),
            "a history of Copilot CLI",
        ),
        "gemini": (
            _json_lines({"sessionId": "s", "projectHash": "h", "startTime": "t"}, gemini, {"$set": {"lastUpdated": "t"}}),
            "a history of Gemini CLI",
        ),
        "gemini_document": (
            json.dumps({"sessionId": "s", "projectHash": "h", "messages": [gemini]}, indent=2).encode(),
            "a history of Gemini CLI or Qwen Code",
        ),
        "qwen": (_json_lines(qwen, qwen | {"type": "assistant"}), "a history of Qwen Code"),
        "pi": (_json_lines(pi, said), "a history of pi"),
        "pi_torn": (_json_lines(pi)[:40] + b"\n" + _json_lines(said, said), "a history of pi"),
        "openclaw": (_json_lines(pi | {"cwd": "/home/a/.openclaw/workspace"}, said), "a history of OpenClaw"),
        "openclaw_trace": (
            _json_lines({"traceSchema": "openclaw-trajectory", "type": "session.started"}),
            "a history of OpenClaw (trajectory)",
        ),
        "goose": (
            _json_lines({"working_dir": "/w", "message_count": 1}, message | {"created": 1}),
            "a history of goose",
        ),
        "vibe": (_json_lines({"payload": {"method": "turn/start"}, "record_sha256": "x"}), "a history of mistral-vibe"),
        "cline": (json.dumps([message | {"ts": 1}], indent=1).encode(), "a history of Cline"),
        "continue": (
            json.dumps({"sessionId": "s", "workspaceDirectory": "/w", "history": [{"message": message}]}, indent=2).encode(),
            "a history of Continue",
        ),
        "vibe-chunk": (b'[{"message":{"content":[],"role":"user"},"source":"x","turn_index":0}]', "a history of mistral-vibe"),
        "cursor": (b'{"role":"user","message":{"content":[{"type":"text","text":"x"}]}}\n', "a history of Cursor"),
        "amp": (b'{"v":1,"id":"T-1","messages":[{"role":"user","content":[]}]}', "a history of Amp"),
        "opencode": (b'{"id":"msg_1","role":"user","sessionID":"s","time":{"created":1}}', "a history of OpenCode"),
        "aider-below": (
            b'> black...Failed\n\n# aider chat started at 2026\nx ["role"]\n<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n',
            "a history of Aider",
        ),
        "aider": (b"\n# aider chat started at 2026-01-01 00:00:00\n\n#### hi\n\nhello\n", "a history of Aider"),
        "finetune": (
            _json_lines({"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]}),
            "data in the format of OpenAI fine-tuning",
        ),
    }  # fmt: skip
