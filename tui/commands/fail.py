"""End the command with one clear sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from tui import exit_codes


def fail(message: str, exit_code: int) -> NoReturn:
    """Print one line to stderr and leave."""
    from training.preset.printable import one_line

    click.echo(f"dualtrain-tui: {one_line(message)}", err=True)
    raise SystemExit(exit_code)


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Turn what can go wrong before a run into one sentence and its exit code."""
    from training.code_trust import CodeNotConfirmedError
    from training.control.client import ControlError
    from training.launch_refusal import DeviceRefusedError, LaunchError
    from training.meters.devices import DeviceRequestError, DeviceUnavailableError
    from training.plan import PlanError
    from training.preset import PresetError
    from training.record.run_folder import RunFolderError, RunNotFoundError

    try:
        yield
    except DeviceRequestError as error:
        fail(str(error), exit_codes.USAGE)
    except (DeviceUnavailableError, DeviceRefusedError) as error:
        fail(str(error), exit_codes.DEVICE)
    except CodeNotConfirmedError as error:
        fail(f"{error}: --trust runs it", exit_codes.USAGE)
    except (PresetError, LaunchError, RunFolderError, RunNotFoundError, PlanError) as error:
        fail(str(error), exit_codes.USAGE)
    except ControlError as error:
        fail(str(error), exit_codes.FAILED)
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}", exit_codes.FAILED)
