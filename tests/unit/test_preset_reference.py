"""docs/presets.md is what the types of a preset make of it, and tells every key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from training.preset import Preset
from training.preset.entry import ENTRY
from training.preset.entry_table import KEY
from training.preset.keys import every_table
from training.preset.learning import LOSSES_FOR
from training.preset.make import make_preset
from training.preset.reference import preset_reference

PAGE = Path(__file__).parents[2] / "docs" / "presets.md"


@pytest.fixture(scope="module")
def page() -> str:
    return preset_reference()


def test_the_page_is_up_to_date(page: str) -> None:
    assert PAGE.read_text(encoding="utf-8") == page, "docs/presets.md is stale: `make docs` writes it anew"


def test_every_key_stands_in_a_row_of_its_section(page: str) -> None:
    for table in every_table():
        variant = KEY if table.variant == ENTRY else table.variant
        title = f"### `{variant}`" if variant else f"`[{table.name}]`" if table.name else "Above"
        part = page.partition(f"\n## `[{table.name}]`")[2] if variant else page
        section = part.partition(f"\n{title}" if variant else f"\n## {title}")[2]
        section = re.split(r"\n##+ ", section)[0]
        for key in table.keys:
            if key.name == "name" and table.variant:
                assert f"| `{table.variant}` | {key.words} |" in page
            else:
                assert f"| `{key.name}` | {key.words} | " in section, f"{title}: {key.name}"


def test_every_loss_is_told_with_data_it_fits(page: str) -> None:
    section = page.partition("## Losses and metrics")[2].partition("\n## ")[0]
    for losses in LOSSES_FOR.values():
        assert all(f"`{loss}`" in section for loss in losses)


def test_what_it_shows_as_a_file_is_a_preset(page: str) -> None:
    shown = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(shown) == 3
    for text in shown:
        assert isinstance(make_preset(tomllib.loads(text)), Preset)


def test_every_row_has_as_many_cells_as_its_titles(page: str) -> None:
    cells = 0
    for line in page.splitlines():
        if not line.startswith("|"):
            cells = 0
            continue
        found = len(re.findall(r"(?<!\\)\|", line))
        assert not cells or found == cells, line
        cells = found


def test_links_inside_the_page_lead_somewhere(page: str) -> None:
    titles = re.findall(r"^## (.*)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= anchors
