"""Work in threads on behalf of a widget: a newer start cancels the older work, and nothing of the older is heard again.

A thread can't be stopped from outside, so work asks ``Job.cancelled`` between its steps. Reports, progress and errors
are calls in the message loop of the owner; a call is dropped at its delivery unless its job is the newest one.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Final, ParamSpec, TypeVar

from textual.widget import Widget
from textual.worker import Worker, get_current_worker

from sessiontui.errors import Cancelled, Changed
from sessiontui.store.protocol import Progress

TRIES: Final = 3
"""How often work is done that fails because what it reads changes meanwhile."""

Values = ParamSpec("Values")
Result = TypeVar("Result")


def ignore(*_: object) -> None:
    """Nobody wants to know."""


@dataclass
class BackgroundTask:
    """Work of one kind; its threads form a group of the name of the task.

    ``failed`` takes the error of a job, ``Cancelled`` too; ``progressed`` a label, what is done and the total; ``ended``
    nothing, after all else.
    """

    owner: Widget
    name: str
    failed: Callable[[Exception], object]
    progressed: Callable[[str, int, int], object] = ignore
    ended: Callable[[], object] = ignore
    stopped: Event = field(default_factory=Event)
    """Set when the work shall end; another one for each generation of it."""
    _worker: Worker[None] | None = None

    @property
    def running(self) -> bool:
        """Whether what was started last has not ended."""
        return self._worker is not None and not self._worker.is_finished

    def start(self, work: Callable[[Job], Result], done: Callable[[Result], object] = ignore) -> None:
        """Start work in place of the older; ``done`` takes its result."""
        self.cancel()
        self._worker = self.start_beside(work, done)

    def stop(self) -> None:
        """Ask the work to end; what it reports counts."""
        self.stopped.set()

    def cancel(self) -> None:
        """End the work; nothing of it is heard again."""
        self.stop()
        self.stopped, self._worker = Event(), None

    def start_beside(self, work: Callable[[Job], Result], done: Callable[[Result], object] = ignore) -> Worker[None]:
        """Start work beside what runs; both end, and are heard, as one."""
        stopped = self.stopped

        def run() -> None:
            job = Job(self, stopped, get_current_worker())
            try:
                if stopped is self.stopped:  # else it was cancelled while it waited for a thread
                    job.report(done, work(job))
            except Exception as error:  # noqa: BLE001 - shown to the person; Textual would end the program
                _let_go(error)
                job.report(self.failed, error)
            finally:
                job.report(self.ended)

        return self.owner.run_worker(run, name=self.name, group=self.name, thread=True)


@dataclass
class Job:
    """One run of a task, as its work sees it: whether to go on, and how to report."""

    task: BackgroundTask
    _stopped: Event
    _worker: Worker[None]

    def cancelled(self) -> bool:
        """Whether the work shall end; Textual cancels its worker when the owner leaves the screen."""
        return self._stopped.is_set() or self._worker.is_cancelled

    def check(self) -> None:
        """Raise ``Cancelled`` where the work shall end."""
        if self.cancelled():
            raise Cancelled

    def report(self, callback: Callable[Values, object], *values: Values.args, **named: Values.kwargs) -> None:
        """Call back in the owner's message loop, unless the work is cancelled by then. Safe in any thread."""

        def call() -> None:
            if self._stopped is self.task.stopped:
                callback(*values, **named)

        self.task.owner.call_later(call)

    def progress(self, label: str) -> Progress:
        """A ``Progress`` that reports once a whole percent."""
        shown = -1

        def progressed(done: int, total: int) -> None:
            nonlocal shown
            percent = 100 * done // total if total else 0
            if percent != shown:
                shown = percent
                self.report(self.task.progressed, label, done, total)

        return progressed


def retried(work: Callable[[], Result]) -> Result:
    """The result of work that reads what others may write; done again, TRIES times in all, where that ``Changed``."""
    for _ in range(TRIES - 1):
        with suppress(Changed):
            return work()
    return work()


def _let_go(error: BaseException | None) -> None:
    """End here what the frames of an error hold: SQLite can't end a query in another thread."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
