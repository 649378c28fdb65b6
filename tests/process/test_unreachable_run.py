"""A run that cannot be reached any more must not train on unseen."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

from tests.process.equipment import Stage, wait_for
from training.plan import LANES
from training.record.liveness import read_facts


@pytest.mark.slow
def test_a_run_whose_folder_is_gone_stops(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9")
    for lane in LANES:
        viewer.run.trains(lane)
    shutil.move(viewer.run.folder.path, stage.home / "elsewhere")
    assert viewer.wait() == 1
    assert "is gone" in viewer.err
    assert "Traceback" not in viewer.err
    stage.wait_until_clean()


@pytest.mark.slow
def test_a_second_interrupt_ends_a_run_whose_supervisor_is_frozen(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9")
    for lane in LANES:
        viewer.run.trains(lane)
    facts = read_facts(viewer.run.folder)
    assert facts is not None
    os.kill(facts.pid, signal.SIGSTOP)
    viewer.signal(signal.SIGINT)
    wait_for("the first to be told of", lambda: "Ctrl-C again kills" in viewer.err, saw=lambda: viewer.err)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() in (1, 130)
    assert "does not answer: killed" in viewer.err
    stage.wait_until_clean()
    wait_for(
        "the end of both lanes", lambda: all("stopped" in str(viewer.run.lane(lane)[-1]) for lane in LANES)
    )
