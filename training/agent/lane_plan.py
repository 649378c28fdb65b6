"""What a lane's hooks need to know, and the few things they ask of the training they sit in."""

import math
from typing import Any, Callable, Dict, Optional, Tuple


def _nothing() -> None:
    return None


class NoCheckpoints:
    """Stands where nothing writes checkpoints."""

    due_t = math.inf

    def start(self, now: float) -> None:
        """The lane was released."""

    def save(self, step: int) -> None:
        """Write a checkpoint."""

    def stood_still(self, seconds: float) -> None:
        """The lane stood at a gate for so long."""


class LaneHooksPlan:
    """Sizes and limits of one lane, and callables into its framework.

    Sizes are None where they are not known. Those of a script differ from fit to fit: `take_sizes` has others hold.
    """

    def __init__(
        self,
        batch_size: Optional[int],
        steps_per_epoch: Optional[int],
        samples_per_epoch: Optional[int],
        warm_up_steps: int,
        stop_at_step: float = math.inf,
        train_for_s: float = math.inf,
        stop_on_nan: bool = True,
        checkpoints: Any = None,
        synchronize: Callable[[], None] = _nothing,
        framework_memory: Callable[[], Optional[Dict[str, int]]] = _nothing,
        say: Callable[[str], None] = print,
        stands_in_place: bool = True,
        time_cached_batch: Optional[Callable[[float, int], Optional[Tuple[int, float]]]] = None,
    ) -> None:
        self.batch_size = batch_size
        self.steps_per_epoch = steps_per_epoch
        """None where that shows only when an epoch is over."""
        self.samples_per_epoch = samples_per_epoch
        """None where only batches are counted: each then counts as `batch_size` samples."""
        self.warm_up_steps = warm_up_steps
        self.stop_at_step = stop_at_step
        self.train_for_s = train_for_s
        self.stop_on_nan = stop_on_nan
        self.checkpoints = checkpoints or NoCheckpoints()
        self.synchronize = synchronize
        """Returns once the device has nothing of this lane left to do."""
        self.framework_memory = framework_memory
        """Bytes the framework holds, `{"current_bytes", "peak_bytes"}`; None where it does not tell."""
        self.say = say
        self.stands_in_place = stands_in_place
        """Whether the hooks wait at the barrier and while paused. Off where the thread trains other lanes too: whoever
        steps this one then asks `stands_still` first."""
        self.time_cached_batch = time_cached_batch
        """Takes at least so many seconds and steps on one batch that is at hand and leaves no trace of them in the
        training; how many steps there were and what they took, None where that cannot be had."""

    def take_sizes(
        self, batch_size: Optional[int], steps_per_epoch: Optional[int], samples_per_epoch: Optional[int]
    ) -> None:
        """Sizes of the fit that begins."""
        self.batch_size = batch_size
        self.steps_per_epoch = steps_per_epoch
        self.samples_per_epoch = samples_per_epoch
