"""A run whose supervisor was started through `systemd-run`, with a stand-in for it, on a machine that would end it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage
from tests.unit.places import UID, machine
from tests.unit.test_user_scope import STAND_IN
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.plan import Limits, PlannedDevice, write_plan
from training.record.event_records import Ended
from training.record.liveness import read_facts
from training.record.run_folder import make_run_folder
from training.supervisor.start import start_detached


@pytest.mark.slow
def test_the_run_is_owned_by_the_process_that_was_started(stage: Stage, tmp_path: Path) -> None:
    machine(tmp_path / "root", has_manager=True)
    lanes = plan_lanes(LaunchRequest({"a": "seed-binary", "b": "seed-regression"}))
    folder = make_run_folder(tmp_path / "run")
    device = PlannedDevice("cpu", "CPU")
    write_plan(make_plan(folder.name, lanes, device, "together", Limits(steps=40)), folder.plan)
    variables = stage.environment | {
        "PATH": f"{STAND_IN}:{os.environ['PATH']}",
        "SYSTEMD_RUN_ASKED": str(tmp_path / "asked"),
        "XDG_RUNTIME_DIR": f"/run/user/{UID}-of-nobody",
    }
    (tmp_path / "root/run/user" / str(UID)).rename(tmp_path / "root/run/user" / f"{UID}-of-nobody")
    supervisor = start_detached(
        "training.supervisor",
        folder.path,
        folder.supervisor_log,
        environment=variables,
        root=tmp_path / "root",
    )
    stage.own(supervisor)
    run = Run(folder.path)
    run.event(Ended)
    facts = read_facts(folder)
    assert facts is not None
    assert facts.pid == supervisor.pid
    assert supervisor.wait(60) == 0
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[4].startswith("--unit=dualtrain-run-")
    assert asked[-1] == str(folder.path)
    stage.wait_until_clean()
