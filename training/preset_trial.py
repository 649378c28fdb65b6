"""A preset tried for a few steps in a worker of its own, for `presets check --run`: does what it names work?"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from training.description import environment_without_gpu
from training.preset import Preset, preset_digest
from training.worker_answer import NoAnswerError, answer_in

TIMEOUT_S = 900.0
"""The first step of a large network is compiled for minutes on a busy machine."""


class TrialError(Exception):
    """A preset that does not train; the message is one line."""


class Trial(Struct, frozen=True):
    """What a few steps on the CPU told."""

    parameters: int
    batch_size: int
    steps: int
    """How many were taken."""
    step_s: float
    """Seconds of the quickest: the first is compiled, and there may be no other."""
    peak_rss_bytes: int
    """Of the whole process, framework and all."""


def try_preset(path: Path, preset: Preset, overrides: Sequence[str] = ()) -> Trial:
    """Train a few steps in a process of its own, on the CPU, and one batch of a validation where there is one.

    Args:
        path: the preset's file.
        preset: what was read from it.
        overrides: what is set beside the file.

    Raises:
        TrialError: it does not train; what is wrong in code of the user's own is told with file and line.
    """
    with tempfile.TemporaryDirectory(prefix="dualtrain-") as folder:
        # A file and not stdout, where whatever the code prints would come between.
        answer = Path(folder) / "answer.json"
        words = ["--try", str(path.absolute()), "--answer", str(answer), "--digest", preset_digest(preset)]
        words += [word for override in overrides for word in ("--set", override)]
        exit_code = _run(words, environment_without_gpu(preset))
        try:
            told = answer.read_bytes()
        except OSError:
            told = b""
    try:
        return answer_in(told, Trial, exit_code, "the process that tried it")
    except NoAnswerError as error:
        raise TrialError(str(error)) from None


def _run(words: Sequence[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "training.worker", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise TrialError(f"the process that tries it cannot be started: {error.strerror or error}") from error
    exit_fd = os.pidfd_open(process.pid)
    try:
        has_ended, _, _ = select.select([exit_fd], [], [], TIMEOUT_S)
    finally:
        # Before it is reaped, as its PID is its own until then: with it goes whatever its code has started.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        os.close(exit_fd)
        process.wait()
    if not has_ended:
        raise TrialError(f"no step within {TIMEOUT_S:.0f} s")
    return process.returncode
