"""What is known of a preset before it is launched, as facts with a label each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from training.plan import Lane
from training.preset.own_code import NOT_COMPUTED as CODE_NOT_RUN
from training.preset.own_code import names_code
from training.preset.printable import printable
from tui import format
from tui.widgets.preset_text import data_text, fit_text, loss_text, model_text, place_text, script_text
from tui.widgets.spans import Tone

if TYPE_CHECKING:
    from training.description import Description
    from training.preset import Preset
    from training.preset.script import ScriptSpec
    from training.preset_library import PresetEntry
    from training.record.measurement_records import LaneMeasured

NOT_COMPUTED = "not computed yet"
NOT_RUN = "not run here yet"
NOT_RUN_WITH_THESE = "not run here with these versions of the framework and Keras yet"
NOT_READ = "reading earlier runs…"


class Fact(NamedTuple):
    """A label and what stands beside it."""

    label: str
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Known:
    """One preset and what is known of it; None is not known yet."""

    lane: Lane
    entry: PresetEntry | None = None
    description: Description | str | None = None
    """A text is the reason why there is none."""
    is_describing: bool = False
    earlier: tuple[LaneMeasured, ...] | None = None
    """On the chosen device with the versions of now, newest first."""
    with_other_versions: bool = False
    """It ran here, but with other versions of the framework."""
    on_cpu: bool = True

    @property
    def steps_per_epoch(self) -> int | None:
        """As the description tells it."""
        told = self.description
        return None if told is None or isinstance(told, str) else told.steps_per_epoch


def long_facts(known: Known, preset: Preset) -> list[Fact]:
    """One line or more for everything."""
    if preset.script is not None:
        return [*_script_facts(preset.script), memory(known), time(known)]
    return [
        Fact("model", model_text(preset)),
        Fact("data", data_text(preset)),
        Fact("fit", fit_text(preset, known.steps_per_epoch)),
        Fact("loss", loss_text(preset)),
        parameters(known),
        memory(known),
        time(known),
    ]


def short_facts(known: Known, preset: Preset) -> list[Fact]:
    """The same in four lines."""
    if preset.script is not None:
        return [*_script_facts(preset.script), _memory_and_time(known)]
    return [
        Fact("model", f"{model_text(preset)} · {data_text(preset)}"),
        Fact("fit", fit_text(preset, known.steps_per_epoch)),
        parameters(known, short=True),
        _memory_and_time(known),
    ]


def _script_facts(script: ScriptSpec) -> list[Fact]:
    """Three lines: nothing of what it trains is known before it has."""
    telemetry = "model, data and length are its own: what it takes is known once it has run here"
    if script.exec is not None:
        telemetry = "any program: memory, utilisation and log, and no steps"
    return [
        Fact("script" if script.exec is None else "program", printable(script_text(script))),
        Fact("runs", printable(place_text(script))),
        Fact("trains", telemetry, "muted"),
    ]


def parameters(known: Known, *, short: bool = False) -> Fact:
    """What only Keras can tell."""
    told = known.description
    if told is None:
        own = known.entry is not None and known.entry.preset is not None and names_code(known.entry.preset)
        not_yet = CODE_NOT_RUN if own else NOT_COMPUTED
        return Fact("parameters", "being computed…" if known.is_describing else not_yet, "muted")
    if isinstance(told, str):
        return Fact("parameters", f"cannot be computed: {told}", "warning")
    activations = told.activation_bytes_estimate
    if short:
        parts = [
            f"{format.count(told.parameters)} ({format.size(told.parameter_bytes)})",
            f"optimizer ≈{format.size(told.optimizer_bytes_estimate)}",
            *([] if activations is None else [f"activations ≈{format.size(activations)}"]),
        ]
        return Fact("parameters", ", ".join(parts))
    frozen = told.parameters - told.trainable_parameters
    parts = [
        f"{format.count(told.parameters)} in {told.layers} layers",
        *([f"{format.count(frozen)} not trained"] if frozen else []),
        f"weights {format.size(told.parameter_bytes)}",
        f"optimizer ≈ {format.size(told.optimizer_bytes_estimate)}",
        *([] if activations is None else [f"activations ≈ {format.size(activations)} a batch"]),
    ]
    return Fact("parameters", " · ".join(parts))


def memory(known: Known) -> Fact:
    """The most that earlier runs took on this device."""
    if not known.earlier:
        return _unknown("memory", known)
    peak = _peak(known.earlier)
    if peak is None:
        return Fact("memory", "earlier runs here could not tell it", "muted")
    runs = f"{len(known.earlier)} earlier {'run' if len(known.earlier) == 1 else 'runs'} here"
    whose = "host memory" if known.on_cpu else "device memory"
    return Fact("memory", f"peak {format.size(peak)} of {whose}, in {runs}")


def time(known: Known) -> Fact:
    """How long the newest whole run trained, and how fast the newest run went."""
    if not known.earlier:
        return _unknown("time", known)
    run = _most_telling(known.earlier)
    return Fact("time", f"{_time_text(run)}, {_company(run)}, {_when(run)}")


def _memory_and_time(known: Known) -> Fact:
    if not known.earlier:
        return _unknown("earlier", known)
    run, peak = _most_telling(known.earlier), _peak(known.earlier)
    told = [f"peak {format.size(peak)}"] if peak is not None else []
    return Fact("earlier", " · ".join([*told, _time_text(run), _company(run), _when(run)]))


def _unknown(label: str, known: Known) -> Fact:
    not_run = NOT_RUN_WITH_THESE if known.with_other_versions else NOT_RUN
    return Fact(label, NOT_READ if known.earlier is None else not_run, "muted")


def _peak(runs: tuple[LaneMeasured, ...]) -> int | None:
    return max((run.peak_memory_bytes for run in runs if run.peak_memory_bytes is not None), default=None)


def _most_telling(runs: tuple[LaneMeasured, ...]) -> LaneMeasured:
    """The newest whole run, else the newest that trained for long enough, else the newest."""
    whole = next((run for run in runs if run.is_whole), None)
    return whole or next((run for run in runs if not _short(run)), runs[0])


def _time_text(run: LaneMeasured) -> str:
    rate = "" if run.steps_per_s is None else f"{format.rate(run.steps_per_s)} steps/s"
    if run.is_whole:
        return f"{format.clock(run.train_s)} to train" + (f" at {rate}" if rate else "")
    if rate and (short := _short(run)):
        return f"≈{rate} (from {short})"
    if not run.steps:
        return f"ran for {format.clock(run.train_s)}"
    return rate or f"{format.count(run.steps)} steps in {format.clock(run.train_s)}"


def _short(run: LaneMeasured) -> str:
    """What a rate of this run was taken over, where that is too little; empty where it is enough."""
    from training.analysis.forecast_rate import few_steps

    few = few_steps(run)
    return "" if few is None else few.text


def _company(run: LaneMeasured) -> str:
    if run.beside is None or run.sharing == "sequential":
        return "alone"
    return f"beside {run.beside}"


def _when(run: LaneMeasured) -> str:
    return run.at[:16].replace("T", " ")
