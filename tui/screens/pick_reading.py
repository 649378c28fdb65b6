"""The pick screen's threads: each reads one thing and posts it to the screen as a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.worker import get_current_worker

from tui.background import AbandonedError, abandonable
from tui.screens.pick_messages import (
    Checked,
    Described,
    DevicesRead,
    EarlierRead,
    NameTaken,
    Pair,
    PresetSaved,
    PresetsRead,
    ReadFailed,
    SaveAsked,
)
from tui.screens.pick_sources import PickSources

if TYPE_CHECKING:
    from textual.screen import Screen

    from training.analysis.forecast_memory import Experience
    from training.meters.devices import DeviceListing
    from training.preset_library import PresetEntry

_DESCRIBE = "describe"


class PickReader:
    """Reads for one screen; a second reading of the same thing takes the place of the first."""

    def __init__(self, screen: Screen[Any], sources: PickSources) -> None:
        self._screen = screen
        self._sources = sources
        self._experience: Experience | None = None

    def read_everything(self) -> None:
        """Presets, devices and earlier runs, each on its own."""
        self.read_presets()
        self.read_devices()
        self._in_thread("earlier", self._earlier, "earlier runs cannot be read")

    def read_presets(self) -> None:
        """The presets alone: one may have been saved."""
        self._in_thread("presets", self._presets, "the presets cannot be read")

    def read_devices(self) -> None:
        """The devices alone: a child process asks the driver."""
        self._in_thread("devices", self._devices, "the devices cannot be listed")

    def check(self, pair: Pair, listing: DeviceListing) -> None:
        """What stands against launching this pair."""
        self._in_thread(
            "checks",
            lambda: Checked(pair, self._sources.check(pair, listing, self._experience)),
            "the launch checks failed",
        )

    def describe(self, entry: PresetEntry, digest: str) -> None:
        """Ask what only Keras can tell."""

        def ask() -> None:
            worker = get_current_worker()
            try:
                told = self._sources.describe(entry, lambda: worker.is_cancelled)
            except Exception as error:  # noqa: BLE001 - a preset without a description can still be launched
                told = str(error)
            if not worker.is_cancelled:
                self._screen.post_message(Described(digest, told))

        self._screen.run_worker(ask, thread=True, group=_DESCRIBE, exit_on_error=False)

    def save(self, asked: SaveAsked) -> None:
        """Save a preset as one of the user's own."""
        self._in_thread("save", lambda: self._saved(asked), "not saved")

    def stop_describing(self) -> None:
        """End the process that describes, if there is one."""
        self._screen.workers.cancel_group(self._screen, _DESCRIBE)

    def _presets(self) -> Message:
        entries = self._sources.presets()
        kept = (self._sources.kept(entry.preset) for entry in entries if entry.preset is not None)
        return PresetsRead(entries, {one.digest: one for one in kept if one is not None})

    def _saved(self, asked: SaveAsked) -> Message:
        saved = self._sources.save(asked)
        return NameTaken(asked) if saved is None else PresetSaved(asked, saved)

    def _devices(self) -> Message:
        return DevicesRead(self._sources.devices())

    def _earlier(self) -> Message:
        self._experience = self._sources.earlier()
        return EarlierRead(self._experience)

    def _in_thread(self, group: str, read: Callable[[], Message], failed: str) -> None:
        def work() -> None:
            worker = get_current_worker()
            try:
                message = abandonable(read, lambda: worker.is_cancelled)
            except AbandonedError:
                return
            except Exception as error:  # noqa: BLE001 - said on the screen, the rest of which goes on
                message = ReadFailed(f"{failed}: {error}")
            if not worker.is_cancelled:
                self._screen.post_message(message)

        self._screen.run_worker(work, thread=True, group=group, exclusive=True, exit_on_error=False)
