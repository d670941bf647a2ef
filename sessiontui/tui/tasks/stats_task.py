"""Counts what one session is made of: in a thread where it is small, in a helper process where it is large."""

from __future__ import annotations

from typing import Final

from sessiontui.model import Backend, Session
from sessiontui.store import json_values
from sessiontui.store.helper_process import answers, heard
from sessiontui.store.protocol import Progress, Store
from sessiontui.store.session_stats import SessionStats
from sessiontui.store.survey import heavy, start, survey
from sessiontui.tui.tasks.background_task import Job, retried

SMALL: Final = 4 * 1024 * 1024
"""Bytes that are read in a thread rather than in a process of their own."""


def count(store: Store, session: Session, job: Job) -> SessionStats:
    """Count what a session is made of; from its beginning where it changes meanwhile."""
    progress = job.progress("counting")
    return retried(lambda: _survey(store, session, job, progress))


def _survey(store: Store, session: Session, job: Job, progress: Progress) -> SessionStats:
    """Survey it here where it is small, or where the helper process ended without an answer."""
    size = heavy(store, session.key) if session.bytes is None else session.bytes
    if store.backend is not Backend.MEMORY and size > SMALL:
        said = next(answers(heard(start(store, session.key), job.cancelled), progress), None)
        if said is not None:
            return json_values.read(SessionStats, said["about"])
        job.check()
    return survey(store, session.key, job.cancelled, progress)
