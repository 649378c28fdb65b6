"""What being followed takes from a script's steps: its hooks timed, and fits in turns with our callback and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.figures import judge, percent, say, seconds
from training.supervisor.script_launch import RUNNER

TARGET = 0.01
ROUNDS = 60
TIMED = 12
STEPS = 500
SCRIPT = Path(__file__).parent / "followed_fits.py"


def measure(scale: float) -> None:
    """Every round has both ways, now the one first and now the other, so that the machine's drift meets both."""
    with tempfile.TemporaryDirectory() as folder:
        told = _told(Path(folder), max(4, round(ROUNDS * scale)), max(2, round(TIMED * scale)))
    bare, followed = told["bare_s"], told["followed_s"]
    ratio = median(one / other for one, other in zip(followed, bare, strict=True))
    say(
        f"script: a step of {seconds(median(bare))}, followed {seconds(median(followed))}: {ratio:.3f} times "
        f"(medians of {len(bare)} rounds)"
    )
    hooks = told["hooks_s"]
    say(
        f"script: in the hooks of a step, and its share of its fit's: {seconds(hooks)} of processor time; "
        f"the {seconds(told['timing_s'])} that timing a call takes are not in it"
    )
    share = hooks / median(bare)
    judge("script: hooks over steps", share, TARGET, percent(share), percent(TARGET))


def _told(folder: Path, rounds: int, timed: int) -> dict[str, Any]:
    """What the script measured, run as a lane's."""
    out = folder / "told.json"
    commands_read, commands_write = os.pipe()
    doorbell_read, doorbell_write = os.pipe()
    os.set_blocking(doorbell_write, False)
    start = {
        "lane": "a",
        "records": str(folder / "a.jsonl"),
        "zero_s": time.monotonic(),
        "commands_fd": commands_read,
        "doorbell_fd": doorbell_write,
    }
    os.write(commands_write, b'{"do": "warm_up"}\n{"do": "release"}\n')
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONSAFEPATH", None)
    sizes = [str(size) for size in (rounds, timed, STEPS)]
    subprocess.run(
        [sys.executable, str(RUNNER), json.dumps(start), str(SCRIPT), str(out), *sizes],
        env=environment,
        check=True,
        stderr=subprocess.DEVNULL,
        pass_fds=(commands_read, doorbell_write),
    )
    for fd in (commands_read, commands_write, doorbell_read, doorbell_write):
        os.close(fd)
    told: dict[str, Any] = json.loads(out.read_text())
    return told
