"""The least that a key press can cost: an app of one Input and one Static that echoes the text."""

from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class Echo(App[None]):
    def compose(self) -> ComposeResult:
        field = Input()
        field.cursor_blink = False
        yield field
        yield Static("ready")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(Static).update(f"<{event.value}>", layout=False)


if __name__ == "__main__":
    Echo().run()
