"""The process that follows a run into event files, over a run that is written by hand while it looks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import structs

from tests.unit.event_file_reading import scalars_below
from tests.unit.made_runs import append, made_run, plan
from tests.unit.waiting import wait_for
from training.event_folders import event_files_below
from training.record.event_records import Began
from training.record.lane_records import Progress
from training.record.run_folder import RunFolder

BEGAN = Began(t=0.0, monotonic_s=10.0, wall="2026-01-02T03:04:05+00:00", boot_id="b", sharing="together")


def _made(path: Path, into: Path | None) -> RunFolder:
    folder = made_run(path, structs.replace(plan("made"), tensorboard=None if into is None else str(into)))
    append(folder.events, BEGAN)
    return folder


def _progress(step: int) -> Progress:
    return Progress(step / 10, step, step, 1, step, 1, 0.1, loss=1.0 / step)


@contextmanager
def _following(folder: RunFolder) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-P", "-m", "training.export.tensorboard_follow", str(folder.path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _steps(into: Path) -> list[int]:
    read = scalars_below(into) if into.exists() else {}
    return [one.step for one in read.get("a-seed-binary", {}).get("loss", [])]


def test_it_writes_while_the_run_goes_on_and_the_rest_at_its_end(tmp_path: Path) -> None:
    folder, into = _made(tmp_path / "made", tmp_path / "logs"), tmp_path / "logs"
    append(folder.lane_records("a"), _progress(1), _progress(2))
    with _following(folder) as process:
        wait_for(lambda: _steps(into) == [1, 2], lambda: _steps(into), timeout_s=60)
        append(folder.lane_records("a"), _progress(3))
        wait_for(lambda: _steps(into) == [1, 2, 3], lambda: _steps(into), timeout_s=60)
        append(folder.lane_records("a"), _progress(4))
        out, err = process.communicate(timeout=60)  # closes its input, as a supervisor that ends
    assert (process.returncode, out, err) == (0, "", "")
    assert _steps(into) == [1, 2, 3, 4]


def test_a_run_that_is_over_before_it_looks_is_written_whole(tmp_path: Path) -> None:
    folder, into = _made(tmp_path / "made", tmp_path / "logs"), tmp_path / "logs"
    append(folder.lane_records("a"), _progress(1))
    with _following(folder) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert _steps(into) == [1]
    assert len(event_files_below(into)) == 1


def test_what_goes_wrong_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = _made(tmp_path / "made", tmp_path / "file" / "logs")
    append(folder.lane_records("a"), _progress(1))
    with _following(folder) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    assert out.count("\n") == 1
    assert "Not a directory" in out
    folder.plan.write_text("{")
    with _following(folder) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    assert "not a plan this version can read" in out


def test_a_run_without_event_files_needs_none(tmp_path: Path) -> None:
    folder = _made(tmp_path / "made", None)
    with _following(folder) as process:
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
