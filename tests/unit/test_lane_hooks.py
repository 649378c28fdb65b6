"""What a training tells, and how it stops, stands and goes on when it is asked to."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fit_loop import FitLoop
from training.agent.lane_hooks import FAST_FOR_S


def _told_steps(loop: FitLoop) -> int:
    return sum(record["steps"] for record in loop.emitter.of("progress"))


class TestWhatIsTold:
    def test_a_whole_training_in_order(self) -> None:
        loop = FitLoop(validation_batches=2)
        loop.fit(epochs=2)
        validated = ["validating", "validation", "epoch"]
        assert loop.emitter.kinds() == ["warm", "released", *validated, *validated]
        assert _told_steps(loop) == 20
        assert (loop.hooks.step, loop.hooks.samples, loop.hooks.epochs_done) == (20, 80, 2)
        assert sum(record["steps"] for record in loop.emitter.of("progress") if record.get("warm_up")) == 3

    def test_steps_of_one_record_add_up_to_its_span(self) -> None:
        loop = FitLoop((1.0,) * 50)
        loop.fit()
        for record in loop.emitter.of("progress"):
            assert record["span_s"] == pytest.approx(record["steps"] * 0.01)
            assert record["step_p50_s"] == pytest.approx(0.01)

    def test_at_most_ten_records_a_second_then_two(self) -> None:
        loop = FitLoop((1.0,) * 1000)
        loop.fit()
        assert len(loop.emitter.of("progress")) <= 10 * 10 + 3
        late = FitLoop((1.0,) * 1000)
        late.emitter.clock_s = FAST_FOR_S
        late.fit()
        assert len(late.emitter.of("progress")) <= 2 * 10 + 3

    def test_the_end_of_an_epoch_is_told_before_its_validation_with_its_own_time(self) -> None:
        loop = FitLoop(validation_batches=4)
        loop.fit()
        before = loop.emitter.records[: [r["k"] for r in loop.emitter.records].index("validation")]
        assert [record["step"] for record in before if record["k"] == "progress"][-1] == 10
        assert loop.emitter.of("validation")[0]["seconds"] == pytest.approx(4 * 0.5)
        epoch = loop.emitter.of("epoch")[0]
        assert epoch["outside_s"] == pytest.approx(2.0)
        assert epoch["seconds"] == pytest.approx(2.0 + 10 * 0.01)

    def test_a_long_validation_is_told_when_it_begins(self) -> None:
        loop = FitLoop(validation_batches=4)
        loop.fit()
        (told,) = loop.emitter.of("validating")
        kinds = [record["k"] for record in loop.emitter.records]
        assert kinds.index("validating") < kinds.index("validation")
        assert told["t"] + 4 * 0.5 == pytest.approx(loop.emitter.of("validation")[0]["t"])

    def test_only_plain_numbers_are_told(self) -> None:
        class Tensor:
            def __float__(self) -> float:
                raise AssertionError("a tensor was converted")

        loop = FitLoop()
        loop.hooks.on_epoch_begin(0)
        loop.emitter.clock_s = 1.0
        loop.hooks.on_train_batch_end(0, {"loss": Tensor(), "accuracy": 0.5, "auc": Tensor()})
        told = loop.emitter.of("progress")[0]
        assert told["metrics"] == {"accuracy": 0.5}
        assert "loss" not in told
        assert not loop.said

    def test_framework_memory_is_asked_once_a_second(self) -> None:
        asked: list[float] = []

        def memory() -> dict[str, int]:
            asked.append(0)
            return {"current_bytes": 1, "peak_bytes": 2}

        loop = FitLoop((1.0,) * 300, framework_memory=memory)
        loop.fit()
        assert 3 <= len(asked) <= 5


class TestBatchLoss:
    @given(
        losses=st.lists(st.floats(0.001, 1000), min_size=1, max_size=40),
        batch_size=st.integers(1, 64),
        short_by=st.integers(0, 63),
    )
    def test_is_the_true_one_also_of_a_short_last_batch(
        self, losses: list[float], batch_size: int, short_by: int
    ) -> None:
        samples = len(losses) * batch_size - min(short_by, batch_size - 1)
        loop = FitLoop(losses, batch_size=batch_size, samples=samples)
        loop.step_s = 1.0  # a record for each step
        loop.fit()
        told = {
            record["step"]: record["loss"] for record in loop.emitter.of("progress") if record["steps"] == 1
        }
        scale = max(losses)
        for step, loss in told.items():
            assert loss == pytest.approx(losses[step - 1], rel=1e-6, abs=1e-9 * scale * samples)
        assert loop.hooks.samples == samples

    def test_running_mean_begins_anew_with_each_epoch(self) -> None:
        loop = FitLoop((4.0, 2.0))
        loop.step_s = 1.0
        loop.fit(epochs=3)
        assert [record["loss"] for record in loop.emitter.of("progress") if record["steps"] == 1][-2:] == [
            4,
            2,
        ]
        assert [record["loss"] for record in loop.emitter.of("epoch")] == [3.0, 3.0, 3.0]

    @pytest.mark.parametrize("at_once", [1, 2, 3, 7, 16])
    def test_steps_count_right_when_keras_runs_several_at_once(self, at_once: int) -> None:
        loop = FitLoop((1.0, 3.0) * 8, steps_per_execution=at_once)
        loop.fit(epochs=2)
        assert (loop.hooks.step, loop.hooks.samples) == (32, 128)
        assert _told_steps(loop) == 32
        told = loop.emitter.of("progress")
        mean = sum(record["loss"] * record["steps"] for record in told) / 32
        assert mean == pytest.approx(2.0)


class TestNotANumber:
    def test_stops_where_the_preset_says_so(self) -> None:
        loop = FitLoop((1.0,) * 5 + (math.nan,) * 5)
        loop.fit(epochs=2)
        assert [record["step"] for record in loop.emitter.of("nonfinite")] == [6]
        assert loop.hooks.nan_stop
        assert loop.hooks.step == 6

    def test_goes_on_and_marks_it_once_otherwise(self) -> None:
        loop = FitLoop((1.0,) * 5 + (math.inf,) * 5, stop_on_nan=False)
        loop.fit(epochs=2)
        assert [record["step"] for record in loop.emitter.of("nonfinite")] == [6]
        assert (loop.hooks.nan_stop, loop.hooks.step) == (False, 20)
        assert sum(record.get("nonfinite", 0) for record in loop.emitter.of("progress")) == 10
        assert all(
            math.isfinite(record["loss"]) for record in loop.emitter.of("progress") if "loss" in record
        )


class TestBarrier:
    def test_time_at_it_is_nobodys(self) -> None:
        loop = FitLoop(train_for_s=100.0)
        loop.gate.stands_s = 60.0
        loop.fit()
        assert loop.emitter.of("epoch")[0]["seconds"] == pytest.approx(0.1)
        assert max(record["span_s"] for record in loop.emitter.of("progress")) < 0.2
        assert loop.checkpoints.started_t == pytest.approx(60.03)
        assert not loop.hooks.reached_limit

    def test_a_training_shorter_than_its_warm_up_still_stands_at_it(self) -> None:
        loop = FitLoop((1.0, 1.0))
        loop.fit()
        assert loop.emitter.kinds() == ["epoch", "warm", "released"]

    def test_stop_opens_it(self) -> None:
        loop = FitLoop()
        loop.gate.wait_for_release = lambda: loop.gate.tell({"do": "stop"})  # type: ignore[method-assign]
        loop.fit()
        assert loop.hooks.step == 4


class TestLimits:
    def test_steps_end_inside_an_epoch_and_skip_the_validation(self) -> None:
        loop = FitLoop(stop_at_step=14, validation_batches=3)
        loop.fit(epochs=2)
        assert (loop.hooks.step, loop.hooks.reached_limit, loop.hooks.epochs_done) == (14, "steps", 1)
        assert len(loop.emitter.of("validation")) == 1
        assert [record.get("partial") for record in loop.emitter.of("epoch")] == [None, True]

    def test_steps_that_end_with_an_epoch_keep_its_validation(self) -> None:
        loop = FitLoop(stop_at_step=20, validation_batches=3)
        loop.fit(epochs=5)
        assert (loop.hooks.step, loop.hooks.reached_limit, loop.hooks.epochs_done) == (20, "steps", 2)
        assert len(loop.emitter.of("validation")) == 2
        assert loop.validated_batches == 6

    def test_minutes_count_from_the_release_and_end_promptly(self) -> None:
        loop = FitLoop((1.0,) * 100, train_for_s=0.5, validation_batches=9)
        loop.gate.stands_s = 7.0
        loop.fit(epochs=5)
        assert loop.hooks.reached_limit == "minutes"
        assert loop.hooks.step == pytest.approx(3 + 50, abs=1)
        assert not loop.emitter.of("validation")

    def test_pauses_extend_the_deadline(self) -> None:
        loop = FitLoop((1.0,) * 100, train_for_s=0.5)
        loop.gate.stands_s = 30.0
        loop.before_batch = lambda step: loop.gate.tell({"do": "pause"}) if step in (10, 20) else None
        loop.fit()
        assert len(loop.emitter.of("resumed")) == 2
        assert loop.hooks.step == pytest.approx(3 + 50, abs=1)
        assert loop.checkpoints.stood_still_s == pytest.approx(3 * 30.0)


class TestPause:
    def test_is_acknowledged_with_the_exact_step_and_all_before_it_told(self) -> None:
        loop = FitLoop((1.0,) * 30)
        loop.gate.stands_s = 5.0
        loop.before_batch = lambda step: loop.gate.tell({"do": "pause"}) if step == 17 else None
        loop.fit()
        paused, resumed = loop.emitter.of("paused")[0], loop.emitter.of("resumed")[0]
        assert (paused["step"], resumed["step"], resumed["paused_s"]) == (17, 17, 5.0)
        at = loop.emitter.records.index(paused)
        assert sum(r["steps"] for r in loop.emitter.records[:at] if r["k"] == "progress") == 17
        assert loop.emitter.of("epoch")[0]["seconds"] == pytest.approx(0.3)
        assert max(record["span_s"] for record in loop.emitter.of("progress")) < 1

    def test_inside_a_validation_is_not_the_validations_time(self) -> None:
        loop = FitLoop(validation_batches=4)
        loop.gate.stands_s = 5.0
        loop.before_validation_batch = lambda batch: loop.gate.tell({"do": "pause"}) if batch == 2 else None
        loop.fit()
        assert loop.emitter.of("paused")[0]["step"] == 10
        assert loop.emitter.of("validation")[0]["seconds"] == pytest.approx(2.0)
        assert loop.emitter.of("epoch")[0]["outside_s"] == pytest.approx(2.0)

    def test_stop_ends_it(self) -> None:
        loop = FitLoop((1.0,) * 30)
        loop.before_batch = lambda step: loop.gate.tell({"do": "pause"}) if step == 17 else None
        loop.gate.on_pause = lambda: loop.gate.tell({"do": "stop", "reason": "enough"})
        loop.fit()
        assert loop.emitter.kinds() == ["warm", "released", "paused", "resumed", "epoch"]
        assert loop.hooks.step == 18


class TestStop:
    def test_ends_at_the_next_batch(self) -> None:
        loop = FitLoop((1.0,) * 30)
        loop.before_batch = lambda step: loop.gate.tell({"do": "stop"}) if step == 17 else None
        loop.fit(epochs=3)
        assert loop.hooks.step == 18
        assert loop.hooks.epochs_done == 0

    def test_ends_a_validation_which_is_then_not_told_as_one(self) -> None:
        loop = FitLoop(validation_batches=1000)
        loop.before_validation_batch = lambda batch: loop.gate.tell({"do": "stop"}) if batch == 5 else None
        loop.fit(epochs=3)
        assert loop.validated_batches == 6
        assert loop.hooks.step == 10
        assert not loop.emitter.of("validation")

    def test_is_seen_even_where_telling_fails(self) -> None:
        def broken() -> None:
            raise RuntimeError("no memory info")

        loop = FitLoop((1.0,) * 300, framework_memory=broken, stop_at_step=120)
        loop.fit(epochs=3)
        assert loop.hooks.step == 120
        stopped = FitLoop((1.0,) * 300, framework_memory=broken)
        stopped.before_batch = lambda step: stopped.gate.tell({"do": "stop"}) if step == 117 else None
        stopped.fit(epochs=3)
        assert stopped.hooks.step == 118


class TestWindow:
    def test_ends_at_batch_boundaries_with_exact_counts(self) -> None:
        loop = FitLoop((1.0,) * 400)
        window = {"do": "window", "id": 7, "steps": 20, "seconds": 1.0}
        loop.before_batch = lambda step: loop.gate.tell(window) if step == 10 else None
        loop.fit()
        told = loop.emitter.of("window")
        assert len(told) == 1
        assert (told[0]["id"], told[0]["complete"]) == (7, True)
        assert told[0]["t1"] - told[0]["t0"] == pytest.approx(told[0]["steps"] * 0.01)
        assert told[0]["samples"] == told[0]["steps"] * 4
        assert told[0]["steps"] == pytest.approx(100, abs=1)
        assert told[0]["t0"] == pytest.approx(10 * 0.01 + 0.5, abs=0.011)

    def test_device_is_idle_at_both_ends_and_may_run_ahead_between(self) -> None:
        idle: list[int] = []
        loops: list[FitLoop] = []
        loop = FitLoop((1.0,) * 100, synchronize=lambda: idle.append(loops[0].hooks.step))
        loops.append(loop)
        window = {"do": "window", "id": 1, "steps": 5, "seconds": 0.0, "drop_s": 0.0, "drop_steps": 2}
        loop.before_batch = lambda step: loop.gate.tell(window) if step == 10 else None
        loop.fit()
        assert idle == [3, 12, 17]
        assert loop.emitter.of("window")[0]["steps"] == 5

    @pytest.mark.parametrize(
        "cut", [{"do": "stop"}, {"do": "pause"}, {"do": "window", "id": 2, "seconds": 99}]
    )
    def test_is_marked_incomplete_when_cut_short(self, cut: dict[str, object]) -> None:
        loop = FitLoop((1.0,) * 200)
        orders = {10: {"do": "window", "id": 1, "steps": 500, "seconds": 99.0}, 120: cut}
        loop.before_batch = lambda step: loop.gate.tell(orders[step]) if step in orders else None
        loop.fit()
        first = loop.emitter.of("window")[0]
        assert (first["id"], first["complete"]) == (1, False)
        assert first["t1"] - first["t0"] == pytest.approx(first["steps"] * 0.01)

    def test_asked_too_late_is_answered_all_the_same(self) -> None:
        loop = FitLoop(validation_batches=2)
        loop.before_validation_batch = lambda batch: loop.gate.tell({"do": "window", "id": 3})
        loop.fit()
        told = loop.emitter.of("window")
        assert [(one["id"], one["steps"], one["complete"]) for one in told] == [(3, 0, False)]


class TestCheckpoint:
    def test_when_due_and_when_asked_outside_the_steps_time(self) -> None:
        loop = FitLoop((1.0,) * 30, validation_batches=2)
        loop.checkpoints.due_t = 0.095
        loop.before_batch = lambda step: loop.gate.tell({"do": "checkpoint"}) if step == 20 else None
        loop.before_validation_batch = lambda batch: (
            loop.gate.tell({"do": "checkpoint"}) if batch == 1 else None
        )
        loop.fit()
        assert loop.checkpoints.saved == [10, 20, 30]
        assert max(record["span_s"] for record in loop.emitter.of("progress")) < 1
        assert loop.emitter.of("epoch")[0]["outside_s"] == pytest.approx(3.0 + 1.0)


class TestOwnFailures:
    def test_never_reach_the_training_and_are_said_once(self) -> None:
        loop = FitLoop(validation_batches=2)

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("emitter broken")

        loop.emitter.emit = broken  # type: ignore[method-assign]
        loop.fit(epochs=2)
        assert loop.hooks.step == 20
        assert len([line for line in loop.said if "a hook failed" in line]) == 1
        assert "emitter broken" in loop.said[0]

    def test_nor_does_a_log_that_cannot_be_written(self) -> None:
        def full(_: str) -> None:
            raise OSError(28, "No space left on device")

        loop = FitLoop(say=full)
        loop.fit(epochs=2)
        assert loop.hooks.step == 20


class TestCost:
    def test_a_step_between_two_records_is_only_noted(self) -> None:
        loop = FitLoop((1.0,) * 100)
        summed_up: list[int] = []
        sum_up = loop.hooks._count.sum_up

        def noted() -> None:
            if loop.hooks._count.ended:
                summed_up.append(len(loop.hooks._count.ended))
            sum_up()

        loop.hooks._count.sum_up = noted  # type: ignore[method-assign]
        loop.fit()
        assert sum(summed_up) == 100
        assert len(summed_up) <= 3 + 100 // 10 + 2


class TestDataOfAPersonsOwn:
    def test_where_nobody_knows_the_length_an_epoch_is_whole_unless_it_was_stopped(self) -> None:
        loop = FitLoop(batch_size=4, steps_per_epoch=None, samples_per_epoch=None)
        loop.fit(epochs=2)
        assert [record["steps"] for record in loop.emitter.of("epoch")] == [10, 10]
        assert not any("partial" in record for record in loop.emitter.of("epoch"))
        assert (loop.hooks.samples, loop.hooks.epochs_done, loop.hooks.ran_dry) == (80, 2, "")

    def test_steps_end_it_in_the_middle_of_such_an_epoch(self) -> None:
        loop = FitLoop(steps_per_epoch=None, samples_per_epoch=None, stop_at_step=13)
        loop.fit(epochs=9)
        assert (loop.hooks.step, loop.hooks.reached_limit, loop.hooks.epochs_done) == (13, "steps", 1)
        assert loop.emitter.of("epoch")[-1]["partial"]
        assert loop.hooks.ran_dry == ""

    def test_an_epoch_that_ends_too_soon_ends_the_training(self) -> None:
        loop = FitLoop(steps_per_epoch=12)
        loop.fit(epochs=9)
        assert loop.hooks.ran_dry == "10 of its 12 steps"
        assert (loop.hooks.step, loop.hooks.epochs_done) == (10, 0)
        assert loop.emitter.of("epoch")[0]["partial"]

    def test_an_epoch_without_a_batch_ends_it_too(self) -> None:
        loop = FitLoop(steps_per_epoch=None, samples_per_epoch=None)
        loop.hooks.on_train_begin()
        loop.hooks.on_epoch_begin(0)
        loop.hooks.on_epoch_end(0, {})
        assert loop.hooks.ran_dry == "not a single batch"
        assert loop.model.stop_training
        assert loop.hooks.epochs_done == 0

    def test_a_stop_is_no_lack_of_data(self) -> None:
        loop = FitLoop()
        loop.before_batch = lambda step: loop.gate.tell({"do": "stop"}) if step == 4 else None
        loop.fit(epochs=2)
        assert loop.hooks.ran_dry == ""
