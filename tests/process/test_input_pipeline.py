"""A lane that waits for its data is told from one that does not, on real trainings."""

from __future__ import annotations

import pytest

from tests.process.equipment import Run, Stage
from training.analysis.pair_evidence import EvidenceHistory
from training.analysis.pair_limits import INPUT_GAIN, pair_limits
from training.control.client import ask
from training.control.protocol import Request
from training.plan import LANES, Lane, read_plan
from training.record.contention_records import SoloSpan
from training.record.lane_records import Window


def _on_one_batch(run: Run, lane: Lane) -> Window:
    return run.lane_record(lane, Window, lambda record: record.cached_batch)


def _probe_of(run: Run, lane: Lane, window: Window) -> SoloSpan:
    """What the supervisor told of the window on the data that was taken right before."""
    windows = [one for one in run.lane(lane) if isinstance(one, Window)]
    before = windows[windows.index(window) - 1]
    return run.event(SoloSpan, lambda record: (record.lane, record.t0) == (lane, before.t0))


@pytest.mark.slow
def test_the_lane_with_the_slow_pipeline_is_named_and_the_other_is_not(stage: Stage) -> None:
    viewer = stage.headless("input-bound", "seed-binary", "--minutes", "9")
    run = viewer.run
    windows = {lane: _on_one_batch(run, lane) for lane in LANES}
    probes = {lane: _probe_of(run, lane, windows[lane]) for lane in LANES}
    ask(run.folder, Request(ask="stop"))
    assert viewer.wait() == 130

    for lane, window in windows.items():
        assert window.complete
        assert probes[lane].complete
        assert probes[lane].cost_s > window.stood_still_s  # the other stood still for it too
        assert len([one for one in run.lane(lane) if isinstance(one, Window) and one.cached_batch]) == 1
    evidence = EvidenceHistory(read_plan(run.folder.plan))
    for lane in LANES:
        for record in run.lane(lane):
            evidence.take_lane_record(lane, record)
    gains = evidence.evidence().input_gain
    assert gains["a"] > INPUT_GAIN
    if not probes["b"].disturbed:
        assert gains.get("b", 1.0) < INPUT_GAIN
    named = [limit.because for limit in pair_limits(evidence.evidence()) if limit.name == "input pipeline"]
    assert len(named) == 1
    assert f"lane A is {gains['a']:.2f} times as fast on a batch at hand" in named[0]
