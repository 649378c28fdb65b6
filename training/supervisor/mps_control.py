"""Ask one MPS daemon, the one behind these pipes, and never wait for it for long.

The commands and their answers are those of NVIDIA's MPS documentation, "nvidia-cuda-mps-control". Standard library
only: the watcher that outlives a killed supervisor asks too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.record.mps_home import LOGS_VARIABLE, PIPES_VARIABLE, MpsHome

PROGRAM = "nvidia-cuda-mps-control"
MPS_PREFIX = "CUDA_MPS_"

_SHOWN_CHARACTERS = 160


class MpsError(Exception):
    """The daemon cannot be had or asked; the message goes on from "its MPS daemon"."""


@dataclass(frozen=True, slots=True)
class MpsClient:
    """One line of a server's client list."""

    server_pid: int
    pid: int


def find_program(environment: Mapping[str, str]) -> str | None:
    """The control program on PATH; it comes with NVIDIA's driver. None where it is not there."""
    return shutil.which(PROGRAM, path=environment.get("PATH"))


def daemon_environment(inherited: Mapping[str, str], home: MpsHome, visible: str) -> dict[str, str]:
    """The environment of the daemon, and of every command to it: our pipes and logs, one device, nothing inherited.

    The device is named by UUID: indices would be counted anew inside the daemon.
    """
    environment = {name: value for name, value in inherited.items() if not name.startswith(MPS_PREFIX)}
    return environment | {
        PIPES_VARIABLE: str(home.pipes),
        LOGS_VARIABLE: str(home.logs),
        "CUDA_VISIBLE_DEVICES": visible,
    }


class MpsControl:
    """The control program, with the pipes of one home. Every call ends within `answer_s`, if need be by a kill."""

    def __init__(self, program: str, environment: Mapping[str, str], *, answer_s: float = 5.0) -> None:
        self._program = program
        self._environment = dict(environment)
        self._answer_s = answer_s

    def start_daemon(self, said: Path) -> None:
        """Start the daemon; what it says goes to the file `said`, as the daemon may keep its output open for good.

        Raises:
            MpsError: it did not start, or did not go to the background in time.
        """
        with said.open("ab") as out:
            exit_code = self._run(("-d",), b"", out.fileno(), "start")[0]
        if exit_code != 0:
            raise MpsError(f"did not start: {_first_line(said.read_bytes()) or f'exit code {exit_code}'}")

    def ask(self, command: str) -> str:
        """Send one command; returns the answer.

        Raises:
            MpsError: no answer in time, or a refusal.
        """
        exit_code, answer = self._run(
            (), command.encode() + b"\n", subprocess.PIPE, f"answer {_name(command)}"
        )
        if exit_code != 0:
            said = _first_line(answer) or f"exit code {exit_code}"
            raise MpsError(f"refused {_name(command)}: {said}")
        return answer.decode("utf-8", "replace")

    def servers(self) -> tuple[int, ...]:
        """The PIDs of the daemon's servers; there is one per user, once a client came or it was asked for."""
        return self._pids("get_server_list")

    def clients(self) -> tuple[MpsClient, ...]:
        """The clients of all its servers."""
        return tuple(
            MpsClient(server, client)
            for server in self.servers()
            for client in self._pids(f"get_client_list {server}")
        )

    def start_server(self) -> None:
        """Have it start a server for this user before any client comes."""
        self.ask(f"start_server -uid {os.getuid()}")

    def terminate_client(self, client: MpsClient) -> None:
        """Have the server end a client's work on the GPU, so that the client can be killed without harm to others."""
        self.ask(f"terminate_client {client.server_pid} {client.pid}")

    def quit(self) -> None:
        """Ask the daemon to quit; it does once its clients have ended."""
        self.ask("quit")

    def _pids(self, command: str) -> tuple[int, ...]:
        words = self.ask(command).split()
        if not all(word.isascii() and word.isdigit() for word in words):
            raise MpsError(f"answered {_name(command)} with {_first_line(' '.join(words).encode())!r}")
        return tuple(int(word) for word in words)

    def _run(self, arguments: Sequence[str], asked: bytes, out: int, what: str) -> tuple[int, bytes]:
        try:
            process = subprocess.Popen(
                [self._program, *arguments],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,  # a Ctrl-C in the terminal is not for it
            )
        except OSError as error:
            raise MpsError(f"cannot be asked: {self._program}: {error.strerror or error}") from error
        with process:
            try:
                answer, _ = process.communicate(asked, self._answer_s)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise MpsError(f"did not {what} within {self._answer_s:g} s") from None
        return process.returncode, answer or b""


def _name(command: str) -> str:
    return command.partition(" ")[0]


def _first_line(said: bytes) -> str:
    """What a sentence can hold of an answer."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    text = lines[0] if lines else ""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN_CHARACTERS])
