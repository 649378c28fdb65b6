"""What people get wrong in functions of their own is told in one line with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.process.own_presets import ENTRIES, WAVES, place_in, told_by, written
from training.worker.trial import try_preset

MSE = 'loss = "mse"'
DATASET = f"entry = '{WAVES}/my_data.py:dataset'"
MLP = 'name = "mlp"\nhidden = [4]'
CLASSES = 'loss = "sparse_categorical_crossentropy"'


@dataclass(frozen=True)
class Wrong:
    """A preset, and what is told of it."""

    told: str
    at: tuple[str, str] | None = None
    """The file, and how the line in it begins; None where no line is to blame."""
    model: str = "waves/my_models.py:build"
    data: str = "more_data.py:numbers"
    fit: str = MSE
    also: str = ""
    """What else is in the line."""


def model(function: str, told: str, at: str = "", fit: str = MSE) -> Wrong:
    """A wrong function for the model; the line where it begins is told unless another is named."""
    where = ("wrong_models.py", at or f"def {function}(")
    return Wrong(told, where, model=f"wrong_models.py:{function}", fit=fit)


def data(function: str, told: str) -> Wrong:
    """A wrong function for the data."""
    return Wrong(
        f"{function}() {told}", ("wrong_data.py", f"def {function}("), data=f"wrong_data.py:{function}"
    )


TWO_INPUTS = "more_models.py:two_inputs"
TEXT = "returned text in y (the first is 'slow'), where numbers should be"


def two_inputs(function: str, told: str) -> Wrong:
    """Data whose inputs are called otherwise than those of the model; the model's own line is told beside."""
    place = f"{place_in('more_models.py', 'def two_inputs(')}, two_inputs"
    return Wrong(
        f"{function}() {told.replace('TWO', place)}",
        ("wrong_data.py", f"def {function}("),
        model=TWO_INPUTS,
        data=f"wrong_data.py:{function}",
        fit="",
    )


def do_not_fit(function: str, told: str) -> Wrong:
    """Data and model that only Keras can tell do not fit: both functions' lines are told."""
    place = place_in("wrong_data.py", f"def {function}(")
    return Wrong(
        told,
        ("more_models.py", "def two_inputs("),
        model=TWO_INPUTS,
        data=f"wrong_data.py:{function}",
        fit="",
        also=f" (two_inputs), {place} ({function}): Data and model do not fit: ",
    )


WRONG = {
    "no-model": model("no_model", "no_model() returned a dict, not a model of Keras"),
    "nothing": model("forgets_to_return", "forgets_to_return() returned None, not a model of Keras"),
    "raises": model(
        "fails_inside", "IndexError: list index out of range", "return keras.Sequential([keras.layers.Dense(s"
    ),
    "compiled-without-loss": model(
        "without_loss", "without_loss() compiled the model without a loss", fit=""
    ),
    "shapes": model(
        "of_other_shape", " (of_other_shape), more_data.py:8 (numbers): Data and model do not fit: "
    ),
    "in-call": model("fails_in_call", "Data and model do not fit: ", "return keras.ops.matmul"),
    "in-step": model(
        "fails_in_step", "NameError: name 'undefined' is not defined", 'return {"loss": self(x)', fit=""
    ),
    "no-loss": Wrong(
        "build() returned a model that is not compiled, and fit.loss is not set",
        ("waves/my_models.py", "def build("),
        fit="",
    ),
    "set-in-vain": Wrong(
        "compiled() returned a compiled model, which keeps what it was compiled with; "
        "set is fit.loss, fit.learning_rate",
        ("waves/my_models.py", "def compiled("),
        model="waves/my_models.py:compiled",
        fit=f"{MSE}\nlearning_rate = 0.1",
    ),
    "argument": Wrong(
        "build(width=32, depth=2, length=64): got an unexpected keyword argument 'wdith'",
        ("waves/my_models.py", "def build("),
        model=f"entry = '{WAVES}/my_models.py:build'\nwdith = 3",
    ),
    "one-array": data("one_array", "returned a ndarray."),
    "four-arrays": data("four_arrays", "returned a tuple of 4."),
    "lists": data("lists", "returned the int 1 in x, where an array should be"),
    "lengths": data("of_different_lengths", "returned different numbers of samples: 8 in x and 5 in y"),
    "no-sample": data("without_samples", "returned no sample, and so not a single batch"),
    "empty-dataset": data("an_empty_dataset", "returned data without a single batch"),
    "not-batched": data("not_batched", "returned batches of single values, with no axis for the samples"),
    "endless": data(
        "an_endless_dataset", "returned a tf.data.Dataset that does not say how many batches make an"
    ),
    "no-steps": data(
        "a_generator_alone", "returned a generator that does not say how many batches make an epoch"
    ),
    "empty-generator": data("an_empty_generator", "returned data without a single batch"),
    "of-arrays": data("a_generator_of_arrays", "returned a generator of ndarray, not of tuples"),
    "no-count": data("no_count", "returned batches with the int 0 where a step count should be"),
    "too-many": data("too_many_steps", "returned 9 steps an epoch with data of 2 batches"),
    "text-weighs": data(
        "weights_of_text", "returned text in sample_weight (the first is 'light'), where numbers should be"
    ),
    "few-weights": data(
        "weights_for_some", "returned different numbers of samples: 8 in x and 8 in y and 5 in sample_weight"
    ),
    "two-weights": data(
        "weights_of_two_for_one", "returned a list of 2 in sample_weight beside a ndarray in y"
    ),
    "no-places": Wrong(
        "returned sample_weight with 1 of the 3 axes that fit.loss = 'mse' has here, which is taken at "
        "8 × 8 places of each sample. Where all of these weigh the same, return sample_weight[:, None, None].",
        ("wrong_data.py", "def weights_without_places("),
        model='name = "autoencoder"\nfilters = [4]',
        data="wrong_data.py:weights_without_places",
    ),
    "of-a-batch": Wrong(
        "weights() returned sample_weight, and fit.loss = 'dice' is one number for a whole batch",
        ("wrong_data.py", "def weights("),
        data="wrong_data.py:weights",
        fit='loss = "dice"',
    ),
    "three-sets": data("three_sets", "returned 3 sets of samples with labels. Return (train, validation)"),
    "four-parts": data("batches_of_four", "returned batches of 4 parts"),
    "batches-and-more": data("batches_and_more", "returned batches with more than a step count beside them"),
    "text": data("labels_of_text", f"{TEXT}. Make numbers of it, as numpy.unique(y"),
    "objects": data("labels_of_objects", TEXT),
    "object-numbers": data("numbers_as_objects", "returned objects in x (the first is 0.0), where numbers"),
    "batched-text": data("batches_with_labels_of_text", TEXT),
    "items-of-text": data("items_with_labels_of_text", TEXT),
    "text-for-shipped": Wrong(
        f"labels_of_text() {TEXT}",
        ("wrong_data.py", "def labels_of_text("),
        model=MLP,
        data="wrong_data.py:labels_of_text",
        fit=CLASSES,
    ),
    "missing": two_inputs(
        "one_input_missing", 'returned no input "scale"; the model (TWO) takes "waves", "scale"'
    ),
    "surplus": two_inputs(
        "one_input_too_many", 'returned the input "extra", and the model (TWO) takes "waves", "scale"'
    ),
    "missing-in-batches": two_inputs(
        "batches_with_an_input_missing", 'returned no input "scale"; the model (TWO)'
    ),
    "input-shape": do_not_fit("an_input_of_other_shape", "with name 'waves' of layer"),
    "input-width": do_not_fit("a_number_too_many", "expected axis -1 of input shape to have value"),
    "too-few": do_not_fit("an_array_for_two_inputs", "but it received 1 input"),
    "too-many-inputs": do_not_fit("three_arrays_for_two_inputs", "but it received 3 input"),
    "fetches": Wrong(
        "URLError: <urlopen error [Errno 111] Connection refused>",
        ("wrong_data.py", "return np.load(urllib.request.urlretrieve"),
        data=f"entry = '{ENTRIES}/wrong_data.py:fetches'\nport = 9",
    ),
    "fetches-through-keras": Wrong(
        "URL fetch failure on http://127.0.0.1:9/data.npz: ",
        ("wrong_data.py", "return keras.utils.get_file("),
        data=f"entry = '{ENTRIES}/wrong_data.py:fetches_through_keras'\nport = 9",
    ),
    "fetches-later": Wrong(
        "Connection refused",
        ("wrong_data.py", "return np.load(urllib.request.urlretrieve"),
        data=f"entry = '{ENTRIES}/wrong_data.py:fetches_later'\nport = 9",
    ),
    "too-much": Wrong(
        "Out of the machine's memory: Unable to allocate",
        ("wrong_data.py", "return np.ones((10**9"),
        data="wrong_data.py:too_much",
    ),
    "in-a-library": Wrong(
        "JSONDecodeError: Expecting property name",
        ("wrong_data.py", 'return json.loads("{")'),
        data="wrong_data.py:fails_in_a_library",
    ),
    "in-numpy": Wrong(
        "ValueError: all the input arrays must have same number of dimensions",
        ("wrong_data.py", "return np.concatenate([X, Y]), Y"),
        data="wrong_data.py:fails_in_numpy",
    ),
    "fails-later": Wrong(
        "RuntimeError: there is no batch ",
        ("wrong_data.py", 'raise RuntimeError(f"there is no batch'),
        data="wrong_data.py:fails_later",
    ),
    "batch-size": Wrong(
        "dataset() returned batches that are made already, and fit.batch_size = 8 is set",
        ("waves/my_data.py", "def dataset("),
        data=DATASET,
        fit=f"{MSE}\nbatch_size = 8",
    ),
    "split": Wrong(
        "dataset() returned batches, which cannot be split, and fit.validation_split is set",
        ("waves/my_data.py", "def dataset("),
        data=DATASET,
        fit=f"{MSE}\nvalidation_split = 0.5",
    ),
    "split-twice": Wrong(
        "with_validation() returned a validation of its own, and fit.validation_split is set",
        ("waves/my_data.py", "def with_validation("),
        data=f"entry = '{WAVES}/my_data.py:with_validation'",
        fit=f"{MSE}\nvalidation_split = 0.5",
    ),
    "classes": Wrong(
        "how many classes there are does not show in the shapes of batches",
        model=MLP,
        data=DATASET,
        fit=CLASSES,
    ),
    "no-such-task": Wrong(
        "model.name 'cnn' cannot train on inputs of shape (64,) and labels of shape ()",
        model='name = "cnn"',
        fit=CLASSES,
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("wrong")
    paths = [written(folder, name, one.model, one.data, one.fit) for name, one in WRONG.items()]
    return told_by("tests.process.entry_failures", folder, *paths)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line(told: dict[str, dict[str, Any]], name: str) -> None:
    wrong = WRONG[name]
    line = told[name]["error"]
    assert told[name]["code"] == 1
    assert line.isprintable()
    assert wrong.told in line, line
    assert wrong.also in line, line
    if wrong.at is not None:
        assert line.startswith(place_in(*wrong.at)), line


def test_a_preset_that_changed_since_it_was_read_is_not_run(tmp_path: Path) -> None:
    path = written(tmp_path, "changed", "wrong_models.py:no_model", "more_data.py:numbers", MSE)
    answer = tmp_path / "answer.json"
    assert try_preset(str(path), [], answer, "another digest") == 1
    assert "it has changed since it was read" in answer.read_text()
