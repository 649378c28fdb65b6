"""What does not fit by the forecast is refused, with what may help and what forces it; and forced, it is launched."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from tests.unit.made_measurements import lane_measured
from tests.unit.plans import named, plan
from training.analysis.measurements import installed_versions
from training.launch import LaunchRequest, launch
from training.launch_refusal import DoesNotFitError, LaunchError
from training.meters.capacity import Capacity
from training.meters.devices import DeviceListing, choose_device, list_devices
from training.plan import Lane, Sharing
from training.preflight import check_launch
from training.preset_library import resolve
from training.record.measurement_records import measured_on
from training.record.measurement_store import keep
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from training.retry import retry_request
from tui.cli import cli

MACHINE = DeviceListing("Some CPU", Capacity(2.0, 1 << 50, "board", "board"), (), "no NVIDIA driver")
PAIR: dict[Lane, str] = {"a": "seed-binary", "b": "seed-regression"}


def remembered(peak_bytes: int, listing: DeviceListing = MACHINE) -> None:
    """Both presets took so much on this machine's CPU, with the versions of now."""
    on = measured_on(choose_device("cpu", listing), installed_versions())
    for lane, name in PAIR.items():
        preset = resolve(name).preset
        assert preset is not None
        keep([lane_measured(preset, lane=lane, on=on, run=name, peak_memory_bytes=peak_bytes)])


def test_it_is_refused_and_leaves_nothing_and_forced_it_is_launched(started: list[RunFolder]) -> None:
    remembered(1 << 50)
    with pytest.raises(DoesNotFitError, match=r"does not fit: .*half the batch size") as refused:
        launch(LaunchRequest(PAIR, "cpu"), MACHINE)
    assert "\n" not in str(refused.value)
    assert not runs_home().exists()
    launched = launch(LaunchRequest(PAIR, "cpu", force_fit=True), MACHINE)
    assert started == [launched.folder]
    assert retry_request(launched.plan).force_fit


def test_what_nothing_can_force_is_told_first(started: list[RunFolder], tmp_path: Path) -> None:
    remembered(1 << 50)
    (tmp_path / "file").write_text("no folder")
    for force_fit in (False, True):
        with pytest.raises(LaunchError) as refused:
            launch(
                LaunchRequest(PAIR, "cpu", run_dir=tmp_path / "file" / "run", force_fit=force_fit), MACHINE
            )
        assert not isinstance(refused.value, DoesNotFitError)
    assert started == []


@pytest.mark.parametrize(
    ("peak", "sharing", "state"),
    [
        (1, "together", "pass"),
        (1 << 50, "together", "stop"),
        ((1 << 50) - 1, "sequential", "warn"),  # the machine of the test has less free
        ((1 << 50) + 1, "sequential", "stop"),
    ],
)
def test_on_a_cpu_rss_is_held_against_what_may_be_used(peak: int, sharing: Sharing, state: str) -> None:
    remembered(peak)
    checked = structs.replace(
        plan(sharing, gpu=None), device=choose_device("cpu", MACHINE), versions=installed_versions()
    )
    lanes = {
        lane: structs.replace(checked.lanes[lane], preset=preset)
        for lane, name in PAIR.items()
        if (preset := resolve(name).preset)
    }
    check = named(check_launch(structs.replace(checked, lanes=lanes), listing=MACHINE), "memory")
    assert check.state == state
    assert "RSS" in check.message
    assert check.can_be_forced == (state == "stop")


def test_the_command_line_names_what_forces_it() -> None:
    remembered(1 << 60, list_devices())
    refused = CliRunner().invoke(cli, ["run", *PAIR.values(), "--device", "cpu", "--headless"])
    assert refused.exit_code == 3
    assert refused.stderr.startswith("dualtrain-tui: does not fit: ")
    assert refused.stderr.endswith("; --force-fit launches all the same\n")
    assert refused.stderr.count("\n") == 1
    assert not runs_home().exists()
