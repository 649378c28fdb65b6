"""What of a bench is done and what is missing, from its events: after a kill or a reboot it goes on from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from training.analysis.interval import FEWEST
from training.bench.plan import BenchPlan
from training.bench.records import BenchEnded, BenchRecord, LaunchBegan, LaunchEnded
from training.bench.schedule import Pair, PlannedLaunch, schedule
from training.plan import Sharing

TRIES = 2
"""A launch with too few blocks, or whose supervisor died, is made once more."""


def fewest_blocks(plan: BenchPlan) -> int:
    """A launch with fewer blocks that count is made once more."""
    return min(FEWEST, plan.blocks)


class Ledger:
    """Takes a bench's events in order."""

    def __init__(self, plan: BenchPlan) -> None:
        self.plan = plan
        self.schedule = schedule(plan)
        self.under_way: LaunchBegan | None = None
        """The launch that was begun and has not ended."""
        self.has_ended = False
        """Whether the bench's process told its end, since it was last begun."""
        self._ended: dict[PlannedLaunch, list[LaunchEnded]] = {}
        self._of_mode: dict[tuple[Pair, Sharing], list[LaunchEnded]] = {}
        """The same by pair and mode."""
        self._begun = 0

    def take(self, record: BenchRecord) -> None:
        """Take in one event."""
        match record:
            case LaunchBegan():
                self.under_way, self.has_ended = record, False
                self._begun += 1
            case LaunchEnded():
                self.under_way = None
                self._ended.setdefault(record.launch, []).append(record)
                self._of_mode.setdefault(_mode(record.launch), []).append(record)
            case BenchEnded():
                self.has_ended = True
            case _:
                pass

    @property
    def begun(self) -> int:
        """Launches begun so far, repetitions among them."""
        return self._begun

    @property
    def missing(self) -> tuple[PlannedLaunch, ...]:
        """What is still to be launched, in order."""
        return tuple(launch for launch in self.schedule if not self.is_done(launch))

    @property
    def done_count(self) -> int:
        """Launches of the schedule that need nothing more."""
        return len(self.schedule) - len(self.missing)

    def is_done(self, launch: PlannedLaunch) -> bool:
        """Whether nothing more is to be launched for it: it was measured, or will not be."""
        ended = self._ended.get(launch, [])
        if any(record.outcome in ("measured", "failed") for record in ended):
            return True
        tried = sum(record.outcome in ("few blocks", "lost") for record in ended)
        return tried >= TRIES or self._is_hopeless(launch)

    def best_try(self, launch: PlannedLaunch) -> LaunchEnded | None:
        """Of several tries the one with the most blocks; None where no block counts."""
        counting = [record for record in self._ended.get(launch, []) if _blocks(record)]
        return max(counting, key=_blocks, default=None)

    def tries(self, launch: PlannedLaunch) -> int:
        """How often it was launched and has ended."""
        return len(self._ended.get(launch, []))

    def why_not(self, launch: PlannedLaunch) -> str:
        """Why there is no figure, as the newest try says it; empty where nothing was tried."""
        ended = self._ended.get(launch, [])
        return ended[-1].because if ended else ""

    def has_failed(self, launch: PlannedLaunch) -> bool:
        """Whether it is done and measured nothing."""
        return bool(self._ended.get(launch)) and self.is_done(launch) and self.best_try(launch) is None

    def expectation(self) -> Callable[[PlannedLaunch], float | None]:
        """How long a launch will take: as launches of its pair and mode took, else of its mode, else any."""
        took: dict[object, list[float]] = {}
        for launch, ended in self._ended.items():
            for record in ended:
                if record.outcome == "measured":
                    for key in (_mode(launch), launch.sharing, None):
                        took.setdefault(key, []).append(record.seconds)

        def expected_s(launch: PlannedLaunch) -> float | None:
            told = took.get(_mode(launch)) or took.get(launch.sharing) or took.get(None)
            return sum(told) / len(told) if told else None

        return expected_s

    def every_second(self) -> Iterator[float]:
        """How long each try took, whatever came of it."""
        return (record.seconds for ended in self._ended.values() for record in ended)

    def _is_hopeless(self, launch: PlannedLaunch) -> bool:
        """Whether the same pair failed in the same mode and never worked: a second launch would only fail again."""
        same = self._of_mode.get(_mode(launch), [])
        return any(record.outcome == "failed" for record in same) and not any(map(_blocks, same))


def _mode(launch: PlannedLaunch) -> tuple[Pair, Sharing]:
    return launch.pair, launch.sharing


def _blocks(record: LaunchEnded) -> int:
    return 0 if record.figures is None else record.figures.blocks
