"""`python -P -m training.supervisor RUN_FOLDER`: the process that owns a run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial

from training.analysis.build_report import build_report
from training.analysis.remembering import remember_run
from training.analysis.report import write_report
from training.meters.devices import open_meter
from training.plan import Plan, read_plan
from training.record.event_records import Ended
from training.record.ownership import Owned, OwnershipError, own_folder
from training.record.run_folder import RunFolder
from training.record.writer import RecordWriter
from training.supervisor.clean_up import prove_clean
from training.supervisor.control_server import ControlServer
from training.supervisor.event_files import EventFiles
from training.supervisor.measuring import HeardWriter
from training.supervisor.monitor_cost import monitor_cost
from training.supervisor.notifying import Notifying
from training.supervisor.sampling import DeviceSampling
from training.supervisor.scalar_reading import ScalarReading
from training.supervisor.shared_process import lane_processes, metered_as
from training.supervisor.state_keeping import StateKeeping
from training.supervisor.supervisor import Supervisor

KEPT_EVENTS = 1000
REPORT_WITHIN_S = 300.0
LOOK_PERIOD_S = 0.5


def main() -> int:
    """Own the run whose folder is named on the command line; returns the exit code."""
    try:
        owned = own_folder("training.supervisor", sys.argv[1:], read_plan)
    except OwnershipError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    asyncio.run(_own(owned))
    return 0


async def _own(owned: Owned[Plan]) -> None:
    started_at = datetime.now().astimezone()
    folder, plan = owned.folder, owned.plan
    events = HeardWriter(folder.events, "supervisor", kept_lines=KEPT_EVENTS)
    supervisor = Supervisor(folder, plan, events)
    notifying = Notifying(
        plan.notify, plan.run, events, supervisor.now, lambda lane: supervisor.plan.lanes[lane].preset_name
    )
    scalars = ScalarReading(
        folder, events, supervisor.now, lambda lane: supervisor.plan.lanes[lane].preset.script
    )
    supervisor.tell_began(started_at.isoformat(timespec="seconds"))
    event_files = EventFiles(folder, events, supervisor.now)
    if plan.tensorboard is not None:
        event_files.start()
    control = await _open_control(folder, supervisor)
    owned.tell_owner(str(control.socket_path) if control else None)
    loop = asyncio.get_running_loop()

    def device_lost(message: str) -> None:
        loop.call_soon_threadsafe(supervisor.device_lost, message)

    sampling = DeviceSampling(
        partial(open_meter, plan.device, plan.lane_devices),
        RecordWriter(folder.device, "supervisor"),
        now=supervisor.now,
        lane_processes=partial(lane_processes, supervisor.lanes),
        device_lost=device_lost,
        library="the NVIDIA library" if plan.device.kind == "gpu" else "the system",
        shared=partial(metered_as, supervisor.lanes),
    )
    supervisor.sampling = sampling
    sampling.start()
    keeping = StateKeeping(folder, supervisor.now)
    keeping.start()
    await supervisor.run()
    await scalars.settle()
    plan = supervisor.plan  # a lane may have joined
    await prove_clean(folder, plan, supervisor.now, sampling, events)
    sampling.stop()
    event_files.end()
    await notifying.settle()
    if control is not None:
        await control.close()
    await _report_when_there_is_room(folder, plan, started_at, supervisor.now, events)
    events.write(Ended(t=supervisor.now(), outcome=supervisor.outcome))
    events.close()
    await keeping.finish()


async def _report_when_there_is_room(
    folder: RunFolder, plan: Plan, started_at: datetime, now: Callable[[], float], events: RecordWriter
) -> None:
    """Write the report; a disk that is full at the end must not make a run lost when somebody makes room."""
    give_up_t = now() + REPORT_WITHIN_S
    while True:
        written = events.flush()
        try:
            if written or now() > give_up_t:
                report = build_report(folder, plan, started_at, monitor_cost(now()))
                write_report(report, folder.report)
                remember_run(plan, report)
                return
        except OSError as error:
            if now() > give_up_t or folder.is_gone:
                print(f"{folder.report}: cannot be written: {error}", file=sys.stderr, flush=True)
                return
        await asyncio.sleep(LOOK_PERIOD_S)


async def _open_control(folder: RunFolder, supervisor: Supervisor) -> ControlServer | None:
    """A run without a control socket still trains; it only cannot be asked."""
    try:
        control = ControlServer(folder.path, supervisor.answer)
        await control.open()
    except OSError as error:
        print(f"no control socket, the run cannot be asked for anything: {error}", file=sys.stderr)
        return None
    return control


if __name__ == "__main__":
    sys.exit(main())
