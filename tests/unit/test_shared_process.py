"""One process for both lanes: metered once, and the lane without figures of its own says where they are."""

from __future__ import annotations

from pathlib import Path

from tests.unit.made_runs import plan
from tests.unit.simulated_run import KeptEvents
from tests.unit.stand_in_worker import training_supervisor
from training.analysis.lane_figures import in_lane, lane_figure, memory_is_told
from training.meters.capacity import Capacity
from training.meters.host import HostMeter
from training.plan import LANES
from training.record.device_records import Figure, Source
from training.supervisor.shared_process import lane_processes, metered_as, with_shared_process
from training.supervisor.supervisor import Supervisor

NVML = Figure("nvml", "process")
WHY = "both lanes are one process: lane A's figures are of both"


def one_process(tmp_path: Path) -> Supervisor:
    supervisor, _ = training_supervisor(tmp_path / "run", plan(sharing="one-process"), KeptEvents())
    return supervisor


class TestProcess:
    def test_of_both_is_the_first_ones(self, tmp_path: Path) -> None:
        lanes = one_process(tmp_path).lanes
        assert list(lane_processes(lanes)) == ["a"]
        assert metered_as(lanes) == {"b": "a"}

    def test_is_the_others_when_the_first_has_ended(self, tmp_path: Path) -> None:
        lanes = one_process(tmp_path).lanes
        lanes["a"].worker = None
        assert list(lane_processes(lanes)) == ["b"]
        assert metered_as(lanes) == {}

    def test_of_each_is_its_own(self, tmp_path: Path) -> None:
        supervisor, _ = training_supervisor(tmp_path / "run", plan(), KeptEvents())
        assert list(lane_processes(supervisor.lanes)) == ["a", "b"]
        assert metered_as(supervisor.lanes) == {}


class TestSource:
    def test_of_lanes_with_processes_of_their_own_is_as_it_is(self) -> None:
        source = Source(1.0, {"lanes.memory_bytes": NVML})
        assert with_shared_process(source, {}) is source

    def test_says_of_each_figure_of_the_other_where_it_is(self) -> None:
        figures = {"device.power_w": NVML, "lanes.memory_bytes": NVML, "lanes.sm_percent": NVML}
        told = with_shared_process(Source(1.0, figures), {"b": "a"}).figures
        assert {name: told[name] for name in figures} == figures
        for name in ("memory_bytes", "sm_percent"):
            figure = lane_figure(told, "b", name)
            assert figure == Figure("a", "process", "unsupported", WHY)
            assert in_lane(figure) == "a"
            assert lane_figure(told, "a", name) == NVML
            assert in_lane(lane_figure(told, "a", name)) is None
        assert set(told) - set(figures) == {"lanes.b.memory_bytes", "lanes.b.sm_percent"}

    def test_has_no_more_of_it_for_a_lane_whose_figures_differ_already(self) -> None:
        figures = {"lanes.memory_bytes": NVML, "lanes.a.memory_bytes": NVML}
        told = with_shared_process(Source(1.0, figures), {"b": "a"}).figures
        assert set(told) == {*figures, "lanes.b.memory_bytes"}

    def test_of_the_host_says_so_of_all_it_tells_of_a_lane(self) -> None:
        meter = HostMeter(capacity=Capacity(2.0, 1 << 30, "the machine's cores", "the machine's"))
        meter.open()
        told = with_shared_process(meter.source(0.0), {"b": "a"}).figures
        for name in ("memory_bytes", "sm_percent", "cpu_percent", "rss_bytes"):
            assert in_lane(lane_figure(told, "b", name)) == "a"

    def test_does_not_keep_others_memory_from_being_told(self) -> None:
        """What no lane accounts for is known all the same: both are in the one lane's figure."""
        told = with_shared_process(Source(1.0, {"lanes.memory_bytes": NVML}), {"b": "a"}).figures
        assert memory_is_told(told, ["b"])
        assert not memory_is_told({"lanes.memory_bytes": Figure("nvml", "process", "unsupported")}, LANES)
