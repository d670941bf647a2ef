"""The least that an index can cost: the same FTS5 columns, WAL, a commit every 50,000 rows. FOLDER DATABASE."""

import sqlite3
import sys
from pathlib import Path

import orjson

database = sqlite3.connect(sys.argv[2], isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=NORMAL")
database.execute("CREATE VIRTUAL TABLE f USING fts5(content, role, content='')")
database.execute("INSERT INTO f(f, rank) VALUES ('hashsize', 67108864)")
database.execute("BEGIN")
row = 0
for path in sorted(Path(sys.argv[1]).iterdir()):
    for line in path.read_bytes().splitlines():
        message = orjson.loads(line)
        row += 1
        database.execute(
            "INSERT INTO f(rowid, content, role) VALUES (?, ?, ?)", (row, message["content"], message["role"])
        )
        if row % 50_000 == 0:
            database.execute("COMMIT")
            database.execute("BEGIN")
database.execute("COMMIT")
database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
print(row)
