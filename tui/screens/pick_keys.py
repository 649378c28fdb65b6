"""The keys of the pick screen, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

PICK_HELP = """# Pick two trainings

**Enter** takes the highlighted preset for lane A, then for lane B, then launches both on one device.
The highlight in each list is what the lane trains; the same preset may stand in both.

Above the launch line stands what the pair will take, as far as earlier runs here measured it.

**R** shows the runs there are.
"""

PICK_KEYS: list[BindingType] = [
    Binding("left,h", "go_to('list-a')", "Lane A", show=False, tooltip="The list of lane A"),
    Binding("right,l", "go_to('list-b')", "Lane B", show=False, tooltip="The list of lane B"),
    Binding("d", "device", "Device", tooltip="The devices of this machine, to choose from"),
    Binding("s", "sharing", "Sharing", tooltip="The next way to share the device"),
    Binding("c", "checks", "Checks", tooltip="What was looked at before a launch"),
    Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="Help for what has the focus"),
    Binding("R", "app.runs", "Runs", tooltip="The runs there are, to open or delete"),
    Binding("colon", "app.command_palette", "Palette", show=False, tooltip="Every command"),
    Binding("escape", "back", "Back", show=False),
    Binding("q", "app.quit", "Quit", tooltip="Leave dualtrain"),
]
