"""How many examples a property is given: so many times what the profile says, 25 in the fast set and 200 in the exhaustive."""

from __future__ import annotations

from hypothesis import settings


def examples(times: float) -> settings:
    """Settings for a property that needs more examples than others, or is dear."""
    return settings(max_examples=max(1, round(settings().max_examples * times)))
