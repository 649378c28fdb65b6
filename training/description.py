"""What only Keras can tell of a preset before a launch, asked of a process of its own and kept."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from training.preset import Preset, preset_digest
from training.preset.backend import ON_CPU
from training.preset.own_code import NOT_COMPUTED, names_code
from training.preset.script import OF_A_SCRIPT
from training.record.run_home import state_home
from training.record.whole_file import write_whole
from training.worker_answer import NoAnswerError, answer_in

TIMEOUT_S = 120.0
"""Twenty times what the largest network we ship takes on a busy machine."""

_NICENESS = 19
_LOOK_EVERY_S = 0.05


class DescriptionError(Exception):
    """A preset that could not be described; the message is one line."""


class Description(Struct, frozen=True):
    """What a model is before it trains. The estimates leave out what a framework keeps for itself."""

    digest: str
    """Of the preset that was described."""
    keras: str
    """The version that built the model."""
    parameters: int
    trainable_parameters: int
    parameter_bytes: int
    optimizer_bytes_estimate: int
    activation_bytes_estimate: int | None
    """What the layers of one batch put out, without what a layer keeps inside; None where the layers do not tell."""
    steps_per_epoch: int | None
    """None where the data do not tell before an epoch is over."""
    layers: int


def kept_description(preset: Preset) -> Description | None:
    """The description an earlier process made of the same preset with the same Keras, if there is one."""
    kept = description_of(preset_digest(preset))
    return kept if kept is not None and kept.keras == importlib.metadata.version("keras") else None


def description_of(digest: str) -> Description | None:
    """The description that is kept of this content of a preset, whichever Keras it was made with."""
    try:
        return msgspec.json.decode(_kept_path(digest).read_bytes(), type=Description)
    except (OSError, ValueError, msgspec.DecodeError):  # a digest from a damaged file may be no file name
        return None


def describe_preset(
    path: Path, preset: Preset, is_cancelled: Callable[[], bool], overrides: Sequence[str] = ()
) -> Description:
    """The kept description, else one asked of a process at the lowest priority, which takes seconds.

    Args:
        path: the preset's file.
        preset: what was read from it, with the overrides.
        is_cancelled: looked at twenty times a second; once it holds, the process is ended.
        overrides: what is set beside the file.

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
    told = _ask(path, preset, is_cancelled, overrides)
    if told.digest != preset_digest(preset):
        raise DescriptionError("the preset's file has changed since it was read")
    keep_description(told)
    return told


def _ask(
    path: Path, preset: Preset, is_cancelled: Callable[[], bool], overrides: Sequence[str]
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
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        except OSError:
            pass  # it has ended already, or priorities cannot be set here
        _wait(process, is_cancelled)
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


def _wait(process: subprocess.Popen[bytes], is_cancelled: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S
    while True:
        try:
            process.wait(_LOOK_EVERY_S)
        except subprocess.TimeoutExpired:
            cancelled = is_cancelled()
            if not cancelled and time.monotonic() < give_up_at:
                continue
            process.kill()
            process.wait()
            raise DescriptionError(
                "cancelled" if cancelled else f"no description within {TIMEOUT_S:.0f} s"
            ) from None
        return


def _kept_path(digest: str) -> Path:
    return state_home() / "descriptions" / f"{digest}.json"


def keep_description(description: Description) -> None:
    """Keep it for whoever asks about the same content; a state directory that takes nothing loses it."""
    path = _kept_path(description.digest)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode(description))
    except OSError:
        return  # it will be asked again
