"""Answer what other processes of this user ask of the run."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec

from training.control.protocol import LONGEST_REQUEST_BYTES, Reply, Request
from training.record.run_home import runtime_home

Answer = Callable[[Request], Reply]


class ControlServer:
    """A Unix socket of mode 0600 that only this user's processes (and root's) may ask."""

    def __init__(self, run_folder: Path, answer: Answer) -> None:
        # The folder's digest keeps the path short and tells runs of the same name in different places apart.
        digest = hashlib.sha256(str(run_folder).encode()).hexdigest()[:16]
        self.socket_path = runtime_home() / f"{digest}.sock"
        self._answer = answer
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the socket cannot be made.
        """
        _forget_dead_sockets(self.socket_path.parent)
        self.socket_path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._serve, path=self.socket_path, limit=LONGEST_REQUEST_BYTES
        )
        self.socket_path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and take the socket away."""
        if self._server is not None:
            self._server.close()
        self.socket_path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if not _is_allowed(writer.get_extra_info("socket")):
                writer.write(
                    msgspec.json.encode(Reply(ok=False, why="this run belongs to another user")) + b"\n"
                )
            else:
                await self._answer_lines(reader, writer)
            await writer.drain()
        writer.close()

    async def _answer_lines(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(self._reply(line)) + b"\n")
                await writer.drain()
        except ValueError:  # asyncio's word for a line beyond the limit
            reply = Reply(ok=False, why="not understood: the request is too long")
            writer.write(msgspec.json.encode(reply) + b"\n")

    def _reply(self, line: bytes) -> Reply:
        try:
            request = msgspec.json.decode(line, type=Request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Reply(ok=False, why=f"not understood: {error}")
        return self._answer(request)


def _forget_dead_sockets(folder: Path) -> None:
    """Take away what supervisors that were killed left behind: a socket that refuses has nobody listening."""
    for path in folder.glob("*.sock"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.2)
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue


def _is_allowed(connection: socket.socket) -> bool:
    """The kernel's word on who asks (SO_PEERCRED: pid, uid, gid)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    return uid in (os.getuid(), 0)
