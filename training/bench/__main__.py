"""`python -P -m training.bench FOLDER`: the process that makes a bench's launches."""

from __future__ import annotations

import signal
import sys
import time
from datetime import datetime
from types import FrameType

from training.bench.bench import Bench, StopRequests
from training.bench.folder import BenchFolder
from training.bench.launcher import RunLauncher
from training.bench.ledger import Ledger
from training.bench.plan import BenchPlan, read_bench_plan
from training.bench.records import BenchBegan, BenchEnded, BenchRecord
from training.bench.remember import remember_what_was_measured
from training.bench.report import build_bench_report, pair_of, write_bench_report
from training.bench.schedule import Pair
from training.record.liveness import boot_id
from training.record.ownership import OwnershipError, own_folder
from training.record.reader import TailingReader
from training.record.writer import RecordWriter

KEPT_EVENTS = 1000


def main() -> int:
    """Own the bench whose folder is named on the command line; returns the exit code."""
    stops = _stop_requests()
    try:
        owned = own_folder("training.bench", sys.argv[1:], read_bench_plan)
    except OwnershipError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    folder = BenchFolder(owned.folder.path)
    folder.report.unlink(missing_ok=True)  # it is made anew once what was missing is there
    owned.tell_owner(None)
    try:
        _own(folder, owned.plan, stops)
    except OSError as error:
        print(f"{folder.path}: cannot be written: {error}; --resume goes on once it can", file=sys.stderr)
        return 1
    return 0


def _stop_requests() -> StopRequests:
    stops = StopRequests()

    def asked(_number: int, _frame: FrameType | None) -> None:
        stops.count += 1

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
    return stops


def _own(folder: BenchFolder, plan: BenchPlan, stops: StopRequests) -> None:
    zero_s = time.monotonic()
    ledger = Ledger(plan)
    reader: TailingReader[BenchRecord] = TailingReader(folder.events, BenchRecord)
    for record in reader.read_new():
        ledger.take(record)

    def now() -> float:
        return time.monotonic() - zero_s

    def pair_done(pair: Pair) -> None:
        remember_what_was_measured(folder, pair_of(ledger, pair))

    events = RecordWriter(folder.events, "bench", kept_lines=KEPT_EVENTS)
    wall = datetime.now().astimezone().isoformat(timespec="seconds")
    events.write(BenchBegan(t=0.0, monotonic_s=zero_s, wall=wall, boot_id=boot_id()))
    bench = Bench(folder, ledger, RunLauncher(), tell=events.write, pair_done=pair_done, now=now, stops=stops)
    outcome = bench.run()
    write_bench_report(build_bench_report(ledger, outcome), folder.report)
    events.write(BenchEnded(t=now(), outcome=outcome))
    events.close()


if __name__ == "__main__":
    sys.exit(main())
