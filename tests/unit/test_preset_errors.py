"""Every bad preset ends in one line that names file, key, what was found and what is allowed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from training.preset import PresetError, load_preset

GOOD = {
    "": 'title = "t"',
    "model": 'name = "mlp"\nhidden = [8]',
    "data": 'name = "tabular-binary"',
    "fit": 'loss = "binary_crossentropy"',
}


def document(**changes: str) -> str:
    """A good preset with tables replaced or added; `top` replaces what stands above the tables."""
    tables = {**GOOD, **{("" if name == "top" else name): text for name, text in changes.items()}}
    return "\n".join(f"[{name}]\n{text}" if name else text for name, text in tables.items())


def refusal(folder: Path, content: str | bytes) -> str:
    """The message a file with this content is refused with."""
    path = folder / "bad.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(PresetError) as caught:
        load_preset(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message


MLP = 'name = "mlp"\n'
BINARY = 'name = "tabular-binary"\n'
BCE = 'loss = "binary_crossentropy"\n'

BAD_KEYS = [
    # key, found, allowed, suggestion
    pytest.param(
        document(fit=BCE + "batch_size = 0"), "fit.batch_size", "0", "from 1 to 1048576", "", id="low"
    ),
    pytest.param(
        document(fit=BCE + "batch_size = 2.5"), "fit.batch_size", "2.5", "a whole number", "", id="type"
    ),
    pytest.param(document(fit=BCE + 'epochs = "9"'), "fit.epochs", '"9"', "a whole number", "", id="text"),
    pytest.param(document(fit=BCE + "epochs = true"), "fit.epochs", "true", "a whole number", "", id="bool"),
    pytest.param(
        document(fit=BCE + "epochs = 2024-01-01"), "fit.epochs", "a date or time", "a whole", "", id="date"
    ),
    pytest.param(
        document(fit=BCE + "seed = 9223372036854775808"), "fit.seed", "beyond 64 bits", "a whole", "", id="64"
    ),
    pytest.param(
        document(fit=BCE + f"seed = 0x{'f' * 9999}"), "fit.seed", "beyond 64 bits", "a whole", "", id="hex"
    ),
    pytest.param(
        document(fit=BCE + "learning_rate = nan"), "fit.learning_rate", "nan", "a finite", "", id="nan"
    ),
    pytest.param(
        document(fit=BCE + "learning_rate = inf"), "fit.learning_rate", "inf", "above 0", "", id="inf"
    ),
    pytest.param(
        document(fit=BCE + "learning_rate = 1e999"), "fit.learning_rate", "inf", "to 100", "", id="1e999"
    ),
    pytest.param(
        document(fit=BCE + f"learning_rate = 0x{'f' * 400}"),
        "fit.learning_rate",
        "beyond 64 bits",
        "",
        "",
        id="big",
    ),
    pytest.param(
        document(fit=BCE + "bach_size = 8"), "fit.bach_size", "unknown", "batch_size", "batch_size", id="key"
    ),
    pytest.param(
        document(top='title = "t"\ntitel = "x"'), "titel", "unknown", "title, model", "title", id="top-key"
    ),
    pytest.param(document(modle="x = 1"), "modle", "unknown", "model", "model", id="table"),
    pytest.param(document(top=""), "title", "nothing", "text of 1 to 80", "", id="no-title"),
    pytest.param(document(top='title = ""'), "title", '""', "text of 1 to 80", "", id="empty-title"),
    pytest.param(document(top='title = "\\n "'), "title", "white space", "text of 1", "", id="blank-title"),
    pytest.param(document(fit="epochs = 1"), "fit.loss", "nothing", "text", "", id="no-loss"),
    pytest.param(document(model="hidden = [8]"), "model.name", "nothing", '"mlp", "cnn"', "", id="no-name"),
    pytest.param(document(model=MLP), "model.hidden", "nothing", "a list of 1 to 64", "", id="no-sizes"),
    pytest.param(
        document(model=MLP + "hidden = []"), "model.hidden", "empty list", "1 to 64", "", id="empty"
    ),
    pytest.param(document(model=MLP + "hidden = 8"), "model.hidden", "8", "a list of", "", id="no-list"),
    pytest.param(document(model=MLP + "hidden = [8, 0]"), "model.hidden[1]", "0", "from 1", "", id="entry"),
    pytest.param(
        document(model='name = "mpl"\nhidden=[8]'), "model.name", '"mpl"', '"cnn"', "mlp", id="architecture"
    ),
    pytest.param(document(model="name = 3"), "model.name", "3", '"mlp"', "", id="architecture-type"),
    pytest.param(
        document(data='name = "tabular-binry"'), "data.name", "binry", '"images"', "tabular-binary", id="data"
    ),
    pytest.param(
        document(fit='loss = "binary_crossentrop"'), "fit.loss", "entrop", '"mse"', "binary_", id="loss"
    ),
    pytest.param(
        document(fit=BCE + 'optimizer = "adamm"'), "fit.optimizer", '"adamm"', '"sgd"', "adam", id="opt"
    ),
    pytest.param(
        document(fit=BCE + 'metrics = ["acc"]'), "fit.metrics[0]", '"acc"', '"auc"', "accuracy", id="metric"
    ),
    pytest.param(document(fit=BCE + 'metrics = "auc"'), "fit.metrics", '"auc"', "a list", "", id="metrics"),
    pytest.param(
        document(fit=BCE + 'backend = "tensorflw"'),
        "fit.backend",
        "flw",
        '"tensorflow"',
        "tensorflow",
        id="backend",
    ),
    pytest.param(
        document(device='memory = "grow"'), "device.memory", '"grow"', 'or "growth"', "growth", id="memory"
    ),
    pytest.param(document(device="memory = 1"), "device.memory", "1", "from 64", "", id="cap"),
    pytest.param(
        document(device='precision = "half"'), "device.precision", '"half"', "float32", "", id="precision"
    ),
    pytest.param(document(device="xla = 1"), "device.xla", "1", 'true or false or "auto"', "", id="xla"),
    pytest.param(document(checkpoint="keep = -1"), "checkpoint.keep", "-1", "from 1 to 100", "", id="keep"),
    pytest.param("title = 't'\nmodel = 3\n", "model", "3", "a table with a name", "", id="no-table"),
    pytest.param("title = 't'\nfit = []\n", "model", "nothing", "a table", "", id="nothing"),
]


@pytest.mark.parametrize(("content", "key", "found", "allowed", "suggestion"), BAD_KEYS)
def test_names_key_found_and_allowed(
    tmp_path: Path, content: str, key: str, found: str, allowed: str, suggestion: str
) -> None:
    message = refusal(tmp_path, content)
    told = re.fullmatch(r".*?bad\.toml: (\S+): found (.+?); allowed: (.+)", message)
    assert told, message
    assert told[1] == key
    assert found in told[2]
    assert allowed in told[3]
    assert (f"did you mean {suggestion}" in told[2]) if suggestion else ("did you mean" not in told[2])


IMAGES = 'name = "images"\n'
SPARSE = 'loss = "sparse_categorical_crossentropy"\n'

MISFITS = [
    pytest.param(
        document(
            model=MLP + "hidden = [4]",
            data='name = "tabular-classes"',
            fit=SPARSE + 'metrics = ["sparse_top_k_categorical_accuracy"]',
            device='precision = "float64"',
        ),
        ["fit.metrics[0]", "float64"],
        id="double-rank",
    ),
    pytest.param(
        document(data=IMAGES, fit=SPARSE),
        ["model.name", '"mlp"', "data.name", '"images"', '"cnn"'],
        id="model",
    ),
    pytest.param(document(fit='loss = "mape"'), ["fit.loss", '"mape"', "0 or 1", '"bce"'], id="loss"),
    pytest.param(
        document(model='name = "autoencoder"', data='name = "noisy-images"'),
        ["fit.loss", '"binary_crossentropy"', "images", '"mse"'],
        id="autoencoder",
    ),
    pytest.param(
        document(fit=BCE + 'metrics = ["r2_score"]'),
        ["fit.metrics[0]", '"r2_score"', '"accuracy"'],
        id="metric",
    ),
    pytest.param(
        document(fit=BCE + 'metrics = ["auc", "auc"]'), ["fit.metrics[1]", "twice"], id="metric-twice"
    ),
    pytest.param(
        document(
            model='name = "transformer"\nwidth = 10\nheads = 4', data='name = "topic-tokens"', fit=SPARSE
        ),
        ["model.heads", "4", "model.width = 10"],
        id="heads",
    ),
    pytest.param(
        document(model='name = "resnet"', data=IMAGES + "size = 16", fit=SPARSE),
        ["data.size", "16 x 16", "32"],
        id="small-image",
    ),
    pytest.param(
        document(model='name = "mobilenet"', data='name = "keras-mnist"', fit=SPARSE),
        ["data.name", "28 x 28", "32"],
        id="small-digits",
    ),
    pytest.param(
        document(model='name = "cnn"\nfilters = [8, 8, 8]', data=IMAGES + "size = 4", fit=SPARSE),
        ["model.filters", "3 blocks", "up to 2"],
        id="blocks",
    ),
    pytest.param(
        document(model='name = "unet"\nlevels = 3', data='name = "masks"\nsize = 36'),
        ["model.levels", "3", "36", "up to 2"],
        id="halving",
    ),
    pytest.param(
        document(data='name = "topic-tokens"\nvocabulary = 8\nclasses = 6', model='name = "gru"', fit=SPARSE),
        ["data.classes", "6", "4"],
        id="classes",
    ),
    pytest.param(
        document(fit=BCE + "validation_split = 0.0001"),
        ["fit.validation_split", "0.0001", "at least one"],
        id="split",
    ),
    pytest.param(
        document(data=BINARY + "samples = 100000000\nfeatures = 65536"),
        ["data.samples", "GiB", "64 GiB"],
        id="size",
    ),
]


@pytest.mark.parametrize(("content", "parts"), MISFITS)
def test_what_cannot_train_together_is_refused(tmp_path: Path, content: str, parts: list[str]) -> None:
    message = refusal(tmp_path, content)
    assert all(part in message for part in parts), message


BROKEN = [
    pytest.param(b'title = "x\n', ["line 1, column 11", "broken TOML"], id="line"),
    pytest.param(b"title = [1,\n  2", ["line 2, column 4", "broken TOML"], id="end"),
    pytest.param(b'title = "a"\ntitle = "b"\n', ["line 2", "broken TOML"], id="twice"),
    pytest.param(b'title = "\xff"', ["line 1", "UTF-8"], id="bytes"),
    pytest.param(b"\x00\x01\x02", ["line 1", "broken TOML"], id="binary"),
    pytest.param(b"a = " + b"9" * 5000, ["too many digits"], id="digits"),
    pytest.param(b"a = " + b"[" * 5000, ["TOML"], id="deep"),
    pytest.param(b"#" * 1_000_001, ["more than 1000000 bytes"], id="huge"),
    pytest.param(b"", ["title: found nothing"], id="empty"),
]


@pytest.mark.parametrize(("content", "parts"), BROKEN)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes, parts: list[str]) -> None:
    message = refusal(tmp_path, content)
    assert "allowed: " in message
    assert all(part in message for part in parts), message


def _refused(path: Path) -> str:
    with pytest.raises(PresetError) as caught:
        load_preset(path)
    return str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    assert "found no such file" in _refused(tmp_path / "none.toml")
    assert "found a directory" in _refused(tmp_path)
    assert "neither a file nor a directory" in _refused(tmp_path / "pipe.toml")
    assert "neither a file nor a directory" in _refused(Path("/dev/zero"))
    assert "cannot be read" in _refused(tmp_path / "loop.toml")
    assert "cannot be read" in _refused(tmp_path / ("x" * 300 + ".toml"))
    assert "cannot be read" in _refused(tmp_path / "nul\0.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "closed.toml"
    path.write_text(document())
    path.chmod(0)
    assert "cannot be read (permission denied)" in _refused(path)


@pytest.mark.parametrize(
    "content",
    [
        'title = "\\u001b[31m"\n"\\u001b]0;x\\u0007" = 1',
        document(model='name = "\\u001b[2J\\u202e"'),
        document(fit='loss = "\\u009b31m\\n\\r"'),
    ],
)
def test_escapes_in_keys_and_values_are_harmless(tmp_path: Path, content: str) -> None:
    assert "\\" in refusal(tmp_path, content)


def test_escapes_in_file_names_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J\udcff\u202e.toml"
    assert "evil\\x1b[2J\\xff\\u202e.toml: found" in _refused(path)
    path.write_text("x")
    assert _refused(path).isprintable()
