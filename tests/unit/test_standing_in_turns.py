"""Where a lane stands still when its thread has other lanes to see to: the hooks tell, and never wait."""

from __future__ import annotations

import threading

import pytest

from tests.unit.fit_loop import FitLoop
from tests.unit.waiting import wait_for
from training.agent.gate import Gate


class InTurns(FitLoop):
    """A lane whose steps are asked for one by one; the gate must not be waited at."""

    def __init__(self) -> None:
        super().__init__((1.0,) * 100, stands_in_place=False)
        self.gate.wait_for_release = self.gate.wait_while_paused = _never  # type: ignore[method-assign]
        self._batch = 0
        self.hooks.on_train_begin()
        self.hooks.on_epoch_begin(0)

    def steps(self, number: int) -> None:
        """Take so many steps, as far as the lane may."""
        for _ in range(number):
            if self.hooks.stands_still():
                return
            self.hooks.on_train_batch_begin(self._batch)
            self.emitter.clock_s += self.step_s
            self.hooks.on_train_batch_end(self._batch, {"loss": 1.0})
            self._batch += 1

    def others_turn(self, seconds: float) -> None:
        """Another lane has the thread for so long."""
        self.emitter.clock_s += seconds


def _never() -> None:
    raise AssertionError("the thread would have waited")


def _told_s(loop: FitLoop) -> float:
    return float(sum(record["span_s"] for record in loop.emitter.of("progress")))


class TestBarrier:
    def test_holds_the_lane_from_its_warm_up_to_its_release(self) -> None:
        loop = InTurns()
        loop.steps(10)
        assert (loop.hooks.step, loop.hooks.is_warm, loop.hooks.is_standing) == (3, True, True)
        assert loop.hooks.is_held
        loop.others_turn(60.0)
        assert loop.hooks.stands_still()
        loop.gate.tell({"do": "release"})
        assert not loop.hooks.is_held
        loop.steps(10)
        assert loop.emitter.kinds() == ["warm", "released"]
        assert loop.emitter.of("released")[0]["t"] == pytest.approx(60.03)
        assert loop.hooks.step == 13
        loop.hooks.on_epoch_end(0, {})
        assert loop.emitter.of("epoch")[0]["seconds"] == pytest.approx(0.13)

    def test_is_stood_at_by_a_training_that_ends_inside_its_warm_up(self) -> None:
        loop = InTurns()
        loop.steps(1)
        assert loop.hooks.stands_still(at_end=True)
        loop.gate.tell({"do": "release"})
        assert not loop.hooks.stands_still(at_end=True)
        loop.hooks.on_train_end()
        assert loop.emitter.kinds() == ["warm", "released"]

    def test_stop_opens_it(self) -> None:
        loop = InTurns()
        loop.steps(10)
        loop.gate.tell({"do": "stop"})
        assert not loop.hooks.is_held
        loop.steps(1)
        assert loop.model.stop_training
        assert loop.hooks.step == 4


class TestPause:
    def test_is_told_with_its_step_and_is_not_the_lanes_time(self) -> None:
        loop = InTurns()
        loop.gate.tell({"do": "release"})
        loop.steps(20)
        loop.gate.tell({"do": "pause"})
        loop.steps(5)
        assert loop.hooks.is_held
        loop.others_turn(5.0)
        loop.gate.tell({"do": "resume"})
        assert not loop.hooks.is_held
        loop.steps(5)
        loop.hooks.on_epoch_end(0, {})
        paused, resumed = loop.emitter.of("paused")[0], loop.emitter.of("resumed")[0]
        assert (paused["step"], resumed["step"], resumed["paused_s"]) == (20, 20, 5.0)
        assert _told_s(loop) == pytest.approx(25 * 0.01)

    def test_asked_at_the_barrier_follows_the_release(self) -> None:
        loop = InTurns()
        loop.steps(10)
        loop.gate.tell({"do": "pause"})
        assert loop.hooks.stands_still()
        assert loop.emitter.kinds() == ["warm"]
        loop.gate.tell({"do": "release"})
        assert loop.hooks.stands_still()
        assert loop.emitter.kinds() == ["warm", "released", "paused"]
        loop.gate.tell({"do": "stop"})
        assert not loop.hooks.stands_still()

    def test_that_comes_between_the_look_and_the_batch_waits_for_the_next_batch(self) -> None:
        loop = InTurns()
        loop.gate.tell({"do": "release"})
        loop.steps(10)
        assert not loop.hooks.stands_still()
        loop.gate.tell({"do": "pause"})
        loop.hooks.on_train_batch_begin(10)  # would wait where the hooks stand in place
        loop.hooks.on_test_batch_begin(0)
        assert not loop.emitter.of("paused")
        assert loop.hooks.stands_still()

    def test_cuts_a_window_and_saves_what_was_asked_for_before(self) -> None:
        loop = InTurns()
        loop.gate.tell({"do": "release"})
        loop.gate.tell({"do": "window", "id": 1, "seconds": 60.0})
        loop.steps(90)
        loop.gate.tell({"do": "checkpoint"})
        loop.gate.tell({"do": "pause"})
        assert loop.hooks.stands_still()
        assert loop.emitter.kinds() == ["warm", "released", "window", "paused"]
        assert not loop.emitter.of("window")[0]["complete"]
        assert loop.checkpoints.saved == [90]


class TestStepTime:
    def test_has_the_others_turns_in_it(self) -> None:
        loop = InTurns()
        loop.gate.tell({"do": "release"})
        for _ in range(50):
            loop.steps(1)
            loop.others_turn(0.03)
        loop.hooks.on_epoch_end(0, {})
        assert _told_s(loop) == pytest.approx(50 * 0.01 + 49 * 0.03)

    def test_so_has_a_window(self) -> None:
        loop = InTurns()
        loop.gate.tell({"do": "release"})
        loop.gate.tell({"do": "window", "id": 1, "steps": 10, "seconds": 0.0, "drop_s": 0.0})
        for _ in range(50):
            loop.steps(1)
            loop.others_turn(0.03)
        window = loop.emitter.of("window")[0]
        assert window["steps"] == 10
        assert window["t1"] - window["t0"] == pytest.approx(10 * 0.04)
        assert window["in_steps_s"] == pytest.approx(10 * 0.04)


def test_a_failure_of_ours_lets_the_lane_go_on() -> None:
    loop = InTurns()
    loop.gate.tell({"do": "release"})
    loop.steps(10)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("emitter broken")

    loop.emitter.emit = broken  # type: ignore[method-assign]
    loop.gate.tell({"do": "pause"})
    assert not loop.hooks.stands_still()
    assert "emitter broken" in loop.said[0]


def test_gates_with_one_condition_wake_the_thread_that_waits_for_any() -> None:
    changed = threading.Condition()
    gates = [Gate(changed), Gate(changed)]

    def wait() -> None:
        with changed:
            changed.wait_for(lambda: any(gate.may_warm_up for gate in gates))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    gates[0].tell({"do": "pause"})
    thread.join(0.05)
    assert thread.is_alive()
    gates[1].tell({"do": "warm_up"})
    wait_for(lambda: not thread.is_alive())
