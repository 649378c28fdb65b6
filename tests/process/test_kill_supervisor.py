"""kill -9 of the supervisor: the workers come down in order by themselves, and readers say that the run is lost."""

from __future__ import annotations

import json
import os
import signal

from tests.process.equipment import Stage
from training.analysis.history import RunHistory
from training.plan import LANES
from training.record.lane_records import Checkpoint, Finished
from training.record.liveness import read_facts


def test_workers_stop_with_a_checkpoint_and_readers_say_lost(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--json")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    facts = read_facts(run.folder)
    assert facts is not None
    os.kill(facts.pid, signal.SIGKILL)
    assert viewer.wait() == 1
    assert viewer.out == ""
    assert "the run is lost" in viewer.err
    for line in viewer.err.splitlines()[-3:-1]:
        assert "  stopped  " in line
    for lane in LANES:
        finished = run.lane_record(lane, Finished)
        assert (finished.status, finished.reason) == ("stopped", "the supervisor is gone")
        saved = [record for record in run.lane(lane) if isinstance(record, Checkpoint)]
        assert (saved[-1].step, saved[-1].error) == (finished.step, None)
        assert (run.folder.lane_folder(lane) / "model.keras").is_file()
    stage.wait_until_clean()

    listed = json.loads(stage.command("runs", "--json").stdout)
    assert [one["state"] for one in listed] == ["lost"]
    for arguments in (("report",), ("report", "--json"), ("pause", str(run.folder.path))):
        refused = stage.command(*arguments)
        assert refused.returncode == 1
        assert "is lost" in refused.stderr
        assert refused.stderr.count("\n") == 1
    pasted = stage.command("report", "--markdown").stdout
    assert "| status | stopped | stopped |" in pasted
    history = RunHistory(run.folder)
    history.refresh()
    state = history.state()
    assert state.phase == "lost"
    assert not history.is_live
    for told in state.lanes.values():
        assert (told.phase, told.error) == ("stopped", None)
        assert told.step > 10
        assert len(told.loss_series) > 0
        assert told.model_path is not None
