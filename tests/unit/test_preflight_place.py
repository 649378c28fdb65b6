"""What is looked at of the place: versions, containers and PIDs, cores, and the MPS daemons of others."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.plans import CPU, GPU, devices, named, plan, stops
from training.meters.gpu_facts import GpuProcess
from training.plan import LANES, PlannedDevice, Sharing
from training.preflight import check_launch, doctor
from training.preflight.container import check_surroundings, container_evidence
from training.preflight.cpu import check_cpu
from training.preflight.mps import CONTROL_PROGRAM, check_open_daemon, check_private_daemon
from training.preflight.versions import check_cuda, check_cuda_libraries, tensorflow_build

BUILD = {"is_cuda_build": True, "cuda_version": "12.5.1", "cudnn_version": "9"}
OWN_PIDS, MACHINES_PIDS = "pid:[4026532222]", "pid:[4026531836]"


def place(root: Path, **files: str) -> Path:
    """A file system with these files, named with __ for a slash."""
    for name, content in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def pids(root: Path, link: str) -> Path:
    (root / "proc/self/ns").mkdir(parents=True, exist_ok=True)
    (root / "proc/self/ns/pid").symlink_to(link)
    return root


@pytest.mark.parametrize(
    ("driver", "state", "said"),
    [
        ((13, 0), "pass", "13.0"),
        ((12, 5), "pass", "12.5"),
        ((12, 2), "pass", "minor version compatibility"),
        ((11, 8), "stop", "upgrade the NVIDIA driver"),
        (None, "info", "does not tell"),
    ],
)
def test_a_driver_is_held_against_tensorflows_cuda(
    driver: tuple[int, int] | None, state: str, said: str
) -> None:
    check = check_cuda(driver, "550.1", build=BUILD)
    assert check.state == state
    assert said in f"{check.message} {check.remedy}"
    if state == "stop":
        assert check_cuda(driver, "550.1", build=BUILD, may_use_cpu=True).state == "warn"


def test_a_build_without_cuda_takes_no_gpu() -> None:
    assert check_cuda((13, 0), "580", build={"is_cuda_build": False, "cuda_version": ""}).state == "stop"
    assert check_cuda((13, 0), "580", build={"unread": True}).state == "stop"


def test_an_old_driver_is_the_devices_own_refusal() -> None:
    old = replace(devices(GPU), cuda_version=(11, 4), driver_version="470.1")
    assert stops(check_launch(plan(), listing=old)) == ["cuda"]
    assert stops(check_launch(structs.replace(plan(), if_no_gpu="cpu"), listing=old)) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("build_info = collections.OrderedDict([('cuda_version', '12.5.1')])", {"cuda_version": "12.5.1"}),
        ("build_info = {'cuda_version': '12.5.1'}", {"cuda_version": "12.5.1"}),
        ("build_info = load()", {}),
        ("other = {'cuda_version': '12.5.1'}", {}),
        ("not python at (all", {}),
    ],
)
def test_tensorflows_build_is_read_as_text(tmp_path: Path, text: str, read: dict[str, str]) -> None:
    (tmp_path / "build_info.py").write_text(text)
    assert tensorflow_build(tmp_path / "build_info.py") == read


def test_the_installed_tensorflow_tells_its_build() -> None:
    assert {"is_cuda_build", "cuda_version"} <= set(tensorflow_build())
    assert tensorflow_build(Path("/nowhere")) == {}


def test_missing_cuda_libraries_name_the_extra_where_there_is_a_gpu(tmp_path: Path) -> None:
    nowhere = {"environment": {}, "root": tmp_path}
    check = check_cuda_libraries(has_gpu=True, build={**BUILD, "cuda_version": "12.5.1"}, **nowhere)  # type: ignore[arg-type]
    if check.state != "pass":  # an installation with the wheels has them on sys.path
        assert check.state == "warn"
        assert "dualtrain[cuda]" in check.remedy
        assert check_cuda_libraries(has_gpu=False, build=BUILD, **nowhere).state == "info"  # type: ignore[arg-type]
    assert check_cuda_libraries(has_gpu=True, build={"no": "version"}).state == "info"


@pytest.mark.parametrize(
    ("files", "variables", "said"),
    [
        ({}, {}, None),
        ({"_dockerenv": ""}, {}, "Docker"),
        ({"run__.containerenv": ""}, {}, "Podman"),
        ({"proc__1__environ": "PATH=/bin\0container=lxc\0"}, {}, "lxc"),
        ({"proc__1__cgroup": "0::/kubepods.slice/x"}, {}, "Kubernetes"),
        ({"proc__self__cgroup": "4:cpu:/docker/0a1b"}, {}, "Docker (control group)"),
        ({"proc__self__cgroup": "0::/system.slice/docker-0123456789abcdef.scope"}, {}, "Docker"),
        ({"proc__self__cgroup": "0::/user.slice/docker-notes\n1::/system.slice/docker.service"}, {}, None),
        ({}, {"container": "podman"}, "podman"),
        ({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "Kubernetes"),
    ],
)
def test_every_sign_of_a_container(
    tmp_path: Path, files: dict[str, str], variables: dict[str, str], said: str | None
) -> None:
    place(tmp_path, **{name.replace("_dockerenv", ".dockerenv"): text for name, text in files.items()})
    found = container_evidence(variables, tmp_path)
    assert (said in " ".join(found)) if said else not found


@pytest.mark.parametrize(
    ("link", "driver", "has_gpu", "state", "said"),
    [
        (MACHINES_PIDS, "550.1", True, "pass", "machine's own"),
        (OWN_PIDS, "550.90.07", True, "warn", "memory by process is estimated"),
        (OWN_PIDS, "565.57.01", True, "warn", "memory by its PIDs, but no SM share"),
        (OWN_PIDS, "570.86.15", True, "pass", "memory and SM share"),
        (OWN_PIDS, None, True, "warn", "shows when a training runs"),
        (OWN_PIDS, "550.90.07", False, "info", "nothing depends on it"),
    ],
)
def test_what_pids_of_ones_own_hide_depends_on_the_driver(
    tmp_path: Path, link: str, driver: str | None, has_gpu: bool, state: str, said: str
) -> None:
    pids(tmp_path, link)
    check = named(check_surroundings({}, tmp_path, driver_version=driver, has_gpu=has_gpu), "pid namespace")
    assert check.state == state
    assert said in check.message
    assert ("--pid=host" in check.remedy) == (state == "warn")


def test_wsl2_tells_what_windows_keeps(tmp_path: Path) -> None:
    place(tmp_path, proc__version="Linux version 5.15.90.1-microsoft-standard-WSL2")
    for has_gpu, state in ((True, "warn"), (False, "info")):
        checks = check_surroundings({}, tmp_path, driver_version="555", has_gpu=has_gpu)
        assert named(checks, "wsl2").state == state


@pytest.mark.parametrize(
    ("load", "cores", "trainings", "state"),
    [("0.10", 4.0, 2, "pass"), ("3.50", 4.0, 2, "warn"), ("0.10", 1.0, 2, "warn"), ("0.1", 1.0, 1, "pass"),
     (None, 4.0, 2, "info")],
)  # fmt: skip
def test_cores_and_load(tmp_path: Path, load: str | None, cores: float, trainings: int, state: str) -> None:
    if load is not None:
        place(tmp_path, proc__loadavg=f"{load} 0.2 0.3 1/99 1234\n")
    check = check_cpu(replace(CPU, cores=cores), tmp_path, trainings=trainings)
    assert check.state == state
    assert bool(check.remedy) == (state == "warn")


@pytest.fixture
def pipes(tmp_path: Path) -> Path:
    """The pipe folder of a daemon that listens."""
    folder = tmp_path / "tmp/nvidia-mps"
    folder.mkdir(parents=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        before = Path.cwd()
        os.chdir(folder)  # the path of a test is too long for a socket
        listener.bind("control")
    finally:
        os.chdir(before)
        listener.close()
    return folder


def test_an_open_daemon_is_told_and_not_joined(tmp_path: Path, pipes: Path) -> None:
    (check,) = check_open_daemon(plan(), {}, tmp_path)
    assert check.state == "info"
    assert "this user is open at /tmp/nvidia-mps; a run does not join it" in check.message
    named_one = {"CUDA_MPS_PIPE_DIRECTORY": "/tmp/nvidia-mps"}
    (check,) = check_open_daemon(plan(), named_one, tmp_path)
    assert "open at CUDA_MPS_PIPE_DIRECTORY=/tmp/nvidia-mps" in check.message
    assert "private one beside it" in check_open_daemon(plan("mps"), {}, tmp_path)[0].message
    assert check_open_daemon(plan(), {"CUDA_MPS_PIPE_DIRECTORY": "/elsewhere"}, tmp_path) == ()


@pytest.mark.parametrize(
    ("link", "comm", "is_open"),
    [(MACHINES_PIDS, "nvidia-cuda-mps", True), (MACHINES_PIDS, "bash", False), (MACHINES_PIDS, None, False),
     (OWN_PIDS, None, True)],
)  # fmt: skip
def test_a_daemon_that_ended_left_its_folder(
    tmp_path: Path, pipes: Path, link: str, comm: str | None, is_open: bool
) -> None:
    pids(tmp_path, link)
    (pipes / f"{CONTROL_PROGRAM}.pid").write_text("77")
    if comm is not None:
        place(tmp_path, proc__77__comm=comm)
    messages = [check.message for check in check_open_daemon(plan(), {}, tmp_path)]
    assert any("is open at" in message for message in messages) == is_open


def test_an_open_daemon_opens_no_exclusive_gpu(tmp_path: Path, pipes: Path) -> None:
    shut = replace(GPU, compute_mode="exclusive", processes=(GpuProcess(5, None, "nvidia-cuda-mps-server"),))
    checks = check_launch(plan(), listing=devices(shut), environment={}, root=tmp_path)
    assert named(checks, "compute mode").state == "stop"
    assert "mps daemon" in {
        check.name for check in doctor(listing=devices(shut), environment={}, root=tmp_path)
    }


def with_control(folder: Path) -> dict[str, str]:
    program = folder / CONTROL_PROGRAM
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return {"PATH": str(folder)}


@pytest.mark.parametrize(
    ("sharing", "on_gpu", "has_program", "state"),
    [("together", True, False, None), ("mps", True, True, "pass"), ("mps", True, False, "warn"),
     ("mps", False, True, "stop")],
)  # fmt: skip
def test_mps_needs_a_gpu_and_its_control_program(
    tmp_path: Path, sharing: Sharing, on_gpu: bool, has_program: bool, state: str | None
) -> None:
    variables = with_control(tmp_path) if has_program else {"PATH": str(tmp_path)}
    found = check_private_daemon(plan(sharing, gpu=GPU if on_gpu else None), variables, tmp_path)
    assert [check.state for check in found] == ([] if state is None else [state])


def test_mps_has_nothing_to_share_between_two_instances(tmp_path: Path) -> None:
    each = {lane: PlannedDevice("gpu", "MIG", f"MIG-{lane}") for lane in LANES}
    (check,) = check_private_daemon(
        structs.replace(plan("mps"), lane_devices=each), with_control(tmp_path), tmp_path
    )
    assert check.state == "stop"
    assert "nothing for MPS to share" in check.message


def test_under_wsl2_mps_is_a_doubt(tmp_path: Path) -> None:
    place(tmp_path, proc__version="Linux 5.15-microsoft-standard-WSL2")
    (check,) = check_private_daemon(plan("mps"), with_control(tmp_path), tmp_path)
    assert check.state == "warn"
