"""As in Keras 3: `fit` is the trainer's, and the model's by inheritance."""

from keras.src.callbacks import CallbackList


class Trainer:
    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
        validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0,
        steps_per_epoch=None,
    ):  # fmt: skip
        """Train so many epochs, to the tune of `1 / step`."""
        if not isinstance(callbacks, CallbackList):
            told = {"epochs": epochs, "steps": steps_per_epoch, "verbose": verbose}
            callbacks = CallbackList(callbacks, add_history=True, model=self, **told)
        self.stop_training = False
        callbacks.tell("on_train_begin")
        for epoch in range(initial_epoch, epochs):
            callbacks.tell("on_epoch_begin", epoch)
            logs, mean = {}, 0.0
            for batch in range(steps_per_epoch or 10):
                callbacks.tell("on_train_batch_begin", batch)
                self.steps += 1
                mean += (1.0 / self.steps - mean) / (batch + 1)
                logs = {"loss": mean}
                callbacks.tell("on_train_batch_end", batch, logs)
                if self.stop_training:
                    break
            if validation_data is not None:
                logs["val_loss"] = self.evaluate(callbacks=callbacks, _use_cached_eval_dataset=True)
            callbacks.tell("on_epoch_end", epoch, logs)
            if self.stop_training:
                break
        callbacks.tell("on_train_end", logs)
        return self.history

    def evaluate(self, x=None, y=None, callbacks=None, **_):
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(callbacks, model=self)
        self.stop_evaluating = False
        callbacks.tell("on_test_begin")
        self.evaluated = 0
        for batch in range(5):
            callbacks.tell("on_test_batch_begin", batch)
            self.evaluated += 1
            callbacks.tell("on_test_batch_end", batch, {"loss": 0.5})
            if self.stop_evaluating:
                break
        callbacks.tell("on_test_end", {"loss": 0.5})
        return 0.5

    def predict(self, x=None, **_):
        return []

    def train_on_batch(self, x=None, y=None, **_):
        self.steps += 1
        return [1.0 / self.steps, 0.25]


class Model(Trainer):
    def __init__(self, name="stand_in"):
        self.name = name
        self.steps = 0

    def count_params(self):
        return 42
