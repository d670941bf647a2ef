"""What a container is whose parts cover all of it: nobody sees what it would draw, so it costs nothing."""

from __future__ import annotations

from textual.geometry import Region
from textual.strip import Strip


class Covered:
    """Stands before the container in a class's bases. No widget itself: Textual takes the style of the first that is."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """As many blank lines as were asked for."""
        return [Strip.blank(crop.width)] * crop.height
