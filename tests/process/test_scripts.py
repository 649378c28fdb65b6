"""Scripts in the styles people use: each is as a lane what it is under python, and its lane tells what it trains."""

from __future__ import annotations

import pytest

from tests.process.equipment import Stage
from tests.process.script_trial import BothWays, both_ways, put_in_order
from training.record.event_records import LaneEnded
from training.record.lane_records import Built, Epoch, Error, Progress, Validation
from training.record.script_records import Aside, Telemetry

FUNCTIONAL = ("functional.py", "--units", "12", "--out", "OUT")
OWN_MODULES = ("own_modules/main.py", "OUT")


@pytest.fixture(scope="module")
def orderly(shared_stage: Stage) -> Stage:
    """A stage on which every script does the same each time."""
    put_in_order(shared_stage)
    return shared_stage


def assert_same(both: BothWays, exit_code: int = 0) -> None:
    """Exit code, bytes printed and numbers written."""
    assert both.alone.exit_code == exit_code, both.alone.printed.decode("utf-8", "replace")
    assert both.as_lane.exit_code == exit_code, both.run.told()
    assert both.as_lane.printed == both.alone.printed
    assert both.as_lane.written == both.alone.written


def fits(both: BothWays) -> list[Built]:
    """What was told of its fits, each once."""
    built = [record for record in both.run.lane(both.lane) if isinstance(record, Built)]
    return [record for record in built if not record.again]


@pytest.fixture(scope="module")
def pair(orderly: Stage) -> list[BothWays]:
    """Run once for both tests."""
    return both_ways(orderly, [FUNCTIONAL, OWN_MODULES])


@pytest.mark.slow
class TestFits:
    def test_a_functional_model_with_arguments(self, pair: list[BothWays]) -> None:
        functional, _ = pair
        assert_same(functional)
        assert len(functional.as_lane.written["loss"]) == 4
        report = functional.report
        assert (report.status, report.steps, report.epochs, report.samples) == ("completed", 64, 4, 1024)
        losses = functional.as_lane.written["loss"]
        assert (report.first_loss, report.last_loss) == (losses[0], losses[-1])
        (built,) = fits(functional)
        assert (built.fit, built.batch_size, built.steps_per_epoch, built.train_samples) == (1, 16, 16, 256)
        assert (built.planned_epochs, built.planned_steps, built.device) == (4, 64, "CPU")
        validations = [one for one in functional.run.lane("a") if isinstance(one, Validation)]
        assert [one.metrics["loss"] for one in validations] == functional.as_lane.written["val_loss"]

    def test_modules_of_ones_own_that_are_called_as_ours(self, pair: list[BothWays]) -> None:
        _, own = pair
        assert_same(own)
        assert own.as_lane.printed.startswith(b"my training mine mine too\n")
        assert (own.report.status, own.report.steps) == ("completed", 24)
        assert fits(own)[0].model == "sequential"


@pytest.mark.slow
class TestOtherStyles:
    def test_a_train_step_of_its_own_and_several_fits(self, orderly: Stage) -> None:
        step, several = both_ways(orderly, [("custom_step.py", "OUT"), ("several_fits.py", "OUT")])
        assert_same(step)
        assert step.report.steps == 48
        told = [one for one in step.run.lane("a") if isinstance(one, Built)]
        assert [(one.again, one.steps_per_epoch) for one in told] == [(False, None), (True, 16)]
        assert_same(several)
        assert [(one.fit, one.model) for one in fits(several)] == [
            (1, "teacher"), (2, "teacher"), (3, "student"), (4, "student"), (5, "student"),
        ]  # fmt: skip
        assert (several.report.steps, several.report.epochs) == (16 + 4 + 8 + 8 + 8, 6)
        epochs = [one for one in several.run.lane("b") if isinstance(one, Epoch)]
        assert [one.epoch for one in epochs] == [1, 2, 3, 4, 5, 6]
        losses = [loss for history in several.as_lane.written.values() for loss in history["loss"]]
        assert [one.loss for one in epochs] == losses

    def test_batches_one_by_one_and_a_tape(self, orderly: Stage) -> None:
        batches, tape = both_ways(orderly, [("on_batches.py", "OUT"), ("tape_loop.py", "OUT")])
        assert_same(batches)
        assert (batches.report.steps, batches.report.status) == (50, "completed")
        told = [one.loss for one in batches.run.lane("a") if isinstance(one, Progress) and one.steps == 1]
        written = [loss for loss, _ in batches.as_lane.written]
        assert told
        assert all(any(loss == pytest.approx(one) for one in written) for loss in told)
        assert_same(tape)
        assert (tape.report.steps, tape.report.first_loss) == (60, None)

    def test_one_that_fails_and_one_that_catches_ctrl_c(self, orderly: Stage) -> None:
        fails, catches = both_ways(orderly, [("fails_at_step_50.py",), ("catches_interrupt.py", "OUT")])
        assert_same(fails, exit_code=1)
        assert b"ValueError: the fiftieth step was one too many" in fails.alone.printed
        ended = fails.run.ended("a")
        assert (ended.status, ended.kind) == ("failed", "script-error")
        assert "the fiftieth step was one too many" in ended.message
        assert any("one too many" in line for line in ended.log_tail)
        error = fails.run.lane_record("a", Error)
        assert error.step in (49, 50)  # its callback comes before ours
        assert_same(catches)
        assert catches.report.status == "completed"
        assert len(catches.as_lane.written) == 30

    def test_one_that_spawns_and_a_compiled_loop(self, orderly: Stage) -> None:
        spawns, compiled = both_ways(
            orderly, [("spawns_workers.py", "OUT"), ("tape_loop.py", "OUT", "--compiled", "--steps", "4000")]
        )
        assert_same(spawns)
        assert (spawns.report.steps, spawns.report.status) == (24, "completed")
        assert_same(compiled)
        assert compiled.report.steps == 4000
        telemetry = [one for one in compiled.run.lane("b") if isinstance(one, Telemetry)]
        assert [one.steps for one in telemetry] == ["polled"]

    def test_an_evaluation_inside_a_fit_is_no_step(self, orderly: Stage) -> None:
        (several,) = both_ways(orderly, [("several_fits.py", "OUT")])
        asides = [one for one in several.run.lane("a") if isinstance(one, Aside)]
        assert all(one.within_fit for one in asides)
        for epoch in (one for one in several.run.lane("a") if isinstance(one, Epoch)):
            assert 0 <= epoch.outside_s <= epoch.seconds


def test_modules_of_ones_own_that_are_called_as_pythons(orderly: Stage) -> None:
    (own,) = both_ways(orderly, [("own_names/main.py", "OUT")])
    assert_same(own)
    assert own.as_lane.printed.endswith(b"\n[]\n")
    assert own.as_lane.written == {"drawn": [0, 2, 4, 1, 3], "chosen": 4, "token": "mine"}


def test_a_great_deal_of_output_to_the_byte(orderly: Stage) -> None:
    (talkative,) = both_ways(orderly, [("talkative.py",)])
    assert_same(talkative)
    assert len(talkative.as_lane.printed) > 3_000_000
    ended = talkative.run.event(LaneEnded)
    assert (ended.status, ended.exit_code) == ("completed", 0)
