"""The most memory each lane held, from the device's samples."""

from __future__ import annotations

from training.plan import Lane
from training.record.device_records import DeviceRecord, Sample
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


def peak_memory(folder: RunFolder) -> dict[Lane, int]:
    """Peak device memory in bytes of each lane that was ever seen holding any."""
    peaks: dict[Lane, int] = {}
    reader: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
    for record in reader.read_new():
        if isinstance(record, Sample):
            for lane, reading in record.lanes.items():
                if reading.memory_bytes is not None:
                    peaks[lane] = max(peaks.get(lane, 0), reading.memory_bytes)
    return peaks
