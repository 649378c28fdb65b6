"""The keys of a replay: they go over those of the live screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

REPLAY_KEYS: list[BindingType] = [
    # before a panel's own, so that they mean the same wherever the focus is
    Binding("space", "play", "Play/pause", priority=True, tooltip="Stand still, or play on"),
    Binding("left", "seek(-10)", "Back 10 s", show=False, priority=True, tooltip="Ten seconds back"),
    Binding("right", "seek(10)", "On 10 s", show=False, priority=True, tooltip="Ten seconds forward"),
    Binding("shift+left", "seek(-60)", "Back a minute", show=False, priority=True, tooltip="A minute back"),
    Binding("shift+right", "seek(60)", "On a minute", show=False, priority=True, tooltip="A minute forward"),
    Binding("home", "to_beginning", "Beginning", show=False, tooltip="To the beginning of the record"),
    Binding("end", "to_end", "End", show=False, tooltip="To the end of the record"),
    Binding("less_than_sign,comma", "speed(0.5)", "Slower", show=False, tooltip="Half as fast"),
    Binding("greater_than_sign,full_stop", "speed(2)", "Faster", show=False, tooltip="Twice as fast"),
    Binding("escape", "back", "Back", show=False),
]
"""Escape stands here again as a screen's own keys take the place of what it had under them."""
