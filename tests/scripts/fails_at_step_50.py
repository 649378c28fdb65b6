"""Raises in its own callback at step 50."""

import keras
import numpy as np


class Trap(keras.callbacks.Callback):
    steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps == 50:
            raise ValueError("the fiftieth step was one too many")


keras.utils.set_random_seed(8)
x = np.random.rand(160, 3).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
print("begins")
model.fit(x, x.sum(axis=1), epochs=10, batch_size=16, verbose=0, callbacks=[Trap()])
print("never comes here")
