"""The forecast lines alone: what they say, in as many cells as there are, and nothing that is not known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rich.cells import cell_len

from tests.app.pick_world import preset
from tests.unit.made_measurements import CPU, GIB, GPU, experience, lane_measured, pair_measured
from training.analysis.forecast import Forecast, forecast
from training.analysis.forecast_memory import EstimateError, Experience
from training.description import Description
from training.plan import LANES, Lane, PlannedDevice, Sharing
from training.preset import Preset
from training.record.measurement_records import Measurement
from tui.widgets.forecast_lines import ForecastLines
from tui.widgets.forecast_text import about, ago

NOW = datetime.fromisoformat("2026-10-10T15:00:00+02:00")
ONE, OTHER = preset(seed=1), preset(seed=2)  # 128 steps each
BOTH: dict[Lane, Preset] = {"a": ONE, "b": OTHER}
BIG = Description("digest", "3", 1, 1, GIB, 0, GIB, 32, 3)  # 3 GiB and its process


class Drawn(ForecastLines):
    """Draws without a screen."""

    def redraw(self) -> None:
        """Nothing to paint on."""


def lines(told: Forecast | None, width: int = 100, height: int = 2, note: str = "") -> list[str]:
    widget = Drawn(now=lambda: NOW)
    widget.show(told, note)
    return ["".join(text for text, _ in line) for line in widget.draw(width, height)]


def lanes(device: PlannedDevice = GPU, **changes: Any) -> tuple[Measurement, Measurement]:
    """A takes 1.9 GiB and 12 min, B 3.1 GiB and 20 min."""
    return (
        lane_measured(ONE, device=device, solo_steps_per_s=128 / 720, peak_memory_bytes=int(1.9 * GIB), **changes),
        lane_measured(
            OTHER, device=device, lane="b", solo_steps_per_s=128 / 1200, peak_memory_bytes=int(3.1 * GIB), **changes
        ),
    )  # fmt: skip


PAIR = pair_measured(ONE, OTHER, slowdown={"a": 1.1, "b": 1.05}, speedup=1.551, interval=(1.41, 1.66))


def made(
    *measurements: Measurement,
    device: PlannedDevice = GPU,
    sharing: Sharing = "together",
    describe: Description | None = None,
    error: EstimateError | None = None,
) -> Forecast:
    known = experience(*measurements)
    if error is not None:
        known = Experience(known.measured, {device.kind: error})
    return forecast(BOTH, dict.fromkeys(LANES, device), sharing, known, lambda _: describe)


def test_a_measured_pair_is_told_in_two_lines() -> None:
    memory, time = lines(made(*lanes(), PAIR), 80)
    assert memory == "fits: 1.9 + 3.1 of 24.0 GiB"
    assert time == "12 min + 20 min; together 21 min (measured 3 days ago, 1.55×, 1.41 to 1.66)"
    assert lines(made(*lanes(), PAIR), 120)[1].endswith("1.41 to 1.66: together is faster)")
    assert lines(made(*lanes(), PAIR), 60)[1] == "12 min + 20 min; together 21 min (3 days ago, 1.55×)"


def test_what_was_never_measured_together_has_no_figure() -> None:
    assert lines(made(*lanes()))[1] == "12 min + 20 min; together: not measured yet"
    assert lines(made(lanes()[1]))[1] == "not measured yet + 20 min; together: not measured yet"
    assert lines(made())[1] == "alone: not measured yet; together: not measured yet"


def test_few_blocks_are_told_as_such() -> None:
    few = pair_measured(ONE, OTHER, interval=None, blocks=1, verdict="unknown")
    assert "only 1 block" in lines(made(*lanes(), few), 120)[1]


def short(**changes: Any) -> tuple[Measurement, Measurement]:
    """A trained for 12 steps only, B for long."""
    told = {"steps": 12, "train_s": 67.5, "steps_per_s": 128 / 720, **changes}
    return (
        lane_measured(ONE, run="short", solo_steps_per_s=128 / 720, peak_memory_bytes=int(1.9 * GIB), **told),
        lanes()[1],
    )


def test_a_time_from_a_few_steps_is_marked_as_rough_in_every_form() -> None:
    assert lines(made(*short()))[1] == "≈12 min (from 12 steps) + 20 min; together: not measured yet"
    assert lines(made(*short()), 50)[1] == "≈12 min + 20 min; together: not measured yet"
    told = made(*short(), PAIR)
    assert (
        lines(told)[1] == "≈12 min (from 12 steps) + 20 min; together ≈21 min (measured 3 days ago, ≈1.55×)"
    )
    assert lines(told, 50)[1] == "≈12 min + 20 min; together ≈21 min (≈1.55×)"
    assert lines(told, 62, 1) == ["fits: 1.9 + 3.1 of 24.0 GiB · together ≈21 min, ≈1.55×"]
    assert lines(made(*short(), sharing="sequential"))[1] == (
        "≈12 min (from 12 steps) then 20 min, in all ≈32 min"
    )
    assert lines(made(*short(), lanes()[0], PAIR))[1].startswith("12 min + 20 min; together 21 min (")
    moments = made(*short(steps=9000, train_s=1.5, steps_per_s=6000.0))
    assert "≈12 min (from 1.5 s)" in lines(moments)[1]
    half = made(short()[0])
    assert lines(half)[1] == "≈12 min (from 12 steps) + not measured yet; together: not measured yet"


def test_each_mode_in_its_words() -> None:
    assert lines(made(*lanes(), sharing="sequential")) == [
        "fits: 1.9, then 3.1 of 24.0 GiB",
        "12 min then 20 min, in all 32 min",
    ]
    assert lines(made(lanes()[0], sharing="sequential"))[1] == "12 min then not measured yet"
    assert "under MPS: not measured yet" in lines(made(*lanes(), PAIR, sharing="mps"))[1]
    assert "in one process: not measured yet" in lines(made(*lanes(), sharing="one-process"))[1]


def test_on_a_cpu_it_is_rss_and_says_so() -> None:
    assert lines(made(*lanes(CPU), device=CPU))[0] == "fits: RSS 1.9 + 3.1 of 8.0 GiB"


def test_an_estimate_has_its_error() -> None:
    error = EstimateError(1.1, 0.7, 1.6, 12)
    estimated = made(describe=BIG, error=error)
    memory = "fits: ≈3.8 + ≈3.8 of 24.0 GiB"
    assert lines(estimated, 120)[0] == (
        f"{memory} · ≈ estimate, so far 0.7–1.6 times what was measured, median 1.1 (n=12)"
    )
    assert lines(estimated, 90)[0] == f"{memory} · estimate, so far 0.7–1.6 times what was measured (n=12)"
    assert lines(estimated, 66)[0] == f"{memory} · estimate, so far 0.7–1.6× (n=12)"
    alike = made(describe=BIG, error=EstimateError(0.97, 0.96, 0.98, 2))
    assert "so far 0.96–0.98 times what was measured (n=2)" in lines(alike, 90)[0]
    assert "none was measured yet to hold it against" in lines(made(describe=BIG), 100)[0]
    assert "estimate" not in lines(made(*lanes(), describe=BIG, error=error))[0]


def test_what_does_not_fit_is_told_before_anything_else() -> None:
    small = PlannedDevice("gpu", "Small", "GPU-1", 4 * GIB)
    told = made(*lanes(), PAIR, device=small)
    assert lines(told)[0] == "does not fit: 1.9 + 3.1 of 4.0 GiB"
    assert lines(told, 58, 1) == ["does not fit: 1.9 + 3.1 of 4.0 GiB"]
    may = made(describe=BIG, device=small, error=EstimateError(1.5, 0.9, 2.0, 5))
    assert lines(may)[0].startswith("may not fit: ≈3.8 + ≈3.8 of 4.0 GiB")


def test_what_is_not_known_is_a_dash() -> None:
    assert lines(made(lanes()[0]))[0] == "memory: 1.9 + – of 24.0 GiB · B not computed yet"
    no_total = PlannedDevice("gpu", "Unified", "GPU-1")
    assert lines(made(*lanes(), device=no_total))[0] == "memory: 1.9 + 3.1 of – GiB"


def test_a_low_screen_has_both_in_one_line() -> None:
    assert lines(made(*lanes(), PAIR), 58, 1) == ["fits: 1.9 + 3.1 of 24.0 GiB · together 21 min, 1.55×"]
    assert lines(made(*lanes()), 58, 1) == ["fits: 1.9 + 3.1 of 24.0 GiB · 12 min + 20 min"]
    assert lines(made(lanes()[0]), 58, 1) == ["memory: 1.9 + – of 24.0 GiB · 12 min + –"]


def test_an_instance_for_each_lane_has_its_own_memory() -> None:
    devices: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice("gpu", "M", "MIG-1", 5 * GIB), "b": PlannedDevice("gpu", "M", "MIG-2", 10 * GIB)
    }  # fmt: skip
    told = forecast(BOTH, devices, "together", experience(), lambda _: BIG)
    assert lines(told, 40)[0] == "fits: ≈3.8 of 5.0 GiB · ≈3.8 of 10.0 GiB"


@pytest.mark.parametrize("height", [1, 2])
@pytest.mark.parametrize("width", range(10, 130, 3))
def test_it_never_takes_more_than_it_has(width: int, height: int) -> None:
    for told in (
        made(),
        made(*lanes()),
        made(*lanes(), PAIR),
        made(*lanes(CPU), device=CPU),
        made(describe=BIG, error=EstimateError(1.1, 0.7, 1.6, 12)),
        made(*lanes(), sharing="sequential"),
        made(*short(), PAIR),
    ):
        shown = lines(told, width, height)
        assert len(shown) <= height
        assert all(cell_len(line) <= max(width, 24) for line in shown)  # the first words stand in any case


def test_without_a_forecast_there_is_the_reason_or_nothing() -> None:
    assert lines(None, note="reading") == ["reading"]
    assert lines(None) == [""]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.2, "1 s"), (42, "42 s"), (99.4, "99 s"), (100, "2 min"), (719, "12 min"), (5969, "99 min"),
     (6000, "1.7 h"), (47 * 3600, "47.0 h"), (5 * 86400, "5.0 days")],
)  # fmt: skip
def test_times_are_told_as_roughly_as_they_are_known(seconds: float | None, text: str) -> None:
    assert about(seconds) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-10-10T12:58:00+00:00", "2 min ago"),
        ("2026-10-10T14:30:00+02:00", "30 min ago"),
        ("2026-10-10T09:00:00+02:00", "6 h ago"),
        ("2026-10-09T14:00:00+02:00", "yesterday"),
        ("2026-10-07T14:03:00+02:00", "3 days ago"),
        ("2027-01-01T00:00:00+02:00", "just now"),
        ("0001-01-01T00:00:00+23:59", "once"),
        ("yesterday", "once"),
    ],
)
def test_when_it_was_measured(at: str, text: str) -> None:
    assert ago(at, NOW) == text
