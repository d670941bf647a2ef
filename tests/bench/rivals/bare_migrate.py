"""The least that a migration can cost: executemany of the same rows into a table with FTS. FOLDER DATABASE."""

import sqlite3
import sys
from pathlib import Path

import orjson

database = sqlite3.connect(sys.argv[2])
database.executescript("""
PRAGMA journal_mode=WAL;
CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, session_key TEXT, role TEXT, content TEXT, created_at TEXT);
CREATE INDEX a ON sessions(session_key);
CREATE INDEX b ON sessions(session_key, id);
CREATE VIRTUAL TABLE f USING fts5(session_key, content, content=sessions, content_rowid=id);
CREATE TRIGGER i AFTER INSERT ON sessions BEGIN
  INSERT INTO f(rowid, session_key, content) VALUES (new.id, new.session_key, new.content); END;
""")
for path in sorted(Path(sys.argv[1]).iterdir()):
    messages = map(orjson.loads, path.open("rb"))
    rows = ((path.stem, message["role"], message["content"], "2026-03-16T12:00:00+00:00") for message in messages)
    with database:
        database.executemany("INSERT INTO sessions(session_key, role, content, created_at) VALUES (?, ?, ?, ?)", rows)
