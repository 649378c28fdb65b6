"""Two models, several fits, callbacks in every form there is, an evaluation inside a fit."""

import json
import sys

import keras
import numpy as np


class Looks(keras.callbacks.Callback):
    """Evaluates at the end of each epoch, and says how many callbacks it is among."""

    def on_epoch_end(self, epoch, logs=None):
        found = self.model.evaluate(x, y, verbose=0, batch_size=64)
        print("looked", epoch, repr(found))


def small(name):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)], name=name)
    model.compile("sgd", "mse")
    return model


keras.utils.set_random_seed(6)
x = np.random.rand(128, 4).astype("float32")
y = x.sum(axis=1, keepdims=True)
first, second = small("teacher"), small("student")
told = {}

as_list, as_tuple = [Looks()], (Looks(),)
told["list"] = first.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=as_list).history
assert len(as_list) == 1
told["tuple"] = first.fit(x, y, epochs=1, batch_size=32, verbose=0, callbacks=as_tuple).history
assert len(as_tuple) == 1
told["one"] = second.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=Looks()).history
whole = keras.callbacks.CallbackList([Looks()], add_history=True, model=second, epochs=1, steps=8, verbose=0)
before = list(whole.callbacks)
told["whole"] = second.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=whole).history
assert whole.callbacks == before
told["none"] = second.fit(x, y, epochs=1, batch_size=16, verbose=0).history
print(json.dumps(told))
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
