"""What being followed takes from a script's steps: fits of one process in turns, with our callback and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.figures import judge, percent, say, seconds
from training.supervisor.script_launch import RUNNER

TARGET = 0.01
ROUNDS = 60
STEPS = 500

SCRIPT = """
import json, sys, time
import keras
import numpy as np

def model():
    made = keras.Sequential([keras.Input((16,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)])
    made.compile("adam", "mse")
    return made

out, rounds, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
keras.utils.set_random_seed(1)
x = np.random.rand(32 * steps, 16).astype("float32")
y = x.sum(axis=1)
ways = {"followed": keras.Model.fit, "bare": keras.Model.fit.__wrapped__}
trained = model()
took = {name: [] for name in ways}
for number in range(rounds + 2):
    for name in sorted(ways, reverse=number % 2):
        began = time.perf_counter()
        ways[name](trained, x, y, epochs=1, batch_size=32, verbose=0, shuffle=False)
        if number > 1:
            took[name].append((time.perf_counter() - began) / steps)
with open(out, "w") as file:
    json.dump(took, file)
"""
"""Small steps: what is added to each weighs most there."""


def measure(scale: float) -> None:
    """Every round has both ways, now the one first and now the other, so that the machine's drift meets both."""
    with tempfile.TemporaryDirectory() as folder:
        took = _took(Path(folder), max(4, round(ROUNDS * scale)))
    bare, followed = took["bare"], took["followed"]
    ratios = [one / other for one, other in zip(followed, bare, strict=True)]
    say(
        f"script: a step of {seconds(median(bare))}, followed {seconds(median(followed))} (medians of {len(bare)})"
    )
    cost = median(ratios) - 1.0
    judge("script: what a step takes more as a lane's", cost, TARGET, percent(cost), percent(TARGET))


def _took(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of a step in each round, both ways."""
    script, out = folder / "script.py", folder / "took.json"
    script.write_text(SCRIPT)
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
    subprocess.run(
        [sys.executable, str(RUNNER), json.dumps(start), str(script), str(out), str(rounds), str(STEPS)],
        env=environment,
        check=True,
        stderr=subprocess.DEVNULL,
        pass_fds=(commands_read, doorbell_write),
    )
    for fd in (commands_read, commands_write, doorbell_read, doorbell_write):
        os.close(fd)
    took: dict[str, list[float]] = json.loads(out.read_text())
    return took
