"""What a launch will take, before it is launched: memory, each one's time alone, and the time of the whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from training.analysis.forecast_fit import DeviceFit, device_fits
from training.analysis.forecast_memory import EstimateError, Experience, memory_need
from training.analysis.forecast_rate import RoughBasis, rate_alone
from training.analysis.progress import LaneTimes, makespan_s, speedup
from training.description import Description
from training.plan import LANES, Lane, Limits, PlannedDevice, Sharing
from training.preset import Preset
from training.preset.data import EntryData, OwnData
from training.preset.fits import validation_count
from training.record.measurement_records import PairMeasured

_SAME_WITHIN = 0.02
"""An interval of a measured speed-up is told where the lengths leave the speed-up itself at what it was."""


@dataclass(frozen=True, slots=True)
class Together:
    """What a measured pair says for the lengths of now."""

    seconds: float
    speedup: float
    """Against one after the other."""
    measured: PairMeasured
    is_rough: bool = False
    """A lane's time alone is only rough, and with it these."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the speed-up; None where it was measured for other lengths, or too seldom."""
        if self.is_rough:
            return None
        same = abs(self.speedup / self.measured.speedup - 1) < _SAME_WITHIN
        return self.measured.interval if same else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is known of a launch. What was never measured is not made up: it is missing."""

    sharing: Sharing
    lanes: tuple[Lane, ...]
    fits: tuple[DeviceFit, ...]
    alone_s: Mapping[Lane, float]
    """Seconds each trains alone, start-up left out."""
    together: Together | None = None
    error: EstimateError | None = None
    """Of the estimates on such a device so far."""
    rough: Mapping[Lane, RoughBasis] = field(default_factory=dict)
    """Lanes whose time alone stands on a rate that is only rough, and on what."""

    @property
    def in_turn_s(self) -> float | None:
        """Seconds one after the other."""
        return sum(self.alone_s.values()) if len(self.alone_s) == len(self.lanes) else None


def forecast(
    presets: Mapping[Lane, Preset],
    devices: Mapping[Lane, PlannedDevice],
    sharing: Sharing,
    experience: Experience,
    describe: Callable[[Preset], Description | None],
    *,
    limits: Limits | None = None,
) -> Forecast:
    """Return the forecast of a launch; nothing is read or run for it.

    Args:
        presets: what each lane trains.
        devices: what each lane trains on.
        sharing: how they share it.
        experience: what is kept.
        describe: returns what Keras told of a preset, where it is known.
        limits: in place of the presets' own lengths.
    """
    bounds, measured = limits or Limits(), experience.measured
    needs = {
        lane: memory_need(preset, devices[lane], experience, describe(preset))
        for lane, preset in presets.items()
    }
    pair = None
    if len(presets) == len(LANES) and sharing != "sequential":
        pair = best_measured(measured.of_pair(presets, devices), sharing)
    alone_s: dict[Lane, float] = {}
    rough: dict[Lane, RoughBasis] = {}
    for lane, preset in presets.items():
        rate = rate_alone(lane, measured.of(preset, devices[lane]), pair)
        told = describe(preset)
        seconds = alone_seconds(
            preset,
            bounds,
            None if rate is None else rate.steps_per_s,
            None if told is None else told.steps_per_epoch,
        )
        if seconds is None:
            continue
        alone_s[lane] = seconds
        if rate is not None and rate.only is not None and bounds.minutes is None:
            rough[lane] = rate.only
    kinds = {device.kind for device in devices.values()}
    return Forecast(
        sharing,
        tuple(presets),
        device_fits(needs, devices, sharing),
        alone_s,
        None if pair is None else _together(pair, alone_s, bounds, is_rough=bool(rough)),
        experience.errors.get(next(iter(kinds))) if len(kinds) == 1 else None,
        rough,
    )


def best_measured(pairs: tuple[PairMeasured, ...], sharing: Sharing) -> PairMeasured | None:
    """The newest over several launches, else with an interval, else at all; None where it never was in this mode.

    `adaptive` trains as `together` does while both train.
    """
    same = [pair for pair in pairs if _as_shared(pair.sharing) == _as_shared(sharing)]
    return max(same, key=lambda pair: (pair.interval is not None, pair.launches > 1), default=None)


def alone_seconds(
    preset: Preset, limits: Limits, rate_steps_per_s: float | None, steps_per_epoch: int | None = None
) -> float | None:
    """Seconds that a lane trains alone; None where its rate or its length is not known and time does not bound it."""
    if limits.minutes is not None:
        return limits.minutes * 60
    if rate_steps_per_s is None:
        return None
    steps = planned_steps(preset, limits, steps_per_epoch)
    if steps is None:
        return None
    seconds = steps / rate_steps_per_s
    return seconds if math.isfinite(seconds) else None


def planned_steps(preset: Preset, limits: Limits, steps_per_epoch: int | None = None) -> int | None:
    """Steps of a lane that time does not bound: a limit replaces the preset's own length.

    Of data that a function of the user's own makes `steps_per_epoch` is what was told of them; None where nothing was.
    A script's steps nobody knows.
    """
    if preset.script is not None:
        return None
    fit, data = preset.fit, preset.data
    if limits.steps is not None or (limits.epochs is None and fit.steps is not None):
        return limits.steps or fit.steps or 1
    if not isinstance(data, EntryData | OwnData):
        held_back = validation_count(data.samples, fit.validation_split) if fit.validation_split else 0
        steps_per_epoch = math.ceil((data.samples - held_back) / fit.batch_size)
    if steps_per_epoch is None:
        return None
    return (limits.epochs or fit.epochs) * steps_per_epoch


def _as_shared(sharing: Sharing) -> Sharing:
    return "together" if sharing == "adaptive" else sharing


def _together(
    pair: PairMeasured, alone_s: Mapping[Lane, float], limits: Limits, *, is_rough: bool
) -> Together | None:
    """Where time bounds the lanes each trains as long beside the other, and alone what the same steps would take."""
    if any(lane not in alone_s for lane in LANES):
        return None
    times: dict[Lane, LaneTimes] = {}
    for lane in LANES:
        slowdown, seconds = pair.slowdown[lane], alone_s[lane]
        bounded = limits.minutes is not None
        times[lane] = (
            LaneTimes(seconds / slowdown, seconds) if bounded else LaneTimes(seconds, seconds * slowdown)
        )
    whole_s = makespan_s(times)
    if not math.isfinite(whole_s) or whole_s <= 0:
        return None
    return Together(whole_s, speedup(times), pair, is_rough)
