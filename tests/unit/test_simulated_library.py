"""The simulated library as a file: how it is made, what it exports, and what is said where it cannot be had."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulated_driver.binding import started
from tests.simulated_driver.build import SONAME, function_names, library_folder
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.error_codes import FUNCTION_NOT_FOUND
from tests.simulated_driver.scenario import GIB, Device, Fault, Scenario

ROOT = Path(__file__).parents[2]


def test_an_older_driver_lacks_functions(tmp_path: Path) -> None:
    driver = SimulatedDriver(tmp_path, omit=("nvmlDeviceGetMemoryInfo_v2", "nvmlGpmQueryDeviceSupport"))
    with started(driver) as child:
        assert child.refusal("nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2)") == FUNCTION_NOT_FOUND
        assert child.refusal("nvmlGpmQueryDeviceSupport(gpu)") == FUNCTION_NOT_FOUND
        assert child.tell("nvmlDeviceGetMemoryInfo(gpu).total") == 24 * GIB
    with pytest.raises(ValueError, match="nvmlDeviceGetMemoryinfo"):
        SimulatedDriver(tmp_path, omit=("nvmlDeviceGetMemoryinfo",))
    with pytest.raises(ValueError, match="nvmlNever"):
        driver.play(Scenario(faults=(Fault("nvmlNever", 1),)))
    with pytest.raises(ValueError, match="below 0"):
        driver.play(Scenario((Device(temperature_c=-1),)))


def test_it_has_every_function_the_meters_may_reach() -> None:
    """Each function of the binding that training/meters names, by the names the binding looks up."""
    folder = library_folder()
    library = ctypes.CDLL(str(folder / SONAME))
    assert all(hasattr(library, name) for name in function_names())
    found = importlib.util.find_spec("pynvml")
    assert found is not None
    assert found.origin is not None
    binding = Path(found.origin).read_text()
    meters = ROOT / "training/meters"
    named = set().union(
        *(re.findall(r"\"(nvml[A-Z]\w+)\"", file.read_text()) for file in meters.glob("*.py"))
    )
    assert len(named) > 10
    lacking = set()
    for name in named:
        body = re.search(rf"^def {name}\(.*?(?=^\S)", binding, re.MULTILINE | re.DOTALL)
        looked_up = re.findall(r"_nvmlGetFunctionPointer\(\"(\w+)\"\)", body.group()) if body else []
        lacking |= {symbol for symbol in looked_up if not hasattr(library, symbol)}
    assert not lacking


def test_several_processes_may_compile_it_at_once(tmp_path: Path) -> None:
    program = (
        "from tests.simulated_driver.build import library_folder, SONAME\n"
        "import ctypes\n"
        "folder = library_folder(omit=('nvmlDeviceGetFanSpeed',))\n"
        "assert not hasattr(ctypes.CDLL(str(folder / SONAME)), 'nvmlDeviceGetFanSpeed')\n"
        "assert hasattr(ctypes.CDLL(str(folder / SONAME)), 'nvmlInit_v2')\n"
        "print(folder)"
    )
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", program], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    folders = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(folders) == 1
    left = [path for path in next(iter(tmp_path.iterdir())).iterdir() if path.name.startswith("tmp")]
    assert not left, "nothing half-made is left"


@pytest.mark.parametrize("in_ci", [False, True])
def test_without_a_compiler_it_is_said_loudly(tmp_path: Path, in_ci: bool) -> None:
    environment = {"PATH": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    test = f"{__file__}::test_an_older_driver_lacks_functions"
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env=environment | ({"CI": "1"} if in_ci else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "THE GPU TESTS DID NOT RUN" in done.stdout
    assert "no C compiler is found" in done.stdout
    assert ("1 failed" if in_ci else "1 skipped") in done.stdout
    assert done.returncode == int(in_ci)
