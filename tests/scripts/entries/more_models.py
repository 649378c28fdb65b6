"""Models in the other styles that people write."""

import keras


def not_built(width=8):
    """Without an input: it gets its weights with the first batch."""
    return keras.Sequential([keras.layers.Dense(width, activation="relu"), keras.layers.Dense(1)])


class OwnStep(keras.Model):
    """A train_step of its own, which needs no loss that is given to compile()."""

    def __init__(self, width=8):
        super().__init__()
        self.inner, self.outer = keras.layers.Dense(width, activation="tanh"), keras.layers.Dense(1)

    def call(self, x):
        return self.outer(self.inner(x))

    def train_step(self, data):
        import tensorflow as tf

        x, y = data
        with tf.GradientTape() as tape:
            error = keras.ops.mean((self(x, training=True)[:, 0] - keras.ops.cast(y, "float32")) ** 2)
        self.optimizer.apply(tape.gradient(error, self.trainable_variables), self.trainable_variables)
        return {"loss": error}


def own_step(width=8):
    """A subclass, compiled."""
    model = OwnStep(width)
    model.compile(optimizer="adam")
    return model


def two_inputs(length=64):
    """Takes a dict of two arrays."""
    waves, scale = keras.Input((length,), name="waves"), keras.Input((1,), name="scale")
    x = keras.layers.Concatenate()([keras.layers.Dense(4)(waves), scale])
    model = keras.Model({"waves": waves, "scale": scale}, keras.layers.Dense(1)(x))
    model.compile("adam", loss="mse")
    return model
