"""What must hold when a trial is over, whatever happened in it. Each is a failure of the trial, with what went wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from sessiontui.changes import history as journal
from tests.stress.changer import OURS
from tests.stress.trial import NAMES, Trial
from tests.support.folders import loads
from tests.support.writers import message

_RECORD = re.compile(rb'\{"role":"user","content":"(\w+) (\d+) [^"]*"\}')


def lost_nothing(trial: Trial) -> None:
    """Each writer's messages load, once each, in its own order; and all of them in the order in which they came."""
    loaded = loads(trial.session.read_bytes())
    for wrote in trial.figures.wrote:
        own = [each.content for each in loaded if each.content.startswith(wrote.name)]
        _same(own, [loads(message(wrote.name, n))[0].content for n in range(wrote.messages)])
    _same(loaded, loads(trial.shadow.read_bytes()))


def lost_what_was_popped(trial: Trial) -> None:
    """Of what the writers wrote just that is missing which a pop removed that was not undone; the rest is as it came."""
    written = loads(trial.shadow.read_bytes())
    standing = {each.id for each in journal.changes(trial.sessions) if (each.verb, each.status) == ("pop", "done")}
    gone = {content for id, content in trial.popped.items() if id in standing}
    found = [each for each in loads(trial.session.read_bytes()) if each.role != OURS]
    _same(found, [each for each in written if each.content not in gone])


def kept_every_record(trial: Trial) -> None:
    """Each record that was finished stands there once, in its writer's order; what would load had nobody changed
    anything loads; and but for newlines not a byte is another."""
    data = trial.session.read_bytes()
    for wrote in trial.figures.wrote:
        own = [int(n) for name, n in _RECORD.findall(data) if name.decode() == wrote.name]
        _same(own, list(range(wrote.messages)))
    shadow = trial.shadow.read_bytes()
    rest = iter(loads(data))
    missing = [each for each in loads(shadow) if not any(each == other for other in rest)]
    assert missing == []
    assert data.replace(b"\n", b"") == shadow.replace(b"\n", b"")


def went_well(trial: Trial) -> None:
    """Enough was rewritten, enough of it with late bytes, and little was refused."""
    figures, plan = trial.figures, trial.plan
    assert [wrote.name for wrote in figures.wrote] == list(NAMES)
    assert all(wrote.messages >= plan.messages for wrote in figures.wrote)
    assert figures.rewrites >= plan.rewrites
    assert trial.carried >= plan.carried
    assert len(figures.refused) <= figures.attempts / 10, Counter(figures.refused)


def _same(found: Sequence[object], expected: Sequence[object]) -> None:
    """Compare lists, and say briefly how they differ."""
    if found == expected:
        return
    lost = list((Counter(expected) - Counter(found)).elements())
    doubled = list((Counter(found) - Counter(expected)).elements())
    first = next(n for n, (a, b) in enumerate(zip([*found, None], [*expected, None], strict=False)) if a != b)
    raise AssertionError(
        f"{len(lost)} lost {lost[:3]}, {len(doubled)} doubled {doubled[:3]}; the first that differs is number {first}: "
        f"{found[first : first + 3]} for {expected[first : first + 3]}"
    )
