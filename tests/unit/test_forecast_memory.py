"""What a training will take: measured before estimated, and an estimate never without its error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.app.pick_world import description, preset
from tests.unit.made_measurements import CPU, GIB, GPU, VERSIONS, experience, lane_measured
from tests.unit.own_presets import own_preset
from training.analysis.forecast_fit import DeviceFit, device_fits
from training.analysis.forecast_memory import (
    PROCESS_BYTES,
    EstimateError,
    Experience,
    Kind,
    MemoryNeed,
    estimate_bytes,
    estimate_errors,
    memory_need,
)
from training.analysis.measurements import gathered
from training.analysis.memory_remedies import CONTEXT_BYTES
from training.description import Description
from training.plan import Lane, PlannedDevice, Sharing
from training.preset import Preset, load_preset, preset_digest
from training.preset.volume import data_bytes

ONE, OTHER = preset(seed=1), preset(seed=2)
BIG = Description("digest", "3.12.0", 10**9, 10**9, 4 * GIB, 8 * GIB, 6 * GIB, 100, 12)


def capped(mib: int) -> Preset:
    return structs.replace(ONE, device=structs.replace(ONE.device, memory=mib))


def test_a_measured_peak_says_more_than_an_estimate() -> None:
    known = experience(
        lane_measured(ONE, peak_memory_bytes=5 * GIB), lane_measured(ONE, run="r2", peak_memory_bytes=6 * GIB)
    )
    need = memory_need(ONE, GPU, known, BIG)
    assert (need.need_bytes, need.known_from, need.least_bytes) == (6 * GIB, "measured", 6 * GIB)


def test_what_a_failed_training_took_is_no_peak() -> None:
    known = experience(lane_measured(ONE, peak_memory_bytes=23 * GIB, status="failed"))
    assert memory_need(ONE, GPU, known, None) == MemoryNeed(None, "nothing", CONTEXT_BYTES)


def test_an_inferred_peak_is_marked() -> None:
    known = experience(lane_measured(ONE, peak_memory_bytes=GIB, peak_is_estimate=True))
    assert memory_need(ONE, GPU, known, None).is_inferred


def test_a_cap_bounds_what_was_never_measured_on_a_gpu_alone() -> None:
    need = memory_need(capped(1024), GPU, Experience(), BIG)
    assert (need.need_bytes, need.known_from, need.least_bytes) == (GIB + CONTEXT_BYTES, "cap", GIB)
    assert memory_need(capped(1024), CPU, Experience(), BIG).known_from == "estimate"
    known = experience(lane_measured(capped(1024), peak_memory_bytes=GIB // 2))
    assert memory_need(capped(1024), GPU, known, BIG).need_bytes == GIB // 2


def test_an_estimate_has_the_model_twice_its_optimizer_its_activations_and_its_process() -> None:
    assert estimate_bytes("gpu", BIG, GIB) == 22 * GIB + CONTEXT_BYTES
    assert estimate_bytes("cpu", BIG, GIB) == 23 * GIB + PROCESS_BYTES["tensorflow"]
    need = memory_need(ONE, CPU, Experience(), BIG)
    assert need.need_bytes == 22 * GIB + PROCESS_BYTES["tensorflow"] + (data_bytes(ONE.data) or 0)


def test_what_an_estimate_stops_on_is_as_much_less_as_estimates_were_too_high() -> None:
    assert memory_need(ONE, GPU, Experience(), BIG).least_bytes == 22 * GIB
    too_high = Experience(errors={"gpu": EstimateError(1.2, 0.8, 2.0, 5)})
    assert memory_need(ONE, GPU, too_high, BIG).least_bytes == 11 * GIB
    too_low = Experience(errors={"gpu": EstimateError(0.6, 0.5, 0.7, 5)})
    assert memory_need(ONE, GPU, too_low, BIG).least_bytes == 22 * GIB


def measured_with(*peaks: tuple[Preset, int], **changes: Any) -> Experience:
    told = [
        lane_measured(of, run=f"r{n}", peak_memory_bytes=peak, **changes)
        for n, (of, peak) in enumerate(peaks)
    ]
    return Experience(gathered(told, VERSIONS))


def errors(known: Experience, **descriptions: Description) -> dict[Kind, EstimateError]:
    by_digest = {preset_digest(preset(seed=int(name[1:]))): told for name, told in descriptions.items()}
    return estimate_errors(known.measured, by_digest.get)


def test_the_error_is_over_all_that_have_both() -> None:
    estimate = estimate_bytes("gpu", description(ONE), 0)
    assert estimate is not None
    known = measured_with(*((preset(seed=n), estimate * n) for n in (1, 2, 4, 5)))
    told = errors(known, s1=description(ONE), s2=description(ONE), s4=description(ONE))["gpu"]
    assert (told.median, told.low, told.high, told.count) == (0.5, 0.25, 1.0, 3)
    even = errors(known, s1=description(ONE), s2=description(ONE))["gpu"]
    assert (even.median, even.count) == (0.75, 2)
    assert errors(known) == {}


def test_a_training_that_ran_often_counts_once_and_each_kind_of_device_has_its_own() -> None:
    estimate = estimate_bytes("gpu", description(ONE), 0)
    assert estimate is not None
    often = measured_with((ONE, estimate), (ONE, 2 * estimate))
    assert errors(often, s1=description(ONE))["gpu"] == EstimateError(0.5, 0.5, 0.5, 1)
    assert set(errors(measured_with((ONE, GIB), device=CPU), s1=description(ONE))) == {"cpu"}


def test_capped_inferred_and_failed_peaks_are_no_measure_of_an_estimate() -> None:
    for changes in ({"is_capped": True}, {"peak_is_estimate": True}, {"status": "failed"}):
        assert errors(measured_with((ONE, GIB), **changes), s1=description(ONE)) == {}


# Fits

_BYTES = st.integers(0, 64 * GIB)


def _need(least: int, more: int, base: int, known: bool) -> MemoryNeed:
    return MemoryNeed(least + more if known else None, "estimate", min(base, least), least if known else 0)


_NEEDS = st.builds(_need, _BYTES, _BYTES, _BYTES, st.booleans())
_SHARING: st.SearchStrategy[Sharing] = st.sampled_from(
    ["together", "sequential", "one-process", "mps", "adaptive"]
)


def fit(a: MemoryNeed, b: MemoryNeed, total: int | None, sharing: Sharing = "together") -> DeviceFit:
    return DeviceFit(GPU, {"a": a, "b": b}, sharing, total)


def measured(need: int) -> MemoryNeed:
    return MemoryNeed(need, "measured", 0, need)


@settings(deadline=None)
@given(_NEEDS, _NEEDS, _BYTES, _SHARING)
def test_who_stands_in_which_lane_changes_nothing(
    a: MemoryNeed, b: MemoryNeed, total: int, sharing: Sharing
) -> None:
    assert fit(a, b, total, sharing).state == fit(b, a, total, sharing).state
    assert fit(a, b, total, sharing).need_bytes == fit(b, a, total, sharing).need_bytes


@settings(deadline=None)
@given(_NEEDS, _NEEDS, _BYTES, _BYTES, _SHARING)
def test_more_memory_never_fits_less(
    a: MemoryNeed, b: MemoryNeed, total: int, more: int, sharing: Sharing
) -> None:
    order = ["does not fit", "may not fit", "not known", "fits"]
    before, after = (fit(a, b, one, sharing).state for one in (total, total + more))
    assert order.index(before) <= order.index(after) or after == "not known"
    if before == "fits":
        assert after == "fits"


@settings(deadline=None)
@given(_NEEDS, _NEEDS, _BYTES)
def test_in_turn_and_in_one_process_take_no_more_than_together(
    a: MemoryNeed, b: MemoryNeed, total: int
) -> None:
    together, turns, one = (fit(a, b, total, mode) for mode in ("together", "sequential", "one-process"))
    for less in (turns, one):
        assert less.known_bytes <= together.known_bytes
        assert less.least_bytes <= together.least_bytes
        if together.state == "fits":
            assert less.state == "fits"
    for need in (a, b):
        assert turns.known_bytes >= (need.need_bytes or 0)
        assert one.known_bytes >= (need.need_bytes or 0)


@settings(deadline=None)
@given(_BYTES, _BYTES, _BYTES)
def test_what_was_measured_fits_exactly_where_the_sum_does(a: int, b: int, total: int) -> None:
    assert fit(measured(a), measured(b), total).state == ("fits" if a + b <= total else "does not fit")
    in_turn = fit(measured(a), measured(b), total, "sequential")
    assert in_turn.state == ("fits" if max(a, b) <= total else "does not fit")
    assert in_turn.fits_in_turn == (in_turn.state == "fits")


def test_what_is_not_known_is_never_a_zero() -> None:
    unknown = MemoryNeed(None, "nothing", GIB)
    assert fit(measured(GIB), unknown, 24 * GIB).need_bytes is None
    assert fit(measured(GIB), unknown, 24 * GIB).state == "not known"
    assert fit(measured(GIB), unknown, 24 * GIB).known_bytes == 2 * GIB
    assert fit(measured(25 * GIB), unknown, 24 * GIB).state == "does not fit"
    assert fit(measured(GIB), measured(GIB), None).state == "not known"


def test_an_estimate_that_may_be_too_high_only_may_not_fit() -> None:
    high = MemoryNeed(15 * GIB, "estimate", GIB, 10 * GIB)
    assert fit(high, high, 24 * GIB).state == "may not fit"
    assert fit(high, high, 19 * GIB).state == "does not fit"


def test_each_instance_holds_its_own_lane() -> None:
    own: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice("gpu", "M", "MIG-1", 5 * GIB), "b": PlannedDevice("gpu", "M", "MIG-2", 2 * GIB)
    }  # fmt: skip
    needs: dict[Lane, MemoryNeed] = {"a": measured(4 * GIB), "b": measured(3 * GIB)}
    assert [one.state for one in device_fits(needs, own, "together")] == ["fits", "does not fit"]
    shared: dict[Lane, PlannedDevice] = {"a": GPU, "b": GPU}
    assert [one.need_bytes for one in device_fits(needs, shared, "together")] == [7 * GIB]


def test_what_code_of_a_persons_own_does_not_tell_is_not_estimated(tmp_path: Path) -> None:
    own = load_preset(own_preset(tmp_path))
    silent = structs.replace(BIG, activation_bytes_estimate=None)
    assert memory_need(own, CPU, Experience(), BIG).known_from == "nothing"
    assert memory_need(own, GPU, Experience(), BIG).need_bytes == 22 * GIB + CONTEXT_BYTES
    assert memory_need(ONE, GPU, Experience(), silent).known_from == "nothing"
    known = experience(lane_measured(own, device=CPU, peak_memory_bytes=GIB, data_bytes=None))
    assert memory_need(own, CPU, known, None).need_bytes == GIB
    assert errors(measured_with((ONE, GIB), device=CPU, data_bytes=None), s1=description(ONE)) == {}
