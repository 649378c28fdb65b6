"""What says each setting: the preset's file, a default, or what is set beside the file."""

from __future__ import annotations

from training.preset.sources import with_sources
from training.preset.toml_file import read_toml
from training.preset_library import overridden, resolve


def sources(*overrides: str) -> dict[str, str]:
    """Of the settings of a shipped preset with these set beside it."""
    entry = overridden(resolve("cnn-small"), overrides)
    assert entry.preset is not None
    return {
        setting.key: source
        for setting, source in with_sources(entry.preset, read_toml(entry.path), overrides)
    }


def test_what_the_file_says_is_the_presets_even_where_it_is_the_default() -> None:
    told = sources()
    assert told["model.filters"] == "preset"
    assert told["data.size"] == "preset"  # 32, as without it
    assert told["fit.epochs"] == "preset"  # 10, as without it
    assert told["model.kernel"] == "default"
    assert told["fit.steps"] == "default"
    assert set(told.values()) == {"preset", "default"}


def test_what_is_set_beside_it_is_an_override() -> None:
    told = sources("fit.epochs=10", "device.memory = 512")
    assert told["fit.epochs"] == told["device.memory"] == "override"
    assert told["fit.batch_size"] == "preset"


def test_another_architecture_begins_with_its_own_defaults() -> None:
    told = sources("model.name=unet", "model.levels=2", "data.name=masks", "fit.loss=bce", "fit.metrics=[]")
    assert told["model.name"] == told["model.levels"] == told["data.name"] == "override"
    assert told["model.filters"] == "default"  # the file says filters of the old architecture
    assert told["data.size"] == told["data.samples"] == "default"


def test_a_whole_table_set_at_once() -> None:
    told = sources('fit={loss = "kld", epochs = 3}')
    assert told["fit.loss"] == told["fit.epochs"] == "override"
    assert told["fit.batch_size"] == "default"
