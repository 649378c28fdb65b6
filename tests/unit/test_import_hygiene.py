"""What importing a module loads: late imports hide from a static graph, so this looks at the process itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("textual", "tensorflow", "keras", "numpy", "psutil", "msgspec", "plotext", "pynvml", "asyncio")
FRAMEWORKS = ("tensorflow", "keras", "numpy", "jax", "torch")

RULES = [
    ("tui.cli", HEAVY),
    ("tui.__main__", HEAVY),
    ("tui.app", (*FRAMEWORKS, "pynvml")),
    ("tui.headless", (*FRAMEWORKS, "textual", "plotext", "pynvml")),
    ("tui.plain", (*FRAMEWORKS, "textual", "plotext", "pynvml")),
    ("tui.settings", (*FRAMEWORKS, "textual", "psutil")),
    ("tui.commands.config", HEAVY),
    ("tui.commands.presets", HEAVY),
    ("tui.commands.viewer_options", HEAVY),
    ("tui.commands.report", (*HEAVY, "pygal")),
    ("tui.report_verdict", (*FRAMEWORKS, "textual", "pygal")),
    ("training.export.run_account", (*FRAMEWORKS, "textual", "tui", "pygal")),
    ("training.export.page", (*FRAMEWORKS, "textual", "tui")),
    ("training.export.series_csv", (*FRAMEWORKS, "textual", "tui", "pyarrow", "tensorboard")),
    ("training.export.series_parquet", ("tensorflow", "keras", "textual", "tui", "tensorboard")),
    ("training.export.tensorboard_follow", ("tensorflow", "keras", "textual", "tui", "pyarrow")),
    ("training.event_folders", (*FRAMEWORKS, "textual", "tui", "tensorboard")),
    ("tui.commands.export", (*HEAVY, "pyarrow", "tensorboard")),
    ("tui.commands.run", (*HEAVY, "tensorboard")),
    ("training.supervisor.__main__", (*FRAMEWORKS, "textual", "click", "tui", "tensorboard")),
    ("training.bench.__main__", (*FRAMEWORKS, "textual", "click", "tui")),
    ("tui.commands.replay", HEAVY),
    ("tui.replay_feed", (*FRAMEWORKS, "textual", "plotext", "pynvml")),
    ("training.analysis.replay", (*FRAMEWORKS, "textual", "tui", "pynvml")),
    ("tui.bench_follow", (*FRAMEWORKS, "textual", "plotext", "pynvml")),
    ("training.supervisor.supervisor", (*FRAMEWORKS, "textual", "tui")),
    ("training.analysis.history", (*FRAMEWORKS, "textual", "tui", "pynvml")),
    ("training.analysis.report", (*FRAMEWORKS, "textual", "tui", "pynvml")),
    ("training.control.client", (*FRAMEWORKS, "textual", "tui", "asyncio")),
    ("training.launch", (*FRAMEWORKS, "textual", "tui", "pynvml")),
    ("training.preset_library", (*FRAMEWORKS, "textual", "tui", "psutil")),
    ("training.own_presets", (*FRAMEWORKS, "textual", "tui", "psutil")),
    ("training.worker.__main__", (*FRAMEWORKS, "textual", "tui")),
    ("training.worker.train_lane", (*FRAMEWORKS, "textual", "tui")),
]


@pytest.mark.parametrize(("module", "forbidden"), RULES, ids=[module for module, _ in RULES])
def test_loads_nothing_it_should_not(module: str, forbidden: tuple[str, ...]) -> None:
    statement = (
        f"import sys, {module}\n"
        f"print(*sorted({{name.split('.')[0] for name in sys.modules}} & set({forbidden!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", statement], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def _importers(*names: str) -> set[str]:
    found: set[str] = set()
    for path in [*ROOT.glob("training/**/*.py"), *ROOT.glob("tui/**/*.py")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]) and words[1].split(".")[0] in names:
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_only_workers_import_a_framework() -> None:
    importers = _importers("keras", "tensorflow", "numpy")
    assert importers
    assert all(path.startswith("training/worker/") for path in importers), importers


def test_only_meters_import_nvml() -> None:
    assert all(path.startswith("training/meters/") for path in _importers("pynvml"))


def test_only_one_file_imports_the_charts_library() -> None:
    assert _importers("pygal") == {"training/export/chart.py"}


def test_only_one_file_each_imports_the_libraries_of_other_tools() -> None:
    assert _importers("pyarrow") == {"training/export/series_parquet.py"}
    assert _importers("tensorboard") == {"training/export/event_file.py"}


def test_only_the_screen_imports_textual() -> None:
    allowed = (
        "tui/screens/", "tui/widgets/", "tui/app.py", "tui/app_screens.py", "tui/house_app.py", "tui/paced_driver.py",
        "tui/replay_app.py", "tui/theme.py", "tui/messages.py", "tui/feed.py",
    )  # fmt: skip
    assert all(path.startswith(allowed) for path in _importers("textual")), _importers("textual")
