"""The screen of the browser: it composes panes and controllers, says what Esc means, and hands on what the panes post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from inspect import isawaitable
from operator import attrgetter

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.css.query import QueryType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from sessiontui import paths
from sessiontui.dialects.file_names import written
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui.browser.copier import Copier
from sessiontui.tui.browser.fault_walk import FaultWalk
from sessiontui.tui.browser.go_to import GoTo
from sessiontui.tui.browser.hits import HitWalk
from sessiontui.tui.browser.overlays import Overlays
from sessiontui.tui.browser.row_walk import RowWalk
from sessiontui.tui.browser.search import SearchController
from sessiontui.tui.browser.session_feed import SessionFeed
from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.browser.transcript_pane import TranscriptPane
from sessiontui.tui.changes.controller import CHANGES, ChangeController, ChangeHost
from sessiontui.tui.key_bindings import CHANGE, FIND, LOOK, bindings, command_key, of_pane
from sessiontui.tui.notices import ErrorPage
from sessiontui.tui.preferences import Remember, Remembered
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList
from sessiontui.tui.widgets.splitter import SplitPanes, Splitter
from sessiontui.tui.widgets.title import TitleLine


class BrowserScreen(Screen[None]):
    """One store on one screen."""

    HELP_TITLE = "Everywhere"
    HELP = "A store of chat sessions. Whatever is changed here can be taken back with u."
    AUTO_FOCUS = "SessionList"
    BINDINGS = bindings(  # in the order in which the last line of the screen and help show them
        *of_pane("changes", ChangeController.KEYS, CHANGE),
        *of_pane("reading", TranscriptPane.KEYS, LOOK),
        command_key(
            "backend", "b", "pane('feed', 'backend')", "The other backend of this folder", "backend", group=LOOK
        ),
        command_key(
            "about",
            "i",
            "pane('overlays', 'about')",
            "About this session: roles, damage, activity",
            "about",
            group=LOOK,
        ),
        *of_pane("side", SessionPane.KEYS, LOOK),
        *of_pane("reading.walk", RowWalk.KEYS, LOOK),
        *of_pane("reading.go_to", GoTo.KEYS, LOOK),
        *of_pane("reading.copier", Copier.KEYS, LOOK),
        command_key("refresh", "f5", "pane('feed', 'refresh')", "Read the list again, all of it", group=LOOK),
        *of_pane("search", SearchController.KEYS, FIND),
        *of_pane("hits", HitWalk.KEYS, FIND),
        *of_pane("faults", FaultWalk.KEYS, FIND),
        command_key("palette", "ctrl+p", "pane('overlays', 'palette')", "Find a command or a session"),
        *of_pane("panes", SplitPanes.KEYS),
        command_key(
            "inspect",
            "x",
            "pane('overlays', 'inspect')",
            "Inspect damage: where, why, and what can be had back",
            "inspect",
        ),
        command_key("quit", "q", "app.quit", "Quit", "quit"),
        command_key("back", "escape", "back", "Cancel, clear, leave or go back"),
    )

    def __init__(self, store: Store, clock: Callable[[], datetime], listed: Future[list[Session]] | None) -> None:
        super().__init__()
        self._listed = listed
        self._active: dict[str, ActiveBinding] | None = None
        self.title_line, self.bar = TitleLine(), SearchBar()
        self.side, self.reading = SessionPane(id="side", clock=clock), TranscriptPane(self.title_line, id="reading")
        self.panes = SplitPanes(self.side, Splitter(), self.reading, id="panes")
        self.opener = SessionOpener(store, self.side, self.reading)
        self.search = SearchController(self, self.bar, self.opener)
        self.feed = SessionFeed(self.title_line, self.side, self.opener, self.search.ask_again, self._use)
        self.changes = ChangeController(self, self.title_line, store, clock)
        self.hits = HitWalk(self.search, self.opener)
        self.faults = FaultWalk(self.opener)
        self.overlays = Overlays(self, self.changes, self.opener)
        self.changes.host = ChangeHost(
            key=lambda: self.reading.key,
            marked=lambda: self.side.marked,
            made=self.side.unmark,
            ask=self.overlays.ask,
            show_list=self.overlays.show_changes,
            inspect=self.overlays.inspect,
            show_backend=self.feed.action_backend,
        )

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.bar
        yield self.panes
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to read as soon as the empty screen stands."""
        remembered = getattr(self.app, "remembered", Remembered())
        self.side.start_sorted(remembered.sort, remembered.sort_reversed)
        self.bar.earlier = remembered.searches
        self.panes.chosen = remembered.side_width
        self.watch(self.bar, "value", self.search.ask, init=False)
        self.changes.settled.subscribe(self, self.feed.read_again)
        self._use(self.changes.store, self._listed)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time, each part has just been given its styles."""
        event.refresh_styles = event.refresh_styles and bool(self.size)

    # ---- the store

    def _use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on, and search for nothing. ``listed``: somebody reads its list already."""
        self.bar.value = ""
        self.changes.store = store
        self.changes.check_writability()
        self.title_line.path, self.title_line.backend = paths.shortened(written(str(store.path))), store.backend
        self.hits.forget()
        self.opener.use(store)
        self.feed.read(listed)

    def on_error_page(self, event: ErrorPage) -> None:
        from sessiontui.tui.changes.dialog import PageDialog

        self.app.push_screen(PageDialog(event.page))

    @on(SessionList.Chosen)
    @on(SessionList.Opened)
    def _show_session(self, event: SessionList.Chosen | SessionList.Opened) -> None:
        """The cursor came to a session, or the person wants to read it: show it, unless it is the one that was open."""
        if isinstance(event, SessionList.Chosen):
            self.hits.forget()
        if event.key != self.reading.key:
            self.opener.open(event.key)
        if isinstance(event, SessionList.Opened):
            self.reading.transcript.enter()

    @on(Input.Submitted, "SearchBar")
    def _enter_hit(self) -> None:
        self.search.enter()

    def on_search_bar_walked(self, event: SearchBar.Walked) -> None:
        if event.pages:
            self.side.list.action_page(event.pages)
        else:
            self.side.list.action_move(event.hits)

    def on_search_bar_left(self) -> None:
        """A person who leaves the bar with text in it wants to see the hits of the open session."""
        self.search.keep()
        self.hits.locate_once()

    def on_hit_list_more_wanted(self) -> None:
        self.search.widen()

    def on_hit_list_opened(self, event: HitList.Opened) -> None:
        self.hits.go_to(event.hit)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.hits.note_focus(event.widget)

    def focus_next(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """List, transcript, search bar; where one pane is shown at a time, the one that gets the focus is shown."""
        transcript = self.reading.transcript
        return self._turn(
            {self.side.list: transcript.enter, transcript: self.search.action_search}
        ) or super().focus_next(selector)

    def focus_previous(self, selector: str | type[QueryType] = "*") -> Widget | None:
        transcript = self.reading.transcript
        return self._turn({self.bar: transcript.enter, transcript: self.side.enter}) or super().focus_previous(selector)

    def _turn(self, panes: Mapping[Widget, Callable[[], object]]) -> Widget | None:
        """Where one pane is shown at a time, show the one that follows what has the focus, if there is one."""
        enter = panes.get(self.focused) if self.focused is not None and self.has_class("-narrow") else None
        if enter is None:
            return None
        enter()
        return self.focused

    def on_split_panes_chosen(self) -> None:
        self.post_message(Remember({"side_width": self.panes.chosen}))

    # ---- keys

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """What keys do now; asked again when that may have changed, for each key and each paint wants to know."""
        if self._active is None:
            self._active = super().active_bindings
        return self._active

    def refresh_bindings(self) -> None:
        self._active = None
        super().refresh_bindings()

    async def action_pane(self, pane: str, action: str, *values: object) -> None:
        """Do what a key of a pane means."""
        done = getattr(attrgetter(pane)(self), f"action_{action}")(*values)
        if isawaitable(done):
            await done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dimmed where a change can't be made."""
        changes = action == "pane" and parameters[:1] == ("changes",)
        return None if changes and self.changes.why_not(str(parameters[-1])) else True

    def on_key(self, event: events.Key) -> None:
        """A dimmed key says why."""
        active = self.active_bindings.get(event.key)
        if active is not None and not active.enabled and active.binding.id in CHANGES:
            event.stop()
            self.changes.explain(active.binding.id)

    def action_back(self) -> None:
        """The first of these that applies: cancel work, clear the text, leave the bar, go back to before the hit; in the
        list take the search away, then the filter, then the marks."""
        focused = self.focused
        if self.changes.changing:
            self.changes.undo_task.stop()
        elif self.reading.working:
            self.reading.stop()
        elif isinstance(focused, FilterBar | SearchBar) and focused.value:
            focused.value = ""
        elif isinstance(focused, FilterBar):
            self.side.close_filter()
            self.side.enter()
        elif isinstance(focused, SearchBar):
            self.hits.leave_bar()
        elif self.hits.go_back():
            return
        elif focused is self.reading.transcript:
            self.side.enter()
        elif self.bar.value:
            self.bar.value = ""
        elif self.side.filtering:
            self.side.close_filter()
        else:
            self.side.unmark(self.side.sessions.marks)
