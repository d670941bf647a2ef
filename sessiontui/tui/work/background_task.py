"""One kind of work off the screen's thread: a newer request cancels the older and makes its reports stale.

A thread can't be stopped from outside, so a job asks ``cancelled`` between its steps, and every report carries the
generation that asked for it. An error of the job is a report too (``Failed``), its being cancelled also; nothing is
left to Textual, which would end the program.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from itertools import count
from threading import Event
from typing import ClassVar, Final

from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from sessiontui.store.protocol import IsCancelled
from sessiontui.tui.messages import Failed, Finished, Progressed, Report

Job = Callable[[int, IsCancelled], None]
"""Does the work for a generation."""

_GENERATIONS: Final = count(1)
"""No two requests have the same, of whatever errand."""


class Errand_:  # noqa: N801 - goes with the last task that inherits it
    """What is done on behalf of a screen or pane in threads of one group."""

    name: ClassVar[str] = "errand"

    def __init__(self, owner: Widget) -> None:
        self._owner = owner
        self._worker: Worker[None] | None = None
        self._stop = Event()
        self.generation = next(_GENERATIONS)

    @property
    def running(self) -> bool:
        """Whether the newest request is still being worked on."""
        return self._worker is not None and not self._worker.is_finished

    def is_stale(self, report: Report) -> bool:
        """Whether a newer request was made since the one that this reports on."""
        return report.generation != self.generation

    def begin(self, job: Job) -> None:
        """Start a job in place of the one before."""
        self.cancel()
        self._stop = Event()
        self._worker = self._start(self.generation, job, self._stop)

    def interrupt(self) -> None:
        """Ask what is running to end; it still says what it had done."""
        self._stop.set()

    def cancel(self) -> None:
        """End what is running; nothing of it will be heard again."""
        self.interrupt()
        self.generation = next(_GENERATIONS)
        self._worker = None

    def aside(self, job: Job) -> None:
        """Start a job beside the others, for the same generation."""
        self._start(self.generation, job, self._stop)

    def report(self, report: Report) -> None:
        """Send a report to the owner; safe in any thread."""
        self._owner.post_message(report)

    def progress(self, generation: int, label: str) -> Callable[[int, int], None]:
        """A ``Progress`` that reports at each whole percent."""
        shown = -1

        def told(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total if total else 0
            if percent != shown:
                shown = percent
                self.report(Progressed(generation, self.name, label, done, total))

        return told

    def _start(self, generation: int, job: Job, stop: Event) -> Worker[None]:
        def work() -> None:
            worker = get_current_worker()
            try:
                job(generation, lambda: stop.is_set() or worker.is_cancelled)
            except Exception as error:  # noqa: BLE001 - shown to the person, whatever it is: one that is not ours is a bug of ours
                _let_go(error)
                self.report(Failed(generation, self.name, error))
            finally:
                self.report(Finished(generation, self.name))

        return self._owner.run_worker(work, name=self.name, group=self.name, thread=True)


def _let_go(error: BaseException | None) -> None:
    """End here what the frames of an error hold: queries of SQLite can't be ended in the thread that is told of it."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
