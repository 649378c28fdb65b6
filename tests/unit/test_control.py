"""Asking a supervisor: who may, what it answers to nonsense, and what is said when there is nobody to ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from tests.unit.made_runs import made_run
from training.control.client import ControlError, ask
from training.control.protocol import LONGEST_REQUEST_BYTES, Reply, Request
from training.record.liveness import own_facts, take_lock
from training.record.run_folder import RunFolder
from training.record.run_home import runtime_home
from training.supervisor import control_server
from training.supervisor.control_server import ControlServer
from tui.cli import cli


class Served:
    """A control server on a loop of its own, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[Request] = []
        self.reply = Reply(ok=True, window_id=3)
        self.server = ControlServer(folder, self._answer)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._call(self.server.open)

    def close(self) -> None:
        self._call(self.server.close)
        self._call(self._end_connections)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    def _answer(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.reply

    def _call(self, function: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(function(), self._loop).result(20)

    async def _end_connections(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run that was just launched."""
    return made_run(tmp_path / "made")


@contextmanager
def serving(folder: RunFolder) -> Iterator[Served]:
    """The run's control server, and a lock that says it lives."""
    served = Served(folder.path)
    fd = take_lock(folder.supervisor)
    os.pwrite(fd, msgspec.json.encode(own_facts(str(served.server.socket_path))), 0)
    try:
        yield served
    finally:
        served.close()
        os.close(fd)


@pytest.fixture
def served(folder: RunFolder) -> Iterator[Served]:
    """The control server of the run that was just launched."""
    with serving(folder) as served:
        yield served


def _say(served: Served, *parts: bytes) -> list[Any]:
    """Send bytes as they are; returns the answers until the server has no more."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(served.server.socket_path))
        try:
            for part in parts:
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
        except OSError:  # it had heard enough
            pass
        heard: list[Any] = []
        with connection.makefile("rb") as answers, contextlib.suppress(ConnectionResetError):
            for line in answers:
                heard.append(json.loads(line))
        return heard


def test_a_request_is_answered(folder: RunFolder, served: Served) -> None:
    reply = ask(folder, Request(ask="window", lane="a", by="test", seconds=1.5, steps=10))
    assert reply == Reply(ok=True, window_id=3)
    assert served.asked == [Request(ask="window", lane="a", by="test", seconds=1.5, steps=10)]


def test_a_refusal_is_raised_with_its_sentence(folder: RunFolder, served: Served) -> None:
    served.reply = Reply(ok=False, why="that lane has ended already")
    with pytest.raises(ControlError, match=r"^that lane has ended already$"):
        ask(folder, Request(ask="pause", lane="a"))


def test_socket_is_private_and_goes_with_the_server(served: Served) -> None:
    path = served.server.socket_path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(os.fsencode(path)) <= 107


def test_runs_of_one_name_have_sockets_of_their_own(tmp_path: Path) -> None:
    here, there = (ControlServer(tmp_path / where / "run", lambda _: Reply(ok=True)) for where in ("x", "y"))
    assert here.socket_path != there.socket_path


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\n",
        b"hello\n",
        b"\xff\xfe\n",
        b'{"ask":"\xff"}\n',
        b'{"ask":"explode"}\n',
        b'{"lane":"a"}\n',
        b'{"ask":"stop","lane":"c"}\n',
        b'{"ask":"window","seconds":NaN}\n',
        b"[" * 30_000 + b"\n",
        b'{"ask":"stop","x":' + b"[" * 30_000 + b"\n",
        b'{"ask":"stop","by":"no end of line"',
    ],
)
def test_nonsense_is_answered_and_asks_for_nothing(served: Served, nonsense: bytes) -> None:
    answers = _say(served, nonsense)
    assert len(answers) == 1
    assert not answers[0]["ok"]
    assert answers[0]["why"].startswith("not understood")
    assert not served.asked


def test_a_request_without_end_is_refused_and_the_next_one_answered(
    folder: RunFolder, served: Served
) -> None:
    answers = _say(served, *[b"x" * LONGEST_REQUEST_BYTES] * 8)
    assert [answer["why"] for answer in answers] == ["not understood: the request is too long"]
    assert ask(folder, Request(ask="status")).ok


def test_several_requests_on_one_connection(served: Served) -> None:
    answers = _say(served, b'{"ask":"pause"}\nrubbish\n{"ask":', b'"resume"}\n')
    assert [answer["ok"] for answer in answers] == [True, False, True]
    assert [request.ask for request in served.asked] == ["pause", "resume"]


def test_another_users_request_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_server, "_is_allowed", lambda _: False)
    answers = _say(served, b'{"ask":"stop"}\n')
    assert [answer["why"] for answer in answers] == ["this run belongs to another user"]
    assert not served.asked


@pytest.mark.parametrize(("uid", "allowed"), [(0, True), (os.getuid(), True), (12345, False)])
def test_peers_are_told_apart_by_the_kernels_word(
    uid: int, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Connection:
        def getsockopt(self, level: int, option: int, length: int) -> bytes:
            assert (level, option, length) == (socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            return b"".join(number.to_bytes(4, "little") for number in (1, uid, 1))

    assert control_server._is_allowed(Connection()) is allowed  # type: ignore[arg-type]


class TestNobodyToAsk:
    def test_before_it_listens(self, folder: RunFolder) -> None:
        with pytest.raises(ControlError, match="does not answer yet: try again in a moment"):
            ask(folder, Request(ask="stop"))

    def test_after_its_end(self, folder: RunFolder) -> None:
        folder.report.write_text("{}")
        with pytest.raises(ControlError, match="run made has ended already"):
            ask(folder, Request(ask="stop"))

    def test_lost(self, folder: RunFolder) -> None:
        folder.supervisor.write_bytes(msgspec.json.encode(own_facts("/nowhere.sock")))
        with pytest.raises(ControlError, match="run made is lost: its supervisor is gone"):
            ask(folder, Request(ask="stop"))

    def test_on_another_host(self, folder: RunFolder) -> None:
        facts = msgspec.structs.replace(own_facts("/nowhere.sock"), host="gpu7")
        folder.supervisor.write_bytes(msgspec.json.encode(facts))
        with pytest.raises(ControlError, match="run made is on host gpu7: ask for this there"):
            ask(folder, Request(ask="stop"))

    def test_the_socket_is_gone(self, folder: RunFolder, served: Served) -> None:
        served.server.socket_path.unlink()
        with pytest.raises(ControlError, match="does not answer"):
            ask(folder, Request(ask="stop"))


def test_sockets_of_killed_supervisors_are_taken_away(tmp_path: Path) -> None:
    dead = runtime_home() / "0123456789abcdef.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as killed:
        killed.bind(str(dead))
        killed.listen()
        served = Served(tmp_path / "first")
        assert dead.exists()  # somebody listens
        served.close()
    served = Served(tmp_path / "second")
    try:
        assert not dead.exists()
    finally:
        served.close()


@pytest.mark.parametrize(
    "words",
    [("pause",), ("probe",), ("share", "sequential"), ("join", "seed-binary")],
    ids=lambda words: words[0],
)
def test_what_is_said_of_a_run_steers_no_terminal(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = made_run(tmp_path / "x\x1b[2J")
    with serving(folder) as served:
        result = CliRunner().invoke(cli, [*words, str(folder.path)], prog_name="dualtrain-tui")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "x\\x1b[2J" in result.stdout
    assert "\x1b" not in result.stdout
    assert [request.ask for request in served.asked] == [words[0]]
