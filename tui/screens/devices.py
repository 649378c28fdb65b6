"""The devices of this machine, to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.worker import WorkerState

from training.meters.devices import DeviceUnavailableError, choose_devices
from training.plan import LANES, Lane
from tui.screens.paced_painting import PacedModal
from tui.screens.pick_messages import DevicesRead, ReadFailed
from tui.screens.pick_reading import PickReader
from tui.screens.too_small import tell_if_too_small
from tui.widgets.device_list import DeviceDetails, DeviceList
from tui.widgets.device_rows import DeviceRow, device_rows, listing_notes
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from training.meters.devices import DeviceListing
    from tui.screens.pick_sources import PickSources

READ_EVERY_S = 3.0
"""Each reading is a child process that asks the driver: often enough for a person who waits for room."""

_ROOMY = 20
_DETAILS, _FEWEST_DETAILS = 6, 3
"""Lines for the highlighted device, from so many lines of the screen on and below."""
_AROUND = 4
"""The frame, a line between, the keys."""


@dataclass(frozen=True, slots=True)
class DeviceTaken:
    """What was taken, as the command line asks for it, and the listing it stands in."""

    request: str
    listing: DeviceListing


class DevicesScreen(PacedModal[DeviceTaken | None]):
    """A list of what can be trained on, read again while it is open; returns what was taken, None for Escape."""

    CSS_PATH = "devices.tcss"

    HELP = """# Devices

**Enter** takes the highlighted device for both lanes; Escape changes nothing. On a MIG instance **a** and **b** give
it to one lane alone: then each lane trains on its own instance of one GPU. The list is read again while it is open.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", key_display="⏎", tooltip="Train on this device"),
        Binding("a", "give('a')", "Lane A", tooltip="Give this MIG instance to lane A, or take it back"),
        Binding("b", "give('b')", "Lane B", tooltip="Give this MIG instance to lane B, or take it back"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
        Binding("escape", "back", "Back", key_display="esc", tooltip="Change nothing"),
    ]

    def __init__(
        self,
        sources: PickSources,
        listing: DeviceListing | None,
        asked: str,
        *,
        read_every_s: float = READ_EVERY_S,
    ) -> None:
        super().__init__()
        self._reader = PickReader(self, sources)
        self._read_every_s = read_every_s
        self._listing = listing
        self._rows: tuple[DeviceRow, ...] = device_rows(listing) if listing is not None else ()
        self._lanes: dict[Lane, str] = _lanes_in(asked)
        self._at = self._row_of(asked)
        self._problem = ""

    def compose(self) -> ComposeResult:
        """The list over what is known of the highlighted device."""
        with Vertical(id="devices") as box:
            box.border_title = Content("Train on")
            yield DeviceList(id="rows")
            yield DeviceDetails(id="told")
            yield KeyLine(id="device-keys")

    def on_mount(self) -> None:
        """Show what is known, and read it again now and then."""
        self._show()
        self._read()
        self.set_interval(self._read_every_s, self._read)

    def on_resize(self, event: events.Resize) -> None:
        """Another size, another share of it for the list."""
        tell_if_too_small(self, event.size)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a MIG instance can be given to one lane."""
        if action == "give":
            if not any(row.mig_of for row in self._rows):
                return False
            row = self._row
            return True if row is not None and row.mig_of else None
        return super().check_action(action, parameters)

    # Reading

    def _read(self) -> None:
        # A driver that takes its time is not asked again meanwhile.
        busy = (WorkerState.PENDING, WorkerState.RUNNING)
        if not any(worker.node is self and worker.state in busy for worker in self.workers):
            self._reader.read_devices()

    @on(DevicesRead)
    def _devices_read(self, message: DevicesRead) -> None:
        message.stop()
        before = self._row
        self._listing = message.listing
        self._rows = device_rows(message.listing)
        if before is not None:
            there = [index for index, row in enumerate(self._rows) if row.request == before.request]
            self._at = there[0] if there else min(self._at, len(self._rows) - 1)
            if not there:
                self._problem = f"{before.label or before.name} is not listed any more"
        gone = [lane for lane, uuid in self._lanes.items() if uuid not in {one.request for one in self._rows}]
        for lane in gone:
            del self._lanes[lane]
        self._show()

    @on(ReadFailed)
    def _read_failed(self, message: ReadFailed) -> None:
        message.stop()
        self._problem = message.why
        self._show()

    # Keys

    def action_move(self, by: int) -> None:
        """Move the highlight."""
        self._at = min(max(self._at + by, 0), max(0, len(self._rows) - 1))
        self._problem = ""
        self._show()

    def action_page(self, by: int) -> None:
        """Move it by what is seen at once."""
        self.action_move(by * max(1, self.query_one(DeviceList).size.height - 2))

    def action_give(self, lane: Lane) -> None:
        """Give the highlighted MIG instance to one lane, or take it back."""
        row = self._row
        if row is None or row.mig_of is None or self._listing is None:
            return
        self._problem = ""
        if self._lanes.get(lane) == row.request:
            del self._lanes[lane]
        else:
            asked = {**self._lanes, lane: row.request}
            self._problem = self._why_not(_request(asked)) if len(asked) == len(LANES) else ""
            if not self._problem:
                self._lanes = asked
        self._show()

    def action_take(self) -> None:
        """Take what is highlighted; on a MIG instance that was given to a lane, what both were given."""
        row = self._row
        if row is None or self._listing is None:
            return
        request = row.request
        given = request in self._lanes.values()
        if given:
            request = _request(self._lanes)
        missing = next((lane for lane in LANES if lane not in self._lanes), None)
        if given and missing:
            self._problem = f"lane {missing.upper()} has no instance yet: {missing} on one gives it"
        else:
            self._problem = row.refusal or self._why_not(request)
        if self._problem:
            self._show()
        else:
            self.dismiss(DeviceTaken(request, self._listing))

    def action_back(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    # Showing

    @property
    def _row(self) -> DeviceRow | None:
        return self._rows[self._at] if self._rows else None

    def _row_of(self, asked: str) -> int:
        """Where the list begins: on what is asked for now, as far as it is listed."""
        wanted = self._lanes.get("a", asked).lower()
        for index, row in enumerate(self._rows):
            by_uuid = "-" in wanted and row.request.lower().startswith(wanted)
            if by_uuid or wanted in (row.request, row.label):
                return index
        return 0

    def _why_not(self, request: str) -> str:
        assert self._listing is not None
        try:
            choose_devices(request, self._listing)
        except DeviceUnavailableError as error:
            return str(error)
        return ""

    def _show(self) -> None:
        if not self.is_mounted:
            return
        row = self._row
        rows = self.query_one(DeviceList)
        rows.show(self._rows, self._at, self._lanes)
        details = self.query_one(DeviceDetails)
        details_lines = _DETAILS if self.app.size.height >= _ROOMY else _FEWEST_DETAILS
        details.styles.height = details_lines
        # What the list needs, and what is left of the screen between the frame, the details and the keys.
        left = max(1, self.app.size.height - _AROUND - details_lines)
        rows.styles.height = min(len(self._rows) + rows.has_headings, left)
        told = row.told if row is not None else ("looking for devices…",)
        notes = [*(listing_notes(self._listing) if self._listing is not None else ())]
        if len(self._lanes) == 1:
            (lane,) = self._lanes
            notes.append(f"lane {lane.upper()} has its instance; now the other lane's, then Enter")
        elif len(self._lanes) == len(LANES):
            notes.append("each lane has its instance: Enter on one of them takes both")
        details.show(told, tuple(notes), self._problem)
        self.refresh_bindings()


def _lanes_in(asked: str) -> dict[Lane, str]:
    """Each lane's own instance in `a=MIG-…,b=MIG-…`; empty for every other request."""
    pairs = [part.partition("=") for part in asked.split(",")]
    return {lane: uuid.strip() for name, _, uuid in pairs for lane in LANES if name.strip() == lane}


def _request(lanes: dict[Lane, str]) -> str:
    """How the command line asks for it; one instance for both is a device like any other."""
    if len(set(lanes.values())) == 1:
        return next(iter(lanes.values()))
    return ",".join(f"{lane}={lanes[lane]}" for lane in LANES if lane in lanes)
