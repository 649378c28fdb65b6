"""`--tensorboard`: event files that grow with the run, whoever looks, and a process that ends with it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, wait_for
from tests.unit.event_file_reading import Tags, scalars_below, single
from training.plan import LANES, read_plan
from training.record.device_records import Sample
from training.record.event_records import CleanedUp, Ended, Note
from training.record.lane_records import Progress, Validation
from training.record.liveness import read_facts

PRESETS = {"a": "seed-binary", "b": "seed-regression"}


def losses(into: Path, name: str) -> list[int]:
    """The steps of the losses so far."""
    read = scalars_below(into) if into.exists() else {}
    return [one.step for one in read.get(name, {}).get("loss", [])]


def without_blocks(read: dict[str, Tags]) -> dict[str, Tags]:
    """A block is told as it is known when it ends, later ones change it a little."""
    return {
        name: {tag: told for tag, told in tags.items() if not tag.startswith("contention/")}
        for name, tags in read.items()
        if name != "contention"
    }


@pytest.mark.slow
def test_they_hold_what_the_records_tell_to_the_last(stage: Stage, tmp_path: Path) -> None:
    into = tmp_path / "logs" / "first"
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "260", "--tensorboard", str(into))
    assert viewer.wait() == 0, viewer.err
    run = viewer.run
    stage.wait_until_clean()
    assert read_plan(run.folder.plan).tensorboard == str(into)
    assert [one.left_pids for one in run.events() if isinstance(one, CleanedUp)] == [()]
    assert not [one for one in run.events() if isinstance(one, Note) and "--tensorboard" in one.message]
    read = scalars_below(into)
    for lane in LANES:
        tags = read[f"{lane}-{PRESETS[lane]}"]
        steps = [one for one in run.lane(lane) if isinstance(one, Progress)]
        told = [(one.step, single(one.loss)) for one in steps if one.loss is not None]
        assert told[-1][0] == 260
        assert [(one.step, one.value) for one in tags["loss"]] == told
        passes = [one.step for one in run.lane(lane) if isinstance(one, Validation)]
        assert [one.step for one in tags["validation/loss"]] == passes
        assert max(one.value for one in tags["device/memory_bytes"]) > 100e6
    samples = [one for one in run.device() if isinstance(one, Sample)]
    assert [one.step for one in read["device"]["device/memory_used_bytes"]] == [
        round(one.t * 1000) for one in samples if one.device.memory_used_bytes is not None
    ]

    exported = stage.command("export", "--tensorboard", str(tmp_path / "again"))
    assert exported.returncode == 0, exported.stderr
    assert without_blocks(scalars_below(tmp_path / "again")) == without_blocks(read)
    refused = stage.command("export", "--tensorboard", str(into))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--force writes them anew" in refused.stderr
    again = stage.command("run", "seed-binary", "--device", "cpu", "--headless", "--tensorboard", str(into))
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert "holds event files of a run already" in again.stderr


@pytest.mark.slow
def test_they_grow_while_the_run_goes_on_and_need_nobody_who_looks(stage: Stage, tmp_path: Path) -> None:
    into = tmp_path / "logs"
    viewer = stage.headless("seed-binary", "--minutes", "0.15", "--tensorboard", str(into))
    run = viewer.run
    wait_for("event files", lambda: losses(into, "a-seed-binary"), saw=run.told)
    assert not run.folder.report.exists()
    viewer.signal(signal.SIGKILL)
    viewer.wait()
    run.event(Ended)
    stage.wait_until_clean()
    assert losses(into, "a-seed-binary")[-1] == run.steps("a")


@pytest.mark.slow
def test_a_supervisor_that_is_killed_leaves_nobody_who_writes(stage: Stage, tmp_path: Path) -> None:
    into = tmp_path / "logs"
    viewer = stage.headless("seed-binary", "--minutes", "9", "--tensorboard", str(into))
    run: Run = viewer.run
    wait_for("event files", lambda: losses(into, "a-seed-binary"), saw=run.told)
    facts = read_facts(run.folder)
    assert facts is not None
    os.kill(facts.pid, signal.SIGKILL)
    assert viewer.wait() == 1
    stage.wait_until_clean()
    assert losses(into, "a-seed-binary")
