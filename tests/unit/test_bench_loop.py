"""A bench's loop over launches that never happened: what it makes, repeats, gives up, keeps and takes up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.unit.made_benches import (
    MadeLauncher,
    MadeRun,
    Outcome,
    bench_plan,
    launch_of,
    leave_run,
    ledger_of,
    made_bench,
)
from training.bench.bench import Bench, StopRequests
from training.bench.folder import BenchFolder
from training.bench.ledger import Ledger
from training.bench.plan import BenchPlan
from training.bench.records import BenchOutcome, BenchRecord, LaunchBegan, LaunchEnded, StopAsked
from training.bench.report import build_bench_report
from training.bench.schedule import Pair
from training.launch import LaunchRequest
from training.launch_refusal import LaunchError
from training.plan import LANES, Lane


@dataclass
class Made:
    """A bench that was run to its end, and what it told."""

    folder: BenchFolder
    ledger: Ledger
    launcher: MadeLauncher
    outcome: BenchOutcome
    records: list[BenchRecord] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def ended(self) -> list[LaunchEnded]:
        return [record for record in self.records if isinstance(record, LaunchEnded)]


def _run(
    path: Path,
    plan: BenchPlan,
    outcomes: Sequence[Outcome] = (Outcome(),),
    *,
    before: Sequence[BenchRecord] = (),
    on_launch: Callable[[MadeRun, StopRequests], None] = lambda *_: None,
) -> Made:
    folder = BenchFolder(path) if path.exists() else made_bench(path, plan)
    stops, launcher, seconds = StopRequests(), MadeLauncher(outcomes), _clock()
    launcher.on_launch = lambda run: on_launch(run, stops)
    made = Made(folder, ledger_of(plan, before), launcher, "completed")
    bench = Bench(
        folder,
        made.ledger,
        launcher,
        tell=made.records.append,
        pair_done=made.pairs.append,
        now=lambda: next(seconds),
        stops=stops,
        look_again=lambda: None,
    )
    made.outcome = bench.run()
    return made


def _clock() -> Iterator[float]:
    return (float(second) for second in count())


def test_every_launch_is_an_ordinary_run_that_stops_by_itself(tmp_path: Path) -> None:
    plan = bench_plan(modes=("together", "one-process"), launches=2)
    made = _run(tmp_path / "bench", plan)
    assert made.outcome == "completed"
    assert [request.sharing for request in made.launcher.requests] == [
        "together", "one-process", "one-process", "together",
    ]  # fmt: skip
    request = made.launcher.requests[0]
    assert request.probing == plan.probing
    assert request.planned == {"a": plan.presets[0].planned, "b": plan.presets[1].planned}
    assert (request.device, request.limits, request.listed) == ("cpu", plan.limits, False)
    assert request.run_dir == made.folder.path / "runs" / "001-together"
    assert [record.outcome for record in made.ended] == ["measured"] * 4
    assert made.pairs == [(0, 1)]
    assert made.ledger.missing == ()


def test_models_of_its_launches_are_not_kept(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan())
    folder = made.folder.run("001-together")
    assert folder.report.exists()
    assert not folder.lane_folder("a").exists()


def test_failed_pair_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    plan = bench_plan("x", "y", "z", launches=2)
    made = _run(tmp_path / "bench", plan, [Outcome(failed="no room"), Outcome()])
    assert made.outcome == "failed"
    assert len(made.launcher.requests) == 5  # the failed one is not launched a second time
    report = build_bench_report(made.ledger, made.outcome)
    failed, *others = report.pairs
    assert failed.modes[0].why_not == "lane B (y) failed: out-of-memory: no room"
    assert all(pair.modes[0].launches == 2 for pair in others)
    assert (report.outcome, report.launches_missing) == ("failed", 0)
    assert {partner.label: partner.partner for partner in report.partners}["x"] == "z"


def test_refused_launch_is_a_failure_of_its_pair(tmp_path: Path) -> None:
    plan = bench_plan("x", "y", "z")
    made = _run(tmp_path / "bench", plan, [Outcome(refused=LaunchError("no memory")), Outcome()])
    assert made.outcome == "failed"
    assert [record.because for record in made.ended] == ["no memory", "", ""]


def test_a_failure_after_a_success_does_not_end_the_mode(tmp_path: Path) -> None:
    plan = bench_plan(launches=3)
    made = _run(tmp_path / "bench", plan, [Outcome(), Outcome(failed="no room"), Outcome()])
    assert [record.outcome for record in made.ended] == ["measured", "failed", "measured"]
    mode = build_bench_report(made.ledger, made.outcome).pairs[0].modes[0]
    assert (mode.launches, mode.why_not) == (2, "")
    assert mode.failed_because == ("lane B (seed-regression) failed: out-of-memory: no room",)
    assert made.outcome == "failed"


def test_other_sharing_than_asked_measures_nothing(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan(modes=("mps",)), [Outcome(sharing="together")])
    assert made.ended[0].because == "not under mps, as was asked, but together: no daemon"


def test_too_few_blocks_are_measured_once_more(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan(), [Outcome(blocks=2, disturbed=3), Outcome()])
    assert [record.outcome for record in made.ended] == ["few blocks", "measured"]
    assert "only 2 blocks measured" in made.ended[0].because
    assert build_bench_report(made.ledger, made.outcome).pairs[0].modes[0].blocks == 5
    assert made.outcome == "completed"


def test_twice_too_few_is_told_with_what_there_is(tmp_path: Path) -> None:
    outcomes = [Outcome(blocks=2, disturbed=3), Outcome(blocks=1, disturbed=4)]
    made = _run(tmp_path / "bench", bench_plan(), outcomes)
    assert len(made.launcher.requests) == 2
    mode = build_bench_report(made.ledger, made.outcome).pairs[0].modes[0]
    assert (mode.blocks, mode.verdict, mode.stp_interval) == (2, "unknown", None)
    assert mode.stp is not None
    nothing = _run(tmp_path / "nothing", bench_plan(), [Outcome(blocks=0, disturbed=5)])
    assert nothing.outcome == "failed"
    assert "5 disturbed" in build_bench_report(nothing.ledger, nothing.outcome).pairs[0].modes[0].why_not


def test_lost_launch_is_made_once_more(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan(), [Outcome(is_lost=True), Outcome()])
    assert [record.outcome for record in made.ended] == ["lost", "measured"]
    lost = _run(tmp_path / "lost", bench_plan(), [Outcome(is_lost=True)])
    assert lost.outcome == "failed"


def _stop_at(number: int, times: int = 1) -> Callable[[MadeRun, StopRequests], None]:
    begun = count(1)

    def on_launch(run: MadeRun, stops: StopRequests) -> None:
        if next(begun) == number:
            run.looks = 1000
            stops.count = times

    return on_launch


def test_stop_keeps_what_is_done_and_is_gone_on_with(tmp_path: Path) -> None:
    plan = bench_plan("x", "y", "z")
    half = [Outcome(), Outcome(blocks=2), Outcome()]
    made = _run(tmp_path / "bench", plan, half, on_launch=_stop_at(2))
    assert made.outcome == "stopped"
    assert [run.asked for run in made.launcher.runs] == [[], [1]]
    assert [record.outcome for record in made.ended] == ["measured", "interrupted"]
    assert any(isinstance(record, StopAsked) for record in made.records)
    report = build_bench_report(made.ledger, made.outcome)
    assert (report.outcome, report.launches_missing) == ("stopped", 2)
    assert report.pairs[0].modes[0].verdict == "faster"
    assert report.pairs[1].modes[0].blocks == 2  # what the cut one measured is not thrown away
    assert report.pairs[2].modes[0].why_not == "it was not launched"
    assert made.pairs == [(0, 1)]

    again = _run(tmp_path / "bench", plan, before=made.records)
    assert again.outcome == "completed"
    assert [request.run_dir for request in again.launcher.requests] == [
        tmp_path / "bench" / "runs" / name for name in ("003-together", "004-together")
    ]
    assert again.pairs == [(0, 2), (1, 2)]


def test_a_launch_whose_blocks_were_done_is_measured_though_it_was_stopped(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan(), on_launch=_stop_at(1))
    assert [record.outcome for record in made.ended] == ["measured"]
    assert made.outcome == "completed"


def test_second_stop_kills(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan("x", "y", "z"), on_launch=_stop_at(1, times=2))
    assert made.launcher.runs[0].asked == [2]
    assert [record.kill for record in made.records if isinstance(record, StopAsked)] == [True]


def _under_way(path: Path, plan: BenchPlan, outcome: Outcome | None) -> list[BenchRecord]:
    """A bench that was killed during its first launch, of which this is left by now."""
    folder = made_bench(path, plan)
    if outcome is not None:
        planned: dict[Lane, object] = {
            lane: one.planned for lane, one in zip(LANES, plan.presets, strict=True)
        }
        request = LaunchRequest({}, limits=plan.limits, probing=plan.probing, planned=planned)  # type: ignore[arg-type]
        (path / "runs").mkdir()
        leave_run(request, folder.run("001-together").path, outcome)
    return [LaunchBegan(t=0.0, launch=launch_of(), run="001-together")]


def test_what_went_on_while_the_bench_was_gone_is_not_lost(tmp_path: Path) -> None:
    plan = bench_plan()
    made = _run(tmp_path / "bench", plan, before=_under_way(tmp_path / "bench", plan, Outcome()))
    assert made.launcher.requests == []
    assert [(record.run, record.outcome) for record in made.ended] == [("001-together", "measured")]
    assert made.outcome == "completed"


def test_what_ended_with_the_machine_is_launched_again(tmp_path: Path) -> None:
    plan = bench_plan()
    for name, left in (("lost", Outcome(is_lost=True)), ("never", None)):
        made = _run(tmp_path / name, plan, before=_under_way(tmp_path / name, plan, left))
        assert [record.outcome for record in made.ended] == ["interrupted", "measured"]
        assert [request.run_dir for request in made.launcher.requests] == [
            tmp_path / name / "runs" / "002-together"
        ]


def test_nothing_is_missing_from_a_bench_that_is_done(tmp_path: Path) -> None:
    made = _run(tmp_path / "bench", bench_plan())
    again = _run(tmp_path / "bench", bench_plan(), before=made.records)
    assert (again.outcome, again.launcher.requests, again.pairs) == ("completed", [], [])
    forth, back = (build_bench_report(one.ledger, one.outcome) for one in (made, again))
    assert forth.pairs == back.pairs
