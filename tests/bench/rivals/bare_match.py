"""The least that a query can cost: bare MATCH, and pread and orjson of 50 rows. FOLDER DATABASE (made at first) QUERIES."""

import json
import os
import sqlite3
import sys
import time
from pathlib import Path

import orjson

folder, file, queries = map(Path, sys.argv[1:])
is_new, database = not file.exists(), sqlite3.connect(file, isolation_level=None)
if is_new:
    database.executescript("CREATE VIRTUAL TABLE f USING fts5(content, content=''); BEGIN; CREATE TABLE p(f, at, n)")
    for path in sorted(folder.iterdir()):
        at = 0
        for line in path.open("rb"):
            database.execute("INSERT INTO p VALUES (?, ?, ?)", (path.name, at, len(line)))
            text, at = orjson.loads(line)["content"], at + len(line)
            database.execute("INSERT INTO f(rowid, content) VALUES (last_insert_rowid(), ?)", (text,))
    database.execute("COMMIT")
seconds, sql = [], "SELECT * FROM p WHERE rowid IN (SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid DESC LIMIT 50)"
for query in json.loads(queries.read_text()):
    began = time.perf_counter()
    for name, at, n in database.execute(sql, (query,)).fetchall():
        with (folder / name).open("rb", buffering=0) as found:
            orjson.loads(os.pread(found.fileno(), n, at))
    seconds.append(time.perf_counter() - began)
print(json.dumps(seconds))
