"""One lane of a process that trains both."""

from __future__ import annotations

from collections.abc import Generator

from training.worker.frameworks import Framework
from training.worker.lane_training import LaneTraining, ReadyToFit
from training.worker.own_state import OwnState
from training.worker.step_loop import Ahead, fit_in_steps


class LaneInTurns:
    """A lane as `take_turns` takes it: own records, gate, checkpoints, seed and precision, and its failures its own.

    A turn is `plan.turn_steps` batches, of training or of validation, so that a long validation of one lane does not
    keep the other waiting. A step lasts from the end of the lane's step before, the other's turn included: the lane
    feels the other as it would feel it in a process beside its own. What is done once (making the data, building and
    warming up, a checkpoint, saving the model) is done in one turn, and the other lane waits for it.
    """

    def __init__(self, training: LaneTraining, framework: Framework) -> None:
        self.has_ended = False
        self.failed = False
        self._training = training
        self._framework = framework
        self._turn_steps = training.plan.turn_steps.get(training.lane, 1)
        self._own_state = OwnState()
        self._ready: ReadyToFit | None = None
        self._loop: Generator[Ahead, None, None] | None = None
        self._ahead: Ahead | None = None

    @property
    def is_held(self) -> bool:
        """Whether it waits for its token, at the barrier, or for the end of a pause."""
        if self.has_ended:
            return False
        if self._loop is None:
            return not self._training.gate.may_warm_up
        return bool(self._training.hooks.is_held)

    def take_turn(self) -> None:
        """Warm up, or take the steps of one turn; what is raised becomes the lane's error record."""
        try:
            if self._loop is None:
                self._begin()
            else:
                self._go_on()
        except Exception as error:
            self._training.fail(error)
            self.failed = True
            self._end()

    def _begin(self) -> None:
        training = self._training
        if training.gate.stop_asked:
            training.finish_early()
            self._end()
            return
        with self._own_state.in_force():
            data = training.make_data() if training.makes_data_on_host else None
            self._ready = training.prepare(self._framework, data)
            ready = self._ready
            self._loop = fit_in_steps(ready.model, ready.data, ready.epochs, [training.hooks])
            self._ahead = next(self._loop)
            while self._ahead is not Ahead.END and not training.hooks.is_warm:
                self._ahead = next(self._loop)
        self._stands_still()

    def _go_on(self) -> None:
        if self._training.hooks.is_standing:
            self._stands_still()  # to go on is a turn of its own: lanes released together start together
            return
        for _ in range(self._turn_steps):
            if self._stands_still():
                return
            self._advance()
            if self.has_ended:
                return

    def _stands_still(self) -> bool:
        return bool(self._training.hooks.stands_still(at_end=self._ahead is Ahead.END))

    def _advance(self) -> None:
        assert self._loop is not None
        if self._ahead is Ahead.FIRST_STEP:
            with self._own_state.in_force():
                self._ahead = next(self._loop)
        else:
            self._ahead = next(self._loop, None)
        if self._ahead is None:
            assert self._ready is not None
            self._training.conclude(dict(self._ready.model.history.history))
            self._end()

    def _end(self) -> None:
        """Let go of what the device and the host hold for this lane; the other may train for long."""
        self.has_ended = True
        self._loop = self._ready = self._ahead = None
        self._training.let_go()
