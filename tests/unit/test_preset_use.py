"""When presets were trained last, and how fast one goes alone."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.unit.made_measurements import CPU, GPU, VERSIONS, lane_measured, pair_measured
from tests.unit.made_runs import preset
from training.analysis.measurements import gathered
from training.analysis.preset_use import last_uses, speed_alone
from training.preset import preset_digest

ONE, OTHER, NEVER = preset(seed=1), preset(seed=2), preset(seed=3)


def test_the_newest_end_counts_by_content_and_by_name() -> None:
    measured = gathered(
        [
            lane_measured(ONE, at="2026-10-07T14:00:00+02:00", preset="one"),
            lane_measured(ONE, at="2026-10-07T13:00:00+00:00", preset="one", device=CPU),
            lane_measured(OTHER, at="2026-10-09T13:00:00+00:00", preset="one"),
            lane_measured(OTHER, at="no date", preset="two"),
        ],
        VERSIONS,
    )
    uses = last_uses(measured)
    assert uses.of(preset_digest(ONE), None) == datetime(2026, 10, 7, 13, tzinfo=UTC)
    assert uses.of(preset_digest(ONE), "one") == datetime(2026, 10, 9, 13, tzinfo=UTC)
    assert uses.of(preset_digest(NEVER), "one") == datetime(2026, 10, 9, 13, tzinfo=UTC)
    assert uses.of(preset_digest(NEVER), "two") is None
    assert uses.of(preset_digest(NEVER), None) is None


def test_a_pair_that_was_benched_was_used_as_well() -> None:
    uses = last_uses(gathered([pair_measured(ONE, OTHER)], VERSIONS))
    assert uses.of(preset_digest(OTHER), None) == datetime.fromisoformat("2026-10-07T14:03:00+02:00")
    assert uses.of(preset_digest(NEVER), "other") is not None


def test_the_speed_is_of_this_device_alone() -> None:
    measured = gathered([lane_measured(ONE, solo_steps_per_s=80.0)], VERSIONS)
    rate = speed_alone(ONE, GPU, measured)
    assert rate is not None
    assert rate.steps_per_s == 80.0
    assert speed_alone(ONE, CPU, measured) is None
    assert speed_alone(NEVER, GPU, measured) is None


def test_without_a_run_alone_the_pairs_tell_whichever_lane_it_stood_in() -> None:
    measured = gathered(
        [
            lane_measured(OTHER),
            pair_measured(ONE, OTHER, solo_steps_per_s={"a": 10.0, "b": 20.0}),
            pair_measured(OTHER, NEVER, at="2026-10-08T14:03:00+02:00", solo_steps_per_s={"a": 30.0}),
        ],
        VERSIONS,
    )
    found = {one: speed_alone(one, GPU, measured) for one in (ONE, OTHER, NEVER)}
    assert {one: rate.steps_per_s for one, rate in found.items() if rate} == {ONE: 10.0, OTHER: 30.0}
