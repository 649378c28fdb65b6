"""Fewer progress records that say the same of the whole."""

from __future__ import annotations

import pytest

from tests.thinner_progress import PERIOD_S, thinner
from training.record.lane_records import Epoch, LaneRecord, Progress


def _progress(step: int, *, warm_up: bool = False, epoch: int = 1) -> Progress:
    t = step / 10
    return Progress(
        t, step, step * 32, epoch, step, 1, 0.1, loss=float(step), loss_min=step - 0.5, loss_max=step + 0.5,
        running_loss=step / 2, step_p50_s=0.1, step_p99_s=step / 100, warm_up=warm_up,
    )  # fmt: skip


def test_sums_and_extremes_stay_and_nothing_else_changes_places() -> None:
    epoch = Epoch(t=3.01, epoch=1, step=30, samples=960, steps=30, seconds=3.0, outside_s=0.1)
    told: list[LaneRecord] = [
        *(_progress(step, warm_up=step < 3) for step in range(1, 31)),
        epoch,
        *(_progress(step, epoch=2) for step in range(31, 46)),
    ]
    thin = list(thinner(told))
    kept = [record for record in thin if isinstance(record, Progress)]
    assert sum(record.steps for record in kept) == 45
    assert sum(record.span_s for record in kept) == pytest.approx(4.5)
    assert max(record.span_s for record in kept) <= PERIOD_S + 1e-9
    assert len(kept) < 9
    assert (kept[0].warm_up, kept[0].steps, kept[1].warm_up) == (True, 2, False)
    assert (min(x.loss_min or 0.0 for x in kept), max(x.loss_max or 0.0 for x in kept)) == (0.5, 45.5)
    assert sum((x.loss or 0.0) * x.steps for x in kept) == pytest.approx(45 * 46 / 2)
    before = thin[: thin.index(epoch)]
    assert isinstance(before[-1], Progress)
    assert (before[-1].step, before[-1].running_loss, kept[-1].step) == (30, 15.0, 45)
