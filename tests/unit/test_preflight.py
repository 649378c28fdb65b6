"""Doctor and the look before a launch: each finding from made-up devices, folders and variables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from tests.unit.plans import GIB, GPU, MIB, devices, named, plan, stops
from training.meters.gpu_facts import Gpu, GpuProcess
from training.plan import Sharing
from training.preflight import check_launch, doctor
from training.preflight.storage import check_disk, check_runtime_folder, check_writable, try_state_folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUALTRAIN_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


def test_a_plain_launch_is_fine_on_both_kinds_of_device() -> None:
    assert stops(check_launch(plan(), listing=devices(GPU))) == []
    assert stops(check_launch(plan(gpu=None), listing=devices())) == []


@pytest.mark.parametrize(
    ("sharing", "mode", "busy", "state"),
    [
        ("together", "default", False, "pass"),
        ("together", "exclusive", False, "stop"),
        ("adaptive", "exclusive", False, "stop"),
        ("sequential", "exclusive", False, "warn"),
        ("sequential", "exclusive", True, "stop"),
        ("mps", "exclusive", False, "warn"),
        ("together", "prohibited", False, "stop"),
        ("sequential", "prohibited", False, "stop"),
        ("together", None, False, "info"),
    ],
)
def test_compute_mode_decides_what_can_start(
    sharing: Sharing, mode: str | None, busy: bool, state: str
) -> None:
    processes = (GpuProcess(7, GIB),) if busy else ()
    gpu = Gpu(0, "GPU-1111", "NVIDIA Test", 24 * GIB, 20 * GIB, compute_mode=mode, processes=processes)  # type: ignore[arg-type]
    check = named(check_launch(plan(sharing, gpu=gpu), listing=devices(gpu)), "compute mode")
    assert check.state == state


@pytest.mark.parametrize(
    ("sharing", "memory", "state"),
    [
        ("together", (None, None), "pass"),
        ("together", (4096, 4096), "pass"),
        ("together", (12000, 12000), "warn"),
        ("together", (20000, 20000), "stop"),
        ("sequential", (12000, 12000), "pass"),
        ("sequential", (23500, 100), "warn"),
        ("sequential", (30000, 100), "stop"),
        ("together", (None, 30000), "stop"),
    ],
)
def test_caps_are_held_against_the_devices_memory(
    sharing: Sharing, memory: tuple[int | None, int | None], state: str
) -> None:
    check = named(check_launch(plan(sharing, memory=memory), listing=devices(GPU)), "device memory")
    assert check.state == state
    assert bool(check.remedy) == (state != "pass")


def test_a_full_gpu_is_warned_about_even_without_caps() -> None:
    full = Gpu(0, "GPU-1111", "NVIDIA Test", 24 * GIB, GIB, compute_mode="default", processes=())
    assert named(check_launch(plan(), listing=devices(full)), "device memory").state == "warn"


def test_others_on_the_gpu_are_named_and_not_a_stop() -> None:
    processes = tuple(GpuProcess(100 + number, GIB) for number in range(10))
    gpu = Gpu(0, "GPU-1111", "NVIDIA Test", 24 * GIB, 14 * GIB, compute_mode="default", processes=processes)
    check = named(check_launch(plan(), listing=devices(gpu)), "others")
    assert check.state == "warn"
    assert "10.0 GiB" in check.message
    assert "PID 100 (1.0 GiB), PID 101" in check.message
    assert "2 more" in check.message


def test_a_gpu_that_is_no_longer_there_stops() -> None:
    assert stops(check_launch(plan(), listing=devices())) == ["device"]


def test_a_cap_on_a_cpu_is_said_to_do_nothing() -> None:
    checks = check_launch(plan(gpu=None, memory=(512, None)), listing=devices())
    assert "lane a" in named(checks, "memory cap").message


@pytest.mark.parametrize(("free", "state"), [(100 * MIB, "stop"), (GIB, "warn"), (50 * GIB, "pass")])
def test_room_on_the_disk(free: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(100 * GIB, 0, free))
    assert check_disk(tmp_path / "not" / "there" / "yet").state == state


def test_a_state_folder_that_cannot_be_made_stops_and_nothing_is_made(tmp_path: Path) -> None:
    fresh = tmp_path / "deep" / "folder"
    assert check_writable(fresh).state == "pass"
    assert not fresh.exists()
    (tmp_path / "file").write_text("")
    assert check_writable(tmp_path / "file" / "below").state == "stop"


def test_the_state_folder_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    fresh = tmp_path / "deep" / "folder"
    assert try_state_folder(fresh).state == "pass"
    assert list(tmp_path.iterdir()) == []
    kept = tmp_path / "kept"
    (kept / "runs").mkdir(parents=True)
    assert try_state_folder(kept).state == "pass"
    assert [one.name for one in kept.iterdir()] == ["runs"]


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("/proc/x", "/proc/x cannot be made: No such file or directory"),
        ("/proc/x/deeper", "/proc/x/deeper cannot be made: No such file or directory"),
        ("/proc/self", "no folder can be made in /proc/self: "),
        ("/dev/null/below", "/dev/null/below cannot be made: Not a directory"),
        ("/dev/null", "/dev/null cannot be made: File exists"),
    ],
)
def test_a_state_folder_that_takes_nothing_stops_and_says_what_failed(folder: str, said: str) -> None:
    check = try_state_folder(Path(folder))
    assert check.state == "stop"
    assert check.message.startswith(said)
    assert "DUALTRAIN_HOME" in check.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_folder_without_permission_stops(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    assert try_state_folder(shut).message == f"no folder can be made in {shut}: Permission denied"
    assert "cannot be made: Permission denied" in try_state_folder(shut / "below").message


def test_a_runtime_folder_too_long_for_a_socket_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    check = check_runtime_folder()
    assert check.state == "stop"
    assert "too long" in check.message


def test_a_runtime_folder_others_can_enter_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dualtrain").mkdir()
    (tmp_path / "dualtrain").chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert check_runtime_folder().state == "stop"


def test_doctor_on_a_machine_without_a_gpu_finds_nothing_that_stops() -> None:
    checks = doctor(listing=devices(), environment=dict(os.environ) | {"TERM": "xterm-256color"})
    assert stops(checks) == []
    assert "no NVIDIA driver" in named(checks, "gpu").message
    assert "cpu: Some CPU" in named(checks, "device auto").message
    assert named(checks, "tensorflow").state == "pass"
    assert "CUDA_VISIBLE_DEVICES" not in " ".join(check.message for check in checks)


def test_doctor_lists_gpus_and_what_hides_them() -> None:
    shut = Gpu(1, "GPU-2222", "NVIDIA Shut", None, None, compute_mode="prohibited", mig=True)
    checks = doctor(listing=devices(GPU, shut), environment={})
    assert "23.5 GiB of 24.0 GiB free" in named(checks, "gpu:0").message
    assert named(checks, "gpu:1").state == "warn"
    hidden = devices(why="no GPU is visible", visibility="CUDA_VISIBLE_DEVICES=-1: …")
    check = named(doctor(listing=hidden, environment={"CUDA_VISIBLE_DEVICES": "-1"}), "visibility")
    assert check.state == "warn"
    assert check.remedy


@pytest.mark.parametrize(
    ("environment", "name", "word"),
    [
        ({"SSH_CONNECTION": "1 2 3 4"}, "ssh", "SSH"),
        ({"TMUX": "/tmp/tmux"}, "multiplexer", "tmux"),
        ({"STY": "1.pts"}, "multiplexer", "screen"),
        ({"NO_COLOR": "1"}, "colours", "NO_COLOR"),
        ({"COLORTERM": "truecolor"}, "colours", "24-bit"),
        ({"TERM": "xterm-256color"}, "colours", "256"),
        ({"TERM": "vt100"}, "colours", "few"),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "container", "Kubernetes"),
    ],
)
def test_doctor_tells_where_it_runs(
    environment: dict[str, str], name: str, word: str, tmp_path: Path
) -> None:
    checks = doctor(listing=devices(), environment=environment, root=tmp_path)
    assert word in named(checks, name).message


def test_looking_imports_no_framework() -> None:
    code = (
        "import sys\n"
        "from training.preflight import doctor\n"
        "doctor()\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'textual', 'pynvml'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
