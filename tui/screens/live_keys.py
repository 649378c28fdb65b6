"""The keys of the live screen, and its panels by number."""

from __future__ import annotations

from textual.binding import Binding, BindingType

PANELS = ("loss", "memory", "utilisation", "events", "device", "contention")
PANEL_IDS = ("loss", "memory", "utilization", "events", "device", "contention")

LIVE_KEYS: list[BindingType] = [
    Binding("a", "choose('a')", "Lane A", show=False, tooltip="Keys act on lane A"),
    Binding("b", "choose('b')", "Lane B", show=False, tooltip="Keys act on lane B"),
    Binding("enter", "report", "Report", key_display="⏎", tooltip="The report of an ended run"),
    Binding("r", "again", "Run again", tooltip="Run the pair of an ended run again (asks how)"),
    Binding("p", "pause", "Pause", tooltip="Pause or resume the chosen lane; it keeps its memory"),
    Binding("x", "stop", "Stop", tooltip="Stop the chosen lane (asks)"),
    Binding("s", "share", "Sharing", tooltip="Together, one after the other, or adaptive from now on (asks)"),
    Binding("n", "join", "Join", tooltip="Train another preset beside the lane that trains"),
    Binding("c", "probe", "Probe now", show=False, tooltip="Measure now how much each lane slows the other"),
    Binding("g", "log", "Log", tooltip="The chosen lane's log"),
    Binding("z", "zoom", "Zoom", tooltip="This panel alone, and back"),
    Binding("y", "log_axis", "Axis", show=False, tooltip="Linear or logarithmic loss axis"),
    Binding("t", "time_axis", "Steps or time", show=False, tooltip="Loss against time or steps"),
    Binding(
        "e", "smooth", "Even out", show=False, tooltip="Loss curves evened out: none, little, more, much"
    ),
    Binding(
        "plus,equals_sign", "zoom_time(1)", "Less time", show=False, tooltip="Less of the time on every panel"
    ),
    Binding("minus", "zoom_time(-1)", "More time", show=False, tooltip="More of the time on every panel"),
    Binding(
        "left", "cursor(-1)", "Read earlier", show=False, tooltip="Read every panel at an earlier moment"
    ),
    Binding("right", "cursor(1)", "Read later", show=False, tooltip="Read every panel at a later moment"),
    Binding(
        "shift+left", "cursor(-10)", "Far earlier", show=False, tooltip="The cursor ten times as far back"
    ),
    Binding("shift+right", "cursor(10)", "Far later", show=False, tooltip="The cursor ten times as far on"),
    Binding("m", "metric", "Metric", show=False, tooltip="The next metric"),
    *(
        Binding(
            str(number),
            f"panel({number - 1})",
            name.capitalize(),
            show=False,
            tooltip=f"The {name} panel",
        )
        for number, name in enumerate(PANELS, 1)
    ),
    Binding("tab", "next_panel(1)", "Next panel", show=False),
    Binding("shift+tab", "next_panel(-1)", "Panel before", show=False),
    Binding("left_square_bracket", "period(-1)", "More often", show=False, tooltip="Refresh more often"),
    Binding("right_square_bracket", "period(1)", "Less often", show=False, tooltip="Refresh less often"),
    Binding("space", "hold", "Hold", show=False, tooltip="Hold the picture, or follow the run again"),
    Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="Help for this panel"),
    Binding("colon", "app.command_palette", "Palette", show=False, tooltip="Every command"),
    Binding("q", "leave", "Leave", tooltip="Leave; asks while the run is live"),
    Binding("escape", "back", "Back", show=False),
]
"""At most eight of them are in the last line at a time."""
