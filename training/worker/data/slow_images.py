"""Images that cost the CPU time for every batch: unpacked, blurred, moved, as a heavy pipeline does."""

from __future__ import annotations

import math
import zlib
from typing import Any

import keras
import numpy as np

from training.preset.data import SlowImages
from training.worker.data import images

_STEPS_PER_UNIT = 32
"""Brightness steps of the eight-bit form; patterns and noise stay within about ±4."""


def make(spec: SlowImages, rng: np.random.Generator) -> tuple[Any, Any]:
    """Compressed images, one string each, and class numbers."""
    pixels, labels = images.make(spec, rng)
    bytes_ = np.clip(pixels * _STEPS_PER_UNIT + 128, 0, 255).astype(np.uint8)
    packed: Any = np.empty(spec.samples, dtype=object)
    packed[:] = [zlib.compress(image.tobytes(), level=6) for image in bytes_]
    return packed, labels


def unpacked(spec: SlowImages, packed: Any) -> Any:
    """The images themselves, blurred once as a batch would be, for a validation that does not wait."""
    return np.stack([_blurred(_pixels(spec, one), spec.blur_passes) for one in packed])


class SlowBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches made when they are asked for, on one thread: the device waits for them."""

    def __init__(self, spec: SlowImages, packed: Any, labels: Any, batch_size: int, seed: int) -> None:
        super().__init__(workers=1)
        self._spec, self._packed, self._labels = spec, packed, labels
        self._batch_size, self._seed, self._epoch = batch_size, seed, 0
        self._order = np.arange(len(packed))

    def __len__(self) -> int:
        return math.ceil(len(self._packed) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        # Seeded by place, not by time: the same batch whoever asks for it, and when.
        rng = np.random.default_rng([self._seed, 2, self._epoch, index])
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        most = max(1, self._spec.size // 8)
        batch = [
            np.roll(
                _blurred(_pixels(self._spec, self._packed[one]), self._spec.blur_passes),
                rng.integers(-most, most + 1, size=2),
                axis=(0, 1),
            )
            for one in chosen
        ]
        return np.stack(batch), self._labels[chosen]

    def on_epoch_end(self) -> None:
        """Another order, and other moves, for the next epoch."""
        self._epoch += 1
        self._order = np.random.default_rng([self._seed, 3, self._epoch]).permutation(len(self._packed))


def _pixels(spec: SlowImages, packed: bytes) -> Any:
    flat = np.frombuffer(zlib.decompress(packed), dtype=np.uint8)
    image = flat.reshape(spec.size, spec.size, spec.channels).astype(np.float32)
    return (image - 128) / _STEPS_PER_UNIT


def _blurred(image: Any, passes: int) -> Any:
    """Sharpen and soften again and again: costs time, and leaves the pattern where it was."""
    for _ in range(passes):
        image = (2 * image + np.roll(image, 1, axis=0) + np.roll(image, -1, axis=0)) / 4
        image = 1.02 * (2 * image + np.roll(image, 1, axis=1) + np.roll(image, -1, axis=1)) / 4
    return image.astype(np.float32)
