"""A preset's settings in a few words: what is left at its default is not said."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from training.preset.backend import DEFAULT_BACKEND, title_of
from training.preset.data import EntryData, OwnData
from training.preset.explain import Setting, explain
from training.preset.fits import tag
from training.preset.model import EntryModel
from training.preset.printable import printable
from tui import format

if TYPE_CHECKING:
    from training.preset import Preset
    from training.preset.script import ScriptSpec


def model_name(preset: Preset) -> str:
    """The architecture, or the function of the user's own that makes the model; of a script that it is one."""
    if preset.script is not None:
        return "script" if preset.script.exec is None else "program"
    model = preset.model
    return model.entry.text if isinstance(model, EntryModel) else tag(model)


def data_name(preset: Preset) -> str:
    """The data set, or the function of the user's own that makes the data; nothing of a script, which loads its own."""
    if preset.script is not None:
        return ""
    data = preset.data
    return data.entry.text if isinstance(data, EntryData) else tag(data)


def model_text(preset: Preset) -> str:
    """The architecture with its sizes: `mlp, hidden 64`."""
    return ", ".join([model_name(preset), *_sizes(preset, "model")])


def data_text(preset: Preset) -> str:
    """The data with their sizes: `images, 2 000 samples, size 32`."""
    if isinstance(preset.data, EntryData | OwnData):
        return ", ".join([data_name(preset), *_sizes(preset, "data")])
    sizes = [text for text in _sizes(preset, "data") if not text.startswith("samples ")]
    return ", ".join([data_name(preset), f"{format.count(preset.data.samples)} samples", *sizes])


def fit_text(preset: Preset, steps_per_epoch: int | None) -> str:
    """How it is trained: `adam 0.001, batch 32, 25 steps × 160 epochs, validates on 20 %`."""
    fit = preset.fit
    length = f"{format.count(fit.epochs)} {'epoch' if fit.epochs == 1 else 'epochs'}"
    if fit.steps is not None:
        length = f"{format.count(fit.steps)} steps"
    elif steps_per_epoch is not None:
        length = f"{format.count(steps_per_epoch)} steps × {length}"
    optimizer, batch = f"{fit.optimizer} {fit.learning_rate:g}", f"batch {format.count(fit.batch_size)}"
    if isinstance(preset.model, EntryModel):
        optimizer += " unless compiled"
    if isinstance(preset.data, EntryData):
        batch += " of arrays"
    parts = [optimizer, batch, length]
    if fit.validation_split:
        parts.append(f"validates on {format.percent(fit.validation_split * 100)}")
    if preset.device.memory != "growth":
        parts.append(f"at most {preset.device.memory} MiB")
    if preset.device.precision != "float32":
        parts.append(preset.device.precision)
    if fit.backend != DEFAULT_BACKEND:
        parts.append(f"on {title_of(fit.backend)}")
    return ", ".join(parts)


def loss_text(preset: Preset) -> str:
    """The loss and the metrics; a model that a function of the user's own compiles has its own."""
    fit = preset.fit
    return ", ".join((fit.loss or "as the model was compiled", *fit.metrics))


def script_text(script: ScriptSpec) -> str:
    """What is run, as a person would type it."""
    return shlex.join(script.command)


def place_text(script: ScriptSpec) -> str:
    """Where it runs, and on what: `in /home/me/work, by .venv/bin/python, on JAX, LEVEL=2`."""
    parts = [f"in {script.folder}"]
    if script.exec is None:
        parts.append(f"by {script.python}" if script.python is not None else "by dualtrain's own Python")
    if script.backend is not None:
        parts.append(f"on {title_of(script.backend)}")
    return ", ".join([*parts, *(f"{name}={value}" for name, value in sorted(script.env.items()))])


def settings(preset: Preset) -> list[tuple[str, str, bool]]:
    """Every setting: its dotted key, its value as TOML has it, and whether it is the default."""
    return [(one.key, one.text, one.is_default) for one in explain(preset)]


def _sizes(preset: Preset, table: str) -> list[str]:
    return [
        f"{one.key.partition('.')[2].replace('_', ' ')} {_short(one)}"
        for one in explain(preset)
        if one.key.startswith(f"{table}.") and one.key not in _named(table) and _says_something(one)
    ]


def _named(table: str) -> tuple[str, str]:
    """The keys that say what a table is of."""
    return f"{table}.name", f"{table}.entry"


def _says_something(setting: Setting) -> bool:
    # Noise is how hard the made-up data are to learn: nothing that loads a device.
    return (
        setting.value not in (None, 0, 0.0)
        and setting.key != "data.noise"
        and not (setting.is_default and isinstance(setting.value, str))
    )


def _short(setting: Setting) -> str:
    value = setting.value
    if isinstance(value, list):
        return printable(" ".join(str(one) for one in value)) if value else "none"
    return format.count(value) if isinstance(value, int) and not isinstance(value, bool) else setting.text
