"""Runs that never happened: folders written by hand, as their readers find them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from training.plan import Lane, LanePlan, Limits, Plan, PlannedDevice, Sharing, write_plan
from training.preset import FitSpec, Preset
from training.preset.data import TabularBinary
from training.preset.model import Mlp
from training.record.run_folder import RunFolder
from training.record.tagged import Record


def preset(title: str = "Seed", **fit: object) -> Preset:
    """A small preset."""
    spec = msgspec.convert({"loss": "binary_crossentropy", **fit}, FitSpec)
    return Preset(title=title, model=Mlp(hidden=(8,)), data=TabularBinary(), fit=spec)


def plan(
    run: str = "made", *, sharing: Sharing = "together", limits: Limits | None = None, **device: object
) -> Plan:
    """Two lanes on a CPU."""
    lanes: dict[Lane, LanePlan] = {
        "a": LanePlan("seed-binary", "shipped", preset("Seed A")),
        "b": LanePlan("seed-regression", "shipped", preset("Seed B")),
    }
    planned = msgspec.convert({"kind": "cpu", "name": "CPU", "memory_bytes": 1000, **device}, PlannedDevice)
    return Plan(
        run, lanes, planned, sharing, limits or Limits(), created_at="2026-01-02T03:04:05+00:00", host="here"
    )


def made_run(path: Path, made: Plan | None = None) -> RunFolder:
    """A folder with a plan and nothing else."""
    path.mkdir(parents=True, mode=0o700)
    folder = RunFolder(path)
    write_plan(made or plan(path.name), folder.plan)
    return folder


def lines(records: Iterable[Record]) -> bytes:
    """The records as a file holds them."""
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


def append(path: Path, *records: Record) -> None:
    """Append records to a file."""
    with path.open("ab") as file:
        file.write(lines(records))
