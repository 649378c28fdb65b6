"""Whatever the data, a chart never ends the process: plotext aborts it on a NaN or a far point."""

from __future__ import annotations

import subprocess
import sys

import pytest


def _fuzz(seed: int, pictures: int) -> None:
    command = [sys.executable, "-m", "tests.widget.plot_fuzz", str(seed), str(pictures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == [str(pictures)]


@pytest.mark.parametrize("seed", [1, 2])
def test_random_curves_are_drawn(seed: int) -> None:
    _fuzz(seed, 300)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_many_random_curves_are_drawn(seed: int) -> None:
    _fuzz(seed, 3000)
