"""`export`: its forms, what it writes over and what it does not, and what it refuses."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result
from msgspec import structs

from tests.unit.ended_runs import owned
from tests.unit.event_file_reading import scalars_below
from tests.unit.made_contention import measured_run
from tests.unit.made_runs import made_run, plan
from training.analysis.build_report import build_report
from training.analysis.report import Monitor, write_report
from training.event_folders import event_files_below
from training.plan import read_plan
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from tui.cli import cli


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _export(*arguments: str) -> None:
    result = _run("export", *arguments)
    assert (result.exit_code, result.output) == (0, "")


def _refused(exit_code: int, *arguments: str) -> str:
    result = _run("export", *arguments)
    assert result.exit_code == exit_code, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.fixture
def folder() -> RunFolder:
    """A run that has ended."""
    folder = measured_run(runs_home() / "20260101-000000-aaaa", blocks=3)
    report = build_report(
        folder, read_plan(folder.plan), datetime(2026, 1, 2, tzinfo=UTC), Monitor(0.5, 20, 7)
    )
    write_report(report, folder.report)
    return folder


def test_csv_is_that_of_the_report(folder: RunFolder, tmp_path: Path) -> None:
    told = _run("report", "--csv").stdout
    assert _run("export", "--csv", "-").stdout == told
    _export("20260101", "--csv", str(tmp_path / "series.csv"))
    assert (tmp_path / "series.csv").read_text(encoding="utf-8") == told
    assert told.startswith("t_s,lane,what,value\n")


def test_parquet_has_the_same_rows_in_typed_columns(folder: RunFolder, tmp_path: Path) -> None:
    _export("--parquet", str(tmp_path / "series.parquet"))
    table = pyarrow.parquet.read_table(tmp_path / "series.parquet")
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("t_s", "double"),
        ("lane", "string"),
        ("what", "string"),
        ("value", "double"),
    ]
    rows = [
        (f"{row['t_s']:.3f}", row["lane"], row["what"], f"{row['value']:.12g}") for row in table.to_pylist()
    ]
    told = list(csv.reader(_run("report", "--csv").stdout.splitlines()))[1:]
    assert rows == [tuple(row) for row in told]


def test_event_files_have_both_lanes_the_device_and_the_contention(folder: RunFolder, tmp_path: Path) -> None:
    _export("--tensorboard", str(tmp_path / "logs" / "first"))
    read = scalars_below(tmp_path / "logs" / "first")
    assert set(read) == {"a-seed-binary", "b-seed-regression", "device", "contention"}
    assert len(read["a-seed-binary"]["loss"]) > 100
    assert len(read["b-seed-regression"]["contention/slowdown"]) == 3


@pytest.mark.parametrize("form", ["--csv", "--parquet"])
def test_a_file_that_is_there_is_written_over_only_by_force(
    folder: RunFolder, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    assert "is there already: --force writes it anew" in _refused(2, form, str(path))
    assert path.read_text() == "mine"
    _export(form, str(path), "--force")
    assert path.stat().st_size > 1000


def test_event_files_of_the_same_run_are_written_over_only_by_force(
    folder: RunFolder, tmp_path: Path
) -> None:
    into = tmp_path / "logs"
    _export("--tensorboard", str(into))
    first = scalars_below(into)
    assert "of this run already: --force writes them anew" in _refused(2, "--tensorboard", str(into))
    event_files_below(into)[0].write_bytes(b"")
    _export("--tensorboard", str(into), "--force")
    assert scalars_below(into) == first


def test_what_another_run_wrote_is_not_touched_even_by_force(folder: RunFolder, tmp_path: Path) -> None:
    other = measured_run(runs_home() / "20250101-000000-bbbb", blocks=1)
    into = tmp_path / "logs"
    _export(str(other.path), "--tensorboard", str(into))
    before = {path: path.read_bytes() for path in event_files_below(into)}
    for force in ((), ("--force",)):
        assert "of another run" in _refused(2, str(folder.path), "--tensorboard", str(into), *force)
    assert {path: path.read_bytes() for path in event_files_below(into)} == before


def test_beside_event_files_of_ones_own_there_is_room(folder: RunFolder, tmp_path: Path) -> None:
    own = tmp_path / "train" / "events.out.tfevents.1.me"
    own.parent.mkdir()
    own.write_bytes(b"mine")
    _export("--tensorboard", str(tmp_path))
    _export("--tensorboard", str(tmp_path), "--force")
    assert own.read_bytes() == b"mine"


def test_a_run_that_goes_on_is_told_so_far_but_not_where_it_writes_itself(tmp_path: Path) -> None:
    into = tmp_path / "logs"
    made = structs.replace(plan("made"), tensorboard=str(into))
    live = measured_run(runs_home() / "20260101-000000-bbbb", made, blocks=2, ended=False)
    with owned(live):
        assert "writes there itself while it goes on" in _refused(2, "--tensorboard", str(into), "--force")
        assert not into.exists()
        _export("--tensorboard", str(tmp_path / "elsewhere"))
        _export("--csv", str(tmp_path / "series.csv"))
    _export("--tensorboard", str(into))  # it is lost now


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name one form"),
        (("--csv", "x", "--parquet", "y"), "name one form"),
        (("--tensorboard", "x", "--csv", "-"), "name one form"),
        (("--parquet", "-"), "goes with --csv alone"),
        (("--tensorboard", "-"), "goes with --csv alone"),
        (("nonesuch", "--csv", "-"), "nonesuch"),
        (("--csv",), "requires an argument"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    folder: RunFolder, arguments: tuple[str, ...], words: str
) -> None:
    assert words in _refused(2, *arguments)


def test_without_runs_there_is_nothing_to_write(tmp_path: Path) -> None:
    for form in ("--csv", "--parquet", "--tensorboard"):
        assert "there are no runs yet" in _refused(2, form, str(tmp_path / "x"))
    assert not (tmp_path / "x").exists()


def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(folder: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = str(tmp_path / "file" / "x")
    for form in ("--csv", "--parquet", "--tensorboard"):
        assert "cannot be written: Not a directory" in _refused(1, form, below)
    for form in ("--csv", "--parquet"):
        assert "/dev/full cannot be written: No space left on device" in _refused(
            1, form, "/dev/full", "--force"
        )
        assert "Is a directory" in _refused(1, form, str(tmp_path), "--force")
    assert os.access("/dev/full", os.W_OK)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_run_that_has_told_nothing_has_no_event_files_and_an_empty_table(tmp_path: Path) -> None:
    made_run(runs_home() / "20260101-000000-cccc")
    assert "has told nothing yet" in _refused(1, "--tensorboard", str(tmp_path / "logs"))
    assert _run("export", "--csv", "-").stdout == "t_s,lane,what,value\n"
    _export("--parquet", str(tmp_path / "series.parquet"))
    assert pyarrow.parquet.read_table(tmp_path / "series.parquet").num_rows == 0


def test_a_damaged_plan_is_one_sentence(folder: RunFolder, tmp_path: Path) -> None:
    folder.plan.write_text("{")
    for form in ("--csv", "--parquet", "--tensorboard"):
        assert "not a plan this version can read" in _refused(2, form, str(tmp_path / "x"))


def _process(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("package", "form", "extra"),
    [("pyarrow", "--parquet", "parquet"), ("tensorboard", "--tensorboard", "tensorboard")],
)
def test_without_its_package_one_form_is_refused_and_the_extra_named(
    folder: RunFolder, tmp_path: Path, package: str, form: str, extra: str
) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; from tui.cli import cli; cli()"
    done = _process(program, "export", form, str(tmp_path / "x"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert f"pip install {package}, or dualtrain with its extra `{extra}`" in done.stderr
    assert not (tmp_path / "x").exists()
    assert _process(program, "export", "--csv", "-").returncode == 0


def test_without_its_package_a_launch_with_event_files_is_refused(tmp_path: Path) -> None:
    program = "import sys; sys.modules['tensorboard'] = None; from tui.cli import cli; cli()"
    done = _process(program, "run", "seed-binary", "--headless", "--tensorboard", str(tmp_path / "x"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "its extra `tensorboard`" in done.stderr
    assert not runs_home().exists()


def test_a_launch_into_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for into, words in ((tmp_path / "file", "is a file"), (tmp_path / "file" / "x", "cannot be written")):
        refused = _run("run", "seed-binary", "--device", "cpu", "--headless", "--tensorboard", str(into))
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert refused.stderr.count("\n") == 1
        assert words in refused.stderr
    assert not runs_home().exists()


def test_each_form_loads_its_own_library_and_no_framework(folder: RunFolder, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom tui.cli import cli\ncode = cli.main(sys.argv[1:], standalone_mode=False)\n"
        "sys.stderr.write(' '.join(sorted({name.split('.')[0] for name in sys.modules})))\nsys.exit(code or 0)"
    )
    libraries = {"--csv": None, "--parquet": "pyarrow", "--tensorboard": "tensorboard"}
    for form, library in libraries.items():
        done = _process(program, "export", form, str(tmp_path / form))
        assert done.returncode == 0, done.stderr
        loaded = set(done.stderr.split())
        assert not {"tensorflow", "keras", "textual"} & loaded
        assert {"pyarrow", "tensorboard"} & loaded == {library} - {None}
