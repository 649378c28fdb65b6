"""The details pane alone: it says as much as fits, the most telling first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from rich.cells import cell_len

from tests.app.pick_world import broken, description, entry, lane_measured, preset
from tests.unit.own_presets import own_preset
from training.preset import load_preset
from training.preset_library import PresetEntry
from tui.widgets.preset_details import PresetDetails
from tui.widgets.preset_facts import Known, memory, parameters, time
from tui.widgets.preset_text import data_text, fit_text, model_text

GOOD = entry("good")


class Drawn(PresetDetails):
    """Draws without a screen."""

    def redraw(self) -> None:
        """Nothing to paint on."""

    def text(self, width: int, height: int) -> str:
        """The text of the lines."""
        return "\n".join("".join(text for text, _ in line) for line in self.draw(width, height))


def drawn(known: Known) -> Drawn:
    widget = Drawn()
    widget.show(known)
    return widget


@pytest.mark.parametrize("height", range(1, 45))
@pytest.mark.parametrize("width", [20, 56, 76, 116])
def test_it_never_takes_more_than_it_has(width: int, height: int) -> None:
    lines = drawn(Known("a", GOOD)).text(width, height).splitlines()
    assert len(lines) <= height
    assert all(cell_len(line) <= max(width, 13) for line in lines)


def test_with_room_it_tells_every_setting_and_without_the_most_telling() -> None:
    widget = drawn(Known("a", GOOD, earlier=()))
    assert "checkpoint.every_s" in widget.text(100, 45)
    compact = widget.text(76, 7)
    for part in ("Title of good", "What it is.", "What it stresses.", "mlp, hidden 64", "not computed yet"):
        assert part in compact
    tight = widget.text(56, 3)
    assert "not computed yet" in tight
    assert "not run here yet" in tight


def test_a_bad_preset_tells_its_error() -> None:
    assert "did you mean binary_crossentropy?" in drawn(Known("b", broken())).text(116, 8)


def test_parameters_that_cannot_be_computed_say_why() -> None:
    known = Known("a", GOOD, description="ValueError: too small")
    assert parameters(known).text == "cannot be computed: ValueError: too small"


def test_estimates_are_marked() -> None:
    assert GOOD.preset is not None
    known = Known("a", GOOD, description=description(GOOD.preset))
    assert "optimizer ≈ 9.64 KiB" in parameters(known).text
    assert "activations ≈ 4.00 KiB" in parameters(known).text


def test_what_earlier_runs_could_not_tell_is_not_a_zero() -> None:
    assert GOOD.preset is not None
    run = lane_measured(
        GOOD.preset, peak_memory_bytes=None, steps_per_s=None, is_whole=False, steps=3, train_s=1.0
    )
    known = Known("a", GOOD, earlier=(run,))
    assert memory(known).text == "earlier runs here could not tell it"
    assert time(known).text == "3 steps in 0:01, beside lstm, 2026-10-07 14:03"


def test_a_preset_in_few_words() -> None:
    one = preset(steps=500, learning_rate=0.01)
    assert model_text(one) == "mlp, hidden 64"
    assert data_text(one) == "tabular-binary, 1 000 samples, features 10"
    assert fit_text(one, 32) == "adam 0.01, batch 32, 500 steps"
    assert (
        fit_text(preset(epochs=1, validation_split=0.2), 25)
        == "adam 0.001, batch 32, 25 steps × 1 epoch, validates on 20 %"
    )


def own(folder: Path) -> PresetEntry:
    """A preset that names code of a person's own."""
    return PresetEntry("mine", "local", folder / "mine.toml", load_preset(own_preset(folder)), None)


def test_functions_of_ones_own_stand_where_names_do_and_nothing_is_made_up(tmp_path: Path) -> None:
    one = own(tmp_path)
    assert one.preset is not None
    assert model_text(one.preset).startswith(
        "my_models.py:build, width 64, rates 0.1 0.2, bias true, optimizer.name "
    )
    assert data_text(one.preset) == "my_data.py:load"
    assert fit_text(one.preset, None) == "adam 0.001 unless compiled, batch 32 of arrays, 2 epochs"
    assert parameters(Known("a", one)).text == "not computed: names code of its own"
    text = drawn(Known("a", one)).text(116, 60)
    assert 'model.entry             "my_models.py:build"' in text


def test_what_a_training_told_of_them_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    one = own(tmp_path)
    assert one.preset is not None
    told = structs.replace(description(one.preset, 99), activation_bytes_estimate=None, steps_per_epoch=None)
    for short in (True, False):
        text = parameters(Known("a", one, told), short=short).text
        assert text.startswith("99")
        assert "activations" not in text


def test_what_a_preset_was_made_from_is_told_where_there_is_room() -> None:
    assert GOOD.preset is not None
    own = replace(GOOD, preset=structs.replace(GOOD.preset, origin="shipped preset cnn-small"))
    widget = drawn(Known("a", own, earlier=()))
    assert "made from   shipped preset cnn-small" in widget.text(100, 45)
    assert "made from   shipped preset cnn-small" in widget.text(100, 14)
    assert "made from" not in widget.text(76, 7)
    assert "made from" not in drawn(Known("a", GOOD)).text(100, 45)


def test_another_backend_is_said_and_the_default_is_not() -> None:
    assert fit_text(preset(epochs=1, backend="jax"), None).endswith(", 1 epoch, on JAX")
    assert "TensorFlow" not in fit_text(preset(epochs=1), None)
