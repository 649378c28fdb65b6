"""What spoils a span: others on the CPU or the GPU, heat, swapping; and what does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.disturbance import OTHER_CORES, OTHER_SHARE, disturbances, sm_clock_mhz
from training.plan import LANES, Lane
from training.record.device_records import DeviceReading, EventReason, LaneReading, OtherReading, Sample

ALICE = OtherReading(42)


def on_cpu(used_percent: float | None, *lanes_percent: float | None, t: float = 1.0) -> Sample:
    """The CPUs so busy, and the lanes' parts of it, of one core each."""
    readings: Mapping[Lane, LaneReading] = {
        lane: LaneReading(1, cpu_percent=percent) for lane, percent in zip(LANES, lanes_percent, strict=False)
    }
    return Sample(t, DeviceReading(utilization_percent=used_percent), dict(readings))


def on_gpu(
    *others: OtherReading,
    others_sm_percent: float | None = None,
    reasons: tuple[EventReason, ...] | None = (),
    clock_mhz: int | None = None,
) -> Sample:
    device = DeviceReading(utilization_percent=90, event_reasons=reasons, sm_clock_mhz=clock_mhz)
    return Sample(1.0, device, {}, others, others_sm_percent)


class TestCpu:
    def of(self, *samples: Sample, cores: float | None = 2.0) -> tuple[str, ...]:
        return disturbances(samples, kind="cpu", cores=cores)

    def test_is_quiet_while_the_lanes_make_up_what_is_used(self) -> None:
        assert self.of(on_cpu(100.0, 110.0, 85.0)) == ()
        assert self.of(on_cpu(20.0, 45.0, 0.0)) == ()  # readings do not end at the same moment
        assert self.of() == ()

    def test_is_disturbed_by_others(self) -> None:
        assert self.of(on_cpu(100.0, 70.0, 60.0)) == ("other work on the CPUs (0.7 of 2 cores)",)

    def test_goes_by_the_mean_over_the_span(self) -> None:
        quiet, noisy = on_cpu(50.0, 50.0, 50.0), on_cpu(100.0, 60.0, 60.0)
        assert self.of(quiet, quiet, quiet, noisy) == ()
        assert self.of(quiet, noisy) == ("other work on the CPUs (0.4 of 2 cores)",)

    def test_on_many_cores_is_more_than_a_quarter_of_one(self) -> None:
        a_core = on_cpu(100.0 * 33 / 64, 1600.0, 1600.0)
        assert self.of(a_core, cores=64.0) == ()
        assert self.of(on_cpu(100.0 * 40 / 64, 1600.0, 1600.0), cores=64.0) != ()

    def test_is_not_known_where_a_figure_is_missing(self) -> None:
        assert self.of(on_cpu(None, 10.0, 10.0)) == ()
        assert self.of(on_cpu(100.0, None, 10.0)) == ()
        assert self.of(on_cpu(100.0, 10.0, 10.0), cores=None) == ()

    def test_counts_the_other_lanes_import_as_others(self) -> None:
        """A lane that has no process yet, or none any more, takes none of it."""
        assert self.of(on_cpu(100.0)) == ("other work on the CPUs (2.0 of 2 cores)",)

    @given(
        cores=st.floats(0.5, 256),
        used=st.floats(0, 100),
        shares=st.lists(st.floats(0, 1), min_size=2, max_size=2),
    )
    def test_is_disturbed_beyond_a_limit_and_not_below(
        self, cores: float, used: float, shares: list[float]
    ) -> None:
        lanes = [share * used / 100 * cores / 2 * 100 for share in shares]
        others = used / 100 * cores - sum(lanes) / 100
        limit = max(OTHER_CORES, OTHER_SHARE * cores)
        if abs(others - limit) > 1e-6:
            assert bool(self.of(on_cpu(used, *lanes), cores=cores)) == (others > limit)


class TestGpu:
    def of(self, *samples: Sample, before: frozenset[int] = frozenset()) -> tuple[str, ...]:
        return disturbances(samples, kind="gpu", cores=2.0, strangers_before=before)

    def test_is_quiet_alone_and_beside_who_was_there_before(self) -> None:
        assert self.of(on_gpu()) == ()
        assert self.of(on_gpu(ALICE), before=frozenset({42})) == ()

    def test_is_disturbed_by_who_comes(self) -> None:
        assert self.of(on_gpu(), on_gpu(ALICE)) == ("another process came to the device",)

    def test_is_disturbed_by_what_others_do_who_were_there_before(self) -> None:
        told = self.of(on_gpu(ALICE, others_sm_percent=40.0), before=frozenset({42}))
        assert told == ("other work on the GPU (40 % of the SM time)",)
        assert self.of(on_gpu(ALICE, others_sm_percent=2.0), before=frozenset({42})) == ()

    def test_cares_for_no_cpu(self) -> None:
        busy = Sample(1.0, DeviceReading(utilization_percent=100.0), {"a": LaneReading(1, cpu_percent=1.0)})
        assert self.of(busy) == ()

    def test_is_disturbed_by_heat_and_not_by_a_power_cap(self) -> None:
        assert self.of(on_gpu(reasons=("power cap", "sync boost"))) == ()
        assert self.of(on_gpu(reasons=None)) == ()
        told = self.of(on_gpu(reasons=("thermal",)), on_gpu(reasons=("thermal", "power brake")))
        assert told == ("clocks held down: thermal, power brake",)

    def test_has_the_median_of_its_clock(self) -> None:
        samples = [on_gpu(clock_mhz=clock) for clock in (1500, 900, 1400, None)]
        assert sm_clock_mhz(samples) == 1400
        assert sm_clock_mhz([]) is None
        assert sm_clock_mhz([on_gpu()]) is None


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
@pytest.mark.parametrize(("pages", "told"), [(0, ()), (3, ("the machine was swapping",)), (-5, ())])
def test_swapping_disturbs_everywhere(kind: str, pages: int, told: tuple[str, ...]) -> None:
    assert disturbances([], kind=kind, cores=2.0, swapped_pages=pages) == told  # type: ignore[arg-type]
