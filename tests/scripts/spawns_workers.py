"""Makes its data in child processes, which import this file again."""

import json
import multiprocessing
import sys


def squares(number):
    return [float(number * index % 7) for index in range(4)]


def main():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        rows = pool.map(squares, range(64))
    import keras
    import numpy as np

    keras.utils.set_random_seed(10)
    x = np.array(rows, dtype="float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(x, x.sum(axis=1), epochs=3, batch_size=8, verbose=0, shuffle=False)
    print(history.history["loss"])
    with open(sys.argv[1], "w") as file:
        json.dump(history.history, file)


if __name__ == "__main__":
    main()
