"""A bench's events folded into what a viewer shows: what is done, what goes on, how long it will still take."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Literal

from training.bench.folder import BenchFolder
from training.bench.ledger import Ledger
from training.bench.plan import WINDOWS_OF_A_BLOCK, read_bench_plan
from training.bench.records import BenchBegan, BenchRecord, LaunchBegan, LaunchEnded
from training.bench.run_watch import RunWatch
from training.bench.schedule import PlannedLaunch
from training.record.liveness import Liveness, boot_id, liveness
from training.record.reader import TailingReader

BenchPhase = Literal["starting", "running", "ended", "lost"]

LIVENESS_PERIOD_S = 1.0
START_GUESS_S = 30.0
"""How long a launch takes beside its blocks, before any was made here."""
BETWEEN_WINDOWS_S = 2.0
"""What is left out at the beginning of each part of a block, all together."""

_PHASES: dict[Liveness, BenchPhase] = {
    "starting": "starting",
    "live": "running",
    "elsewhere": "running",
    "ended": "ended",
    "lost": "lost",
}


@dataclass(frozen=True, slots=True)
class CurrentLaunch:
    """The launch that goes on."""

    launch: PlannedLaunch
    tries_before: int
    block: int
    """The block it is at, 0 before the first."""
    doing: str
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class BenchState:
    """A bench at one moment. `left_s` is an estimate, None where nothing can be said."""

    phase: BenchPhase
    elapsed_s: float
    """Since its process began, anew after each resumption."""
    done: int
    planned: int
    current: CurrentLaunch | None
    left_s: float | None
    ended: tuple[LaunchEnded, ...]
    """Every launch that ended, oldest first."""


class BenchHistory:
    """Follows one bench's folder. Not safe to share between threads.

    Raises:
        BenchPlanError: on construction, where the folder has no plan that can be read.
    """

    def __init__(self, folder: BenchFolder) -> None:
        self.folder = folder
        self.plan = read_bench_plan(folder.plan)
        self.ledger = Ledger(self.plan)
        self._reader: TailingReader[BenchRecord] = TailingReader(folder.events, BenchRecord)
        self._began: BenchBegan | None = None
        self._ended: list[LaunchEnded] = []
        self._watch: RunWatch | None = None
        self._phase: BenchPhase = "starting"
        self._checked_s = -math.inf
        self._last_t = 0.0

    def refresh(self, *, process_lives: bool | None = None) -> None:
        """Read what was appended since the last time, and look whether the bench still lives.

        Liveness is asked before the files are read, so that a bench seen as ended has been read to its end. A caller
        that started the process knows first whether it lives and says so.
        """
        self._check_liveness(process_lives)
        for record in self._reader.read_new():
            self._take(record)
        if self._watch is not None:
            self._watch.refresh()

    @property
    def is_live(self) -> bool:
        """Whether something may still happen."""
        return self._phase in ("starting", "running")

    def state(self) -> BenchState:
        """The bench at this moment."""
        now_s = self._now_s()
        current = self._current(now_s)
        return BenchState(
            phase=self._phase,
            elapsed_s=now_s,
            done=self.ledger.done_count,
            planned=len(self.ledger.schedule),
            current=current,
            left_s=self._left_s(current) if self.is_live else None,
            ended=tuple(self._ended),
        )

    def _take(self, record: BenchRecord) -> None:
        self.ledger.take(record)
        match record:
            case BenchBegan():
                self._began, self._watch = record, None
            case LaunchBegan():
                self._watch = RunWatch(self.folder.run(record.run))
            case LaunchEnded():
                self._watch = None
                self._ended.append(record)
            case _:
                pass
        self._last_t = getattr(record, "t", self._last_t)

    def _check_liveness(self, process_lives: bool | None) -> None:
        if process_lives is None:
            if time.monotonic() - self._checked_s < LIVENESS_PERIOD_S:
                return
            self._checked_s = time.monotonic()
            self._phase = _PHASES[liveness(self.folder.as_run)]
        elif process_lives:
            self._phase = "running"
        else:
            self._phase = "ended" if self.folder.report.exists() else "lost"

    def _now_s(self) -> float:
        """Seconds since the process began: by the clock while it lives on this boot, by its last event else."""
        if self.is_live and self._began is not None and self._began.boot_id == boot_id():
            return max(self._last_t, time.monotonic() - self._began.monotonic_s)
        return self._last_t

    def _current(self, now_s: float) -> CurrentLaunch | None:
        begun = self.ledger.under_way
        if begun is None or self._watch is None or not self.is_live:
            return None
        return CurrentLaunch(
            begun.launch,
            self.ledger.tries(begun.launch),
            self._watch.block,
            self._watch.doing,
            max(0.0, now_s - begun.t),
        )

    def _left_s(self, current: CurrentLaunch | None) -> float:
        expectation = self.ledger.expectation()
        block_s = WINDOWS_OF_A_BLOCK * self.plan.seconds + BETWEEN_WINDOWS_S
        guess_s = START_GUESS_S + self.plan.blocks * block_s
        left_s = 0.0
        for launch in self.ledger.missing:
            expected_s = expectation(launch) or guess_s
            if current is not None and current.launch == launch:
                expected_s = max(0.0, expected_s - current.elapsed_s)
            left_s += expected_s
        return left_s
