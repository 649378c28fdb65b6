"""What only Keras can tell of a preset before a launch, asked of a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.description.description import Description
from training.description.kept import keep_description, kept_description
from training.preset import Preset, preset_digest
from training.preset.backend import ON_CPU
from training.preset.own_code import NOT_COMPUTED, names_code
from training.preset.script import OF_A_SCRIPT
from training.worker_answer import NoAnswerError, answer_in

_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Patience:
    """How the describing process is run, and how long an answer is waited for."""

    niceness: int
    timeout_s: float


IN_PASSING = Patience(niceness=19, timeout_s=120.0)
"""For who looks around: beside trainings it takes next to nothing of theirs, and its time."""
WAITED_FOR = Patience(niceness=0, timeout_s=60.0)
"""For a launch that rests on the answer: ten times what the largest network we ship takes on a busy machine."""


class DescriptionError(Exception):
    """A preset that could not be described; the message is one line."""


def describe_preset(
    path: Path,
    preset: Preset,
    is_cancelled: Callable[[], bool],
    overrides: Sequence[str] = (),
    patience: Patience = IN_PASSING,
) -> Description:
    """The kept description, else one asked of a process of its own, which takes seconds.

    Args:
        path: the preset's file.
        preset: what was read from it, with the overrides.
        is_cancelled: looked at twenty times a second; once it holds, the process is ended.
        overrides: what is set beside the file.
        patience: how much of the machine it gets, and how long it may take.

    Raises:
        DescriptionError: the model cannot be built, the file has changed, it was cancelled, or the preset names code of
            its own, or is a script: that is run by nobody who only looks.
    """
    if preset.script is not None:
        raise DescriptionError(OF_A_SCRIPT)
    kept = kept_description(preset)
    if kept is not None:
        return kept
    if names_code(preset):
        raise DescriptionError(NOT_COMPUTED)
    told = description_anew(path, preset, is_cancelled, overrides, patience)
    keep_description(told)
    return told


def description_anew(
    path: Path,
    preset: Preset,
    is_cancelled: Callable[[], bool],
    overrides: Sequence[str] = (),
    patience: Patience = IN_PASSING,
) -> Description:
    """The description whatever is kept of one, for a preset that names no code of its own; nothing is kept.

    Raises:
        DescriptionError: as of `describe_preset`.
    """
    told = _ask(path, preset, is_cancelled, overrides, patience)
    if told.digest != preset_digest(preset):
        raise DescriptionError("the preset's file has changed since it was read")
    return told


def _ask(
    path: Path,
    preset: Preset,
    is_cancelled: Callable[[], bool],
    overrides: Sequence[str],
    patience: Patience,
) -> Description:
    setting = [word for override in overrides for word in ("--set", override)]
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "training.worker", "--describe", str(path), *setting],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment_without_gpu(preset),
            start_new_session=True,
        )
    except OSError as error:
        raise DescriptionError(
            f"the describing process cannot be started: {error.strerror or error}"
        ) from error
    with process:
        try:
            # From outside: code between fork and exec is not safe in a process that has threads.
            os.setpriority(os.PRIO_PROCESS, process.pid, patience.niceness)
        except OSError:
            pass  # it has ended already, or priorities cannot be set here
        try:
            _wait(process, is_cancelled, patience.timeout_s)
        except BaseException:
            process.kill()  # whoever leaves early, by a signal or otherwise, waits for no answer
            raise
        # What it prints is far smaller than a pipe holds, so that it never waited for this reading.
        output = process.stdout.read() if process.stdout else b""
    last_line = output.strip().rpartition(b"\n")[2]
    try:
        return answer_in(last_line, Description, process.returncode, "the describing process")
    except NoAnswerError as error:
        raise DescriptionError(str(error)) from None


def environment_without_gpu(preset: Preset) -> dict[str, str]:
    """Of a worker that answers a question: it never touches a GPU, least of all one on which something trains."""
    return dict(
        os.environ,
        PYTHONSAFEPATH="1",
        KERAS_BACKEND=preset.fit.backend,
        TF_CPP_MIN_LOG_LEVEL="3",
        **ON_CPU,
    )


def _wait(process: subprocess.Popen[bytes], is_cancelled: Callable[[], bool], timeout_s: float) -> None:
    give_up_at = time.monotonic() + timeout_s
    while True:
        try:
            process.wait(_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            cancelled = is_cancelled()
            if not cancelled and time.monotonic() < give_up_at:
                continue
            raise DescriptionError(
                "cancelled" if cancelled else f"no description within {timeout_s:.0f} s"
            ) from None
        return
