"""How the browser looks: one theme of our own, and the style sheet. Roles and faults have colours; a fault also a sign."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

NIGHT: Final = Theme(
    name="sessiontui",
    primary="#7aa2c8",
    secondary="#8f9bb3",
    accent="#e0b05c",
    warning="#e0a45c",
    error="#e5707e",
    success="#8cc084",
    foreground="#d7dae0",
    background="#15181e",
    surface="#1b1f27",
    panel="#2a303b",
    dark=True,
)

WIDTHS: Final[list[tuple[int, str]]] = [(0, "-narrow"), (100, "-wide")]
"""Below 100 columns the list and the transcript take the whole width in turn."""
HEIGHTS: Final[list[tuple[int, str]]] = [(0, "-short"), (20, "-tall")]
"""Below 20 lines the search bar is only there while it is used."""

CSS: Final = """
BrowserScreen { background: $background; color: $foreground; }
* {
    scrollbar-size-vertical: 1; scrollbar-background: $background; scrollbar-color: $panel;
    scrollbar-background-hover: $background; scrollbar-background-active: $background;
    scrollbar-color-hover: $primary; scrollbar-color-active: $accent;
}

TitleLine { height: 1; background: $panel; color: $foreground; }
TitleLine > .line--name { text-style: bold; color: $primary; }
TitleLine > .line--dim { color: $foreground 65%; }
TitleLine > .line--fault { color: $error; text-style: bold; }
TitleLine > .line--work { color: $accent; }

KeyLine { height: 1; background: $panel; color: $foreground 75%; }
KeyLine > .line--key { color: $accent; text-style: bold; }
KeyLine > .line--dim { color: $foreground 35%; }

SearchBar, FilterBar { height: 3; border: round $panel; padding: 0 1; background: $background; }
SearchBar:focus, FilterBar:focus { border: round $accent; background-tint: $background 0%; }
SearchBar { border-title-color: $foreground 70%; border-subtitle-color: $foreground 70%; }
FilterBar { display: none; }
FilterBar.-shown { display: block; }

#panes { height: 1fr; }
#side { width: 2fr; max-width: 64; min-width: 36; }
#reading { width: 5fr; }

LineList, Transcript {
    height: 1fr; background: $background; border: round $panel; overflow-x: hidden; overflow-y: scroll;
    border-title-color: $foreground 75%; border-subtitle-color: $foreground 60%;
}
LineList:focus, Transcript:focus { border: round $accent; border-title-color: $accent; }
HitList { display: none; }
#side.-hits SessionList { display: none; }
#side.-hits HitList { display: block; }

LineList > .list--ground { color: $foreground; background: $background; }
LineList > .list--cursor { color: $foreground; background: $primary 35%; }
LineList > .list--blurred { color: $foreground; background: $panel 75%; }
LineList > .list--dim { color: $foreground 55%; }
LineList > .list--number { color: $foreground 85%; }
LineList > .list--fault { color: $error; text-style: bold; }
LineList > .list--match { color: $accent; text-style: bold; }
LineList > .list--role { color: $primary; }

Transcript > .transcript--ground { color: $foreground; }
Transcript > .transcript--text { color: $foreground; }
Transcript > .transcript--dim { color: $foreground 50%; }
Transcript > .transcript--bar { color: $accent; }
Transcript > .transcript--user { color: $success; text-style: bold; }
Transcript > .transcript--assistant { color: $primary; text-style: bold; }
Transcript > .transcript--system { color: $accent; text-style: bold; }
Transcript > .transcript--tool { color: #b59ad0; text-style: bold; }
Transcript > .transcript--other { color: $secondary; text-style: bold; }
Transcript > .transcript--fault { color: $error; text-style: bold; }
Transcript > .transcript--damaged { color: $error 75%; }
Transcript > .transcript--caret { color: $accent; text-style: bold; }
Transcript > .transcript--raw { color: $foreground 80%; }
Transcript > .transcript--hit { color: $background; background: $accent; }
Transcript > .transcript--code { color: #a9c9a4; }
Transcript > .transcript--heading { text-style: bold; }
Transcript > .transcript--strong { text-style: bold; }

.-narrow #side { width: 1fr; max-width: 100%; }
.-narrow #reading { display: none; width: 1fr; }
.-narrow.-reading #side { display: none; }
.-narrow.-reading #reading { display: block; }
.-short SearchBar { display: none; }
.-short SearchBar:focus, .-short SearchBar.-asked { display: block; }

ChangeDialog, HelpScreen { align: center middle; }
#box {
    width: 84; max-width: 96%; height: auto; max-height: 92%; padding: 0 2; background: $surface;
    border: round $accent; border-title-color: $accent; border-title-style: bold;
}
#body { height: auto; margin: 1 0; }
#body Static { width: 100%; height: auto; }
#undo { height: auto; color: $foreground 65%; margin: 0 0 1 0; }
#buttons { height: 1; align-horizontal: right; }
#buttons Button {
    height: 1; min-width: 12; border: none; margin-left: 2; background: $panel; color: $foreground; text-style: none;
}
#buttons Button:focus { background: $accent; color: $background; text-style: bold; }
.-short #body { margin: 0; }
.-short #undo { margin: 0; }

ToastRack { margin-bottom: 2; }
"""
