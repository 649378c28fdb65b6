"""One lane alone in its process: import, wait for its turn, build, warm up, train, save."""

from __future__ import annotations

from training.worker.framework import import_framework
from training.worker.lane_training import LaneTraining, ReadyToFit


def train_lane(training: LaneTraining) -> int:
    """Train; returns the exit code: 0 ended in order, 1 failed with an error record."""
    try:
        framework = import_framework((training.emitter,))
        # Before the token is there: data is made on the host and by whichever lane is waiting anyway.
        data = training.make_data()
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
    data = ready.data
    batching = {} if data.y is None else {"batch_size": data.batch_size}
    history = ready.model.fit(
        data.x,
        data.y,
        epochs=ready.epochs,
        validation_data=data.validation,
        callbacks=[training.hooks],
        verbose=0,
        **batching,
    )
    return dict(history.history)
