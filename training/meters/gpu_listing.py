"""Asking for the machine's GPUs without loading a driver's library into this process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from training.meters.gpu_facts import GpuListing
from training.meters.nvml_library import LIBRARY_NOT_FOUND, sentence

PROBE_TIMEOUT_S = 10.0
_LIBRARY = "libnvidia-ml.so.1"
_NEVER_PASSED_ON = ("NVML_MPS_DEVICE_ENUMERATION",)
"""With it, NVML answers most calls with NOT_SUPPORTED."""


def list_gpus(
    environment: Mapping[str, str], root: Path = Path("/"), *, timeout_s: float = PROBE_TIMEOUT_S
) -> GpuListing:
    """Ask NVML in a child, where it can neither write to the screen nor hang it, if it is there; never raises."""
    if not _library_findable(environment, root):
        loaded = (root / "proc/driver/nvidia/version").exists()
        hint = "; the kernel module is loaded, so this looks like a container" if loaded else ""
        return GpuListing(why_no_gpu=sentence(LIBRARY_NOT_FOUND) + hint)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "training.meters.gpu_probe"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in environment.items() if name not in _NEVER_PASSED_ON},
            timeout=timeout_s,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=GpuListing)
    except subprocess.TimeoutExpired:
        why = f"the NVIDIA library did not answer within {timeout_s:.0f} s"
    except subprocess.CalledProcessError as error:
        why = f"the program that asks the NVIDIA library ended with {error.returncode}"
    except (OSError, msgspec.DecodeError) as error:
        why = f"asking the NVIDIA library failed: {error}"
    return GpuListing(why_no_gpu=why, troubles=(why,))


def _library_findable(environment: Mapping[str, str], root: Path) -> bool:
    """Whether ld.so(8) would find NVML (by path, default folders, cache), told without loading it."""
    folders = [Path(part) for part in environment.get("LD_LIBRARY_PATH", "").split(":") if part]
    folders += [root / name for name in ("lib", "usr/lib", "lib64", "usr/lib64")]
    if any((folder / _LIBRARY).exists() for folder in folders):
        return True
    try:
        return _LIBRARY.encode() in (root / "etc/ld.so.cache").read_bytes()
    except OSError:
        return False
