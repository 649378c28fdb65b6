"""The least a Textual app can be: one line and a footer. What the pick screen is measured against."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Footer, Static


class BareApp(App[None]):
    """One Static, one Footer."""

    def compose(self) -> ComposeResult:
        """Both."""
        yield Static("bare app")
        yield Footer()


if __name__ == "__main__":
    BareApp().run(mouse=False)
