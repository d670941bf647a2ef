"""Work in threads on behalf of a widget: a newer start cancels the older work, and nothing of the older is heard again.

A thread can't be stopped from outside, so work asks ``Job.cancelled`` between its steps. Reports, progress and errors
are calls in the message loop of the owner; a call is dropped at its delivery unless its job is the newest one.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from threading import Event
from typing import ParamSpec

from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from sessiontui.store.protocol import Progress

Values = ParamSpec("Values")


def ignore(*_: object) -> None:
    """Nobody wants to know."""


class BackgroundTask:
    """Work of one kind; its threads form a group of the name of the task.

    ``failed`` takes the error of a job, ``Cancelled`` too; ``progressed`` a label, what is done and the total; ``ended``
    nothing, after all else.
    """

    def __init__(
        self,
        owner: Widget,
        name: str,
        *,
        failed: Callable[[Exception], object],
        progressed: Callable[[str, int, int], object] = ignore,
        ended: Callable[[], object] = ignore,
    ) -> None:
        self.name = name
        self.failed, self.progressed, self.ended = failed, progressed, ended
        self._owner = owner
        self._worker: Worker[None] | None = None
        self._generation, self._stopped = 0, Event()

    @property
    def running(self) -> bool:
        """Whether what was started last has not ended."""
        return self._worker is not None and not self._worker.is_finished

    def start(self, work: Callable[[Job], object]) -> None:
        """Start work in place of the older."""
        self.cancel()
        self._worker = self._run(work)

    def start_beside(self, work: Callable[[Job], object]) -> None:
        """Start work beside what runs; both end, and are heard, as one."""
        self._run(work)

    def stop(self) -> None:
        """Ask the work to end; what it reports still counts."""
        self._stopped.set()

    def cancel(self) -> None:
        """End the work; nothing of it is heard again."""
        self.stop()
        self._generation, self._stopped = self._generation + 1, Event()
        self._worker = None

    def deliver(self, generation: int, callback: Callable[[], object]) -> None:
        """Call back in the owner's message loop, unless the work is cancelled by then. Safe in any thread."""
        self._owner.call_later(self._call, generation, callback)

    def _call(self, generation: int, callback: Callable[[], object]) -> None:
        if generation == self._generation:
            callback()

    def _run(self, work: Callable[[Job], object]) -> Worker[None]:
        generation, stopped = self._generation, self._stopped

        def run() -> None:
            job = Job(self, generation, stopped, get_current_worker())
            try:
                work(job)
            except Exception as error:  # noqa: BLE001 - shown to the person; Textual would end the program
                _let_go(error)
                job.report(self.failed, error)
            finally:
                job.report(self.ended)

        return self._owner.run_worker(run, name=self.name, group=self.name, thread=True)


class Job:
    """One run of a task, as its work sees it: whether to go on, and how to report."""

    def __init__(self, task: BackgroundTask, generation: int, stopped: Event, worker: Worker[None]) -> None:
        self._task = task
        self._generation = generation
        self._stopped = stopped
        self._worker = worker

    def cancelled(self) -> bool:
        """Whether the work shall end; Textual cancels its worker when the owner leaves the screen."""
        return self._stopped.is_set() or self._worker.is_cancelled

    def report(self, callback: Callable[Values, object], *values: Values.args, **named: Values.kwargs) -> None:
        """Call back in the owner's message loop, unless the work is cancelled by then."""
        self._task.deliver(self._generation, lambda: callback(*values, **named))

    def progress(self, label: str) -> Progress:
        """A ``Progress`` that reports once a whole percent."""
        shown = -1

        def progressed(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total if total else 0
            if percent != shown:
                shown = percent
                self.report(self._task.progressed, label, done, total)

        return progressed


def _let_go(error: BaseException | None) -> None:
    """End here what the frames of an error hold: SQLite can't end a query in another thread."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
