"""What stands between this process and the machine: a container, PIDs of its own, Windows. Read from files only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from training.meters.pid_namespace import has_own_pids, is_wsl
from training.preflight.check import Check

_GROUPS = {
    name: re.compile(pattern, re.MULTILINE)
    for name, pattern in {
        "Docker": r"[/:]docker(/|-[0-9a-f]{12})",
        "Podman": r"[/:]libpod(_parent/|-[0-9a-f]{12})",
        "Kubernetes": r"[/:]kubepods[/.-]",
        "containerd": r"[/:]cri-containerd-[0-9a-f]{12}",
        "CRI-O": r"[/:]crio-[0-9a-f]{12}",
        "LXC": r"[/:]lxc(/|\.payload)",
        "Garden": r"[/:]garden/",
    }.items()
}
"""The paths of control groups that container engines make; the engine's own service is not one."""

_LISTED_SINCE = (565, 57, 1)
_SAMPLED_SINCE = (570, 86, 15)
"""The first driver that tells a container the memory of its processes, and the first that tells their utilisation
samples, by the container's own PIDs (open-gpu-kernel-modules, by branch)."""

_PID_HOST = "start it in the host's PID namespace: docker run --pid=host, in Kubernetes hostPID: true"


def check_surroundings(
    variables: Mapping[str, str], root: Path, *, driver_version: str | None, has_gpu: bool
) -> tuple[Check, ...]:
    """Return what was found of containers, PID namespaces and WSL2.

    Args:
        variables: the environment.
        root: the root of the file system that holds /proc.
        driver_version: NVIDIA's, which decides what a PID namespace hides.
        has_gpu: whether there is a GPU whose figures by process are at stake.
    """
    checks = []
    evidence = container_evidence(variables, root)
    if evidence:
        checks.append(Check("container", "info", f"inside one: {'; '.join(evidence)}"))
    checks += _pid_namespace(root, driver_version, has_gpu)
    if is_wsl(root):
        message = "Linux inside Windows: Windows' driver does not tell the memory of single processes"
        checks.append(
            Check(
                "wsl2",
                "warn" if has_gpu else "info",
                message,
                "the lanes' own reports are shown instead; plain Linux tells more" if has_gpu else "",
            )
        )
    return tuple(checks)


def container_evidence(variables: Mapping[str, str], root: Path) -> tuple[str, ...]:
    """Return every sign of a container, as "Docker (/.dockerenv)"; empty where there is none."""
    found = []
    if (root / ".dockerenv").exists():
        found.append("Docker (/.dockerenv)")
    if (root / "run/.containerenv").exists():
        found.append("Podman (/run/.containerenv)")
    if "KUBERNETES_SERVICE_HOST" in variables:
        found.append("Kubernetes (KUBERNETES_SERVICE_HOST)")
    engine = variables.get("container") or _of_the_first_process(root)
    if engine:
        found.append(f"{engine} (the variable container)")
    group = _text(root / "proc/self/cgroup") + _text(root / "proc/1/cgroup")
    found += [f"{name} (control group)" for name, pattern in _GROUPS.items() if pattern.search(group)]
    return tuple(found)


def _pid_namespace(root: Path, driver_version: str | None, has_gpu: bool) -> list[Check]:
    own = has_own_pids(root)
    if own is None:
        return []
    if not own:
        return [Check("pid namespace", "pass" if has_gpu else "info", "the machine's own")]
    if not has_gpu:
        return [Check("pid namespace", "info", "one of its own: without a GPU nothing depends on it")]
    version = _numbers(driver_version)
    if not version:
        message = "one of its own: whether the NVIDIA driver knows its PIDs shows when a training runs"
        return [Check("pid namespace", "warn", message, _PID_HOST)]
    if version >= _SAMPLED_SINCE:
        message = "one of its own, and this driver tells memory and SM share by its PIDs; others' processes are unseen"
        return [Check("pid namespace", "pass", message)]
    if version >= _LISTED_SINCE:
        message = "one of its own: this driver tells memory by its PIDs, but no SM share by process"
    else:
        message = "one of its own: memory by process is estimated, and there is no SM share by process"
    return [Check("pid namespace", "warn", message, _PID_HOST)]


def _of_the_first_process(root: Path) -> str:
    """Return what systemd's container interface says in PID 1's environment, where it can be read."""
    for entry in _text(root / "proc/1/environ").split("\0"):
        name, _, value = entry.partition("=")
        if name == "container":
            return value
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version or ""))
