"""``python -m tests.stress.changer SESSIONS NAME CHANGES``: changes as they come, in a process of its own; says how they went."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import NamedTuple

from sessiontui.changes import history as journal
from sessiontui.changes import undo
from sessiontui.changes.verbs import append, compact, pop, repair
from sessiontui.errors import Refused, UsageError
from sessiontui.model import Message
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from tests.stress.trial import KEY

OURS = "ours"
"""The role of what it appends."""


class Did(NamedTuple):
    """What a changer did."""

    attempts: int
    refused: list[str]
    popped: dict[str, str]
    """What each pop of its removed, by the change's id."""


def main(sessions: Path, name: str, changes: int) -> Did:
    """Change the session so many times. What was never popped, and undo without a change, count for nothing."""
    journal.SOON = 0.0  # type: ignore[misc]
    journal.SIZE = 1 << 60  # type: ignore[misc]  # which pops stand in the end is asked of the journal
    store = JsonlStore(sessions)
    chance = random.Random(name)
    did = Did(changes, [], {})
    for n in range(changes):
        verb = chance.choice(("append", "pop", "pop", "compact", "repair", "undo", "undo", "redo"))
        try:
            if verb == "append":
                append.make(store, append.plan(store, KEY, Message(OURS, f"{name} {n}")))
            elif verb == "pop":
                popped = pop.make(store, pop.plan(store, KEY), latest=True)
                if popped.change is not None and popped.removed is not None:
                    did.popped[popped.change] = popped.removed.content
            elif verb == "compact":
                row = compact.make(store, compact.plan(store, [KEY])).rows[0]
                did.refused.extend([row.problem.reason] if row.status == "refused" else [])
            elif verb == "repair":
                mended = repair.make(store, repair.plan(store, [KEY])).rows[0]
                did.refused.extend([mended.problem.reason] if mended.status == "refused" else [])
            else:
                undo.make(sessions, undo.plan(sessions, redo=verb == "redo"))
        except Refused as error:
            did.refused.append(f"{verb}: {error.sentence}")
        except UsageError:
            continue
    return did


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))  # noqa: T201
