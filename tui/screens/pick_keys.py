"""The keys of the pick screen, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

PICK_HELP = """# Pick two trainings

**Enter** takes the highlighted preset for lane A, then for lane B, then launches both on one device.
The highlight in each list is what the lane trains; the same preset may stand in both. A script of your own is typed
behind **/**, by its path and with its arguments.

**e** types the preset's batch size, epochs, learning rate, precision and memory anew, or a script's arguments and
variables, for the lane at hand and this launch alone; **w** saves that as a preset of your own. **o** sorts both lists
by name, size, last use and speed. **r** takes a pair that was run before.

Above the launch line stands what the pair will take, as far as earlier runs here measured it; under it the command
that launches the same, which **y** copies. **c** shows what was checked, **R** the runs there are.
"""

PICK_KEYS: list[BindingType] = [
    Binding("left,h", "go_to('list-a')", "Lane A", show=False, tooltip="The list of lane A"),
    Binding("right,l", "go_to('list-b')", "Lane B", show=False, tooltip="The list of lane B"),
    Binding("e", "edit", "Edit", tooltip="Type settings of the highlighted preset anew"),
    Binding("d", "device", "Device", tooltip="The devices of this machine, to choose from"),
    Binding("s", "sharing", "Sharing", tooltip="The next way to share the device"),
    Binding("o", "order", "Sort", show=False, tooltip="Sort both lists by name, size, last use or speed"),
    Binding("r", "recent", "Recent pairs", show=False, tooltip="The pairs that were run last, to take one"),
    Binding("w", "save", "Save as own", show=False, tooltip="Save the edited preset as one of your own"),
    Binding("y", "copy", "Copy the command", show=False, tooltip="Copy the command that launches this pair"),
    Binding("c", "checks", "Checks", show=False, tooltip="What was looked at before a launch"),
    Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="Help for what has the focus"),
    Binding("R", "app.runs", "Runs", tooltip="The runs there are, to open or delete"),
    Binding("colon", "app.command_palette", "Palette", show=False, tooltip="Every command"),
    Binding("escape", "back", "Back", show=False),
    Binding("q", "app.quit", "Quit", tooltip="Leave dualtrain"),
]
