"""The real describing process, with Keras."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from tests.process.equipment import Stage, wait_for
from tests.unit.own_presets import own_preset
from training.description import describe_preset, description_anew, kept_description
from training.description.shipped import shipped_description
from training.preset import apply_overrides, load_preset, preset_digest
from training.preset_library import shipped_folder
from training.record.run_home import runs_home
from tui.cli import cli

SEED_BINARY = shipped_folder() / "seed-binary.toml"


def told_of(path: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "training.worker", "--describe", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=200,
        check=False,
    )
    assert done.stdout.count(b"\n") == 1
    told: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, told


def test_the_smallest_preset_is_described_exactly_and_kept() -> None:
    overrides = ["fit.batch_size=40"]  # as it is shipped, what is shipped is told of it
    preset = apply_overrides(load_preset(SEED_BINARY), overrides)
    told = describe_preset(SEED_BINARY, preset, lambda: False, overrides)
    assert told.digest == preset_digest(preset)
    # 10 features into 64 units into 1, each with its biases
    assert told.parameters == told.trainable_parameters == 10 * 64 + 64 + 64 + 1
    assert told.parameter_bytes == 4 * told.parameters
    assert told.optimizer_bytes_estimate == 2 * 4 * told.parameters
    assert told.activation_bytes_estimate == 40 * (64 + 1) * 4
    assert (told.steps_per_epoch, told.layers) == (20, 3)
    assert kept_description(preset) == told


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(shipped_folder().glob("*.toml")), ids=lambda path: path.stem)
def test_what_is_shipped_of_a_preset_is_what_keras_tells_of_it(path: Path) -> None:
    """`make descriptions` writes it anew."""
    preset = load_preset(path)
    told = description_anew(path, preset, lambda: False)
    shipped = shipped_description(preset)
    assert shipped is not None
    assert shipped == structs.replace(told, keras=shipped.keras)


def test_a_model_that_cannot_fit_is_refused_before_anything_is_launched() -> None:
    """Nothing was known of it: Keras is asked first, and nothing of it is made."""
    layers = ",".join(["65536"] * 30)
    words = ["run", "seed-binary", "--set", f"a.model.hidden=[{layers}]", "--device", "cpu", "--headless"]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 3, refused.output
    asked, why = refused.stderr.splitlines()
    assert asked == "dualtrain-tui: asking Keras how large seed-binary will be: some seconds, once"
    assert why.startswith("dualtrain-tui: does not fit: expected about ")
    assert "gradients and the optimizer's state alone take lane A " in why
    assert why.endswith(": take a smaller model; --force-fit launches all the same")
    assert not runs_home().exists()


@pytest.mark.slow
def test_a_model_larger_than_this_machine_is_described_without_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    path.write_text(SEED_BINARY.read_text().replace("[64]", str([65_536] * 30)))
    code, told = told_of(path)
    assert code == 0
    assert told["parameter_bytes"] > 400 * 2**30


def test_real_data_are_not_fetched_for_a_description(sealed_home: Path) -> None:
    code, told = told_of(shipped_folder() / "imdb-lstm.toml")
    assert code == 0
    assert told["parameters"] > 0
    assert not list(sealed_home.rglob("*.npz"))


@pytest.mark.parametrize("content", ["", "title = 3", "not toml"])
def test_a_bad_preset_is_one_line_of_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(content)
    code, told = told_of(path)
    assert code == 1
    assert str(path) in told["error"]


def test_keys_set_beside_the_file_are_described() -> None:
    overrides = ["fit.batch_size=64", "model.hidden=[8]"]
    preset = apply_overrides(load_preset(SEED_BINARY), overrides)
    told = describe_preset(SEED_BINARY, preset, lambda: False, overrides)
    assert told.digest == preset_digest(preset)
    assert told.parameters == 10 * 8 + 8 + 8 + 1
    assert told.steps_per_epoch == 13


def test_code_of_a_persons_own_is_not_run_by_the_describing_process_either(tmp_path: Path) -> None:
    code, told = told_of(own_preset(tmp_path))
    assert (code, told) == (1, {"error": "not computed: names code of its own"})


def test_ctrl_c_while_keras_is_asked_launches_nothing(stage: Stage) -> None:
    layers = ",".join(["97"] * 3)
    viewer = stage.headless("seed-binary", "--set", f"a.model.hidden=[{layers}]", "--steps", "20")
    wait_for("the asking", lambda: "asking Keras" in viewer.err)
    viewer.process.send_signal(signal.SIGINT)
    assert viewer.wait() == 130, viewer.err
    assert not runs_home().exists()
