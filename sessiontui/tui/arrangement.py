"""Which sessions are shown in which order: sorted by a column, or filtered and then best first. It draws nothing.

What is not known yet stands last in either direction, so that a list that is sorted by counts can be read while they
are still being counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from sessiontui.model import Session
from sessiontui.query.tokens import fold

if TYPE_CHECKING:  # nothing is ranked before the first paint
    from sessiontui.query.fuzzy import Names


class Order(NamedTuple):
    """A way to sort. ``falls``: the greatest comes first, unless it is turned."""

    name: str
    value: Callable[[Session], float | str | None]
    falls: bool
    words: str
    turned: str
    """What the two directions are called."""
    moves: bool = False
    """Whether counts that become known move sessions."""


def _activity(session: Session) -> float | None:
    return None if session.last_activity is None else session.last_activity.timestamp()


def _messages(session: Session) -> float | None:
    return session.messages if session.problem is None else None


def _faults(session: Session) -> float | None:
    return inf if session.problem is not None else session.faults


ORDERS: Final[dict[str, Order]] = {
    order.name: order
    for order in (
        Order("activity", _activity, True, "newest first", "oldest first"),
        Order("key", lambda session: fold(session.key), False, "A to Z", "Z to A"),
        Order("messages", _messages, True, "most messages", "fewest messages", moves=True),
        Order("size", lambda session: session.bytes, True, "largest first", "smallest first", moves=True),
        Order("faults", _faults, True, "most damage", "least damage", moves=True),
    )
}


class Sort(NamedTuple):
    """An order and its direction, as a person chose them."""

    name: str = "activity"
    turned: bool = False

    @property
    def order(self) -> Order:
        """What it sorts by."""
        return ORDERS[self.name]

    @property
    def words(self) -> str:
        """Which sessions come first."""
        return self.order.turned if self.turned else self.order.words

    @property
    def next(self) -> Sort:
        """The order after this one, in its usual direction."""
        names = list(ORDERS)
        return Sort(names[(names.index(self.name) + 1) % len(names)])

    def by(self, name: str) -> Sort:
        """Sorted by another order; the same one asked for again is turned."""
        return Sort(name, name == self.name and not self.turned)


def ordered(sessions: Iterable[Session], sort: Sort) -> list[Session]:
    """The sessions as ``sort`` says; those that are equal in it stay as they came."""
    order = sort.order
    valued = [(order.value(session), session) for session in sessions]
    known = [pair for pair in valued if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=order.falls != sort.turned)  # type: ignore[arg-type, return-value]
    return [session for _, session in known] + [session for value, session in valued if value is None]


def written(session: Session) -> str:
    """What a filter looks at, and where its matched letters are counted."""
    return f"{session.key} {session.name[:200]}" if session.name else session.key


class Within(NamedTuple):
    """The sessions that a filter of the list leaves."""

    pattern: str
    keys: frozenset[str]


class Arrangement:
    """All sessions of a store, and what a person wants to see of them."""

    def __init__(self) -> None:
        self.all: dict[str, Session] = {}
        """Every session by key, newest first."""
        self.sort = Sort()
        self.pattern = ""
        self.best_first = False
        """Whether what was typed says which session comes first, and not the sort."""
        self._keys: list[str] | None = None
        self._names: Names | None = None

    def replace(self, sessions: Iterable[Session]) -> None:
        """These are the sessions now, newest first."""
        self.all = {session.key: session for session in sessions}
        self._forget()

    def learn(self, sessions: Iterable[Session]) -> bool:
        """Counts of sessions that are here became known. Whether they may stand elsewhere now."""
        self.all.update((session.key, session) for session in sessions)
        if self.sort.order.moves:
            self._forget()
        return self.sort.order.moves and not self.best_first

    def sort_as(self, sort: Sort) -> None:
        """Sort in this way; also what a filter showed best first."""
        self.sort, self.best_first = sort, False
        self._forget()

    def narrow(self, pattern: str) -> None:
        """Show what fits the pattern, best first."""
        self.pattern = pattern
        self.best_first = bool(pattern.split())

    def prepare(self) -> None:
        """Do now what the first letter of a filter would wait for."""
        from sessiontui.query import fuzzy

        fuzzy.load()
        self._named()

    def keys(self) -> Sequence[str]:
        """What is to be shown."""
        keys = self._in_order()
        if not self.pattern:
            return keys
        fitting = self._named().rank(self.pattern)
        return [keys[at] for at in (fitting if self.best_first else sorted(fitting))]

    @property
    def within(self) -> Within | None:
        """The sessions that the filter leaves; None where there is none."""
        return Within(self.pattern, frozenset(self.keys())) if self.pattern else None

    def _in_order(self) -> list[str]:
        if self._keys is None:
            given = self.sort == Sort()  # the store's own order
            self._keys = list(self.all) if given else [each.key for each in ordered(self.all.values(), self.sort)]
        return self._keys

    def _named(self) -> Names:
        if self._names is None:
            from sessiontui.query.fuzzy import Names

            self._names = Names(written(self.all[key]) for key in self._in_order())
        return self._names

    def _forget(self) -> None:
        self._keys = self._names = None
