"""The few settings that are changed most, as a person types them; what is typed is judged as `--set` judges it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from training.preset.document import Precision, Preset
from training.preset.errors import Problem
from training.preset.overrides import apply_overrides, key_of, problem_with
from training.preset.script_words import WORDS_KEYS, as_line, value_in
from training.preset.toml_text import toml_value

EditKey = Literal[
    "fit.batch_size",
    "fit.epochs",
    "fit.steps",
    "fit.learning_rate",
    "device.precision",
    "device.memory",
    "script.args",
    "script.exec",
    "script.env",
]
PRECISIONS: tuple[str, ...] = get_args(Precision)
GROWTH = "growth"


@dataclass
class EditDraft:
    """A preset whose settings are being typed anew."""

    own: Preset
    """As its file says."""
    texts: dict[EditKey, str]
    """What stands in each field, in order."""
    others: tuple[str, ...] = ()
    """What is set beside the file of keys that have no field here; it is kept as it is."""
    _base: Preset = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raise PresetError where the others do not fit the file."""
        self._base = apply_overrides(self.own, self.others)

    def own_text(self, key: EditKey) -> str:
        """What the preset itself says of a key."""
        return _typed(self.own, key)

    def is_changed(self, key: EditKey) -> bool:
        """Whether a field says otherwise than the preset itself; what cannot be is otherwise too."""
        return self.refusal(key) is not None or _value(self._with(key), key) != _value(self.own, key)

    def refusal(self, key: EditKey) -> str | None:
        """Why the preset may not say what stands in a field, in one sentence; None where it may."""
        problem = self._unreadable(key) or problem_with(self._base, self._override(key))
        if problem is None:
            return None
        return problem.sentence if problem.key == key else f"{problem.key}: {problem.sentence}"

    @property
    def refused(self) -> EditKey | None:
        """The first field that the preset may not have so."""
        return next((key for key in self.texts if self.refusal(key) is not None), None)

    def overrides(self) -> tuple[str, ...]:
        """What makes the file's preset the one that stands here, as `--set` takes it.

        Raises:
            PresetError: it can be none.
        """
        changed = (
            self._override(key)
            for key in self.texts
            if _value(self._with(key), key) != _value(self._base, key)
        )
        found = (*self.others, *changed)
        apply_overrides(self.own, found)
        return found

    def _with(self, key: EditKey) -> Preset:
        return apply_overrides(self._base, [self._override(key)])

    def _unreadable(self, key: EditKey) -> Problem | None:
        """What is wrong with a line that is to be words; None where it is none, or can be split."""
        words = value_in(key, self.texts[key]) if key in WORDS_KEYS else None
        return words if isinstance(words, Problem) else None

    def _override(self, key: EditKey) -> str:
        text = self.texts[key].strip()
        if key not in WORDS_KEYS:
            return f"{key}={_written(text)}"
        words = value_in(key, text)
        if isinstance(words, Problem):
            raise words.error("as it is typed")
        return f"{key}={toml_value(words)}"


def draft(own: Preset, overrides: Sequence[str] = ()) -> EditDraft:
    """A draft that begins with the preset and what is set beside its file.

    Raises:
        PresetError: the overrides do not fit the preset.
    """
    now = apply_overrides(own, overrides)
    texts = {key: _typed(now, key) for key in edit_keys(now)}
    return EditDraft(own, texts, tuple(one for one in overrides if key_of(one) not in texts))


def edit_keys(preset: Preset) -> tuple[EditKey, ...]:
    """The keys that have a field: of a preset that is bound by steps those, and not the epochs.

    Of a script its words and variables: all else it says itself, or its preset does.
    """
    if preset.script is not None:
        return ("script.args" if preset.script.exec is None else "script.exec", "script.env")
    length: EditKey = "fit.epochs" if preset.fit.steps is None else "fit.steps"
    return ("fit.batch_size", length, "fit.learning_rate", "device.precision", "device.memory")


def _typed(preset: Preset, key: EditKey) -> str:
    value = _value(preset, key)
    if value is None:
        return "not set"
    if key in WORDS_KEYS:
        return as_line(value)
    return value if isinstance(value, str) else repr(value)


def _value(preset: Preset, key: EditKey) -> Any:
    table, _, name = key.partition(".")
    return getattr(getattr(preset, table), name)


def _written(text: str) -> str:
    """A number or a bare word as it is; everything else as a text in quotes, for the preset's types to refuse."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        parsed = {}
    value = parsed.get("value") if len(parsed) == 1 else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    return text if text.isascii() and text.isidentifier() else toml_value(text)
