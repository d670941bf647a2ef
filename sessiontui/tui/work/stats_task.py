"""Finds out what one session is made of: here where it is small, in a helper process where it is large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from sessiontui.errors import Cancelled, Changed, StoreError
from sessiontui.model import Backend, Session
from sessiontui.store import survey_process
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.store.session_stats import SessionStats
from sessiontui.store.survey import heavy, survey
from sessiontui.tui.messages import Report
from sessiontui.tui.work.background_task import Errand_
from sessiontui.tui.work.helper_output import heard

SMALL: Final = 4 * 1024 * 1024
"""Bytes that are read in a thread rather than in a process of their own."""
TRIES: Final = 3
"""How often a session that changes while it is read is read again."""


@dataclass(eq=False, repr=False)
class Surveyed(Report):
    """What the session is made of."""

    about: SessionStats


class StatsTask(Errand_):
    """One session at a time."""

    name: ClassVar[str] = "about"

    def tell(self, store: Store, session: Session) -> None:
        """Reports ``Surveyed``; until then how far it is."""

        def job(generation: int, cancelled: IsCancelled) -> None:
            progress = self.progress(generation, "counting")
            for left in range(TRIES, 0, -1):
                try:
                    self.report(Surveyed(generation, _survey(store, session, cancelled, progress)))
                    break
                except Changed:
                    if left == 1:
                        raise

        self.begin(job)


def _survey(store: Store, session: Session, cancelled: IsCancelled, progress: Progress) -> SessionStats:
    size = heavy(store, session.key) if session.bytes is None else session.bytes
    if store.backend is not Backend.MEMORY and size > SMALL:
        told = _outside(store, session.key, cancelled, progress)
        if told is not None:
            return told
    return survey(store, session.key, cancelled, progress)


def _outside(store: Store, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats | None:
    """What a helper process says; None where it ended without a word."""
    for said in heard(survey_process.start(store, key), cancelled):
        if "done" in said:
            progress(int(said["done"]), int(said["total"]))
        elif "about" in said:
            return survey_process.read_back(said["about"])
        else:
            raise StoreError(str(said["error"]), str(said["hint"]))
    if cancelled():
        raise Cancelled
    return None
