"""Going from fault to fault, and from the last one of a session on to the next that has any, in the order of the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sessiontui import units
from sessiontui.model import Backend, Session
from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import reply


class FaultWalk:
    """Which session is next; which fault is next in the open session is the transcript pane's."""

    KEYS: Final = [
        command_key("next_fault", "e", "fault(1)", "Next fault, of the next session too", "next fault"),
        command_key("previous_fault", "E", "fault(-1)", "Previous fault, of the session before too"),
    ]

    def __init__(self, opener: SessionOpener) -> None:
        self._side, self._reading, self._opener = opener.side, opener.reading, opener
        self._reading.walk.no_fault = self._go_on
        self._passed: set[str] = set()
        """The sessions that were opened for their damage since the key was pressed."""

    def action_fault(self, step: int) -> None:
        """The next fault, or the previous one."""
        if self._opener.store.backend is not Backend.JSONL:
            reply(self._side, "only files have lines that could be damaged; this store has none")
            return
        self._passed.clear()
        if self._side.screen.has_class("-narrow"):
            self._reading.transcript.enter()
        if not self._reading.walk.trace(step):
            self._go_on(step)

    def _go_on(self, step: int) -> None:
        """To the next session that has damage, as far as that is known; after the last one to the first."""
        known = self._side.known
        uncounted = sum(each.problem is None and each.faults is None for each in known.values())
        unsure = f"{units.counted(uncounted, 'session')} not counted yet" if uncounted else ""
        damaged = ((past, each) for past, each in self._further(step) if each.problem is not None or each.faults)
        found = next(((past, each) for past, each in damaged if each.key not in self._passed), None)
        if found is None:
            reply(self._side, " · ".join(filter(None, ("no session of the list has damage", unsure))))
            return
        wrapped, session = found
        self._passed.add(session.key)
        here, there = ("last", "first") if step > 0 else ("first", "last")
        end = f"that was the {here} fault of the list · on from the {there}" if wrapped else ""
        if said := " · ".join(filter(None, (end, unsure))):
            reply(self._side, said)
        self._side.choose(session.key)
        self._opener.open(session.key)
        self._reading.walk.trace(step)

    def _further(self, step: int) -> Iterator[tuple[bool, Session]]:
        """The sessions of the list behind the open one, or before it, the nearest first and that one last; each with
        whether it lies beyond the end."""
        keys, known, key = list(self._side.sessions.keys), self._side.known, self._reading.key
        if step < 0:
            keys.reverse()
        at = keys.index(key) + 1 if key in keys else 0
        for wrapped, some in ((False, keys[at:]), (True, keys[:at])):
            yield from ((wrapped, known[key]) for key in some if key in known)
