"""Backends by name: what installs them, what is missing, what a launch, a preset and a report say of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from tests.unit.made_measurements import CPU, GPU, VERSIONS, lane_measured
from tests.unit.plans import GPU as LISTED_GPU
from tests.unit.plans import devices, plan, stops
from training.analysis.forecast_memory import PROCESS_BYTES, estimate_bytes
from training.analysis.measurements import gathered
from training.description import Description
from training.plan import Lane, Plan
from training.preflight import check_launch
from training.preflight.backends import (
    Missing,
    check_backends,
    check_built_for_cuda,
    check_installed,
    torch_cuda,
)
from training.preset import Preset, load_preset, preset_digest
from training.preset.backend import (
    BACKENDS,
    Backend,
    how_to_install,
    missing_packages,
    other_backend,
    title_of,
)
from training.preset.make import make_preset
from training.record.measurement_records import MeasuredOn, measured_on

SEED = load_preset(Path(__file__).parents[2] / "presets" / "seed-binary.toml")
ALL = {**VERSIONS, "jax": "0.10.2", "torch": "2.13.0"}


def on(backend: Backend) -> Preset:
    return structs.replace(SEED, fit=structs.replace(SEED.fit, backend=backend))


def planned(a: Backend, b: Backend, asked: Plan | None = None) -> Plan:
    made = plan(gpu=None) if asked is None else asked
    backends: dict[Lane, Backend] = {"a": a, "b": b}
    lanes = {
        lane: structs.replace(made.lanes[lane], preset=on(backend)) for lane, backend in backends.items()
    }
    return structs.replace(made, lanes=lanes)


def none_of(*names: str) -> Missing:
    return lambda backend: (backend,) if backend in names else ()


def test_a_package_that_is_not_there_is_found_missing() -> None:
    assert missing_packages("tensorflow") == ()


def test_each_other_backend_has_an_extra_of_its_own() -> None:
    assert how_to_install("jax") == "pip install 'dualtrain[jax]'"
    assert how_to_install("torch") == "pip install 'dualtrain[torch]'"


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ({"jax": "0.10.2", "jaxlib": "0.10.2", "keras": "3.15.1"}, "JAX 0.10.2"),
        ({"torch": "2.13.0", "keras": "3.15.1"}, "PyTorch 2.13.0"),
        ({"tensorflow": "2.21.0"}, ""),
        ({}, ""),
    ],
)
def test_only_another_backend_is_told(versions: dict[str, str], told: str) -> None:
    assert other_backend(versions) == told


def test_what_is_not_installed_is_refused_with_its_extra() -> None:
    (check,) = check_backends(planned("tensorflow", "jax"), missing=none_of("jax"))
    assert check.state == "stop"
    assert check.message == "lane b trains on JAX, which is not installed here"
    assert check.remedy == "pip install 'dualtrain[jax]'"
    assert check_backends(planned("tensorflow", "tensorflow"), missing=none_of("jax")) == ()


def test_doctor_tells_of_what_may_be_installed() -> None:
    told = {check.name: check for check in check_installed(missing=none_of("jax", "torch"))}
    assert set(told) == {"jax", "torch"}
    assert all(check.state == "info" for check in told.values())
    assert "pip install 'dualtrain[torch]'" in told["torch"].message


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_on_a_gpu_a_build_without_cuda_stops_its_lane_alone(backend: Backend) -> None:
    asked = planned(backend, "tensorflow", plan())
    built = dict.fromkeys(BACKENDS, False)
    (check,) = check_built_for_cuda(asked, built)
    assert (check.name, check.state) == ("cuda", "stop")
    assert check.message.startswith(f"{title_of(backend)} is installed without CUDA")
    (check,) = check_built_for_cuda(structs.replace(asked, if_no_gpu="cpu"), built)
    assert check.state == "warn"
    assert not list(check_built_for_cuda(asked, dict.fromkeys(BACKENDS, True)))
    assert not list(check_built_for_cuda(planned("tensorflow", "tensorflow", plan()), built))


def test_tensorflows_cuda_matters_to_its_own_lanes_alone() -> None:
    checks = check_launch(planned("torch", "torch", plan()), listing=devices(LISTED_GPU))
    assert "cuda libraries" not in {check.name for check in checks}


@pytest.mark.parametrize(
    ("line", "cuda"),
    [
        ("cuda: Optional[str] = None", None),
        ("cuda: Optional[str] = '12.8'", "12.8"),
        ('cuda: str | None = "13.0"', "13.0"),
        ("cuda = '11.8'", "11.8"),
        ("__version__ = '2.13.0+cpu'", None),
    ],
)
def test_what_pytorch_is_built_for_is_read_as_text(tmp_path: Path, line: str, cuda: str | None) -> None:
    file = tmp_path / "version.py"
    file.write_text(f"__version__ = '2.13.0'\ndebug = False\n{line}\ngit_version = 'cuda = \"1\"'\n")
    assert torch_cuda(file) == cuda
    assert torch_cuda(tmp_path / "nothing.py") is None


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_one_process_is_refused_with_a_sentence(backend: Backend) -> None:
    asked = planned(backend, backend, plan("one-process", gpu=None))
    told = stops(check_launch(asked, listing=devices()))
    assert "one process" in told


def test_a_preset_that_asks_pytorch_for_xla_is_refused() -> None:
    document = msgspec.to_builtins(on("torch"))
    document["device"]["xla"] = True
    problem = make_preset(document)
    assert not isinstance(problem, Preset)
    assert problem.key == "device.xla"


def test_another_backend_is_another_content() -> None:
    assert len({preset_digest(on(backend)) for backend in BACKENDS}) == len(BACKENDS)


class TestMeasurements:
    def test_hold_for_the_version_of_their_own_backend_alone(self) -> None:
        one = on("jax")
        measured = lane_measured(one, on=measured_on(GPU, ALL, "jax"))
        assert gathered([measured], ALL).of(one, GPU)
        assert gathered([measured], {**ALL, "tensorflow": "9", "torch": "9"}).of(one, GPU)
        assert not gathered([measured], {**ALL, "jax": "9"}).of(one, GPU)
        assert gathered([measured], {**ALL, "jax": "9"}).has_other_versions(one, GPU)

    def test_those_kept_before_there_was_another_are_tensorflows(self) -> None:
        kept = b'{"kind":"cpu","device":"CPU","tensorflow":"2.21.0","keras":"3.15.1"}'
        assert msgspec.json.decode(kept, type=MeasuredOn).backend_name == "tensorflow"

    def test_name_their_backend(self) -> None:
        assert measured_on(CPU, ALL, "torch").backend == "torch 2.13.0"
        assert measured_on(CPU, ALL, "torch").backend_name == "torch"
        assert measured_on(CPU, {}, "jax").backend_name == "jax"

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_estimates_begin_with_what_the_backend_takes_itself(self, backend: Backend) -> None:
        nothing = Description("", "", 0, 0, 0, 0, 0, 1, 1)
        assert estimate_bytes("cpu", nothing, 0, backend) == PROCESS_BYTES[backend]
