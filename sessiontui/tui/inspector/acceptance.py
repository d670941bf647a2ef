"""What of the proposals is accepted: one, all that are lossless, or those that are marked.

Nothing is done here. Whether the faults are where they were found is checked first; then the dialog of every change shows
the whole plan and makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sessiontui.damage import proposals
from sessiontui.damage.salvage import EVERYTHING_SURE, Wish
from sessiontui.errors import SessiontuiError
from sessiontui.model import Salvage
from sessiontui.store import fault_refs
from sessiontui.store.fault_refs import FaultRef
from sessiontui.store.jsonl.jsonl_store import JsonlStore
from sessiontui.tui.changes.controller import ChangeController
from sessiontui.tui.inspector import wording
from sessiontui.tui.inspector.faults_pane import FaultsPane
from sessiontui.tui.key_bindings import command_key
from sessiontui.tui.notices import tell
from sessiontui.tui.tasks.background_task import BackgroundTask

SURE: Final = (Salvage.LOSSLESS, Salvage.NONE)
"""What is done without a guess, and without a word about the very fault."""


class Acceptance:
    """Asks for the changes that accept what is proposed for faults of a pane."""

    KEYS: Final = [
        command_key("inspector.accept", "a", "accept", "Accept what is proposed for this fault", "accept"),
        command_key("inspector.accept_all", "A", "accept_all", "Have back all that is lossless", "all lossless"),
    ]

    def __init__(self, faults: FaultsPane, changes: ChangeController) -> None:
        self._faults, self._changes = faults, changes
        self._task = BackgroundTask(faults, "require faults", failed=self._fail)

    def action_accept(self) -> None:
        """Accept what is proposed for the fault under the cursor."""
        ref = self._faults.ref
        if ref is None or not proposals.acts(ref.fault):
            tell(self._faults, wording.refusal(None if ref is None else ref.fault))
        else:
            self._ask([ref])

    def action_accept_all(self) -> None:
        """Accept all that is lossless."""
        sure = [each for each in self._faults.refs if proposals.acts(each.fault) and each.fault.salvage in SURE]
        if sure:
            self._ask(sure, sure=True)
        else:
            tell(self._faults, wording.NOTHING_SURE)

    def action_apply(self) -> None:
        """Accept what is marked."""
        marked = self._faults.marked
        if marked:
            self._ask(marked)
        else:
            tell(self._faults, wording.NOTHING_MARKED)

    def _ask(self, refs: Sequence[FaultRef], *, sure: bool = False) -> None:
        """Ask about these faults, if they are where they were found. ``sure``: of their sessions, all that is lossless."""
        store = self._changes.store
        if self._changes.unchangeable:
            self._changes.explain("repair")
        elif isinstance(store, JsonlStore):
            wishes = {ref.key: EVERYTHING_SURE for ref in refs} if sure else self._wishes(refs)
            self._task.start(lambda _: fault_refs.require(store, refs), lambda _: self._show_plan(wishes))

    def _show_plan(self, wishes: dict[str, Wish]) -> None:
        if not self._faults.screen.is_current:
            return
        from sessiontui.changes.verbs.request import ChangeRequest

        changes = self._changes
        changes.change(ChangeRequest("repair", changes.store, changes.now(), tuple(wishes), wishes=wishes))

    def _wishes(self, refs: Sequence[FaultRef]) -> dict[str, Wish]:
        """What accepting them means, by session."""
        by_key: dict[str, list[FaultRef]] = {}
        for ref in refs:
            by_key.setdefault(ref.key, []).append(ref)
        return {
            key: proposals.wish([ref.fault for ref in each], {ref.line: self._faults.reading(ref) for ref in each})
            for key, each in by_key.items()
        }

    def _fail(self, error: Exception) -> None:
        """The file is another one, so the number of a line means nothing."""
        if not isinstance(error, SessiontuiError):
            raise error
        tell(self._faults, wording.CHANGED, "warning")
        self._faults.find_again()
