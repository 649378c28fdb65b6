"""Random scenarios of a GPU, one seed each: errors at random calls, processes that come and go, clocks that jump."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tests.simulated_driver.metering_messages import Opening
from tests.simulated_driver.scenario import GIB, MIB, Device, Fault, Gpm, Mig, Process, Scenario, Utilization
from training.meters.meter import LaneProcess
from training.meters.pid_namespace import Surroundings
from training.plan import Lane, PlannedDevice
from training.record.device_records import ProcessKind

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
VERSIONS = ("525.147.05", "535.183.01", "565.57.01", "580.65.06", "")
HAS_HOST_PIDS_LISTED = VERSIONS[:1]
HAS_HOST_PIDS_SAMPLED = (*VERSIONS[:3], "")
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
        # a seed's own time: the library remembers the samples of the seed before, and would tell them
        self.clock_us = 1_700_000_000_000_000 + seed * 10_000_000_000
        self.device = self._device()
        self.on_mig = bool(self.device.mig) and self.random.random() < 0.7
        self.energy_mj = 10**6
        self.sampled: set[int] = set()
        self._lanes: dict[Lane, LaneProcess] = {}
        chance = self.random
        self.place = Surroundings(
            is_wsl=chance.random() < 0.1,
            is_vgpu=chance.random() < 0.1,
            has_own_pids=chance.choice([None, False, False, True]),
            driver_version=chance.choice(VERSIONS),
        )

    @property
    def list_is_the_hosts(self) -> bool:
        return bool(self.place.has_own_pids) and self.place.driver_version in HAS_HOST_PIDS_LISTED

    @property
    def samples_are_not_ours(self) -> bool:
        in_container = bool(self.place.has_own_pids) and self.place.driver_version in HAS_HOST_PIDS_SAMPLED
        return in_container or self.place.is_wsl

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
        return Opening(device=self.metered, lane_devices=own, surroundings=self.place)

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
        return self.state_of(device, *self._faults())

    def state_of(self, device: Device, *faults: Fault) -> Scenario:
        """The machine with this device now."""
        version = self.place.driver_version or ""
        return Scenario(devices=(device,), faults=faults, driver_version=version, clock_us=self.clock_us)

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
