"""The least that Textual can do: an app that shows one label."""

from textual.app import App, ComposeResult
from textual.widgets import Label


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Label("hello-from-an-empty-app")


if __name__ == "__main__":
    Empty().run()
