"""Counts what one session is made of: in a thread where it is small, in a helper process where it is large."""

from __future__ import annotations

from typing import Final

from sessiontui.errors import Cancelled
from sessiontui.model import Backend, Session
from sessiontui.store import json_values
from sessiontui.store.helper_process import answers, heard
from sessiontui.store.protocol import IsCancelled, Progress, Store
from sessiontui.store.session_stats import SessionStats
from sessiontui.store.survey import heavy, start, survey
from sessiontui.tui.tasks.background_task import Job, retried

SMALL: Final = 4 * 1024 * 1024
"""Bytes that are read in a thread rather than in a process of their own."""


def count(store: Store, session: Session, job: Job) -> SessionStats:
    """Count what a session is made of; from its beginning where it changes meanwhile."""
    progress = job.progress("counting")
    return retried(lambda: _survey(store, session, job.cancelled, progress))


def _survey(store: Store, session: Session, cancelled: IsCancelled, progress: Progress) -> SessionStats:
    size = heavy(store, session.key) if session.bytes is None else session.bytes
    if store.backend is not Backend.MEMORY and size > SMALL:
        stats = _outside(store, session.key, cancelled, progress)
        if stats is not None:
            return stats
    return survey(store, session.key, cancelled, progress)


def _outside(store: Store, key: str, cancelled: IsCancelled, progress: Progress) -> SessionStats | None:
    """What a helper process counts; None where it ended without an answer."""
    said = next(answers(heard(start(store, key), cancelled), progress), None)
    if said is not None:
        return json_values.read(SessionStats, said["about"])
    if cancelled():
        raise Cancelled
    return None
