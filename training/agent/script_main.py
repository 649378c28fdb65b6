"""Run a script in its lane: wait for its turn, run it as Python would, tell how it ended."""

import atexit
import sys
from typing import Any, FrozenSet, Optional, Sequence

from .fit_watch import FitWatch
from .import_watch import ImportWatch
from .keras_patches import KerasPatches
from .main_module import exit_code_of, run_as_main, show_uncaught
from .out_of_memory import HOST, out_of_memory
from .own_loop import OwnLoop
from .script_lane import ScriptLane
from .script_start import ScriptStart
from .step_watch import StepWatch

_LONGEST_MESSAGE = 400


class _End:
    """How the script ended, as far as it is known in its own process."""

    exit_code: Optional[int] = None


def run_script(
    start: ScriptStart, path: str, arguments: Sequence[str], loaded_before: FrozenSet[str]
) -> None:
    """Run it; `loaded_before` names the modules that were there before ours.

    Raises `SystemExit`, and `KeyboardInterrupt` where the script let one pass, for the process to end by.
    """
    lane = ScriptLane(start)
    fits = FitWatch(lane)
    loop = OwnLoop(lane)
    steps = StepWatch(lane, fits, loop)
    end = _End()

    def finish() -> None:
        if lane.is_armed:
            steps.stop()
            if end.exit_code == 0:
                steps.tell_none()
        lane.finish(end.exit_code)

    atexit.register(finish)  # the first to be registered is the last to be called
    ImportWatch(KerasPatches(lane, fits, loop).by_module()).install()
    lane.tell_ready()
    lane.gate.wait_for_token()
    if lane.gate.stop_asked:
        end.exit_code = 0
        sys.exit(0)
    steps.start()
    _run(lane, end, path, arguments, loaded_before)


def _run(
    lane: ScriptLane, end: _End, path: str, arguments: Sequence[str], loaded_before: FrozenSet[str]
) -> None:
    try:
        run_as_main(path, arguments, loaded_before)
    except SystemExit as error:
        end.exit_code = exit_code_of(error)
        raise
    except KeyboardInterrupt as error:
        show_uncaught(error)
        sys.excepthook = _print_nothing  # it was just printed; the interpreter ends by SIGINT as ever
        raise
    except BaseException as error:
        _tell(lane, error)
        show_uncaught(error)
        end.exit_code = 1
        sys.exit(1)
    end.exit_code = 0


def _tell(lane: ScriptLane, error: BaseException) -> None:
    """Name what the script failed of."""
    if not lane.is_armed:
        return
    text = "%s: %s" % (type(error).__name__, error)
    which = HOST if isinstance(error, MemoryError) else out_of_memory(text, lane.start.on_gpu)
    line = next((one.strip() for one in text.splitlines() if one.strip()), text)[:_LONGEST_MESSAGE]
    if which is None:
        kind, message, hint = (
            "script-error",
            "The script failed: %s" % line,
            "The lane's log has the whole of it.",
        )
    elif which == HOST:
        kind, message = "host-memory", "Out of the machine's memory: %s" % line
        hint = "This is the machine's memory (RAM), not the device's."
    else:
        kind, message = "out-of-memory", "Out of the device's memory: %s" % line
        hint = "Take a smaller batch size in the script, or run the lanes with --sharing sequential."
    lane.emitter.emit("error", kind=kind, message=message, hint=hint, step=lane.hooks.step)


def _print_nothing(*_: Any) -> None:
    """In place of the hook that has printed already."""
