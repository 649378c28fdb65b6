"""Where this process stands in the control group trees, and what each level there allows.

A container's limit is set on a group, often not the innermost: every level from the process's own group up to
the root of the mount counts, and the tightest wins. Both versions may be mounted at once (systemd's hybrid
layout), so both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Version = Literal["v1", "v2"]

_UNLIMITED_V1_BYTES = 1 << 60
"""Version 1 writes "no limit" as the largest page-aligned number; anything near it is no machine's memory."""


@dataclass(frozen=True, slots=True)
class Group:
    """One control group that limits something: its directory, version, and how a person would name it."""

    directory: Path
    version: Version
    name: str


@dataclass(frozen=True, slots=True)
class CpuLimit:
    """At most `cores` cores' worth of time for all processes of `group`."""

    cores: float
    group: Group


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """At most `limit_bytes` of memory for all processes of `group`."""

    limit_bytes: int
    group: Group


def cpu_limit(root: Path) -> CpuLimit | None:
    """Return the tightest CPU limit on this process, None without one; `root` is the file system's root."""
    limits = [
        CpuLimit(cores=cores, group=group)
        for group in _groups(root, "cpu")
        if (cores := _allowed_cores(group)) is not None
    ]
    return min(limits, key=lambda limit: limit.cores, default=None)


def memory_limit(root: Path) -> MemoryLimit | None:
    """Return the tightest memory limit on this process, None without one; `root` as in `cpu_limit`."""
    limits = [
        MemoryLimit(limit_bytes=limit_bytes, group=group)
        for group in _groups(root, "memory")
        if (limit_bytes := _allowed_bytes(group)) is not None
    ]
    return min(limits, key=lambda limit: limit.limit_bytes, default=None)


def memory_used_bytes(group: Group) -> int | None:
    """Return what the group holds without the page cache the kernel would drop first; None when unreadable.

    `memory.current` counts cached file pages: a training that has read its data set once would look full
    forever.
    """
    v2 = group.version == "v2"
    current = _number(group.directory / ("memory.current" if v2 else "memory.usage_in_bytes"))
    if current is None:
        return None
    cache = _stat(group.directory / "memory.stat", "inactive_file" if v2 else "total_inactive_file") or 0
    return max(0, current - cache)


def cpu_used_s(group: Group, root: Path) -> float | None:
    """Return the CPU seconds the group's processes have used so far; None when not accounted."""
    if group.version == "v2":
        used_us = _stat(group.directory / "cpu.stat", "usage_usec")
        return None if used_us is None else used_us / 1e6
    used_ns = _number(group.directory / "cpuacct.usage")
    if used_ns is None:  # accounting is a controller of its own in version 1, and may be mounted elsewhere
        beside = (other for other in _groups(root, "cpuacct") if other.name == group.name)
        used_ns = next((_number(other.directory / "cpuacct.usage") for other in beside), None)
    return None if used_ns is None else used_ns / 1e9


def _allowed_cores(group: Group) -> float | None:
    if group.version == "v2":
        words = _text(group.directory / "cpu.max").split()
        if len(words) != 2 or not all(word.isdigit() for word in words):
            return None  # "max 100000", or no such file at the root of the tree
        quota, period = int(words[0]), int(words[1])
    else:
        quota = _number(group.directory / "cpu.cfs_quota_us") or 0  # -1 is none
        period = _number(group.directory / "cpu.cfs_period_us") or 0
    return quota / period if quota > 0 and period > 0 else None


def _allowed_bytes(group: Group) -> int | None:
    if group.version == "v2":
        return _number(group.directory / "memory.max")  # "max" is no number
    # The second also holds limits of groups above, those a container cannot see included.
    found = (
        _number(group.directory / "memory.limit_in_bytes"),
        _stat(group.directory / "memory.stat", "hierarchical_memory_limit"),
    )
    return min((value for value in found if value is not None and value < _UNLIMITED_V1_BYTES), default=None)


def _groups(root: Path, controller: str) -> Iterator[Group]:
    """Every group this process is in for `controller`, innermost first, in both versions."""
    own = _own_paths(root, controller)
    for version, mount_root, mount_point in _mounts(root, controller):
        path = own.get(version)
        if path is None:
            continue
        inside = _below(path, mount_root)
        top = root / mount_point.lstrip("/")
        parts = [part for part in inside.split("/") if part]
        for depth in range(len(parts), -1, -1):
            directory = top.joinpath(*parts[:depth])
            if directory.is_dir():
                yield Group(directory, version, f"cgroup {version} /{'/'.join(parts[:depth])}")


def _own_paths(root: Path, controller: str) -> dict[Version, str]:
    paths: dict[Version, str] = {}
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            paths["v2"] = path
        elif controller in controllers.split(","):
            paths["v1"] = path
    return paths


def _mounts(root: Path, controller: str) -> Iterator[tuple[Version, str, str]]:
    """Version, root inside the tree, and mount point of each control group mount (proc_pid_mountinfo(5))."""
    for line in _text(root / "proc/self/mountinfo").splitlines():
        before, separator, after = line.partition(" - ")
        fields, filesystem = before.split(), after.split()
        if not separator or len(fields) < 5 or not filesystem:
            continue
        mount_root, mount_point = _unescape(fields[3]), _unescape(fields[4])
        if filesystem[0] == "cgroup2":
            yield "v2", mount_root, mount_point
        elif filesystem[0] == "cgroup" and controller in filesystem[-1].split(","):
            yield "v1", mount_root, mount_point


def _below(path: str, mount_root: str) -> str:
    """Return the group's path under the mount.

    A container may see the host's path beside a mount of its own group only, or `/..` from outside its
    namespace: then the mount point itself is the nearest group that can be seen.
    """
    if ".." in path.split("/"):
        return ""
    if mount_root == "/":
        return path
    if path == mount_root or path.startswith(mount_root + "/"):
        return path[len(mount_root) :]
    return ""


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:
        return None


def _stat(path: Path, key: str) -> int | None:
    for line in _text(path).splitlines():
        name, _, value = line.partition(" ")
        if name == key and value.strip().isdigit():
            return int(value)
    return None
