"""What a crash left to the next change: changes that were interrupted, messages that wait, imports that are unfinished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sessiontui import units
from sessiontui.describe.page import BLANK, Page, key, limited, line, warning, which
from sessiontui.dialects.file_names import written
from sessiontui.errors import AfterRecovery

if TYPE_CHECKING:  # the browser says whether a store may be changed before it loads what changes it
    from sessiontui.changes.recovery.recover import Interrupted

NAMED: Final = 3
"""How many changes, sessions or imports are named, at most."""
RECOVERED: Final = "Recovery is done; nothing else was changed. This is the plan now."


class Writability(NamedTuple):
    """Whether a store may be changed: why not, in one sentence, or None; and what a crash left to the next change."""

    reason: str | None
    interrupted: int
    """How many changes were."""
    late: tuple[tuple[str, int], ...] = ()
    """Keys, each with how many messages wait in the journal for it."""
    imports: tuple[str, ...] = ()
    """Sessions of which an import was interrupted, and that a database does not list."""

    @property
    def waiting(self) -> int:
        """How many changes and imports were interrupted."""
        return self.interrupted + len(self.imports)


# ---- in the browser


def note(report: Writability) -> str:
    """In a few words, for as long as it is so; empty where nothing is left."""
    parts = (
        _interrupted(report.interrupted),
        f"{_waiting(report)} in the journal" if report.late else "",
        f"{units.counted(len(report.imports), 'unfinished import')}" if report.imports else "",
    )
    return " · ".join(filter(None, parts))


def notices(report: Writability) -> Iterator[str]:
    """What a person should know of it at once."""
    if report.interrupted:
        each = "it" if report.interrupted == 1 else "each"
        yield (
            f"{_interrupted(report.interrupted)}: the next change finishes {each} or rolls {each} back first "
            f"· U shows {each}"
        )
    for name in report.imports[:NAMED]:
        yield f"the import of {name} was interrupted: its messages are in {name}.jsonl.importing · b shows the file"
    if report.late:
        into = which([name for name, _ in report.late])
        them = "it" if sum(count for _, count in report.late) == 1 else "them"
        yield f"{_waiting(report)} in the journal: the next change brings {them} into {into} first"


def _interrupted(count: int) -> str:
    return f"{count:,} change{' was' if count == 1 else 's were'} interrupted" if count else ""


def _waiting(report: Writability) -> str:
    count = sum(count for _, count in report.late)
    return f"{units.counted(count, 'message')} wait{'s' if count == 1 else ''}"


def first(page: Page, keys: Sequence[str] | None, interrupted: Interrupted) -> Page:
    """A question that says that recovery comes first. A page that had nothing to ask asks for that alone. ``keys``: the
    sessions that are meant; None means all."""
    lines = [
        warning(f"! Recovery comes first: change {units.change_number(each.id)}, {each.verb}, was interrupted.")
        for each in interrupted.changes
    ]
    if waiting := sum(len(each.messages) for each in interrupted.late):
        lines.append(warning(f"! Recovery comes first: {units.counted(waiting, 'message')} in the journal."))
    meant = interrupted.keys if keys is None else interrupted.keys.intersection(keys)
    lines += limited(line(key(each, "strong key"), (f"  {AfterRecovery()}", "warning")) for each in sorted(meant))
    if meant:
        lines.append(line("If the plan is another one after recovery, you are asked once more."))
    lines.append(BLANK)
    if page.act is not None:
        return page._replace(body=(*lines, *page.body))
    undo = "Nothing else is changed before you were asked once more."
    return Page("Recover what was interrupted first?", tuple(lines), undo, "Recover")


# ---- on the command line


def after(name: str) -> tuple[str, str]:
    """The row of a session, or of an undo, that is planned after recovery."""
    return name, f": {AfterRecovery()}"


def foretold(interrupted: Interrupted) -> str:
    """What recovery has to do before a change."""
    keys = sorted(map(written, interrupted.keys))
    marked = ", ".join(keys) if len(keys) <= NAMED else units.counted(len(keys), "session")
    then = f"; planned after recovery: {marked}" if keys else ""
    return f"recovery comes first: {recovered(interrupted)}{then}"


def recovered(interrupted: Interrupted) -> str:
    """The interrupted changes, and the messages that wait."""
    said = [
        f"change {units.change_number(each.id)}, {each.verb}, was interrupted" for each in interrupted.changes[:NAMED]
    ]
    if len(interrupted.changes) > NAMED:
        said = [f"{units.counted(len(interrupted.changes), 'change')} were interrupted"]
    for each in interrupted.late[:NAMED]:
        said.append(f"{units.counted(len(each.messages), 'message')} of {written(each.key)} in the journal")
    return ", ".join(said)
