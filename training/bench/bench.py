"""Make a bench's launches one after the other, and write down what came of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from training.bench.folder import BenchFolder
from training.bench.judge import Judged, forget_models, judge
from training.bench.launcher import Launcher, RunUnderWay
from training.bench.ledger import Ledger
from training.bench.plan import BenchPlan
from training.bench.records import BenchOutcome, BenchRecord, LaunchBegan, LaunchEnded, StopAsked
from training.bench.schedule import Pair, PlannedLaunch, pairs
from training.code_trust import named_code
from training.launch import LaunchRequest
from training.launch_refusal import LaunchError
from training.meters.devices import DeviceUnavailableError
from training.plan import Lane, LanePlan
from training.planned_lanes import preset_reference
from training.preset import PresetError
from training.record.run_folder import RunFolder

LOOK_PERIOD_S = 0.2


@dataclass(slots=True)
class StopRequests:
    """How often the bench was asked to stop."""

    count: int = 0


def _look_again() -> None:
    time.sleep(LOOK_PERIOD_S)


class Bench:
    """One bench's process. `tell` keeps an event, `pair_done` is told of a pair whose last launch has ended."""

    def __init__(
        self,
        folder: BenchFolder,
        ledger: Ledger,
        launcher: Launcher,
        *,
        tell: Callable[[BenchRecord], object],
        pair_done: Callable[[Pair], object],
        now: Callable[[], float],
        stops: StopRequests,
        look_again: Callable[[], object] = _look_again,
    ) -> None:
        self._folder = folder
        self._plan: BenchPlan = ledger.plan
        self._ledger = ledger
        self._launcher = launcher
        self._tell_event = tell
        self._pair_done = pair_done
        self._now = now
        self._stops = stops
        self._look_again = look_again

    def run(self) -> BenchOutcome:
        """Launch what is missing, until nothing is or a person asks to stop."""
        self._take_up()
        for pair in pairs(self._plan):
            missing = [launch for launch in self._ledger.missing if launch.pair == pair]
            for launch in missing:
                while not self._stops.count and not self._ledger.is_done(launch):
                    self._measure(launch)
            if missing and all(self._ledger.is_done(launch) for launch in missing):
                self._pair_done(pair)
        return self._outcome()

    def _outcome(self) -> BenchOutcome:
        if self._ledger.missing:
            return "stopped"
        failed = any(self._ledger.has_failed(launch) for launch in self._ledger.schedule)
        return "failed" if failed else "completed"

    def _take_up(self) -> None:
        """A launch that was under way when the bench's process died ends by itself, or has: nothing of it is lost."""
        begun = self._ledger.under_way
        if begun is None:
            return
        folder = self._folder.run(begun.run)
        run = self._launcher.take_up(folder)
        began_s = self._now()
        if run is not None:
            self._wait(run)
            judged = self._judge(folder, begun.launch)
            if judged.outcome != "lost":
                self._tell_ended(begun.launch, folder, judged, began_s)
                return
        self._tell_ended(
            begun.launch, folder, Judged("interrupted", because="the bench itself was gone"), began_s
        )

    def _measure(self, launch: PlannedLaunch) -> None:
        folder = self._folder.run(f"{self._ledger.begun + 1:03}-{launch.sharing}")
        began_s = self._now()
        self._tell(LaunchBegan(t=began_s, launch=launch, run=folder.name))
        try:
            run = self._launcher.launch(self._request(launch, folder))
        except (PresetError, LaunchError, DeviceUnavailableError, OSError) as error:
            self._tell_ended(launch, folder, Judged("failed", because=str(error)), began_s)
            return
        self._wait(run)
        self._tell_ended(launch, folder, self._judge(folder, launch), began_s)

    def _request(self, launch: PlannedLaunch, folder: RunFolder) -> LaunchRequest:
        first, second = (self._plan.presets[place].planned for place in launch.pair)
        planned: dict[Lane, LanePlan] = {"a": first, "b": second}
        return LaunchRequest(
            presets={lane: preset_reference(one) for lane, one in planned.items()},
            device=self._plan.device_request,
            sharing=launch.sharing,
            limits=self._plan.limits,
            run_dir=folder.path,
            if_no_gpu="fail" if self._plan.device.kind == "gpu" else "cpu",
            probing=self._plan.probing,
            force_fit=self._plan.force_fit,
            listed=False,
            planned=planned,
            # Whoever began or resumed the bench has seen to it; what has changed since is refused by the worker.
            confirmed=frozenset(code.digest for one in planned.values() if (code := named_code(one))),
        )

    def _wait(self, run: RunUnderWay) -> None:
        passed_on = 0
        while not run.is_over():
            if self._stops.count > passed_on and run.stop(self._stops.count):
                passed_on = self._stops.count
                self._tell(StopAsked(t=self._now(), kill=passed_on > 1))
            self._look_again()

    def _judge(self, folder: RunFolder, launch: PlannedLaunch) -> Judged:
        judged = judge(folder, self._plan, launch, was_stopped=self._stops.count > 0)
        forget_models(folder)
        return judged

    def _tell_ended(self, launch: PlannedLaunch, folder: RunFolder, judged: Judged, began_s: float) -> None:
        ended_s = self._now()
        self._tell(
            LaunchEnded(
                t=ended_s,
                launch=launch,
                run=folder.name,
                outcome=judged.outcome,
                seconds=round(ended_s - began_s, 3),
                figures=judged.figures,
                because=judged.because,
            )
        )

    def _tell(self, record: BenchRecord) -> None:
        self._ledger.take(record)
        self._tell_event(record)
