"""A real run whose contention was measured, told again from a copy of its folder: every reader says the same."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import structs

from tests.process.equipment import Run, Stage, wait_for
from training.analysis.build_report import build_report
from training.analysis.history import RunHistory
from training.analysis.report import Report, read_report
from training.analysis.reported_contention import reported_contention
from training.launch import LaunchRequest
from training.plan import LANES, Limits, Probing, read_plan
from training.record.contention_records import SoloSpan
from training.record.run_folder import RunFolder

pytestmark = pytest.mark.slow

BLOCKS = 3


@pytest.fixture
def run(stage: Stage) -> Run:
    """A pair that was probed in three blocks and stopped then."""
    run = stage.launch(
        LaunchRequest(
            presets={"a": "seed-binary", "b": "seed-regression"},
            device="cpu",
            limits=Limits(steps=1_000_000),
            probing=Probing(seconds=0.5, blocks=BLOCKS, then_stop=True),
        )
    )
    wait_for("the report", run.folder.report.exists, saw=run.told)
    stage.wait_until_clean()
    return run


def _again(folder: RunFolder, live: Report) -> Report:
    """The report made once more from the records; what watching cost is not in them."""
    return build_report(folder, read_plan(folder.plan), datetime.fromisoformat(live.started_at), live.monitor)


def test_a_copied_folder_gives_the_report_of_the_live_run(run: Run, stage: Stage, tmp_path: Path) -> None:
    live = read_report(run.folder.report)
    copy = RunFolder(tmp_path / "copied")
    shutil.copytree(run.folder.path, copy.path)
    again = _again(copy, live)
    assert structs.asdict(again) | {"ended_at": ""} == structs.asdict(live) | {"ended_at": ""}
    _history_says_the_same(run, live)
    _every_form_tells_it(run, stage, live, tmp_path / "report.html")


def _history_says_the_same(run: Run, live: Report) -> None:
    probes = [record for record in run.events() if isinstance(record, SoloSpan) and record.how == "probe"]
    assert len(probes) >= 2 * BLOCKS
    history = RunHistory(run.folder)
    history.refresh()
    told = history.state().contention
    assert reported_contention(told.contention, history.plan, live.gpu_verdict_void) == live.contention
    assert live.contention is not None
    assert live.contention.blocks + live.contention.excluded >= BLOCKS
    assert len(told.points) == live.contention.blocks
    # Where others use this machine's cores all the while, no block counts, and that is told alike.
    measured = set(LANES) if live.contention.blocks else set()
    assert set(live.contention.slowdown) >= measured


def _every_form_tells_it(run: Run, stage: Stage, live: Report, page: Path) -> None:
    name = str(run.folder.path)
    text = stage.command("report", name).stdout
    for told in live.lanes.values():
        assert f"{told.preset}: {told.status}" in text
        assert told.threads.keys() == {"intra_op", "inter_op"}
    written = stage.command("report", name, "--html", str(page))
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert page.read_text(encoding="utf-8").count("<figure>") >= 4
    claim = text.partition(" (")[0].partition(";")[0].partition(".\n")[0]
    assert claim.split(":")[0] in stage.command("report", name, "--markdown").stdout
    rows = list(csv.reader(io.StringIO(stage.command("report", name, "--csv").stdout)))
    blocks = [row for row in rows if row[2] == "stp"]
    assert live.contention is not None
    assert len(blocks) == live.contention.blocks
