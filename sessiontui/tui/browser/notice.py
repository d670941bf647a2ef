"""What the browser says of a key that leads nowhere: in place of what was said before."""

from __future__ import annotations

from textual.dom import DOMNode

from sessiontui.tui.looks import ink
from sessiontui.visible import visible


def say(node: DOMNode, note: str) -> None:
    """Tell the person something, and take older notices away."""
    node.app.clear_notifications()
    ink.notice(node, visible(note))
