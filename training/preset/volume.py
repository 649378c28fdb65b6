"""How much memory a data set takes once made, from its sizes alone."""

from __future__ import annotations

import math

from training.preset import data as datasets

MAX_DATA_BYTES = 64 * 2**30
"""Above this a preset is refused: it is far more likely a slip in a size than meant."""

_FLOAT_BYTES = 4
_MNIST_PIXELS = 28


def image_size(data: datasets.DataSpec) -> int | None:
    """The height and width of the images in pixels, where the data are images and the preset says so."""
    if isinstance(data, datasets.KerasMnist):
        return _MNIST_PIXELS
    return getattr(data, "size", None)


def data_bytes(data: datasets.DataSpec) -> int | None:
    """Roughly what inputs and labels take in memory; None where code of the user's own makes them."""
    pixels = (image_size(data) or 0) ** 2 * getattr(data, "channels", 1)
    match data:
        case datasets.EntryData() | datasets.OwnData():
            return None
        case datasets.TabularBinary() | datasets.TabularRegression() | datasets.TabularClasses():
            values = data.features + 1
        case datasets.NoisyImages() | datasets.Masks():
            values = 2 * pixels
        case datasets.Images() | datasets.SlowImages() | datasets.KerasMnist():
            values = pixels + 1
        case datasets.Sequences():
            values = data.length * data.features + 1
        case datasets.NextTokens():
            values = 2 * data.length
        case datasets.TopicTokens() | datasets.KerasImdb():
            values = data.length + 1
        case datasets.IdPairs():
            # The hidden liking of every row is kept while the labels are made.
            return data.samples * 3 * _FLOAT_BYTES + (data.users + data.items) * _FLOAT_BYTES
    return math.prod((data.samples, values, _FLOAT_BYTES))
