"""A simulated driver: the library in its folder, the scenario it plays, and what has been called."""

from __future__ import annotations

import os
import struct
import time
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from tests.simulated_driver.build import NoLibraryError, function_names, library_folder
from tests.simulated_driver.scenario import Scenario
from tests.simulated_driver.scenario_file import scenario_text

NOT_THERE = "the simulated NVIDIA library"
"""What the reason of a skipped test begins with; told at the session's end, so that nobody overlooks it."""


class SimulatedDriver:
    """An NVIDIA driver for the children of a test.

    Where there is no C compiler or no header of NVIDIA's the test is skipped, or fails where the environment
    variable CI is set.
    """

    def __init__(self, folder: Path, scenario: Scenario | None = None, *, omit: Collection[str] = ()) -> None:
        """Play `scenario` (one plain GPU when None) from `folder`, which is made.

        `omit` names functions an older driver lacks.
        """
        try:
            self._library = library_folder(omit)
        except NoLibraryError as error:
            if os.environ.get("CI"):
                pytest.fail(f"{NOT_THERE}: {error}")
            pytest.skip(f"{NOT_THERE}: {error}")
        self.folder = folder
        self._calls = folder / "calls"
        self._calls.mkdir(parents=True, exist_ok=True)
        self._file = folder / "scenario"
        self._written_ns = 0
        self.scenario = scenario or Scenario()
        self.play(self.scenario)

    @property
    def environment(self) -> dict[str, str]:
        """The variables a child needs; they hide a real driver of the machine."""
        return {
            "LD_LIBRARY_PATH": str(self._library),
            "NVML_SIM_SCENARIO": str(self._file),
            "NVML_SIM_CALLS": str(self._calls),
        }

    def environment_in(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return `environment` with the driver in it, before the library folders it has already."""
        merged = {**environment, **self.environment}
        if environment.get("LD_LIBRARY_PATH"):
            merged["LD_LIBRARY_PATH"] += f":{environment['LD_LIBRARY_PATH']}"
        return merged

    def play(self, scenario: Scenario) -> None:
        """Have every program that uses the driver find this scenario from its next call on."""
        text = scenario_text(scenario)
        fresh = self._file.with_name("scenario.new")
        fresh.write_text(text)
        # The library knows a new file by its time, which on many file systems stands still for milliseconds. Time
        # passes on the GPUs from then on.
        self._written_ns = max(time.time_ns(), self._written_ns + 1000)
        os.utime(fresh, ns=(self._written_ns, self._written_ns))
        fresh.replace(self._file)
        self.scenario = scenario

    def calls(self) -> Counter[str]:
        """Return how often each exported function has been called so far, over all processes."""
        names = function_names()
        layout = struct.Struct(f"={len(names)}Q")
        counted: Counter[str] = Counter()
        for file in self._calls.glob("*.calls"):
            content = file.read_bytes()
            if len(content) == layout.size:  # else it is being made
                counted.update(dict(zip(names, layout.unpack(content), strict=True)))
        return +counted
