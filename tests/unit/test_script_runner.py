"""The runner runs a script as python does: arguments, paths, exit codes, tracebacks, and nothing of ours in sight."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lone_script import LoneScript
from tests.unit.script_stage import Stage
from tests.unit.waiting import wait_for


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Whatever was started has ended afterwards."""
    stage = Stage(tmp_path)
    yield stage
    stage.close()


SAME = {
    "what a main module knows": """
import sys
print(__name__, __file__, __package__, __spec__, __doc__, sorted(globals()), type(__builtins__).__name__)
print(sys.argv, sys.path[0], sys.modules["__main__"].__file__)
""",
    "a docstring and a future": '''"""What it is."""
from __future__ import annotations
def f(x: Nowhere): ...
print(__doc__)
''',
    "exit code from sys.exit": "import sys\nprint('out')\nsys.exit(3)\n",
    "no exit code": "import sys\nsys.exit()\n",
    "a text as exit code": "import sys\nsys.exit('a reason')\n",
    "an uncaught exception": """
def inner():
    raise ValueError('no')
try:
    inner()
except ValueError as e:
    raise KeyError(1) from e
""",
    "its own excepthook": "import sys\nsys.excepthook = lambda *a: print('hooked', a[0].__name__)\n1 / 0\n",
    "an excepthook that fails": "import sys\ndef hook(*a): raise RuntimeError('hook')\nsys.excepthook = hook\n1 / 0\n",
    "broken syntax": "print('never')\nif True print(1)\n",
    "atexit": "import atexit\natexit.register(print, 'last')\nprint('first')\n",
    "a thread that outlives the main module": """
import threading, time
def late():
    time.sleep(0.1)
    print('late')
threading.Thread(target=late).start()
""",
    "pickled from the main module": (
        "import pickle\nclass Own: pass\nprint(type(pickle.loads(pickle.dumps(Own()))) is Own, Own.__module__)\n"
    ),
    "spawned": (
        "import multiprocessing\ndef f(x): return x * x\nif __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool: print(pool.map(f, [3]))\n"
    ),
    "forked": (
        "import os\npid = os.fork()\nif not pid: os._exit(7)\nprint(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    ),
    "not utf-8": "# -*- coding: latin-1 -*-\nprint('\\xe4'.encode())\n",
    "KeyboardInterrupt": "import os, signal\nprint('before')\nos.kill(os.getpid(), signal.SIGINT)\n",
    "KeyboardInterrupt that is caught": """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print('caught')
""",
    "modules that are called as ours": """
from importlib.util import find_spec
print([find_spec(name) for name in ('training', 'tui', 'presets', 'emitter')])
""",
}


@pytest.mark.parametrize("name", SAME)
def test_as_under_python(stage: Stage, name: str) -> None:
    as_lane, alone = stage.both(SAME[name], "--lr", "0.1 2", "")
    assert as_lane == alone


def test_a_symlink_looks_beside_what_it_leads_to(stage: Stage, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "beside.py").write_text("print('found')")
    (real / "target.py").write_text("import beside, sys; print(sys.argv[0])")
    script = stage.as_lane("")
    script.path.unlink()
    script.path.symlink_to(real / "target.py")
    assert (script.go().wait(), script.printed) == (0, "found\n./script.py\n")


def test_tells_that_it_is_ready_and_waits_for_its_turn(stage: Stage) -> None:
    script = stage.as_lane("print('ran')")
    script.first("imported")
    assert script.printed == ""
    assert [record["k"] for record in script.records()] == ["schema", "started", "imported"]
    script.go()
    assert (script.wait(), script.printed) == (0, "ran\n")
    finished = script.of("finished")[0]
    assert (finished["status"], finished["reason"], finished["step"]) == ("completed", "the script ended", 0)


def test_one_that_is_stopped_before_its_turn_never_runs(stage: Stage) -> None:
    script = stage.as_lane("print('ran')")
    script.tell("stop", reason="test")
    assert (script.wait(), script.printed) == (0, "")
    assert script.of("finished")[0]["status"] == "stopped"


def test_what_it_failed_of_is_told(stage: Stage) -> None:
    script = stage.as_lane("raise RuntimeError('first line\\nsecond')").go()
    assert script.wait() == 1
    error = script.of("error")[0]
    assert (error["kind"], error["message"]) == (
        "script-error",
        "The script failed: RuntimeError: first line",
    )
    assert not script.of("finished")


def test_memory_that_ran_out_is_named(stage: Stage) -> None:
    script = stage.as_lane("raise RuntimeError('RESOURCE_EXHAUSTED: Out of memory on device:GPU:0')").go()
    assert script.wait() == 1
    assert script.of("error")[0]["kind"] == "out-of-memory"
    script = stage.as_lane("raise MemoryError").go()
    assert script.wait() == 1
    assert script.of("error")[0]["kind"] == "host-memory"


def test_another_exit_code_than_0_is_no_end_in_order(stage: Stage) -> None:
    script = stage.as_lane("import sys; sys.exit(4)").go()
    assert script.wait() == 4
    assert not script.of("finished")
    assert not script.of("error")


def test_a_child_that_is_forked_tells_nothing(stage: Stage) -> None:
    source = "import os, sys\nif os.fork() == 0:\n    sys.exit(0)\nos.wait()\n"
    script = stage.as_lane(source).go()
    assert script.wait() == 0
    assert len(script.of("finished")) == 1


def test_its_children_inherit_no_pipe_of_ours(stage: Stage) -> None:
    source = """
import subprocess, sys
code = 'import os; print(sorted(int(n) for n in os.listdir("/proc/self/fd") if int(n) > 2))'
command = [sys.executable, '-S', '-c', code]
print(subprocess.run(command, close_fds=False, capture_output=True, text=True).stdout)
"""
    script = stage.as_lane(source).go()
    assert script.wait() == 0
    assert script.printed.strip() in ("[3]", "[]")  # the listing's own


def test_without_a_supervisor_it_ends(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "orphan"
    folder.mkdir()
    source = "import subprocess, sys, time\nsubprocess.Popen(['sleep', '60'])\nprint('on')\ntime.sleep(60)\n"
    script = LoneScript(folder, source, grace_s=0.2).go()
    wait_for(lambda: "on" in script.printed)
    script.leave()
    assert script.wait() == -signal.SIGKILL  # its whole group, and with it what it started
    script.close()


def test_one_without_steps_says_that_it_can_stop_at_none(stage: Stage) -> None:
    script = stage.as_lane("import time\nprint('on', flush=True)\ntime.sleep(60)\n").go()
    wait_for(lambda: "on" in script.printed)
    assert not script.of("no_gate")
    script.tell("stop", reason="test")
    assert script.first("no_gate")["why"] == "no step at which it could stop"
    assert [record["steps"] for record in script.of("telemetry")] == ["none"]


@pytest.mark.parametrize(("source", "told"), [("print(1)", ["none"]), ("raise SystemExit(3)", [])])
def test_one_that_ended_before_it_showed_a_step_says_that_there_were_none(
    stage: Stage, source: str, told: list[str]
) -> None:
    script = stage.as_lane(source).go()
    script.wait()
    assert [record["steps"] for record in script.of("telemetry")] == told


class TestProgram:
    def program(self, folder: Path, *command: str, **start: Any) -> LoneScript:
        return LoneScript(
            folder, "", command=command, program=True, interpreter=(sys.executable, "-I", "-S"), **start
        )

    def test_runs_when_its_turn_has_come_and_ends_as_it_ends(self, tmp_path: Path) -> None:
        script = self.program(tmp_path, "sh", "-c", "echo out; echo err >&2; exit 5")
        script.first("imported")
        assert script.printed == ""
        assert script.go().wait() == 5
        assert script.printed == "out\nerr\n"
        assert script.of("telemetry")[0]["steps"] == "none"
        assert not script.of("finished")
        script.close()

    def test_with_0_it_ended_in_order(self, tmp_path: Path) -> None:
        script = self.program(tmp_path, "true").go()
        assert script.wait() == 0
        assert script.of("finished")[0]["reason"] == "the program ended"
        script.close()

    def test_a_signal_that_ends_it_ends_the_lane(self, tmp_path: Path) -> None:
        script = self.program(tmp_path, "sh", "-c", "kill -s ABRT $$").go()
        assert script.wait() == -signal.SIGABRT
        script.close()

    def test_stop_asks_it_by_sigterm(self, tmp_path: Path) -> None:
        source = "trap 'echo asked; exit 9' TERM; echo on; while :; do sleep 0.05; done"
        script = self.program(tmp_path, "sh", "-c", source).go()
        script.first("telemetry")
        while "on" not in script.printed:
            pass
        script.tell("stop", reason="test")
        assert script.wait() == 9
        assert "asked" in script.printed
        script.close()

    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        script = self.program(tmp_path, "./nowhere").go()
        assert script.wait() == 127
        assert "./nowhere cannot be started" in script.of("error")[0]["message"]
        script.close()

    def test_its_time_is_bounded(self, tmp_path: Path) -> None:
        script = self.program(tmp_path, "sleep", "60", minutes=0.001).go()
        assert script.first("limit")["reached"] == "minutes"
        script.tell("stop", reason="--minutes")
        assert script.wait() == -signal.SIGTERM
        script.close()
