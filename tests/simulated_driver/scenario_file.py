"""Writes a scenario as the library reads it; library/parsing.h has the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from urllib.parse import quote

from tests.simulated_driver.build import function_names
from tests.simulated_driver.scenario import (
    Delay,
    Device,
    Fault,
    Gpm,
    Mig,
    Process,
    Scenario,
    Utilization,
)

_NESTED = {"mig", "processes", "busy", "samples", "gpm"}


def scenario_text(scenario: Scenario) -> str:
    """Return the file's text.

    Raises ValueError for a fault or a delay of no function of the library, and for a figure below 0, which no field
    of NVML's can hold.
    """
    return "".join(f"{line}\n" for line in _lines(scenario))


def _lines(scenario: Scenario) -> Iterator[str]:
    yield _line(
        "machine",
        driver_version=scenario.driver_version,
        cuda_version=scenario.cuda_version,
        clock_us=scenario.clock_us,
    )
    for device in scenario.devices:
        yield _line("device", **_plain(device))
        # Below a MIG instance everything is the instance's: what is the device's own comes first.
        yield from _below(device)
        for pid, percent in device.busy.items():
            yield _line("busy", pid=pid, sm_percent=percent)
        for sample in device.samples:
            yield _line("sample", **_plain(sample))
        for mig in device.mig:
            yield _line("mig", **_plain(mig))
            yield from _below(mig)
    for fault in scenario.faults:
        _check(fault.function)
        yield _line("fault", **_plain(fault))
    for delay in scenario.delays:
        _check(delay.function)
        yield _line(
            "delay",
            function=delay.function,
            microseconds=round(delay.seconds * 1e6),
            from_call=delay.from_call,
            to_call=delay.to_call,
        )
    yield "end"


def _below(place: Device | Mig) -> Iterator[str]:
    for process in place.processes:
        yield _line("process", **_plain(process))
    if place.gpm is not None:
        yield _line(
            "gpm", **{field.name: round(getattr(place.gpm, field.name) * 1e6) for field in fields(Gpm)}
        )


def _plain(thing: Device | Mig | Process | Utilization | Fault | Delay) -> dict[str, object]:
    """Return the fields that hold one value each."""
    return {field.name: getattr(thing, field.name) for field in fields(thing) if field.name not in _NESTED}


def _line(word: str, **values: object) -> str:
    return " ".join((word, *(f"{key}={_value(value)}" for key, value in values.items())))


def _value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool | int):
        if value < 0:
            raise ValueError(f"{value} is below 0")
        return str(int(value))
    return quote(str(value), safe="*") or "-"


def _check(function: str) -> None:
    if function != "*" and function not in function_names():
        raise ValueError(f"the simulated library has no {function}")
