"""Records leave a training without making it wait, also where the disk does not take them."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.waiting import wait_for
from training.agent import emitter as emitter_module
from training.agent.emitter import Emitter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the records go."""
    return tmp_path / "a.jsonl"


class FullAtWill:
    """Stands in for `os.write`: takes at most `room` bytes until it is freed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._room = math.inf
        self._lock = threading.Lock()
        self.attempts = 0
        self._write = os.write
        monkeypatch.setattr("training.agent.emitter.os.write", self.write)
        monkeypatch.setattr(emitter_module, "RETRY_S", 0.001)

    @property
    def room(self) -> float:
        """Bytes it still takes; set once a write that is under way has ended."""
        return self._room

    @room.setter
    def room(self, room: float) -> None:
        with self._lock:
            self._room = room

    def write(self, fd: int, data: bytes) -> int:
        with self._lock:
            self.attempts += 1
            if self._room <= 0:
                raise OSError(28, "No space left on device")
            taken = self._write(fd, data[: int(min(self._room, len(data)))])
            self._room -= taken
            return taken


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[FullAtWill]:
    """A disk that is full when told to be."""
    disk = FullAtWill(monkeypatch)
    yield disk
    disk.room = math.inf


def _lines(path: Path) -> list[Any]:
    """Every line of the file that is whole; "half" for one that is not."""
    found: list[Any] = []
    for line in path.read_bytes().split(b"\n"):
        try:
            found += [json.loads(line)] if line else []
        except ValueError:
            found.append("half")
    return found


def _kinds(path: Path) -> list[str]:
    return [line if line == "half" else line["k"] for line in _lines(path)]


def test_lines_begin_with_the_schema_and_carry_the_time_since_zero(path: Path) -> None:
    emitter = Emitter(str(path), "a", time.monotonic() - 100)
    emitter.emit("started", pid=5, nothing=None)
    emitter.emit("paused", t=7.12345678, step=3)
    emitter.close()
    schema, started, paused = _lines(path)
    assert schema == {"k": "schema", "version": 1, "writer": "a"}
    assert started["t"] == pytest.approx(100, abs=5)
    assert {key: value for key, value in started.items() if key != "t"} == {"k": "started", "pid": 5}
    assert paused == {"k": "paused", "t": 7.123457, "step": 3}
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_not_finite_becomes_null(path: Path) -> None:
    emitter = Emitter(str(path), "a", 0.0)
    emitter.emit("epoch", loss=math.nan, metrics={"auc": math.inf, 3: [-math.inf, 1.5]})
    emitter.close()
    told = json.loads(path.read_text().splitlines()[1], parse_constant=pytest.fail)
    assert (told["loss"], told["metrics"]) == (None, {"auc": None, "3": [None, 1.5]})


def test_what_json_cannot_hold_is_counted_and_not_tried_again(path: Path) -> None:
    emitter = Emitter(str(path), "a", 0.0)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    emitter.emit("odd", value=object())
    emitter.emit("odd", value=deep)
    emitter.emit("odd", value="\udc80")
    emitter.emit("last")
    emitter.close()
    assert _kinds(path) == ["schema", "odd", "last"]
    assert emitter.dropped == 2


def test_doorbell_rings_for_what_matters_and_never_blocks(path: Path) -> None:
    bell, ringer = os.pipe()
    try:
        os.set_blocking(ringer, False)
        emitter = Emitter(str(path), "a", 0.0, ringer)
        emitter.emit("progress", droppable=True)
        for _ in range(20):
            emitter.emit("epoch")
        emitter.close()
        assert os.read(bell, 4096) == b"!" * 21  # the schema line's too
        filled = 0
        while True:
            try:
                filled += os.write(ringer, b"x" * 4096)
            except BlockingIOError:
                break
        emitter = Emitter(str(path), "a", 0.0, ringer)
        emitter.emit("epoch")
        emitter.close()
        assert filled > 4096
        assert _kinds(path).count("schema") == 2
    finally:
        os.close(bell)
        os.close(ringer)


def test_what_nobody_waits_for_wakes_nobody_and_is_kept(path: Path, disk: FullAtWill) -> None:
    bell, ringer = os.pipe()
    os.set_blocking(ringer, False)
    emitter = Emitter(str(path), "a", 0.0, ringer)
    wait_for(lambda: _kinds(path) == ["schema"])
    disk.room = 0
    for epoch in range(3):
        emitter.emit("epoch", unhurried=True, epoch=epoch)
    wait_for(lambda: disk.attempts > 2)  # it is tried again, unlike what may be dropped
    disk.room = math.inf
    emitter.close()
    assert _kinds(path) == ["schema", "epoch", "epoch", "epoch"]
    assert os.read(bell, 4096) == b"!"  # the schema line's
    os.close(bell)
    os.close(ringer)


def test_doorbell_without_a_listener_is_no_failure(path: Path) -> None:
    bell, ringer = os.pipe()
    os.close(bell)
    emitter = Emitter(str(path), "a", 0.0, ringer)
    emitter.emit("epoch")
    emitter.close()
    os.close(ringer)
    assert _kinds(path) == ["schema", "epoch"]


def test_a_script_that_closes_every_file_and_opens_its_own_finds_nothing_of_ours_in_it(path: Path) -> None:
    read_fd, doorbell_fd = os.pipe()
    emitter = Emitter(str(path), "a", time.monotonic(), doorbell_fd)
    wait_for(lambda: "schema" in path.read_text())
    assert os.read(read_fd, 1) == b"!"
    mine, rings = path.with_name("mine"), path.with_name("rings")
    for own, fd in ((mine, emitter._fd), (rings, doorbell_fd)):
        opened = os.open(own, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, fd)
        os.close(opened)
    emitter.emit("epoch", epoch=1)
    emitter.close()
    assert [json.loads(line)["k"] for line in path.read_text().splitlines()] == ["schema", "epoch"]
    assert (mine.read_bytes(), rings.read_bytes()) == (b"", b"")
    os.close(doorbell_fd)
    os.close(read_fd)


def test_late_fields_are_made_by_the_writing_thread(path: Path) -> None:
    made_in: list[str] = []

    def late() -> dict[str, Any]:
        made_in.append(threading.current_thread().name)
        return {"loss": 0.5, "metrics": None}

    emitter = Emitter(str(path), "a", 0.0)
    emitter.emit("progress", droppable=True, t=1.0, late=late)
    emitter.emit("progress", droppable=True, t=2.0, late=lambda: {"loss": 1 / 0})
    emitter.close()
    assert _lines(path)[1:] == [{"k": "progress", "t": 1.0, "loss": 0.5}]
    assert made_in == ["dualtrain-emitter"]
    assert emitter.dropped == 1


class TestFullDisk:
    def test_dev_full_never_makes_the_training_wait(self) -> None:
        emitter = Emitter("/dev/full", "a", 0.0)
        began = time.monotonic()
        for _ in range(2000):
            emitter.emit("progress", droppable=True, step=1)
            emitter.emit("epoch")
        assert time.monotonic() - began < 5
        assert emitter.dropped > 0
        began = time.monotonic()
        emitter.close(timeout_s=0.05)
        assert time.monotonic() - began < 5

    def test_what_matters_is_written_once_there_is_room_in_order(self, path: Path, disk: FullAtWill) -> None:
        emitter = Emitter(str(path), "a", 0.0)
        wait_for(lambda: _kinds(path) == ["schema"])
        disk.room = 0
        for step in range(5):
            emitter.emit("epoch", epoch=step)
        wait_for(lambda: disk.attempts > 5)
        assert _kinds(path) == ["schema"]
        disk.room = math.inf
        emitter.close()
        assert [line["epoch"] for line in _lines(path)[1:]] == [0, 1, 2, 3, 4]
        assert emitter.dropped == 0

    def test_progress_is_dropped_and_counted(self, path: Path, disk: FullAtWill) -> None:
        emitter = Emitter(str(path), "a", 0.0)
        wait_for(lambda: _kinds(path) == ["schema"])
        disk.room = 0
        for step in range(10):
            emitter.emit("progress", droppable=True, step=step)
        wait_for(lambda: emitter.dropped == 10, lambda: emitter.dropped)
        disk.room = math.inf
        emitter.emit("progress", droppable=True, step=10, dropped=emitter.dropped)
        emitter.close()
        assert _lines(path)[1:] == [{"k": "progress", "t": _lines(path)[1]["t"], "step": 10, "dropped": 10}]

    @pytest.mark.parametrize("room", [0, 1, 7, 20, 38, 39, 40, 41])
    def test_writing_resumes_on_a_line_of_its_own(self, path: Path, disk: FullAtWill, room: int) -> None:
        """Wherever in a line the disk filled up: no record is lost, none stands there twice."""
        emitter = Emitter(str(path), "a", 0.0)
        wait_for(lambda: _kinds(path) == ["schema"])
        line = len('{"k":"epoch","t":1.0,"epoch":1,"x":"y"}\n')
        assert line == 40
        disk.room = room
        for epoch in (1, 2, 3):
            emitter.emit("epoch", t=1.0, epoch=epoch, x="y")
        wait_for(lambda: disk.room == 0 and disk.attempts > 6, lambda: (disk.room, disk.attempts))
        disk.room = math.inf
        emitter.close()
        whole = [told["epoch"] for told in _lines(path)[1:] if told != "half"]
        assert whole == [1, 2, 3]
        assert path.read_bytes().endswith(b"\n")

    def test_what_waits_is_bounded_and_the_end_of_the_training_stays(
        self, path: Path, disk: FullAtWill
    ) -> None:
        emitter = Emitter(str(path), "a", 0.0)
        wait_for(lambda: _kinds(path) == ["schema"])
        disk.room = 0
        for epoch in range(2 * emitter_module.CAPACITY):
            emitter.emit("epoch", epoch=epoch)
        emitter.emit("finished")
        disk.room = math.inf
        emitter.close()
        kinds = _kinds(path)
        assert len(kinds) <= emitter_module.CAPACITY + 3
        assert kinds[-1] == "finished"
        assert emitter.dropped + len(kinds) == 2 * emitter_module.CAPACITY + 2


def test_many_threads_may_emit(path: Path) -> None:
    emitter = Emitter(str(path), "a", 0.0)

    def tell() -> None:
        for number in range(200):
            emitter.emit("note", number=number)

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    emitter.close()
    assert _kinds(path) == ["schema", *["note"] * 800]
