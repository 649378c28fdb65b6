"""A program that plays random scenarios under the real meter: `random_metering FOLDER FIRST COUNT [OMITTED…]`.

Each seed is a sequence of scenarios under one meter: errors at random calls, processes that come and go, PIDs that
change hands, garbage, clocks that jump both ways. What breaks a rule is printed as a line with its seed; the next seed
follows. It needs the simulated driver of FOLDER in its environment.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering_messages import Opening
from tests.simulated_driver.metering_program import meter_of
from tests.simulated_driver.scenario import GIB, MIB, Device, Fault, Gpm, Mig, Process, Scenario, Utilization
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.plan import Lane, PlannedDevice
from training.record.device_records import Figure, ProcessKind, Sample, Source

STEPS = 12
CODES = (0, 1, 2, 3, 4, 6, 7, 9, 10, 12, 13, 17, 18, 25, 42, 999)
FUNCTIONS = (
    "*",
    "nvmlInit_v2",
    "nvmlDeviceGetHandleByUUID",
    "nvmlDeviceGetMemoryInfo",
    "nvmlDeviceGetMemoryInfo_v2",
    "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetEnforcedPowerLimit",
    "nvmlDeviceGetTemperature",
    "nvmlDeviceGetClockInfo",
    "nvmlDeviceGetTotalEnergyConsumption",
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetComputeRunningProcesses_v3",
    "nvmlDeviceGetGraphicsRunningProcesses_v3",
    "nvmlDeviceGetMPSComputeRunningProcesses_v3",
    "nvmlDeviceGetProcessUtilization",
    "nvmlDeviceGetProcessesUtilizationInfo",
    "nvmlGpmQueryDeviceSupport",
    "nvmlGpmSampleAlloc",
    "nvmlGpmSampleGet",
    "nvmlGpmMigSampleGet",
    "nvmlGpmMetricsGet",
)
KINDS: tuple[ProcessKind, ...] = ("compute", "graphics", "mps")
BLANKS = (2147483632, 0xFFFFFFFF, 101, 1 << 30)


@dataclass
class Trees:
    """Real processes the lanes may be: each PID with every PID below it and itself."""

    trees: dict[int, frozenset[int]] = field(default_factory=dict)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        for _ in range(2):
            shell = subprocess.Popen(
                ["sh", "-c", "sleep 900 & echo $!; wait"], stdout=subprocess.PIPE, start_new_session=True
            )
            assert shell.stdout
            self.trees[shell.pid] = frozenset({shell.pid, int(shell.stdout.readline())})
            lone = subprocess.Popen(["sleep", "900"], start_new_session=True)
            self.trees[lone.pid] = frozenset({lone.pid})
            self.started += [shell, lone]

    def end(self) -> None:
        for process in self.started:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    @property
    def pids(self) -> list[int]:
        return sorted(pid for tree in self.trees.values() for pid in tree)


class Play:
    """One seed: what is played, and what was ever told of which process."""

    def __init__(self, seed: int, trees: Trees) -> None:
        self.random = random.Random(seed)
        self.trees = trees
        self.now_s = self.random.choice([0.0, 5.0, 1e5])
        self.clock_us = 1_700_000_000_000_000
        self.device = self._device()
        self.on_mig = bool(self.device.mig) and self.random.random() < 0.7
        self.energy_mj = 10**6
        self.sampled: set[int] = set()
        self._lanes: dict[Lane, LaneProcess] = {}

    @property
    def metered(self) -> PlannedDevice:
        if self.on_mig:
            return PlannedDevice(
                kind="gpu", name="MIG", uuid=self.device.mig[0].uuid, mig_of=self.device.uuid
            )
        return PlannedDevice(kind="gpu", name="GPU", uuid=self.device.uuid)

    @property
    def opening(self) -> Opening:
        """What is metered: a GPU, one instance, or a GPU of which each lane has an instance."""
        own: dict[Lane, PlannedDevice] = {}
        if self.device.mig and not self.on_mig and self.random.random() < 0.7:
            names: tuple[Lane, Lane] = ("a", "b")
            own = {
                lane: PlannedDevice(kind="gpu", name="MIG", uuid=mig.uuid, mig_of=self.device.uuid)
                for lane, mig in zip(names, self.device.mig, strict=True)
            }
        return Opening(device=self.metered, lane_devices=own)

    def lanes(self) -> dict[Lane, LaneProcess]:
        """Some of the processes as lanes; now and then PIDs change hands, and some are of nobody."""
        if self.random.random() < 0.8 and self._lanes:
            return self._lanes
        chosen = self.random.sample([*self.trees.trees, 4_000_000], 2)
        lanes: dict[Lane, LaneProcess] = {}
        names: tuple[Lane, Lane] = ("a", "b")
        for lane, pid in zip(names, chosen, strict=True):
            if self.random.random() < 0.85:
                since = self.random.choice([None, 0.0, self.now_s - 20.0, self.now_s])
                lanes[lane] = LaneProcess(pid, self.random.random() < 0.2, since)
        self._lanes = lanes
        return lanes

    def scenario(self) -> Scenario:
        """The next state of the machine."""
        chance = self.random
        if chance.random() < 0.15:
            self.now_s += chance.choice([-100.0, -3.0, 60.0, 3600.0])
            self.clock_us += chance.choice([-60_000_000, 60_000_000, 0])
        else:
            self.now_s += 0.5
            self.clock_us += 500_000
        self.energy_mj = max(0, self.energy_mj + chance.choice([30_000, 0, 10**7, -(10**6)]))
        device = self._device_now()
        self.sampled |= {sample.pid for sample in device.samples} | set(device.busy)
        return Scenario(devices=(device,), faults=self._faults(), clock_us=self.clock_us)

    def _device(self) -> Device:
        chance = self.random
        gpm = Gpm(50.0, 20.0, 5.0, 60.0) if chance.random() < 0.5 else None
        mig: tuple[Mig, ...] = ()
        if chance.random() < 0.3:
            mig = (Mig("MIG-1", gpu_instance_id=3, gpm=gpm), Mig("MIG-2", index=2, gpu_instance_id=5))
        unified = not mig and chance.random() < 0.1
        return Device(
            memory_total_bytes=0 if unified else 24 * GIB,
            memory_used_bytes=0 if unified else 2 * GIB,
            memory_reserved_bytes=0 if unified else 512 * MIB,
            architecture=chance.choice([7, 8, 9, 10]),
            virtualization=chance.choice([0, 0, 1, 2]),
            mig_mode=int(bool(mig)),
            mig=mig,
            gpm=gpm,
        )

    def _device_now(self) -> Device:
        chance, was = self.random, self.device
        processes = tuple(self._processes())
        odd = chance.random() < 0.2
        mig = was.mig
        if mig:
            mig = (replace(mig[0], processes=processes), *mig[1:])
        return replace(
            was,
            gpu_percent=chance.choice(BLANKS) if odd else chance.randint(0, 100),
            power_mw=chance.choice(BLANKS) if odd else chance.randint(0, 700_000),
            temperature_c=chance.choice(BLANKS) if odd else chance.randint(20, 95),
            memory_used_bytes=30 * GIB if odd and was.memory_total_bytes else was.memory_used_bytes,
            energy_mj=self.energy_mj,
            event_reasons=chance.choice([0, 1, 4, 0x68, 0xFFFF, (1 << 62)]),
            gpm=was.gpm and Gpm(chance.choice([0.0, 40.0, 100.4, 1e9]), 20.0, chance.random() * 100, 60.0),
            processes=() if mig else processes,
            mig=mig,
            busy=self._busy(),
            samples=tuple(self._garbage()),
        )

    def _processes(self) -> Iterator[Process]:
        chance = self.random
        for pid in (*self.trees.pids, 1, 3_999_999):
            if chance.random() < 0.5:
                memory = None if chance.random() < 0.2 else (pid % 1000 + 1) * MIB
                for kind in chance.sample(KINDS, chance.randint(1, 2)):
                    yield Process(pid, memory, kind)

    def _busy(self) -> dict[int, int]:
        left, busy = 100, {}
        for pid in self.random.sample((*self.trees.pids, 1, 3_999_999), 4):
            busy[pid] = self.random.randint(0, left)
            left -= busy[pid]
        return busy

    def _garbage(self) -> Iterator[Utilization]:
        chance = self.random
        while chance.random() < 0.3:
            stamp = self.clock_us - chance.choice([0, 10_000, 10**7, -(10**7)])
            pid = chance.choice((*self.trees.pids, 1, 2_000_000_000))
            yield Utilization(pid, stamp, chance.choice([0, 50, 100, 101, 37100, 4294967295]))

    def _faults(self) -> tuple[Fault, ...]:
        chance = self.random
        faults = []
        while chance.random() < 0.45:
            code = chance.choice((15, 16)) if chance.random() < 0.02 else chance.choice(CODES)
            first = chance.randint(1, 12)
            last = None if chance.random() < 0.3 else first + chance.randint(0, 3)
            faults.append(Fault(chance.choice(FUNCTIONS), code, first, last))
        return tuple(faults)


def broken_rules(
    play: Play, scenario: Scenario, lanes: Mapping[Lane, LaneProcess], sample: Sample, source: Source
) -> Iterator[str]:
    """Yield what of a sample cannot be."""
    device, figures = sample.device, source.figures
    for name in device.__struct_fields__:
        value, figure = getattr(device, name), figures.get(f"device.{name}")
        if figure is None:
            yield f"device.{name} has no figure"
        elif value is None and (figure.state == "value" or not figure.reason):
            yield f"device.{name} is missing and its figure does not say why: {figure}"
        elif value is not None and figure.state not in ("value", "estimate"):
            yield f"device.{name} is {value} and its figure says {figure}"
        if isinstance(value, (int, float)) and (value < 0 or (name.endswith("_percent") and value > 100)):
            yield f"device.{name} is {value}"
    if None not in (device.memory_used_bytes, device.memory_total_bytes):
        assert device.memory_used_bytes is not None
        assert device.memory_total_bytes is not None
        if device.memory_used_bytes > device.memory_total_bytes:
            yield "more memory used than there is"
    yield from _broken_lanes(play, scenario, lanes, sample, figures)


def _broken_lanes(
    play: Play,
    scenario: Scenario,
    lanes: Mapping[Lane, LaneProcess],
    sample: Sample,
    figures: Mapping[str, Figure],
) -> Iterator[str]:
    listed: dict[int, int] = {}
    (gpu,) = scenario.devices
    for process in (*gpu.processes, *(one for mig in gpu.mig for one in mig.processes)):
        listed[process.pid] = max(listed.get(process.pid, 0), process.memory_bytes or 0)
    shares = sample.others_sm_percent or 0.0
    ours: set[int] = set()
    for lane, reading in sample.lanes.items():
        tree = play.trees.trees.get(lanes[lane].pid, frozenset())
        ours |= tree
        if reading.pid != lanes[lane].pid:
            yield f"lane {lane} is {lanes[lane].pid}, not {reading.pid}"
        figure = figures.get(f"lanes.{lane}.memory_bytes", figures["lanes.memory_bytes"])
        held = sum(listed.get(pid, 0) for pid in tree)
        inferred = reading.memory_bytes is None or figure.state == "estimate"
        if not inferred and not 0 <= (reading.memory_bytes or 0) <= held:
            yield f"lane {lane} holds {reading.memory_bytes} where the lists give {held}"
        if reading.memory_bytes is None and figure.state == "value" and not figure.reason:
            yield f"lane {lane} has no memory and {figure} does not say why"
        share = reading.sm_percent
        shares += share or 0.0
        if share is not None and (not 0.0 <= share <= 100.0 or (share and not tree & play.sampled)):
            yield f"lane {lane} has a share of {share}; was it ever sampled: {bool(tree & play.sampled)}"
    if not 0.0 <= shares <= 100.0 + 1e-6:
        yield f"shares add up to {shares}"
    for other in sample.others or ():
        if other.pid in ours or other.pid not in listed:
            yield f"{other.pid} is taken for a foreign process"
        elif other.memory_bytes is not None and other.memory_bytes > listed[other.pid]:
            yield f"foreign {other.pid} holds {other.memory_bytes}"


def play_one(seed: int, driver: SimulatedDriver, trees: Trees) -> int:
    """Play a seed and print what it breaks; returns how many samples the meter gave."""
    samples = 0
    play = Play(seed, trees)
    driver.play(Scenario(devices=(play.device,), clock_us=play.clock_us))
    meter = meter_of(play.opening, lambda: play.now_s)
    try:
        meter.open()
    except MeterError as error:
        print(f"seed {seed}: does not open: {error}", flush=True)
        return 0
    try:
        for step in range(STEPS):
            scenario, lanes = play.scenario(), play.lanes()
            driver.play(scenario)
            try:
                sample = meter.sample(play.now_s, lanes)
            except DeviceLostError:
                break
            except MeterError:
                continue
            samples += 1
            for broken in broken_rules(play, scenario, lanes, sample, meter.source(play.now_s)):
                print(f"seed {seed}, step {step}: {broken}", flush=True)
    finally:
        meter.close()
    return samples


def main() -> None:
    """Play the seeds."""
    folder, first, count, *omit = sys.argv[1:]
    driver = SimulatedDriver(Path(folder), omit=omit)
    trees = Trees()
    trees.start()
    samples = 0
    try:
        for seed in range(int(first), int(first) + int(count)):
            try:
                samples += play_one(seed, driver, trees)
            except Exception:
                print(f"seed {seed}: {traceback.format_exc()}", flush=True)
    finally:
        trees.end()
    enough = samples > int(count) * STEPS * 0.8  # else the rules were hardly put to the test
    print(f"played {count}" if enough else f"only {samples} samples of {count} seeds", flush=True)


if __name__ == "__main__":
    main()
