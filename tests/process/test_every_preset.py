"""Every shipped preset trains, on the data it says, and its loss falls.

Keras is imported in child processes only: its warnings are not ours, and it takes seconds.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from training.preset import load_preset
from training.preset.names import LOSSES, METRICS, OPTIMIZERS
from training.preset_library import shipped_folder

REAL_DATA = ("imdb-lstm", "mnist-cnn")
# Their hundreds of layers take long to compile: in a process of their own, for fewer steps.
DEEP = ("mobilenet", "resnet")
ALWAYS = ("autoencoder", "input-bound", "lstm", "seed-binary", "seed-regression", "tiny-steps")
"""These train in every run of the tests, one of each kind; the rest with the slow ones."""
CHEAP = tuple(sorted({path.stem for path in shipped_folder().glob("*.toml")} - set(DEEP) - set(REAL_DATA)))
REST = tuple(sorted({*CHEAP, *REAL_DATA} - set(ALWAYS)))

TRAIN = """
import json, sys, time
from pathlib import Path
import keras, numpy
from training.preset import load_preset
from training.worker.data import data_shape, load_data
from training.worker.models import build_model, compile_model


class Losses(keras.callbacks.Callback):
    def __init__(self, steps):
        super().__init__()
        self.steps, self.losses, self.before = steps, [], 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.before = 0.0

    def on_train_batch_end(self, batch, logs=None):
        # Keras tells the mean since the epoch began.
        total = logs["loss"] * (batch + 1)
        self.losses.append(total - self.before)
        self.before = total
        if self.steps and len(self.losses) >= self.steps:
            self.model.stop_training = True


def fake(name):
    # Stands in for a download: the form of the real files, and something to learn.
    rng = numpy.random.default_rng(0)
    if name == "mnist-cnn":
        y = rng.integers(10, size=60000).astype("uint8")
        x = rng.integers(100, size=(60000, 28, 28)).astype("uint8")
        x[numpy.arange(60000), y * 2 + 4] = 255
        keras.datasets.mnist.load_data = lambda: ((x, y), (x[:9], y[:9]))
    if name == "imdb-lstm":
        y = rng.integers(2, size=25000)
        texts = numpy.empty(25000, object)
        texts[:] = [list(rng.integers(4, 9999, size=rng.integers(10, 300)) // 2 * 2 + one) for one in y]
        keras.datasets.imdb.load_data = lambda num_words: ((texts, y), (texts[:9], y[:9]))
    from training.worker.data import fetch
    fetch._refuse_unless_reachable = lambda *anything: None


def train(path, steps):
    preset = load_preset(path)
    if path.stem.startswith(("mnist", "imdb")):
        fake(path.stem)
    began = time.monotonic()
    data, again = load_data(preset), load_data(preset)
    data_s = (time.monotonic() - began) / 2
    arrays = (data.x, data.y) if data.y is not None else data.x[0]
    others = (again.x, again.y) if again.y is not None else again.x[0]
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    if 0 < steps < 10:
        # Compiling hundreds of layers would take longer than these few steps.
        model.jit_compile, model.run_eagerly = False, True
    callback = Losses(steps)
    began = time.monotonic()
    history = model.fit(
        data.x, data.y, batch_size=None if data.y is None else data.batch_size,
        epochs=preset.fit.epochs, validation_data=None if steps else data.validation,
        callbacks=[callback], verbose=0,
    ).history
    train_s = time.monotonic() - began
    saved = Path(sys.argv[2]) / f"{path.stem}.keras"
    model.save(saved)
    return {
        "preset": path.stem,
        "same": all(numpy.array_equal(one, other) for one, other in zip(arrays, others)),
        "label_values": sorted(set(numpy.ravel(arrays[1]).tolist()))[:3],
        "shape": data.shape == data_shape(preset),
        "samples": [data.train_samples, data.validation_samples, preset.data.samples],
        "lengths": [len(data.x) * (data.batch_size if data.y is None else 1), data.steps_per_epoch],
        "mebibytes": sum(one.nbytes for one in arrays) / 2**20,
        "data_s": data_s,
        "train_s": train_s,
        "losses": callback.losses,
        "epochs": history,
        "reloaded": keras.models.load_model(saved).count_params() == model.count_params(),
    }


for name in sys.argv[4:]:
    try:
        result = train(Path(sys.argv[1]) / f"{name}.toml", int(sys.argv[3]))
    except Exception as error:
        result = {"preset": name, "error": f"{type(error).__name__}: {error}"}
    print("RESULT " + json.dumps(result), flush=True)
    keras.backend.clear_session()
"""


def python(code: str, *arguments: str, timeout_s: float = 230, **environment: str) -> str:
    """What a child process prints that runs this code with Keras at hand."""
    child = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-3000:]
    return child.stdout


def train(folder: Path, steps: int, *names: str, timeout_s: float = 230) -> dict[str, dict[str, Any]]:
    """Train presets one after the other for some steps (0: at full length)."""
    printed = python(TRAIN, str(shipped_folder()), str(folder), str(steps), *names, timeout_s=timeout_s)
    lines = [line.removeprefix("RESULT ") for line in printed.splitlines() if line.startswith("RESULT ")]
    return {result["preset"]: result for result in map(json.loads, lines)}


@pytest.fixture(scope="module")
def always(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return train(tmp_path_factory.mktemp("models"), 60, *ALWAYS)


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return train(tmp_path_factory.mktemp("models"), 60, *REST)


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def _sound(result: dict[str, Any]) -> None:
    assert "error" not in result, result
    assert result["same"], "another load gave other data"
    assert result["shape"]
    assert result["reloaded"], "the saved model does not open with Keras alone"
    trained, held_back, samples = result["samples"]
    assert trained + held_back == samples
    assert result["mebibytes"] < 200


def _trains_and_learns(result: dict[str, Any], name: str) -> None:
    _sound(result)
    losses = result["losses"]
    assert len(losses) == 60
    # The smallest networks are given many more steps than these in a real run.
    assert _mean(losses[-15:]) < _mean(losses[:15])
    if load_preset(shipped_folder() / f"{name}.toml").data.target in ("binary", "mask"):
        assert result["label_values"] == [0.0, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ALWAYS)
def test_trains_and_learns(always: dict[str, dict[str, Any]], name: str) -> None:
    _trains_and_learns(always[name], name)


@pytest.mark.slow
@pytest.mark.parametrize("name", REST)
def test_the_rest_trains_and_learns(rest: dict[str, dict[str, Any]], name: str) -> None:
    _trains_and_learns(rest[name], name)


@pytest.mark.slow
def test_deep_networks_train(tmp_path: Path) -> None:
    for result in train(tmp_path, 6, *DEEP).values():
        _sound(result)
        assert len(result["losses"]) == 6


@pytest.mark.slow
@pytest.mark.timeout(
    960
)  # two minutes for the longest on a quiet machine; a busy one takes several times that
@pytest.mark.parametrize("name", CHEAP + DEEP + REAL_DATA)
def test_whole_length_converges(tmp_path: Path, name: str) -> None:
    result = train(tmp_path, 0, name, timeout_s=900)[name]
    _sound(result)
    loss = result["epochs"]["loss"]
    preset = load_preset(shipped_folder() / f"{name}.toml")
    assert len(loss) == preset.fit.epochs
    assert len(result["losses"]) == preset.fit.epochs * result["lengths"][1]
    assert loss[-1] < 0.6 * loss[0]
    validation = result["epochs"].get("val_loss")
    assert (validation is not None) == (preset.fit.validation_split > 0)
    if validation:
        assert min(validation) < 0.9 * validation[0]
    print(f"{name}: {result['train_s']:.1f} s, loss {loss[0]:.4f} to {loss[-1]:.4f}")


def test_names_are_what_keras_accepts() -> None:
    printed = python("""
import json, keras
from keras.src import losses, metrics, optimizers
def accepted(module, get):
    names = []
    for name in module.ALL_OBJECTS_DICT:
        try:
            get(name)
        except Exception:
            continue
        names.append(name)
    return sorted({name for name in names if name == name.lower()})
print("NAMES " + json.dumps([
    accepted(losses, keras.losses.get), accepted(optimizers, keras.optimizers.get),
    accepted(metrics, keras.metrics.get),
]))
""")
    line = next(line for line in printed.splitlines() if line.startswith("NAMES "))
    # The base class is a name, but measures nothing.
    losses, optimizers, metrics = json.loads(line.removeprefix("NAMES "))
    assert list(LOSSES) == losses
    assert list(OPTIMIZERS) == optimizers
    assert list(METRICS) == [name for name in metrics if name != "metric"]


REFUSED = """
import json, sys, time
from pathlib import Path
from training.preset import load_preset
from training.worker.data import DataError, load_data
for name in sys.argv[2:]:
    began = time.monotonic()
    try:
        load_data(load_preset(Path(sys.argv[1]) / f"{name}.toml"))
    except DataError as error:
        told = [error.kind, str(error), error.hint, time.monotonic() - began]
        print("REFUSED " + json.dumps(told))
"""


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        pytest.param(True, REAL_DATA[:1], id="silent-network", marks=pytest.mark.slow),
        pytest.param(False, REAL_DATA, id="no-network"),
    ],
)
def test_real_data_without_network_or_cache_is_refused(
    tmp_path: Path, answers: bool, names: tuple[str, ...]
) -> None:
    with socket.socket() as proxy:
        # A proxy that takes the call and says nothing stands for a network that swallows packets;
        # one that is not there, for no network at all.
        proxy.bind(("127.0.0.1", 0))
        if answers:
            proxy.listen()
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        printed = python(
            REFUSED,
            str(shipped_folder()),
            *names,
            HOME=str(tmp_path),
            KERAS_HOME=str(tmp_path / "keras"),
            https_proxy=address,
            HTTPS_PROXY=address,
            no_proxy="",
            NO_PROXY="",
        )
    refusals = [line.removeprefix("REFUSED ") for line in printed.splitlines() if line.startswith("REFUSED ")]
    assert len(refusals) == len(names)
    for kind, message, hint, seconds in map(json.loads, refusals):
        assert kind == "missing-data"
        assert "cannot be fetched" in message
        assert message.isprintable()
        assert hint.startswith("connect to the network once")
        assert seconds < 20


PAIRS = """
import sys
import keras
from training.preset.errors import Problem
from training.preset.learning import LOSSES_FOR, metrics_for
from training.preset.make import make_preset
from training.worker.data import load_data
from training.worker.models import build_model, compile_model

mlp = {"name": "mlp", "hidden": [4]}
unet = {"name": "unet", "filters": 2, "levels": 1}
transformer = {"name": "transformer", "layers": 1, "width": 8, "heads": 2, "feed_forward": 8}
smallest = {
    "binary": (mlp, {"name": "tabular-binary"}),
    "real": (mlp, {"name": "tabular-regression"}),
    "class": (mlp, {"name": "tabular-classes"}),
    "image": (unet, {"name": "noisy-images", "size": 8}),
    "mask": (unet, {"name": "masks", "size": 8}),
    "next-token": (transformer, {"name": "next-tokens", "length": 8, "vocabulary": 8}),
}
for target, (model, data) in smallest.items():
    for loss in LOSSES_FOR[target]:
        for precision in sys.argv[1:]:
            metrics = [
                name for name in metrics_for(target, loss) if "top_k" not in name or precision != "float64"
            ]
            preset = make_preset({
                "title": "t", "model": model, "data": {**data, "samples": 8},
                "fit": {"loss": loss, "metrics": metrics}, "device": {"xla": False, "precision": precision},
            })
            assert not isinstance(preset, Problem), preset
            arrays = load_data(preset)
            network = build_model(preset, arrays.shape)
            compile_model(network, preset)
            # Eagerly: tracing each of these graphs would take longer than all steps together.
            network.run_eagerly = True
            history = network.fit(arrays.x, arrays.y, batch_size=4, verbose=0).history
            assert len(history) >= 1 + len(metrics), (target, loss, history)
            assert all(value == value for values in history.values() for value in values), (target, loss, history)
            assert keras.config.dtype_policy().name == "float32"
"""


@pytest.mark.slow
def test_every_loss_and_metric_that_is_allowed_trains() -> None:
    python(PAIRS, "float32")


@pytest.mark.slow
def test_every_loss_and_metric_trains_in_every_precision() -> None:
    python(PAIRS, "mixed_bfloat16", "mixed_float16", "float64")
