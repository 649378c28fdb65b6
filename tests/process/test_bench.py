"""A bench as a process of its own: measured to its end, stopped, killed and gone on with; on real trainings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from tests.process.equipment import COMMAND, Run, Stage, wait_for
from training.bench.folder import BenchFolder
from training.bench.records import BenchRecord, LaunchBegan, LaunchEnded
from training.bench.report import BenchReport
from training.record.contention_records import ProbeBegan
from training.record.liveness import liveness, read_facts
from training.record.reader import TailingReader

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PAIR = ("seed-binary", "seed-regression", "--device", "cpu", "--seconds", "0.5")
LONG_S = 240.0
"""A launch takes half a minute on two free cores, and is made twice where other work disturbs it."""


T = TypeVar("T")


class Bench:
    """The real command, following a bench in a folder of its own."""

    def __init__(self, stage: Stage, tmp_path: Path, *arguments: str) -> None:
        self.folder = BenchFolder(tmp_path / "bench")
        self._out, self._err = tmp_path / "bench.out", tmp_path / "bench.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.viewer = subprocess.Popen(
                [*COMMAND, "bench", *arguments],
                env=stage.environment,
                cwd=stage.home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        stage.own(self.viewer)

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def records(self) -> list[BenchRecord]:
        reader: TailingReader[BenchRecord] = TailingReader(self.folder.events, BenchRecord)
        return list(reader.read_new())

    def run(self, number: int = 1) -> Run:
        """Wait until its launch of this number has begun, and return its run."""

        def begun() -> LaunchBegan | None:
            found = [record for record in self.records() if isinstance(record, LaunchBegan)]
            return found[number - 1] if len(found) >= number else None

        return Run(self.folder.run(self._wait_for("its launch", begun).run).path)

    def ended(self) -> list[LaunchEnded]:
        return [record for record in self.records() if isinstance(record, LaunchEnded)]

    def pid(self) -> int:
        return self._wait_for("its process", lambda: read_facts(self.folder.as_run)).pid

    def wait(self) -> int:
        return self.viewer.wait(LONG_S)

    def _wait_for(self, what: str, look: Callable[[], T | None]) -> T:
        return wait_for(what, look, saw=lambda: self.err)


def _report(text: str) -> BenchReport:
    return msgspec.json.decode(text.encode(), type=BenchReport)


def test_a_pair_from_the_command_to_the_report(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    bench = Bench(stage, tmp_path, *PAIR, "--blocks", "3", "--json", "--bench-dir", str(folder))
    code = bench.wait()
    assert bench.out == bench.folder.report.read_text(encoding="utf-8")
    report = _report(bench.out)
    (pair,) = report.pairs
    (mode,) = pair.modes
    assert code == {"completed": 0, "failed": 1}[report.outcome], bench.err
    assert "Traceback" not in bench.err + bench.folder.log.read_text(encoding="utf-8")
    if report.outcome == "failed":
        assert "disturbed" in mode.why_not  # the machine was not ours alone
    else:
        assert set(mode.solo_steps_per_s) == set(mode.shared_steps_per_s) == {"a", "b"}
        assert mode.blocks >= 1
        assert mode.own_lengths is not None
        assert set(mode.peak_memory_bytes) == {"a", "b"}
        assert pair.sequential is not None
    run = bench.run().folder
    assert run.report.exists()
    assert not run.lane_folder("a").exists()
    (listed,) = json.loads(stage.command("runs", "--json").stdout)
    assert (listed["kind"], listed["state"], listed["launches_done"]) == ("bench", report.outcome, 1)
    told = stage.command("attach", str(folder))
    assert "A seed-binary + B seed-regression" in told.stdout
    stage.wait_until_clean()


def test_interrupt_keeps_what_is_done(stage: Stage, tmp_path: Path) -> None:
    bench = Bench(stage, tmp_path, *PAIR, "--blocks", "500", "--bench-dir", str(tmp_path / "bench"))
    bench.run().nth_event(ProbeBegan, 2)
    bench.viewer.send_signal(signal.SIGINT)
    assert bench.wait() == 130
    assert "what is done is kept" in bench.err
    assert "Traceback" not in bench.err
    assert "1 launch is missing" in bench.out
    assert [record.outcome for record in bench.ended()] == ["interrupted"]
    assert bench.ended()[0].figures is not None
    stage.wait_until_clean()


def test_second_interrupt_kills(stage: Stage, tmp_path: Path) -> None:
    bench = Bench(stage, tmp_path, *PAIR, "--blocks", "500", "--bench-dir", str(tmp_path / "bench"))
    bench.run().pid("b")
    bench.viewer.send_signal(signal.SIGINT)
    wait_for("the first to be taken", lambda: "Ctrl-C again kills" in bench.err, saw=lambda: bench.err)
    bench.viewer.send_signal(signal.SIGINT)
    assert bench.wait() == 130
    stage.wait_until_clean()


def test_killed_bench_leaves_nothing_running_and_goes_on(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    bench = Bench(stage, tmp_path, *PAIR, "--blocks", "1", "--bench-dir", str(folder))
    run = bench.run()
    run.event(ProbeBegan)
    os.kill(bench.pid(), signal.SIGKILL)
    assert bench.wait() == 1
    assert "--resume" in bench.err
    (listed,) = json.loads(stage.command("runs", "--json").stdout)
    assert (listed["state"], listed["resumable"]) == ("lost", True)
    wait_for("the run's own end", lambda: liveness(run.folder) == "ended", saw=run.told)
    stage.wait_until_clean()

    again = Bench(stage, tmp_path, "--resume", str(folder), "--json")
    again.wait()
    report = _report(again.out)
    assert report.launches_missing == 0
    first = again.ended()[0]
    assert (first.run, first.outcome in ("measured", "few blocks")) == (run.folder.name, True)
    assert stage.command("bench", "--resume", str(folder)).returncode in (0, 1)
    stage.wait_until_clean()


def test_detached_bench_outlives_its_viewers_and_is_stopped_from_elsewhere(
    stage: Stage, tmp_path: Path
) -> None:
    folder = tmp_path / "bench"
    left = stage.command("bench", *PAIR, "--blocks", "500", "--bench-dir", str(folder), "--detach")
    assert (left.returncode, left.stdout) == (0, "bench\n")
    viewer = Bench(stage, tmp_path, "--attach", str(folder))
    viewer.run().pid("a")
    viewer.viewer.send_signal(signal.SIGHUP)
    assert viewer.wait() == 143
    assert "the bench goes on" in viewer.err
    assert liveness(viewer.folder.as_run) == "live"
    refused = stage.command("bench", "--resume", str(folder))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    beside = stage.command("run", "seed-binary", "--steps", "1", "--device", "cpu", "--detach")
    assert (beside.returncode, beside.stderr.count("\n")) == (0, 2)  # and how to come back to it
    assert "bench bench has been measuring on this device since" in beside.stderr
    assert stage.command("bench", "--stop", str(folder)).returncode == 0
    wait_for("its report", viewer.folder.report.exists, saw=viewer.records)
    stage.wait_until_clean()
