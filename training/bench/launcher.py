"""A bench's launches, as its loop sees them: ordinary runs with a supervisor of their own."""

from __future__ import annotations

import subprocess
from typing import Protocol

from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.launch import LaunchRequest, launch
from training.meters.devices import list_devices
from training.record.liveness import liveness
from training.record.run_folder import RunFolder

ASKED_BY = "the bench was asked to stop"


class RunUnderWay(Protocol):
    """One launch, until it is over."""

    @property
    def folder(self) -> RunFolder:
        """Its run's folder."""

    def is_over(self) -> bool:
        """Whether its supervisor has ended, in order or not."""

    def stop(self, times_asked: int) -> bool:
        """Have it stop: asked once in order, twice at once, more often whatever it says; whether that was taken."""


class Launcher(Protocol):
    """Makes launches."""

    def launch(self, request: LaunchRequest) -> RunUnderWay:
        """Launch a run.

        Raises:
            PresetError, LaunchError, DeviceUnavailableError, RunFolderError, OSError: as `training.launch.launch`.
        """

    def take_up(self, folder: RunFolder) -> RunUnderWay | None:
        """A run that was launched before; None where it has not so much as a plan."""


class SupervisedRun:
    """A real run; `supervisor` where it is a child of this process."""

    def __init__(self, folder: RunFolder, supervisor: subprocess.Popen[bytes] | None = None) -> None:
        self._folder = folder
        self._supervisor = supervisor

    @property
    def folder(self) -> RunFolder:
        """Its run's folder."""
        return self._folder

    def is_over(self) -> bool:
        """Whether its supervisor has ended."""
        if self._supervisor is not None:
            return self._supervisor.poll() is not None
        return liveness(self._folder) in ("ended", "lost")

    def stop(self, times_asked: int) -> bool:
        """Ask its supervisor; the third time a child is killed, and its trainings then end by themselves."""
        if times_asked > 2 and self._supervisor is not None:
            self._supervisor.kill()
            return True
        try:
            ask(self._folder, Request(ask="stop" if times_asked == 1 else "kill", by=ASKED_BY))
        except ControlError:
            return False  # it does not listen yet, or no more
        return True


class RunLauncher:
    """Launches real runs."""

    def launch(self, request: LaunchRequest) -> SupervisedRun:
        """Launch a run on the devices as they are now."""
        launched = launch(request, list_devices())
        return SupervisedRun(launched.folder, launched.supervisor)

    def take_up(self, folder: RunFolder) -> SupervisedRun | None:
        """A run that goes on, or has ended meanwhile."""
        return SupervisedRun(folder) if folder.plan.exists() else None
