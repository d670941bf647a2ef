"""The screen of the browser: it composes panes and controllers, says what Esc means, and hands on what the panes post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from inspect import isawaitable
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.css.query import QueryType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from sessiontui import paths
from sessiontui.config import Remembered
from sessiontui.dialects.keys import written
from sessiontui.model import Session
from sessiontui.store.protocol import Store
from sessiontui.tui import messages
from sessiontui.tui.browser import keys
from sessiontui.tui.browser.back_stack import BackStack
from sessiontui.tui.browser.fault_walk import FaultWalk
from sessiontui.tui.browser.hits import HitWalk
from sessiontui.tui.browser.overlays import Overlays
from sessiontui.tui.browser.row_walk import RowWalk
from sessiontui.tui.browser.search import SearchController
from sessiontui.tui.browser.session_feed import SessionFeed, Totals
from sessiontui.tui.browser.session_opener import SessionOpener
from sessiontui.tui.browser.session_pane import SessionPane
from sessiontui.tui.browser.transcript_pane import TranscriptPane
from sessiontui.tui.changes.controller import CHANGES, ChangeController, ChangeHost
from sessiontui.tui.error_notice import show_error
from sessiontui.tui.looks import theme
from sessiontui.tui.preferences import Remember
from sessiontui.tui.widgets.filter_bar import FilterBar
from sessiontui.tui.widgets.hit_list import HitList
from sessiontui.tui.widgets.key_line import KeyLine
from sessiontui.tui.widgets.search_bar import SearchBar
from sessiontui.tui.widgets.session_list import SessionList, utc_now
from sessiontui.tui.widgets.splitter import SplitPanes, Splitter
from sessiontui.tui.widgets.title import TitleLine

if TYPE_CHECKING:
    from sessiontui.describe.outcomes import Done


class BrowserScreen(Screen[None]):
    """One store on one screen."""

    HELP_TITLE = "Everywhere"
    HELP = "A store of chat sessions. Whatever is changed here can be taken back with u."
    AUTO_FOCUS = "SessionList"
    HORIZONTAL_BREAKPOINTS = theme.WIDTHS
    VERTICAL_BREAKPOINTS = theme.HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = keys.BROWSER

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = utc_now, listed: Future[list[Session]] | None = None
    ) -> None:
        super().__init__()
        self._listed = listed
        self._active: dict[str, ActiveBinding] | None = None
        self.live = True
        """Whether what others do to the store is followed."""
        self.title_line, self.bar = TitleLine(id="title"), SearchBar(id="search")
        self.side, self.reading = SessionPane(id="side", clock=clock), TranscriptPane(id="reading")
        self.panes = SplitPanes(self.side, Splitter(), self.reading, id="panes")
        self.opener = SessionOpener(store, self.side, self.reading)
        self.changes = ChangeController(self, store, self._host(clock))
        self.search = SearchController(self, self.bar, self.side, store)
        self.back_stack = BackStack(self.side, self.reading, self.opener)
        self.hits = HitWalk(self, self.search, self.side, self.reading, self.opener, self.back_stack)
        self.faults = FaultWalk(self, self.side, self.reading, self.opener)
        self.overlays = Overlays(self, self.changes, self.side, self.reading, self.opener)

    def _host(self, clock: Callable[[], datetime]) -> ChangeHost:
        return ChangeHost(
            key=lambda: self.reading.key,
            marked=lambda: self.side.marks.keys,
            now=clock,
            changed=self.opener.read_again,
            made=self._take_marks,
            checked=lambda _: self._note(),
            progressed=self.title_line.show_work,
            ended=self.title_line.end_work,
            inspect=lambda key: self.overlays.inspect(key),  # noqa: PLW0108 - there are none yet
            show_backend=self.side.feed.action_backend,
        )

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.bar
        yield self.panes
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to read as soon as the empty screen stands."""
        self.side.feed.live = self.live
        remembered = getattr(self.app, "remembered", Remembered())
        self.side.start_sorted(remembered.sort, remembered.sort_reversed)
        self.bar.earlier = remembered.searches
        self.panes.chosen = remembered.side_width
        self.use(self.changes.store, self._listed)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time, each part has just been given its styles."""
        event.refresh_styles = event.refresh_styles and bool(self.size)

    # ---- the store

    def use(self, store: Store, listed: Future[list[Session]] | None = None) -> None:
        """Show this store from now on. ``listed``: somebody reads its list already."""
        self.changes.store = store
        self.changes.check_writability()
        self.title_line.path, self.title_line.backend = paths.shortened(written(str(store.path))), store.backend
        self.title_line.tell(*Totals())
        self.back_stack.clear()
        self.opener.use(store)
        self.side.feed.read(store, listed)
        self.search.use(store)

    @on(SessionFeed.Switched)
    def _switch_store(self, event: SessionFeed.Switched) -> None:
        self.bar.value = ""
        self.use(event.store)

    @on(SessionFeed.Learned)
    def _show_totals(self) -> None:
        self.title_line.tell(*self.side.feed.totals)
        self.opener.learn()

    @on(SessionFeed.Touched)
    def _follow(self, event: SessionFeed.Touched) -> None:
        self.opener.follow(event.keys)

    @on(SessionFeed.Lost)
    def _lose_store(self, event: SessionFeed.Lost) -> None:
        self.opener.lose(event.error)

    @on(messages.Progressed)
    def _show_progress(self, report: messages.Progressed) -> None:
        self.title_line.show_work(report.label, report.done, report.total)

    @on(messages.Finished)
    def _end_progress(self, report: messages.Finished) -> None:
        if report.task in messages.SHOWN:
            self.title_line.end_work()

    @on(messages.Failed)
    def _show_error(self, report: messages.Failed) -> None:
        show_error(self, report.error)

    @on(SessionList.Chosen)
    @on(SessionList.Opened)
    def _show_session(self, event: SessionList.Chosen | SessionList.Opened) -> None:
        """The cursor came to a session, or the person wants to read it: show it, unless it is the one that was open."""
        if isinstance(event, SessionList.Chosen):
            self.back_stack.clear()
        if event.key != self.reading.key:
            self.opener.open(event.key)
        if isinstance(event, SessionList.Opened):
            self.reading.transcript.enter()

    def _note(self) -> None:
        notes = ("read-only" if self.changes.unchangeable else "", self.changes.unsettled)
        self.title_line.note = " · ".join(filter(None, notes))

    def _take_marks(self, done: Done) -> None:
        """What sessions were marked for is done; those that it could not be done to stay marked."""
        from sessiontui.describe.outcomes import changed

        self.side.marks.take(changed(done))

    @on(Input.Changed, "SearchBar")
    def _search(self, event: Input.Changed) -> None:
        self.search.ask(event.value)

    @on(Input.Submitted, "SearchBar")
    def _enter_hit(self) -> None:
        self.search.enter()

    @on(SearchBar.Walked)
    def _walk_hits(self, event: SearchBar.Walked) -> None:
        self.search.walk(event.hits, event.pages)

    @on(SearchBar.Left)
    def _leave_search(self) -> None:
        """A person who leaves the bar with text in it wants to see the hits of the open session."""
        self.search.keep()
        self.hits.locate_once()

    @on(SessionPane.Narrowed)
    def _search_within(self) -> None:
        self.search.narrow()

    @on(SessionFeed.Searchable)
    def _search_again(self) -> None:
        self.search.ask_again()

    @on(HitList.MoreWanted)
    def _search_further(self) -> None:
        self.search.widen()

    @on(HitList.Opened)
    def _go_to_hit(self, event: HitList.Opened) -> None:
        self.hits.go_to(event.hit)

    @on(RowWalk.NoFault)
    def _go_to_next_session(self, event: RowWalk.NoFault) -> None:
        self.faults.go_on(event.step)

    @on(events.DescendantFocus)
    def _note_focus(self, event: events.DescendantFocus) -> None:
        self.hits.name_keys(not isinstance(event.widget, Input))
        self.back_stack.note_focus(event.widget)

    def focus_next(self, selector: str | type[QueryType] = "*") -> Widget | None:
        """List, transcript, search bar; where one pane is shown at a time, the one that gets the focus is shown."""
        transcript = self.reading.transcript
        turned = self._turn({self.side.list: transcript.enter, transcript: self.search.action_search})
        return self.focused if turned else super().focus_next(selector)

    def focus_previous(self, selector: str | type[QueryType] = "*") -> Widget | None:
        transcript = self.reading.transcript
        turned = self._turn({self.bar: transcript.enter, transcript: self.side.enter})
        return self.focused if turned else super().focus_previous(selector)

    def _turn(self, panes: Mapping[Widget, Callable[[], object]]) -> bool:
        """Where one pane is shown at a time, show the one that follows what has the focus; whether there is one."""
        enter = panes.get(self.focused) if self.focused is not None and self.has_class("-narrow") else None
        if enter is not None:
            enter()
        return enter is not None

    @on(SplitPanes.Chosen)
    def _keep_width(self, event: SplitPanes.Chosen) -> None:
        self.post_message(Remember({"side_width": event.columns}))

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
            self.changes.undo_task.interrupt()
        elif self.reading.working:
            self.reading.stop()
        elif isinstance(focused, FilterBar | SearchBar) and focused.value:
            focused.value = ""
        elif isinstance(focused, FilterBar):
            self.side.close_filter()
            self.side.enter()
        elif isinstance(focused, SearchBar):
            self.back_stack.leave_bar()
        elif self.hits.go_back():
            return
        elif focused is self.reading.transcript:
            self.side.enter()
        elif self.bar.value:
            self.bar.value = ""
        elif self.side.filtering:
            self.side.close_filter()
        else:
            self.side.marks.clear()
