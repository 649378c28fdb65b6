from . import WHOSE


def head():
    import keras

    return keras.layers.Dense(1)
