"""A bench beside another bench is refused, and a run beside it is named; what has ended or is elsewhere is neither."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from msgspec import structs

from tests.unit.made_benches import CPU, bench_plan, made_bench
from tests.unit.made_runs import append, made_run
from tests.unit.made_runs import plan as run_plan
from training.bench.device_use import (
    DeviceMeasuredError,
    refuse_after_a_bench,
    refuse_beside_a_bench,
    runs_on,
    share_a_device,
)
from training.bench.folder import BenchFolder, bench_home, forget_bench_folder, make_bench_folder
from training.bench.plan import BenchPlan, read_bench_plan
from training.bench.records import BenchBegan
from training.bench.start import begin_bench, claim_folder, resume_bench
from training.launch_refusal import LaunchError
from training.plan import PlannedDevice
from training.record.liveness import own_facts, take_lock
from training.record.run_folder import RunFolder, RunFolderError
from training.record.run_home import runs_home
from tui.cli import cli

HERE = socket.gethostname()
GPU = PlannedDevice("gpu", "Test GPU", "GPU-1")
PAIR = ("seed-binary", "seed-regression", "--device", "cpu")


@contextmanager
def owned(folder: RunFolder) -> Iterator[None]:
    """The folder as long as its owner lives: this process."""
    fd = take_lock(folder.supervisor)
    os.pwrite(fd, msgspec.json.encode(own_facts(None)), 0)
    yield
    os.close(fd)


def plan_here(device: PlannedDevice = CPU) -> BenchPlan:
    return structs.replace(bench_plan(device=device), host=HERE)


def bench_here(name: str = "bench-1", device: PlannedDevice = CPU) -> BenchFolder:
    return made_bench(bench_home() / name, plan_here(device))


def test_a_bench_that_measures_is_named_with_its_folder_since_when_and_the_way_out() -> None:
    other = bench_here()
    for wall in ("2026-11-21T09:00:00+01:00", "2026-11-22T20:15:31+01:00"):
        append(other.events, BenchBegan(t=0.0, monotonic_s=1.0, wall=wall, boot_id="b"))
    with owned(other.as_run):
        with pytest.raises(DeviceMeasuredError) as refused:
            refuse_beside_a_bench(CPU)
        for said in (
            "bench bench-1",
            "since 2026-11-22 20:15 (",
            str(other.path),
            "--stop bench-1",
            "--force-busy",
        ):
            assert said in str(refused.value)
        refuse_beside_a_bench(GPU)
        refuse_beside_a_bench(CPU, besides=other)
        shown = CliRunner().invoke(cli, ["bench", *PAIR], prog_name="dualtrain-tui")
        assert shown.exit_code == 3
        assert shown.stdout == ""
        assert shown.stderr.count("\n") == 1
        assert "bench bench-1 has been measuring" in shown.stderr
        assert [path.name for path in bench_home().iterdir()] == ["bench-1"]


def test_one_that_was_only_just_started_counts_too() -> None:
    bench_here()
    with pytest.raises(DeviceMeasuredError, match="since 2026-01-02 03:04"):
        begin_bench(plan_here())


def _planned_at(folder: BenchFolder, ns: int) -> None:
    os.utime(folder.plan, ns=(ns, ns))


def test_of_two_begun_together_the_later_gives_way() -> None:
    first, second = bench_here("bench-2"), bench_here("bench-1")
    now_ns = time.time_ns()
    _planned_at(first, now_ns - 1_000_000)
    _planned_at(second, now_ns)
    refuse_after_a_bench(CPU, first)
    with pytest.raises(DeviceMeasuredError, match="bench bench-2 has been measuring"):
        refuse_after_a_bench(CPU, second)
    refuse_after_a_bench(GPU, second)


def test_of_two_of_which_none_is_known_to_be_first_both_give_way() -> None:
    both = bench_here("bench-1"), bench_here("bench-2")
    now_ns = time.time_ns()
    for folder in both:
        _planned_at(folder, now_ns)
    for folder in both:
        with pytest.raises(DeviceMeasuredError):
            refuse_after_a_bench(CPU, folder)


@pytest.mark.parametrize("named", [False, True])
def test_nothing_is_left_of_one_that_gave_way(tmp_path: Path, named: bool) -> None:
    other = bench_here("bench-0")
    folder = make_bench_folder(tmp_path / "mine" if named else None)
    folder.plan.write_bytes(other.plan.read_bytes())
    forget_bench_folder(folder)
    assert not folder.path.exists()
    assert [path.name for path in bench_home().iterdir()] == ["bench-0"]


def test_one_whose_folder_is_claimed_has_its_plan_there_for_others_to_see(tmp_path: Path) -> None:
    mine = claim_folder(plan_here(), tmp_path / "mine")
    assert read_bench_plan(mine.plan).bench == "mine"
    with pytest.raises(DeviceMeasuredError, match="bench mine has been measuring"):
        claim_folder(plan_here())
    assert claim_folder(plan_here(), force_busy=True).plan.exists()
    assert len(list(bench_home().iterdir())) == 2


def test_of_benches_begun_at_once_one_at_most_measures() -> None:
    together = threading.Barrier(4)

    def begin(_: int) -> str:
        together.wait(20)
        try:
            return claim_folder(plan_here()).name
        except (DeviceMeasuredError, RunFolderError):  # two may also draw one name
            return ""

    with ThreadPoolExecutor(4) as threads:
        begun = [name for name in threads.map(begin, range(4)) if name]
    assert len(begun) <= 1
    assert [path.name for path in bench_home().iterdir()] == begun


def test_what_has_ended_died_or_is_on_another_host_is_not_in_the_way(tmp_path: Path) -> None:
    bench_here("bench-ended").report.write_text("{}")
    long_ago = bench_here("bench-lost").plan
    os.utime(long_ago, (0, 0))
    made_bench(bench_home() / "bench-elsewhere", bench_plan())
    bench_here("bench-damaged").plan.write_text("{")
    refuse_beside_a_bench(CPU)


def test_a_bench_that_goes_on_is_refused_as_such_and_one_gone_on_with_beside_another_is_too(
    tmp_path: Path,
) -> None:
    mine = made_bench(tmp_path / "mine", plan_here())
    bench_home().mkdir(parents=True)
    (bench_home() / "bench-mine").symlink_to(mine.path)
    refuse_beside_a_bench(CPU, besides=mine)
    with owned(mine.as_run), pytest.raises(LaunchError, match="goes on already"):
        resume_bench(mine)
    with owned(bench_here().as_run), pytest.raises(DeviceMeasuredError, match="bench bench-1"):
        resume_bench(mine)


MIG_1, MIG_2 = (PlannedDevice("gpu", "1g", f"MIG-{number}", mig_of="GPU-1") for number in (1, 2))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (CPU, structs.replace(CPU, name="told another way"), True),
        (CPU, GPU, False),
        (GPU, GPU, True),
        (GPU, structs.replace(GPU, uuid="GPU-2"), False),
        (GPU, MIG_1, True),
        (MIG_1, MIG_1, True),
        (MIG_1, MIG_2, False),
        (MIG_1, structs.replace(GPU, uuid="GPU-2"), False),
    ],
)
def test_what_is_one_device(one: PlannedDevice, other: PlannedDevice, shared: bool) -> None:
    assert share_a_device(one, other) is shared
    assert share_a_device(other, one) is shared


def test_a_run_that_trains_is_named_and_one_of_the_bench_itself_is_not(tmp_path: Path) -> None:
    run = made_run(runs_home() / "20260102-030405-aaaa", structs.replace(run_plan("one"), host=HERE))
    ended = made_run(runs_home() / "20260101-000000-bbbb", structs.replace(run_plan("other"), host=HERE))
    ended.report.write_text("{}")
    made_run(bench_home() / "bench-1" / "runs" / "001-together", structs.replace(run_plan("own"), host=HERE))
    with owned(run):
        (busy,) = runs_on(CPU)
        assert (busy.folder.name, busy.since_text) == (run.name, "2026-01-02 03:04")
        assert runs_on(GPU) == ()
