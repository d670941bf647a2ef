"""Plans with a row for each session, made one by one in one change: what is the matter with one never stops the others.

What a row says, and what is done to a file, is for who asks. Other plans have no rows, and stay whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Generic, Protocol, Self, TypeVar, cast

from sessiontui.changes import history, obstacles
from sessiontui.changes.edits.files import as_plain, as_store_error, name_in
from sessiontui.changes.journal.record import ChangeRecord
from sessiontui.changes.outcome import LeftStatus, Problem
from sessiontui.changes.recovery import settle
from sessiontui.changes.recovery.recover import Interrupted
from sessiontui.dialects.file_names import SUFFIX
from sessiontui.disk.copied import Copied
from sessiontui.disk.wait_policy import WaitPolicy
from sessiontui.errors import AfterRecovery, Cancelled, SessiontuiError
from sessiontui.store.jsonl import session_file
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.store.protocol import IsCancelled, Progress, Store, parts, stop_if

_CHANGING: Final = ("compacted", "repaired", "migrated", "removed")
"""The status of a session that is changed."""


class Row(Protocol):
    """One session of a plan."""

    @property
    def key(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def problem(self) -> Problem: ...

    def left_alone(self, error: SessiontuiError) -> Self:
        """The row of the same session, which stays as it is."""


R = TypeVar("R", bound=Row)
T = TypeVar("T")


class RowsPlan(Generic[R]):
    """A plan with a row for each session."""

    __slots__ = ()
    rows: tuple[R, ...]

    @property
    def goes(self) -> tuple[R, ...]:
        """The sessions that are changed."""
        return _changing(self.rows)

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self.goes


@dataclass(frozen=True, slots=True)
class RowsOutcome(Generic[R]):
    """What a verb did, session by session."""

    verb: str
    change: str | None
    """None where nothing was done."""
    rows: tuple[R, ...]

    @property
    def changed(self) -> tuple[R, ...]:
        """The sessions that were changed."""
        return _changing(self.rows)


def _changing(rows: Iterable[R]) -> tuple[R, ...]:
    return tuple(row for row in rows if row.status in _CHANGING)


def rows_of(plan: object) -> tuple[Row, ...]:
    """The rows of a plan or an outcome; none where it has none."""
    rows: tuple[Row, ...] = getattr(plan, "rows", ())
    return rows


def keys_of(plan: object) -> tuple[str, ...]:
    """The sessions that a plan or an outcome is about."""
    if hasattr(plan, "rows"):
        return tuple(row.key for row in rows_of(plan))
    keys: tuple[str, ...] = (plan.key,) if hasattr(plan, "key") else getattr(plan, "keys", ())
    return keys


# ---- a part of a plan, and what recovery means for it


def only(plan: T, keys: Collection[str]) -> T:
    """The part of a plan that is about these sessions."""
    return _with(plan, (row for row in rows_of(plan) if row.key in keys))


def after(plan: T, interrupted: Interrupted) -> T:
    """A plan that was made before recovery: what it says of a session that recovery may change, it does not know."""
    return _left(plan, dict.fromkeys(interrupted.keys, AfterRecovery()))


def explained(plan: T, interrupted: Interrupted) -> T:
    """A plan in which a session that stays, for it could not be recovered, says that."""
    causes = {row.key: interrupted.cause(row.key) for row in rows_of(plan) if row.problem.code}
    return _left(plan, {key: error for key, error in causes.items() if error})


def _left(plan: T, errors: Mapping[str, SessiontuiError]) -> T:
    return _with(plan, (row.left_alone(errors[row.key]) if row.key in errors else row for row in rows_of(plan)))


def _with(plan: T, rows: Iterable[Row]) -> T:
    return cast("T", replace(cast("Any", plan), rows=tuple(rows))) if hasattr(plan, "rows") else plan


# ---- planned and made


def planned(
    store: Store,
    keys: Sequence[str] | None,
    healthy: Callable[[str, int, int], R],
    read: Callable[[int, str, Copied, Progress], R],
    cancelled: IsCancelled,
    progress: Progress,
) -> tuple[R, ...]:
    """A row for each session; ``keys`` None means all. ``healthy`` makes the row of a session that has nothing to be
    changed, as none in a database has, from its key, messages and bytes; ``read`` from its open file. Raises ``UnknownKey`` and ``Cancelled``."""
    if not isinstance(store, JsonlStore):
        sessions = store.sessions() if keys is None else [store.session(key) for key in keys]
        found = store.counted(sessions, cancelled, progress)
        return tuple(healthy(each.key, each.messages or 0, each.bytes or 0) for each in found)
    stems = [store.resolve(key) for key in keys] if keys is not None else [each.key for each in store.sessions()]
    rows = []
    for stem, part in parts(stems, [size(store.file(stem)) for stem in stems], progress):
        path = store.file(stem)
        try:
            with as_store_error(path.name):
                name_in(path)
                with session_file.opened(path, stem) as (fd, _):
                    row = read(fd, stem, Copied.of(fd), part)
                if row.status in _CHANGING:
                    obstacles.require_replaceable(path.resolve())
        except Cancelled:
            raise
        except SessiontuiError as error:
            row = healthy(stem, 0, size(path)).left_alone(error)
        rows.append(row)
    return tuple(rows)


def size(path: Path) -> int:
    """Bytes of a file; 0 where that can't be known."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def status(error: SessiontuiError) -> LeftStatus:
    """How a session fared that met an error; one that tells of no trouble leaves it unchanged."""
    if not error.exit_code:
        return "unchanged"
    if isinstance(error, Cancelled):
        return "cancelled"
    return "refused" if error.exit_code == 4 else "failed"


def made(
    plan: RowsPlan[R],
    sessions: Path,
    verb: str,
    make: Callable[[ChangeRecord, R, IsCancelled, Progress], R],
    sizes: Callable[[R], int],
    patience: WaitPolicy,
    cancelled: IsCancelled,
    progress: Progress,
    suffix: str = SUFFIX,
) -> RowsOutcome[R]:
    """Make one change of the sessions of a plan that go, each by ``make``. ``progress`` counts ``sizes``. Cancelled between
    sessions or within one: those not begun are left. An error of the system names the key with the suffix."""
    goes = plan.goes
    if not goes:
        return RowsOutcome(verb, None, plan.rows)
    made: dict[str, R] = {}
    with history.change(sessions, verb, [row.key for row in goes], patience) as record:
        for row, part in parts(goes, map(sizes, goes), progress):
            try:
                stop_if(cancelled)
                made[row.key] = make(record, row, cancelled, part)
            except (OSError, SessiontuiError) as error:
                settle.after(record)
                made[row.key] = row.left_alone(as_plain(error, row.key + suffix))
            record.patience = record.patience.for_others(made[row.key].problem.blocker)
    rows = tuple(made.get(row.key, row) for row in plan.rows)
    return RowsOutcome(verb, record.id if record.stands else None, rows)
