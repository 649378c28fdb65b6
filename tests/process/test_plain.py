"""Lines on stdout in place of a screen: of a run this command launched, and of one it only looks at."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.process.equipment import COMMAND, Stage, wait_for
from training.plan import LANES
from training.record.event_records import Asked, Ended
from training.record.liveness import liveness

PAIR = ("seed-binary", "seed-regression")
PLAIN = ("--plain", "--interval", "0.2")


def lane_lines(printed: str) -> list[str]:
    """The lines that tell of a lane."""
    return [line for line in printed.splitlines() if "  step " in line]


def test_a_run_is_told_in_plain_lines_from_its_name_to_its_report(stage: Stage) -> None:
    viewer = stage.headless(*PAIR, "--steps", "260", way=PLAIN)
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    assert viewer.err == ""
    printed = viewer.out
    assert printed.startswith(f"run {viewer.run.folder.name}: {viewer.run.folder.path}\n")
    assert not {"\x1b", "\r"} & set(printed)
    of_lane = {
        lane: [line for line in lane_lines(printed) if f" {lane.upper()} " in line[:14]] for lane in LANES
    }
    assert all(len(lines) > 3 for lines in of_lane.values()), printed
    assert "step 260/260" in of_lane["a"][-1]
    assert f"record: {viewer.run.folder.path}" in printed.splitlines()[-1]
    stage.wait_until_clean()


@pytest.mark.slow
def test_without_a_terminal_it_is_so_unasked_and_said(stage: Stage) -> None:
    viewer = stage.headless(*PAIR, "--steps", "40", way=())
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    (sentence,) = viewer.err.splitlines()
    assert "the screen needs a terminal: a line for each lane every 5 s instead (--plain)" in sentence
    assert lane_lines(viewer.out)
    stage.wait_until_clean()


def test_ctrl_c_stops_what_it_launched(stage: Stage) -> None:
    viewer = stage.headless(*PAIR, "--minutes", "9", way=PLAIN)
    for lane in LANES:
        viewer.run.trains(lane)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    assert "; Ctrl-C again kills" in viewer.out
    stage.wait_until_clean()


@pytest.mark.slow
def test_ctrl_c_leaves_what_it_only_looks_at_and_a_reader_that_left_ends_it(
    stage: Stage, tmp_path: Path
) -> None:
    launched = stage.headless(*PAIR, "--minutes", "9")
    for lane in LANES:
        launched.run.trains(lane)
    folder = launched.run.folder
    attach = [*COMMAND, "attach", str(folder.path), *PLAIN]
    told = tmp_path / "attached"
    with told.open("wb") as out:
        attached = subprocess.Popen(attach, env=stage.environment, stdin=subprocess.DEVNULL, stdout=out)
    stage.own(attached)
    wait_for("lines of both lanes", lambda: len(lane_lines(told.read_text())) >= 6, saw=told.read_text)
    attached.send_signal(signal.SIGINT)
    assert attached.wait(30) == 0
    assert told.read_text().splitlines()[-1] == f"the run goes on: dualtrain-tui attach {folder.name}"

    reader = subprocess.Popen(attach, env=stage.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    stage.own(reader)
    assert reader.stdout is not None
    assert reader.stdout.readline().startswith(b"run ")
    reader.stdout.close()
    assert reader.wait(30) == 141

    assert liveness(folder) == "live"
    assert not [one for one in launched.run.events() if isinstance(one, Asked | Ended)]
    launched.signal(signal.SIGINT)
    assert launched.wait() == 130
    stage.wait_until_clean()
