"""Ask a run's supervisor, from any other process of this user on this host."""

from __future__ import annotations

import socket

import msgspec

from training.control.protocol import Reply, Request
from training.record.liveness import liveness, read_facts
from training.record.run_folder import RunFolder

REPLY_WITHIN_S = 5.0


class ControlError(Exception):
    """The supervisor cannot be asked, or refused; the message is one sentence."""


def ask(folder: RunFolder, request: Request) -> Reply:
    """Ask, and wait for the answer.

    Raises:
        ControlError: the run is over, lost, on another host, or the supervisor refused.
    """
    reply = _exchange(_socket_path(folder), request)
    if not reply.ok:
        raise ControlError(reply.why)
    return reply


def _socket_path(folder: RunFolder) -> str:
    alive = liveness(folder)
    facts = read_facts(folder)
    if alive == "elsewhere" and facts is not None:
        raise ControlError(f"run {folder.name} is on host {facts.host}: ask for this there")
    if alive == "ended":
        raise ControlError(f"run {folder.name} has ended already")
    if alive == "lost":
        raise ControlError(f"run {folder.name} is lost: its supervisor is gone")
    if facts is None or facts.socket_path is None:
        raise ControlError(f"run {folder.name} does not answer yet: try again in a moment")
    return facts.socket_path


def _exchange(socket_path: str, request: Request) -> Reply:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(REPLY_WITHIN_S)
            connection.connect(socket_path)
            connection.sendall(msgspec.json.encode(request) + b"\n")
            with connection.makefile("rb") as answers:
                return msgspec.json.decode(answers.readline(), type=Reply)
    except (OSError, msgspec.DecodeError) as error:
        raise ControlError(f"the supervisor does not answer ({error}): it may be ending") from error
