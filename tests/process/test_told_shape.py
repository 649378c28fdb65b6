"""What shipped models learn of data of a person's own from their shapes, and what they do not."""

from __future__ import annotations

import json

import pytest

from tests.process.test_every_preset import python

CODE = """
import json, sys
import numpy as np
from training.preset.make import make_preset
from training.worker.data.errors import DataError
from training.worker.data.told_shape import told_shape

def numbers(*shape): return np.zeros(shape, "float32")
def whole(*shape, below=7): return (np.arange(np.prod(shape)) % below).reshape(shape)

CASES = {
    "binary": ({"name": "mlp", "hidden": [4]}, "bce", numbers(8, 5), whole(8, below=2)),
    "binary column": ({"name": "mlp", "hidden": [4]}, "hinge", numbers(8, 5), whole(8, 1, below=2)),
    "squares of whole numbers": ({"name": "mlp", "hidden": [4]}, "mse", numbers(8, 5), whole(8, below=2)),
    "real": ({"name": "mlp", "hidden": [4]}, "mse", numbers(8, 5), numbers(8)),
    "classes": ({"name": "mlp", "hidden": [4]}, "sparse_categorical_crossentropy", numbers(8, 5), whole(8)),
    "one-hot": ({"name": "cnn"}, "categorical_crossentropy", numbers(8, 16, 16, 3), numbers(8, 4)),
    "sequence": ({"name": "gru"}, "sparse_categorical_crossentropy", numbers(8, 9, 2), whole(8)),
    "tokens": ({"name": "lstm"}, "bce", whole(8, 9, below=50), whole(8, below=2)),
    "next token": (
        {"name": "transformer"}, "sparse_categorical_crossentropy", whole(8, 9, below=50), whole(8, 9, below=60)
    ),
    "image": ({"name": "autoencoder"}, "mse", numbers(8, 16, 16, 3), numbers(8, 16, 16, 3)),
    "mask": ({"name": "unet"}, "bce", numbers(8, 16, 16, 3), whole(8, 16, 16, 1, below=2)),
    "mask without channel": ({"name": "unet"}, "dice", numbers(8, 16, 16, 3), whole(8, 16, 16, below=2)),
    "two inputs": ({"name": "mlp", "hidden": [4]}, "mse", {"a": numbers(8, 5), "b": numbers(8, 5)}, numbers(8)),
    "image for mlp": ({"name": "mlp", "hidden": [4]}, "mse", numbers(8, 5, 5, 1), numbers(8)),
    "several targets": ({"name": "mlp", "hidden": [4]}, "mse", numbers(8, 5), numbers(8, 2)),
}
told = {}
for name, (model, loss, x, y) in CASES.items():
    preset = make_preset({
        "title": "t", "model": model, "data": {"entry": "/x/m.py:load"}, "fit": {"loss": loss},
    })
    more = (x, np.where(y == 6, 9, y)) if name == "classes" else None  # a class that only the validation has
    try:
        shape = told_shape(preset, (x, y), more)
        told[name] = [list(shape.inputs), shape.input_kind, shape.target, shape.outputs, shape.activation,
                      list(shape.table_rows)]
    except DataError as error:
        told[name] = str(error)
print("TOLD " + json.dumps(told))
"""

EXPECTED: dict[str, object] = {
    "binary": [[5], "numbers", "binary", 1, "sigmoid", []],
    "binary column": [[5], "numbers", "binary", 1, "tanh", []],
    "squares of whole numbers": [[5], "numbers", "binary", 1, "sigmoid", []],
    "real": [[5], "numbers", "real", 1, "linear", []],
    "classes": [[5], "numbers", "class", 10, "softmax", []],
    "one-hot": [[16, 16, 3], "image", "class", 4, "softmax", []],
    "sequence": [[9, 2], "sequence", "class", 7, "softmax", []],
    "tokens": [[9], "tokens", "binary", 1, "sigmoid", [50]],
    "next token": [[9], "tokens", "next-token", 60, "softmax", [50]],
    "image": [[16, 16, 3], "image", "image", 3, "linear", []],
    "mask": [[16, 16, 3], "image", "mask", 1, "sigmoid", []],
    "mask without channel": [[16, 16, 3], "image", "mask", 1, "sigmoid", []],
    "two inputs": "model.name 'mlp' takes one input and one label",
    "image for mlp": "model.name 'mlp' cannot train on inputs of shape (5, 5, 1) and labels of shape () under",
    "several targets": "model.name 'mlp' cannot train on inputs of shape (5,) and labels of shape (2,) under",
}


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    printed = python(CODE)
    line = next(line for line in printed.splitlines() if line.startswith("TOLD "))
    found: dict[str, object] = json.loads(line.removeprefix("TOLD "))
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_shapes_tell(told: dict[str, object], name: str) -> None:
    expected = EXPECTED[name]
    if isinstance(expected, str):
        assert str(told[name]).startswith(expected)
    else:
        assert told[name] == expected
