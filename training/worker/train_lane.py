"""One lane alone in its process: import, wait for its turn, build, warm up, train, save."""

from __future__ import annotations

from training.worker.frameworks import import_framework
from training.worker.lane_training import LaneTraining, ReadyToFit


def train_lane(training: LaneTraining) -> int:
    """Train; returns the exit code: 0 ended in order, 1 failed with an error record."""
    try:
        framework = import_framework(training.lane_plan.preset.fit.backend, (training.emitter,))
        # Before the token is there: data is made on the host and by whichever lane is waiting anyway.
        data = training.make_data() if training.makes_data_on_host else None
        training.gate.wait_for_token()
        if training.gate.stop_asked:
            training.finish_early()
            return 0
        training.conclude(_fit(training, training.prepare(framework, data)))
    except Exception as error:
        training.fail(error)
        return 1
    return 0


def _fit(training: LaneTraining, ready: ReadyToFit) -> dict[str, list[float]]:
    from training.worker.data.untuned import training_batches, validation_batches

    history = ready.model.fit(
        training_batches(ready.data),
        epochs=ready.epochs,
        validation_data=validation_batches(ready.data),
        steps_per_epoch=ready.data.asked_steps,
        validation_steps=ready.data.asked_validation_steps,
        callbacks=[training.hooks],
        verbose=0,
    )
    return dict(history.history)
