"""What a process told that tried a preset: figures, or one line; it is ended with whatever it started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest

from tests.app.pick_world import preset
from tests.process.equipment import process_state
from tests.unit.waiting import wait_for
from training import preset_trial as module
from training.preset import preset_digest
from training.preset_trial import Trial, TrialError, try_preset

ONE = preset()
PATH = Path("/presets/one.toml")
_PYTHON = sys.executable


def use_worker(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let a small program stand for the process; `answer` is the file it is to write."""
    script = folder / "worker"
    answer = "import sys\nanswer = sys.argv[sys.argv.index('--answer') + 1]"
    script.write_text(f"#!{_PYTHON}\n{answer}\n{program}\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))


def test_the_answer_is_read_whatever_else_was_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(10, 32, 3, 0.25, 1 << 20)
    told = msgspec.json.encode(trial).decode()
    asked = ["--try", str(PATH), "--set", "fit.epochs=1"]
    program = (
        f"assert [*sys.argv[4:6], *sys.argv[-2:]] == {asked!r}, sys.argv\n"
        f"assert sys.argv[sys.argv.index('--digest') + 1] == {preset_digest(ONE)!r}\n"
        f"print('{{}}')\nopen(answer, 'w').write({told!r})"
    )
    use_worker(monkeypatch, tmp_path, program)
    assert try_preset(PATH, ONE, ["fit.epochs=1"]) == trial


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("open(answer, 'w').write('{\"error\": \"m.py:3: no\\\\u001b\"}')", r"m.py:3: no\x1b"),
        ("raise SystemExit(3)", "ended with exit code 3"),
        ("open(answer, 'w').write('half an ans')", "ended with exit code 0"),
        ("open(answer, 'w').write('{}')", "nothing was told"),
        ("import os\nos.kill(os.getpid(), 9)", "ended with exit code -9"),
    ],
)
def test_what_went_wrong_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, why: str
) -> None:
    use_worker(monkeypatch, tmp_path, program)
    with pytest.raises(TrialError) as caught:
        try_preset(PATH, ONE)
    assert why in str(caught.value)
    assert str(caught.value).isprintable()


def test_one_that_never_answers_is_given_up_with_whatever_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    monkeypatch.setattr(module, "TIMEOUT_S", 2.0)
    program = (
        "import os, subprocess, threading\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "threading.Event().wait()"
    )
    use_worker(monkeypatch, tmp_path, program)
    with pytest.raises(TrialError, match="no step within 2 s"):
        try_preset(PATH, ONE)
    own, child = map(int, pids.read_text().split())
    with pytest.raises(ProcessLookupError):
        os.kill(own, 0)
    wait_for(lambda: process_state(child) in ("", "Z"))


def test_a_python_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(TrialError, match="cannot be started"):
        try_preset(PATH, ONE)
