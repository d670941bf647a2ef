"""What help says of the transcript, and its keys while it has the focus."""

from __future__ import annotations

from typing import Final

from sessiontui.tui.key_bindings import bindings, cursor_key

HELP: Final = (
    "The conversation of one session, with damaged lines where their bytes stand in the file: + is had back by repair,"
    " ? when you say so, ≈ is a guess, ~ a fragment, - nothing is lost without; ^ stands below the byte where it goes"
    " wrong. The right edge is a map"
    " of all of it: ! damage, • many hits, ◦ few, ◆ both. A press on a sign goes there; the block can be dragged."
)
KEYS: Final = bindings(
    cursor_key("transcript.line_down", "j,down", "move(1)", "Line down"),
    cursor_key("transcript.line_up", "k,up", "move(-1)", "Line up"),
    cursor_key("transcript.next_message", "J", "choose(1)", "Next message"),
    cursor_key("transcript.previous_message", "K", "choose(-1)", "Previous message"),
    cursor_key("transcript.page_down", "pagedown,space", "page(1)", "Page down"),
    cursor_key("transcript.page_up", "pageup", "page(-1)", "Page up"),
    cursor_key("transcript.half_down", "ctrl+d", "page(0.5)", "Half a page down"),
    cursor_key("transcript.half_up", "ctrl+u", "page(-0.5)", "Half a page up"),
    cursor_key("transcript.start", "g,home", "start", "Start"),
    cursor_key("transcript.end", "G,end", "end", "End"),
    cursor_key("transcript.more", "enter", "more", "Show more of a long message"),
)
