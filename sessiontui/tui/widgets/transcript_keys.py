"""What help says of the transcript, and its keys while it has the focus."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

HELP: Final = (
    "The conversation of one session, with damaged lines where their bytes stand in the file: + is had back by repair,"
    " ? when you say so, ~ is a guess, × a fragment, · nothing is lost without; ^ stands below the byte where it goes"
    " wrong. The right edge is a map"
    " of all of it: ! damage, • many hits, · few, ◆ both. A press on a sign goes there; the block can be dragged."
)
KEYS: Final[list[BindingType]] = [
    Binding("j,down", "move(1)", "Line down", show=False, id="transcript.line_down"),
    Binding("k,up", "move(-1)", "Line up", show=False, id="transcript.line_up"),
    Binding("J", "choose(1)", "Next message", show=False, id="transcript.next_message"),
    Binding("K", "choose(-1)", "Previous message", show=False, id="transcript.previous_message"),
    Binding("pagedown,space", "page(1)", "Page down", show=False, id="transcript.page_down"),
    Binding("pageup", "page(-1)", "Page up", show=False, id="transcript.page_up"),
    Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="transcript.half_down"),
    Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="transcript.half_up"),
    Binding("g,home", "start", "Start", show=False, id="transcript.start"),
    Binding("G,end", "end", "End", show=False, id="transcript.end"),
    Binding("enter", "more", "Show more of a long message", show=False, id="transcript.more"),
]
