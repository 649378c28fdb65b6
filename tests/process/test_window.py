"""Windows and checkpoints on request, on real trainings."""

from __future__ import annotations

import pytest

from tests.process.equipment import Stage
from training.control.client import ask
from training.control.protocol import Request
from training.plan import LANES
from training.record.lane_records import Progress, Window


@pytest.mark.slow
def test_windows_are_exact_and_checkpoints_come_when_asked(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)

    window_id = ask(run.folder, Request(ask="window", lane="a", seconds=0.5, steps=40)).window_id
    assert window_id == 1
    window = run.lane_record("a", Window)
    assert (window.id, window.complete) == (window_id, True)
    assert window.steps >= 40
    assert window.t1 - window.t0 >= 0.5
    assert window.samples <= window.steps * 32
    inside = [
        record.steps
        for record in run.lane("a")
        if isinstance(record, Progress) and window.t0 < record.t - record.span_s and record.t < window.t1
    ]
    assert sum(inside) <= window.steps <= sum(inside) + 2 * max(inside) + 25
    assert not any(isinstance(record, Window) for record in run.lane("b"))

    for asked in range(1, 4):
        run.advances("b")
        ask(run.folder, Request(ask="checkpoint", lane="b"))
        run.checkpoint("b", asked)
    saved = run.checkpoints("b")
    assert all(record.error is None and record.size_bytes > 1000 for record in saved)
    steps = sorted({record.step for record in saved})
    kept = sorted(path.name for path in run.folder.lane_folder("b").iterdir())
    assert kept == [f"step-{step:09d}.keras" for step in steps[-2:]]

    second = ask(run.folder, Request(ask="window", seconds=500.0))
    assert second.window_id == 2
    ask(run.folder, Request(ask="stop"))
    assert viewer.wait() == 130
    for lane in LANES:
        cut = run.lane_record(lane, Window, lambda record: record.id == 2)
        assert not cut.complete
        assert cut.t1 - cut.t0 < 100
    assert window.t == pytest.approx(window.t1, abs=2e-6)
