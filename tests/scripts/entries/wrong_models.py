"""Functions that are not what a preset needs; each is told by the line where it begins, or where it fails."""

import keras


def no_model():
    return {"not": "a model"}


def forgets_to_return():
    keras.Sequential([keras.layers.Dense(1)])


def fails_inside(width=3):
    sizes = [width]
    return keras.Sequential([keras.layers.Dense(sizes[1])])


def without_loss():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(1)])
    model.compile("adam")
    return model


def of_other_shape():
    return keras.Sequential([keras.Input((9,)), keras.layers.Dense(1)])


class FailsInCall(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(3)

    def call(self, x):
        return keras.ops.matmul(self.inner(x), keras.ops.ones((4, 1)))


def fails_in_call():
    return FailsInCall()


class FailsInStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.Dense(1)

    def call(self, x):
        return self.inner(x)

    def train_step(self, data):
        x, y = data
        return {"loss": self(x) - undefined}  # noqa: F821


def fails_in_step():
    model = FailsInStep()
    model.compile("adam")
    return model
