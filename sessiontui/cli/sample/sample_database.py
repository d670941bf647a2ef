"""The sample's ``sessions.db``: a few sessions that live in SQLite, one of them imported from a file that is still there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sessiontui.cli.sample.script import Talk, talk
from sessiontui.store.sqlite import database_schema

_CROSSWORD: Final = """\
@user
Seven letters, "it is lost by the one who finds it", third letter T.
@assistant
**PATIENT** has seven letters and a T in third place, but it doesn't fit the clue. Is the third letter certain?
@user
It crosses with "bats" and bats is certain. Mostly.
@assistant
If it were **M** I would say *anonymity*, were it shorter. What does the fifth one say?
@user
Ah. It wants the word for what a seeker loses: "mystery". So the T was an S. Seven letters!
@assistant
**MYSTERY**: lost by the one who finds it out. Very good. Bats will have to become *bass*.
"""

_KITCHEN: Final = """\
@system
You answer from a loudspeaker in a kitchen. Short sentences. No lists.
@user
Set a timer for the eggs.
@tool
{"timer":"eggs","seconds":390}
@assistant
Six and a half minutes, from now.
@user
How do I see whether they were boiled already?
@assistant
Spin one. A boiled egg spins like a top, a raw one wobbles.
"""

_OLD_PHONE: Final = """\
@user
Can you keep what I wrote on the old phone?
@assistant
Yes. Tell me what matters and I keep it here, word for word.
@user
The bicycle lock is the year the bridge was built, backwards.
@assistant
Noted, and I don't write the year beside it. 🚲
"""

IMPORTED: Final[Talk] = talk("telegram_old-phone", _OLD_PHONE, days=21)
"""Its file stands beside the database as ``.jsonl.migrated``."""

TALKS: Final[tuple[Talk, ...]] = (
    talk("gateway_crossword", _CROSSWORD, hours=30),
    talk("gateway_kitchen", _KITCHEN, days=8),
    IMPORTED,
)
_NAMES: Final = {"gateway_crossword": "Sunday's crossword"}
_PAUSE: Final = timedelta(seconds=47)


def write_database(path: Path, now: datetime) -> None:
    """Make the database at ``path``; the same rows for the same ``now``. Raises ``StoreError``."""
    database_schema.create(path)
    with closing(sqlite3.connect(path)) as database, database:
        for each in TALKS:
            _insert(database, each, now - each.age)


def _insert(database: sqlite3.Connection, session: Talk, last: datetime) -> None:
    first = last - _PAUSE * (len(session.messages) - 1)
    database.executemany(
        "INSERT INTO sessions (session_key, role, content, created_at) VALUES (?, ?, ?, ?)",
        (
            (session.key, message.role, message.content, database_schema.write_time(first + _PAUSE * number))
            for number, message in enumerate(session.messages)
        ),
    )
    database.execute(
        "INSERT INTO session_metadata (session_key, created_at, last_activity, message_count, name)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            session.key,
            database_schema.write_time(first),
            database_schema.write_time(last),
            len(session.messages),
            _NAMES.get(session.key),
        ),
    )
