"""Record anew what `dualtrain-tui replay demo` plays: `python -m tests.record_demo`, on an idle machine.

A real pair is trained, and its record written into the package: progress once a second, figures with six digits, and
nothing in it that tells which machine it was. `python -m tests.record_demo FOLDER` takes a run that has ended already.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tests.thinner_progress import thinner
from training.analysis.build_report import build_report
from training.analysis.report import Report, read_report, write_report
from training.launch import LaunchRequest, launch
from training.meters.devices import list_devices
from training.plan import LANES, read_plan
from training.record.device_records import DeviceRecord
from training.record.event_records import EventRecord
from training.record.lane_records import LaneRecord
from training.record.liveness import boot_id
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder
from training.record.tagged import Record
from tui.demo import demo_folder

ASKED = LaunchRequest(
    presets={"a": "wide-mlp", "b": "lstm"}, device="cpu", overrides=("a.fit.epochs=12", "b.fit.epochs=20")
)
MOST_BYTES = 400 * 1024
NOWHERE = "/demo"
"""What stands in the place of the run's folder."""
_FIRST_PID = 1001
_NEUTRAL: dict[str, Any] = {
    "boot_id": "",
    "host": "demo",
    "run": "demo",
    "monotonic_s": 0.0,
    "preset_path": None,
    "chosen_because": "",
}


def main() -> None:
    """Train the pair, and put its record in the place of the one before."""
    with tempfile.TemporaryDirectory() as home:
        run = RunFolder.at(sys.argv[1]) if len(sys.argv) > 1 else _trained(home)
        report = read_report(run.report)
        if (
            report.outcome != "completed"
            or report.contention is None
            or report.contention.verdict == "unknown"
        ):
            sys.exit(f"not worth showing: {report.outcome}, {report.contention}")
        made = RunFolder(Path(home) / "demo")
        made.path.mkdir()
        write_without_a_trace(run, made, report)
        refuse_traces(run, made)
        size = sum(file.stat().st_size for file in made.path.iterdir())
        print(
            f"{size} bytes of at most {MOST_BYTES}; {report.contention.verdict}: {report.contention.because}"
        )
        if size > MOST_BYTES:
            sys.exit("too large")
        shutil.rmtree(demo_folder().path, ignore_errors=True)
        shutil.copytree(made.path, demo_folder().path)


def _trained(home: str) -> RunFolder:
    os.environ["DUALTRAIN_HOME"] = home
    launched = launch(ASKED, list_devices())
    launched.supervisor.wait()
    return launched.folder


def write_without_a_trace(run: RunFolder, made: RunFolder, report: Report) -> None:
    """Write the record again, and the report that it adds up to."""
    pids: dict[int, int] = {}
    plan = _neutral(msgspec.json.decode(run.plan.read_bytes()), "", run, pids)
    made.plan.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=1))
    for path in (run.events, run.device, *map(run.lane_records, LANES)):
        records: Iterator[Record] = _records(path, run)
        told = [_neutral(msgspec.to_builtins(record), "", run, pids) for record in records]
        written = b"".join(msgspec.json.encode(record) + b"\n" for record in told)
        (made.path / path.name).write_bytes(written)
    for lane in LANES:
        # what the framework says of the machine is left out
        log = run.lane_log(lane).read_text(encoding="utf-8").splitlines(keepends=True)
        made.lane_log(lane).write_text(
            "".join(one for one in log if one.startswith("epoch ")), encoding="utf-8"
        )
    began = datetime.fromisoformat(report.started_at)
    write_report(build_report(made, read_plan(made.plan), began, report.monitor), made.report)


def _records(path: Path, run: RunFolder) -> Iterator[Record]:
    if path == run.events:
        yield from TailingReader[EventRecord](path, EventRecord).read_new()
    elif path == run.device:
        yield from TailingReader[DeviceRecord](path, DeviceRecord).read_new()
    else:
        yield from thinner(TailingReader[LaneRecord](path, LaneRecord).read_new())


def refuse_traces(run: RunFolder, made: RunFolder) -> None:
    """Leave with a word where something of this machine is still in the record."""
    words = (socket.gethostname(), getpass.getuser(), boot_id())
    paths = (run.path, Path.home(), Path.cwd(), Path(tempfile.gettempdir()), Path(sys.prefix))
    for file in made.path.iterdir():
        text = file.read_text(encoding="utf-8")
        found = [word for word in words if word and re.search(rf"\b{re.escape(word)}\b", text)]
        found += [str(path) for path in paths if f"{path}/" in text]
        if found:
            sys.exit(f"{file.name} still tells of {', '.join(found)}")


def _neutral(told: Any, key: str, run: RunFolder, pids: dict[int, int]) -> Any:
    """The value without what only this machine has, however deep; numbers with six digits."""
    if key in _NEUTRAL:
        return _NEUTRAL[key]
    if isinstance(told, dict):
        return {name: _neutral(value, name, run, pids) for name, value in told.items()}
    if isinstance(told, list):
        return [_neutral(value, key, run, pids) for value in told]
    if isinstance(told, float):
        return float(f"{told:.6g}")
    if isinstance(told, int) and key.endswith("pid"):
        return pids.setdefault(told, _FIRST_PID + len(pids))
    if isinstance(told, str):
        return told.replace(str(run.path), NOWHERE)
    return told


if __name__ == "__main__":
    main()
