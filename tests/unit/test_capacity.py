"""Capacity: made-up control group trees in both versions, nested, from inside and outside a container."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.meters import cgroup
from training.meters.capacity import allowed_cpus, memory_used_bytes, read_capacity
from training.meters.machine_load import MachineLoad

GIB = 1 << 30


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


V2_MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
V1_MOUNTS = (
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
)


def test_without_control_groups_the_machine_is_the_capacity(tmp_path: Path) -> None:
    capacity = read_capacity(tmp_path, allowed_cores=6, machine_bytes=8 * GIB)
    assert (capacity.cores, capacity.memory_bytes) == (6.0, 8 * GIB)
    assert capacity.memory_from == "the machine's memory"
    assert capacity.memory_group is None


def test_v2_limits_of_the_own_group(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/user.slice/job\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/user.slice/job/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/user.slice/job/memory.max": f"{2 * GIB}\n",
        },
    )
    capacity = read_capacity(root, allowed_cores=8, machine_bytes=64 * GIB)
    assert (capacity.cores, capacity.memory_bytes) == (1.5, 2 * GIB)
    assert capacity.cores_from == "quota of cgroup v2 /user.slice/job"
    assert capacity.memory_from == "limit of cgroup v2 /user.slice/job"


def test_the_tightest_level_of_a_nested_tree_wins(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/kubepods/pod1/main\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/kubepods/pod1/main/cpu.max": "max 100000\n",
            "sys/fs/cgroup/kubepods/pod1/main/memory.max": "max\n",
            "sys/fs/cgroup/kubepods/pod1/cpu.max": "200000 100000\n",
            "sys/fs/cgroup/kubepods/pod1/memory.max": f"{4 * GIB}\n",
            "sys/fs/cgroup/kubepods/cpu.max": "400000 100000\n",
            "sys/fs/cgroup/kubepods/memory.max": f"{3 * GIB}\n",
        },
    )
    capacity = read_capacity(root, allowed_cores=8, machine_bytes=64 * GIB)
    assert (capacity.cores, capacity.memory_bytes) == (2.0, 3 * GIB)
    assert capacity.memory_from == "limit of cgroup v2 /kubepods"


@pytest.mark.parametrize(
    ("own", "mount_root"),
    [
        pytest.param("/", "/", id="namespace of its own"),
        pytest.param("/docker/abc", "/docker/abc", id="host's path beside a mount of it"),
        pytest.param("/docker/abc", "/elsewhere", id="host's path, unrelated mount"),
        pytest.param("/../..", "/", id="outside the namespace"),
    ],
)
def test_a_container_finds_its_limit_at_the_mount_point(tmp_path: Path, own: str, mount_root: str) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": f"0::{own}\n",
            "proc/self/mountinfo": f"30 23 0:26 {mount_root} /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            "sys/fs/cgroup/memory.max": f"{GIB}\n",
            "sys/fs/cgroup/cpu.max": "50000 100000\n",
        },
    )
    capacity = read_capacity(root, allowed_cores=8, machine_bytes=64 * GIB)
    assert (capacity.cores, capacity.memory_bytes) == (0.5, GIB)


def test_v1_quota_and_limit_in_a_hybrid_tree(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/jobs/one\n1:cpu,cpuacct:/jobs/one\n0::/\n",
            "proc/self/mountinfo": V1_MOUNTS
            + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            "sys/fs/cgroup/unified/cgroup.procs": "",
            "sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu,cpuacct/jobs/one/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us": "250000\n",
            "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes": f"{5 * GIB}\n",
            "sys/fs/cgroup/memory/jobs/one/memory.stat": f"cache 1\nhierarchical_memory_limit {GIB}\n",
        },
    )
    capacity = read_capacity(root, allowed_cores=8, machine_bytes=64 * GIB)
    assert (capacity.cores, capacity.memory_bytes) == (2.5, GIB)
    assert capacity.cores_from == "quota of cgroup v1 /jobs"


def test_v1_without_a_limit_writes_a_number_that_is_none(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/\n",
            "proc/self/mountinfo": V1_MOUNTS,
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        },
    )
    assert cgroup.memory_limit(root) is None


def test_a_limit_above_the_machine_is_no_limit(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/job\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/job/memory.max": f"{80 * GIB}\n",
            "sys/fs/cgroup/job/cpu.max": "3200000 100000\n",
        },
    )
    capacity = read_capacity(root, allowed_cores=8, machine_bytes=64 * GIB)
    assert (capacity.cores, capacity.memory_bytes) == (8.0, 64 * GIB)
    assert capacity.memory_group is None


def test_memory_in_use_leaves_out_the_cache_the_kernel_drops_first(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/job\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/job/memory.max": f"{2 * GIB}\n",
            "sys/fs/cgroup/job/memory.current": f"{GIB}\n",
            "sys/fs/cgroup/job/memory.stat": f"anon 5\ninactive_file {GIB // 4}\n",
        },
    )
    assert memory_used_bytes(read_capacity(root, machine_bytes=64 * GIB)) == GIB - GIB // 4


def test_mount_points_with_spaces_are_read(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/job\n",
            "proc/self/mountinfo": V2_MOUNT.replace("/sys/fs/cgroup", r"/odd\040place"),
            "odd place/job/memory.max": f"{GIB}\n",
        },
    )
    limit = cgroup.memory_limit(root)
    assert limit is not None
    assert limit.limit_bytes == GIB


@pytest.mark.parametrize("text", ["", "nonsense\n", "0:\n", "::::\n", "0::/x\n\n\x00"])
def test_damaged_files_mean_no_limit(tmp_path: Path, text: str) -> None:
    root = tree(tmp_path, {"proc/self/cgroup": text, "proc/self/mountinfo": text})
    assert cgroup.cpu_limit(root) is None
    assert cgroup.memory_limit(root) is None


def test_load_under_a_quota_is_the_groups_own_time(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/job\n",
            "proc/self/mountinfo": V2_MOUNT,
            "sys/fs/cgroup/job/cpu.max": "200000 100000\n",
            "sys/fs/cgroup/job/cpu.stat": "usage_usec 1000000\n",
        },
    )
    now = 10.0
    load = MachineLoad(read_capacity(root, allowed_cores=8), clock=lambda: now)
    assert load.percent() is None
    now = 11.0
    tree(root, {"sys/fs/cgroup/job/cpu.stat": "usage_usec 2000000\n"})
    assert load.percent() == pytest.approx(50.0)  # one second of CPU in one second, of two cores
    now = 11.01  # too soon to tell anything new
    assert load.percent() == pytest.approx(50.0)


def test_load_under_a_v1_quota_with_accounting_mounted_elsewhere(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "proc/self/cgroup": "2:cpuacct:/job\n1:cpu:/job\n",
            "proc/self/mountinfo": (
                "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                "33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n"
            ),
            "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "100000\n",
            "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpuacct/job/cpuacct.usage": "2500000000\n",
        },
    )
    limit = cgroup.cpu_limit(root)
    assert limit is not None
    assert cgroup.cpu_used_s(limit.group, root) == 2.5


def test_the_real_machine_has_a_capacity() -> None:
    capacity = read_capacity()
    assert 0 < capacity.cores <= len(allowed_cpus())
    assert capacity.memory_bytes > 0
    assert 0 < memory_used_bytes(capacity) <= capacity.memory_bytes
