"""The files that `docs/own-training.md` shows are those that the tests train."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own-training.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"<!-- (file|part of): (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def test_what_is_shown_is_what_is_trained() -> None:
    shown = SHOWN.findall(PAGE)
    assert [name for _, name, _ in shown] == ["my_models.py", "my_data.py", "waves.toml"]
    for how, name, text in shown:
        content = (ROOT / "tests" / "scripts" / "entries" / "waves" / name).read_text(encoding="utf-8")
        assert text == content if how == "file" else text in content


def test_lines_that_it_tells_of_are_where_it_says() -> None:
    folder = ROOT / "tests" / "scripts" / "entries"
    for file, line, function in re.findall(r"^(my_\w+\.py):(\d+): (\w+)\(", PAGE, re.MULTILINE):
        lines = (folder / "waves" / file).read_text(encoding="utf-8").splitlines()
        assert lines[int(line) - 1].startswith(f"def {function}(")
