"""As in Keras 2."""

from keras import callbacks as callbacks_module


class Tensor:
    def __init__(self, value):
        self.value = value

    def __float__(self):
        return float(self.value)


class Model:
    def __init__(self, name="old"):
        self.name, self.steps = name, 0

    def fit(
        self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, steps_per_epoch=10
    ):
        if not isinstance(callbacks, callbacks_module.CallbackList):
            told = {"epochs": epochs, "steps": steps_per_epoch, "verbose": verbose}
            callbacks = callbacks_module.CallbackList(callbacks, model=self, **told)
        self.stop_training = False
        callbacks.tell("on_train_begin")
        for epoch in range(epochs):
            callbacks.tell("on_epoch_begin", epoch)
            for batch in range(steps_per_epoch):
                callbacks.tell_batch("on_train_batch_begin", batch)
                self.steps += 1
                callbacks.tell_batch("on_train_batch_end", batch, {"loss": Tensor(2.0)})
                if self.stop_training:
                    break
            callbacks.tell("on_epoch_end", epoch, {"loss": 2.0})
            if self.stop_training:
                break
        callbacks.tell("on_train_end")

    def train_on_batch(self, x=None, y=None):
        self.steps += 1
        return 2.0

    def evaluate(self, x=None, **_):
        return 2.0

    def predict(self, x=None, **_):
        return []
