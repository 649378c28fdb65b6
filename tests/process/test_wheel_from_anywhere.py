"""The wheel, not the checkout, run from a folder whose modules bear the names of ours and of what we use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.process.equipment import Stage

ROOT = Path(__file__).parents[2]
NAMES = ("training", "tui", "keras", "numpy", "click", "json", "msgspec")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What installing the wheel puts into site-packages."""
    pytest.importorskip("build", reason="the wheel is built with `build`")
    dist = tmp_path_factory.mktemp("dist")
    building = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if building.returncode != 0 and "hatchling" in building.stdout + building.stderr:
        pytest.skip("the wheel is built with hatchling, which is not installed here")
    assert building.returncode == 0, building.stderr
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    return site


@pytest.fixture
def users_own(tmp_path: Path) -> Path:
    """A project folder that must not be imported from."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise RuntimeError('not ours')\n")
        (folder / f"{name}_too.py").write_text("")
    return folder


def test_presets_and_a_pair_from_a_users_own_folder(stage: Stage, site: Path, users_own: Path) -> None:
    stage.environment["PYTHONPATH"] = str(site)
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import training, tui; print(training.__file__, tui.__file__)"],
        env=stage.environment,
        cwd=users_own,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.split() == [str(site / name / "__init__.py") for name in ("training", "tui")]

    assert (site / "tui" / "demo_record" / "events.jsonl").is_file()
    assert (site / "tui" / "screens" / "replay.tcss").is_file()
    listed = stage.command("presets", "list", "--json", cwd=users_own)
    assert listed.returncode == 0, listed.stderr
    presets = json.loads(listed.stdout)
    assert {"seed-binary", "seed-regression"} <= {preset["name"] for preset in presets}
    for preset in presets:
        assert preset["error"] is None
        assert Path(preset["path"]).is_relative_to(site)

    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "30", "--json", cwd=users_own)
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    assert {lane["status"] for lane in json.loads(viewer.out)["lanes"].values()} == {"completed"}


def test_wheel_holds_what_runs_and_nothing_else(site: Path) -> None:
    top = {entry.name for entry in os.scandir(site)}
    assert {name for name in top if not name.endswith(".dist-info")} == {"training", "tui"}
    for needed in ("training/py.typed", "tui/screens/live.tcss", "training/shipped_presets/seed-binary.toml"):
        assert (site / needed).is_file()
    for path in (ROOT / "tui").rglob("*.tcss"):
        assert (site / path.relative_to(ROOT)).is_file()
