"""The real binding, pynvml, in a child that has the simulated library: runs a test's lines of Python there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from tests.simulated_driver.driver import SimulatedDriver

_PROGRAM = r"""
import json, os, sys, threading, time
import pynvml
from pynvml import *

def code_of(function, *arguments):
    # The code a call is refused with; None when it is not.
    try:
        function(*arguments)
    except NVMLError as error:
        return error.value
    return None

scope = dict(globals())
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    try:
        *before, last = json.loads(line)
        exec("\n".join(before), scope)
        told = {"value": eval(last, scope)}
    except NVMLError as error:
        told = {"code": error.value}
    except BaseException as error:
        told = {"failure": repr(error)}
    print(json.dumps(told), file=answers, flush=True)
"""


class RefusedError(Exception):
    """NVML refused; `code` is its error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class BindingProcess:
    """A child that has imported pynvml; `tell` runs lines in it, in one scope, and returns the last one's value."""

    def __init__(self, driver: SimulatedDriver, *, variables: dict[str, str] | None = None) -> None:
        """Start a child over `driver`, with further environment `variables`."""
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM],
            env=driver.environment_in(os.environ) | (variables or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.said = self._child.communicate(timeout=30)[1]

    def tell(self, *lines: str) -> Any:
        """Run the lines and return the value of the last. Raises RefusedError for an NVML error."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(lines) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise AssertionError(f"the child ended: {self._child.communicate()[1][-4000:]}")
        answer = json.loads(line)
        if "code" in answer:
            raise RefusedError(answer["code"])
        assert "failure" not in answer, answer["failure"]
        return answer["value"]

    def refusal(self, *lines: str) -> int | None:
        """Run the lines and return the code of the NVML error, None when there is none."""
        try:
            self.tell(*lines)
        except RefusedError as error:
            return error.code
        return None


def started(driver: SimulatedDriver, **options: Any) -> BindingProcess:
    """Return a child that has initialised NVML and holds the first GPU as `gpu`."""
    process = BindingProcess(driver, **options)
    process.tell("nvmlInit()", "gpu = nvmlDeviceGetHandleByIndex(0)", "0")
    return process
