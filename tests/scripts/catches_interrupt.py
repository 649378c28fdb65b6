"""Ends its training where Ctrl-C would, and keeps what it has."""

import json
import os
import signal
import sys

import keras
import numpy as np


class PressesCtrlC(keras.callbacks.Callback):
    seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(logs["loss"])
        if len(self.seen) == 30:
            os.kill(os.getpid(), signal.SIGINT)


keras.utils.set_random_seed(9)
x = np.random.rand(64, 3).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
pressing = PressesCtrlC()
try:
    model.fit(x, x.sum(axis=1), epochs=100, batch_size=8, verbose=0, callbacks=[pressing])
except KeyboardInterrupt:
    print("interrupted after", len(pressing.seen))
with open(sys.argv[1], "w") as file:
    json.dump([float(loss) for loss in pressing.seen], file)
