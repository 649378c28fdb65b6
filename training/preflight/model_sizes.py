"""The sizes of models that nothing is known of yet, asked for where a launch rests on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event

from training.analysis.forecast_memory import Experience, memory_need
from training.description import (
    WAITED_FOR,
    Description,
    DescriptionError,
    Patience,
    describe_preset,
    description_of,
    keep_description,
    kept_description,
)
from training.plan import LanePlan, Plan
from training.preset import Preset, preset_digest
from training.preset.own_code import names_code

WaitingFor = Callable[[Sequence[str]], AbstractContextManager[object]]
"""Told the names of presets; in what it returns Keras is waited for."""
Describe = Callable[[Path, Preset, Callable[[], bool], Sequence[str], Patience], Description]


def wait_in_silence(_presets: Sequence[str]) -> AbstractContextManager[object]:
    """Wait for Keras, and say nothing."""
    return nullcontext()


def of_unknown_size(plan: Plan, experience: Experience) -> tuple[LanePlan, ...]:
    """The lanes whose memory nothing tells of, and whose models Keras could tell of; one for each content."""
    unknown: dict[str, LanePlan] = {}
    for lane, spec in plan.lanes.items():
        preset = spec.preset
        if not is_of_unknown_size(spec):
            continue
        if memory_need(preset, plan.device_of(lane), experience, None).known_from == "nothing":
            unknown[preset_digest(preset)] = spec
    return tuple(unknown.values())


def is_of_unknown_size(spec: LanePlan) -> bool:
    """Whether Keras could tell of the lane's model, and has not yet."""
    preset = spec.preset
    return preset.script is None and not names_code(preset) and kept_description(preset) is None


def ask_sizes(
    lanes: Sequence[LanePlan],
    waiting_for: WaitingFor = wait_in_silence,
    *,
    describe: Describe = describe_preset,
    until_done: Callable[[Sequence[Future[None]]], object] = wait,
) -> dict[str, Description]:
    """Have the models described side by side; returns what is told of each, by its digest. Takes seconds.

    What cannot be described is left to its worker, which says why.

    Args:
        lanes: of models that nothing is known of.
        waiting_for: in what it is waited for them; not called where there are none.
        describe: as `describe_preset`.
        until_done: returns when all are done; a signal may end it before.
    """
    if not lanes:
        return {}
    left = Event()

    told: dict[str, Description] = {}

    def ask(spec: LanePlan) -> None:
        path = Path(spec.preset_path or spec.preset_name)
        try:
            told[preset_digest(spec.preset)] = describe(
                path, spec.preset, left.is_set, spec.overrides, WAITED_FOR
            )
        except DescriptionError:
            return

    with waiting_for([spec.preset_name for spec in lanes]), ThreadPoolExecutor(max_workers=2) as threads:
        asked = [threads.submit(ask, spec) for spec in lanes]
        try:
            until_done(asked)
        except BaseException:
            left.set()
            raise
        for one in asked:
            one.result()
    return told


def known_sizes(told: Mapping[str, Description]) -> Callable[[Preset], Description | None]:
    """What is known of a preset: as just told, for where it could not be kept, else as it is kept."""
    return lambda preset: told.get(preset_digest(preset)) or kept_description(preset)


def keep_shipped_sizes(plan: Plan) -> None:
    """Keep what is shipped of the lanes' models: what they take is held against it by their contents later."""
    for spec in plan.lanes.values():
        told = kept_description(spec.preset)
        if told is not None and description_of(told.digest) is None:
            keep_description(told)
