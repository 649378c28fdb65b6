"""Numbers that a program writes itself: in its log, and in TensorBoard's event files."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.supervisor.log_scalars import LONGEST_LINE_BYTES, MATCHING_S, LogScalars, Scalar, TooSlowError
from training.supervisor.scalar_follower import means
from training.supervisor.tensorboard_scalars import LISTED_EVERY, TensorBoardScalars


class TestLog:
    def log(self, folder: Path, content: str | bytes, pattern: str = r"loss=(\S+)") -> LogScalars:
        (folder / "a.log").write_bytes(content.encode() if isinstance(content, str) else content)
        return LogScalars(folder / "a.log", pattern)

    def test_the_first_group_is_the_loss(self, tmp_path: Path) -> None:
        log = self.log(tmp_path, "begins\nloss=0.5 and more\nloss=nan\nloss=x\nloss=1e-3\nloss=2")
        assert log.read_new() == [Scalar("loss", 0.5), Scalar("loss", 0.001)]
        with (tmp_path / "a.log").open("a") as file:
            file.write(".5\n")
        assert log.read_new() == [Scalar("loss", 2.5)]
        assert log.read_new() == []

    def test_names(self, tmp_path: Path) -> None:
        pattern = r"step (?P<step>\d+) loss=(?P<loss>\S+)(?: acc=(?P<acc>\S+))?"
        log = self.log(tmp_path, "step 3 loss=0.5\nstep 4 loss=0.25 acc=0.9\n", pattern)
        assert log.read_new() == [Scalar("loss", 0.5, 3), Scalar("loss", 0.25, 4), Scalar("acc", 0.9, 4)]

    def test_a_progress_bar_that_is_written_over(self, tmp_path: Path) -> None:
        log = self.log(tmp_path, b"1/2 loss=2\r2/2 loss=1\x08\x08\x08\x08loss=0.5\n")
        assert [scalar.value for scalar in log.read_new()] == [2.0, 1.0, 0.5]

    def test_a_line_without_end_is_read_at_its_beginning(self, tmp_path: Path) -> None:
        log = self.log(tmp_path, b"x" * (LONGEST_LINE_BYTES + 10) + b"loss=1\nloss=2\n")
        assert log.read_new() == [Scalar("loss", 2.0)]

    def test_a_log_that_is_not_there_yet(self, tmp_path: Path) -> None:
        log = LogScalars(tmp_path / "a.log", "(.)")
        assert log.read_new() == []

    def test_a_pattern_that_takes_for_ever_is_given_up(self, tmp_path: Path) -> None:
        log = self.log(tmp_path, "a" * 60 + "\n", r"(a+)+$b")
        began = time.monotonic()
        with pytest.raises(TooSlowError):
            log.read_new()
        assert time.monotonic() - began < 20 * MATCHING_S
        with (tmp_path / "a.log").open("a") as file:
            file.write("aab\n")
        assert log.read_new() == []  # it goes on behind that

    @given(content=st.binary(max_size=300))
    @settings(max_examples=50, deadline=None)
    def test_whatever_it_prints(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        assert isinstance(self.log(tmp_path_factory.mktemp("log"), content, r"(\S+)").read_new(), list)


def test_means_of_one_look() -> None:
    scalars = [Scalar("loss", 1.0, 1), Scalar("acc", 0.5), Scalar("loss", 3.0, 2)]
    assert means(scalars) == [Scalar("loss", 2.0, 2), Scalar("acc", 0.5)]


def field(number: int, wire: int, content: bytes) -> bytes:
    """One field of a protocol buffer; numbers below 16."""
    size = varint(len(content)) if wire == 2 else b""
    return bytes([number << 3 | wire]) + size + content


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def record(event: bytes) -> bytes:
    """As an event file has it; nobody looks at the checksums."""
    return struct.pack("<QI", len(event), 0) + event + b"\0\0\0\0"


def simple(tag: str, value: float, step: int = 1) -> bytes:
    """What TensorFlow 1 and PyTorch write."""
    told = field(1, 2, tag.encode()) + field(2, 5, struct.pack("<f", value))
    return record(
        field(1, 1, struct.pack("<d", 1.0)) + field(2, 0, varint(step)) + field(5, 2, field(1, 2, told))
    )


def tensor(tag: str, value: float, step: int = 1) -> bytes:
    """What TensorFlow 2 writes."""
    content = field(1, 0, varint(1)) + field(2, 2, b"") + field(4, 2, struct.pack("<f", value))
    told = field(1, 2, tag.encode()) + field(9, 2, b"whatever") + field(8, 2, content)
    return record(field(2, 0, varint(step)) + field(5, 2, field(1, 2, told)))


class TestTensorBoard:
    @pytest.fixture
    def files(self, tmp_path: Path) -> TensorBoardScalars:
        return TensorBoardScalars(tmp_path)

    def read(self, files: TensorBoardScalars) -> list[Scalar]:
        return files.read_new(is_last=True)

    def test_both_forms(self, tmp_path: Path, files: TensorBoardScalars) -> None:
        content = (
            record(field(3, 2, b"brain.Event:2")) + simple("acc", 0.5, 300) + tensor("epoch_loss", 0.25, 301)
        )
        (tmp_path / "events.out.tfevents.1").write_bytes(content)
        assert self.read(files) == [Scalar("acc", 0.5, 300), Scalar("loss", 0.25, 301)]
        assert self.read(files) == []

    def test_a_record_that_is_half_written_is_read_when_it_is_whole(
        self, tmp_path: Path, files: TensorBoardScalars
    ) -> None:
        path, whole = tmp_path / "events.out.tfevents.1", simple("loss", 1.0) + simple("loss", 0.5, 2)
        path.write_bytes(whole[:-3])
        assert self.read(files) == [Scalar("loss", 1.0, 1)]
        path.write_bytes(whole)
        assert self.read(files) == [Scalar("loss", 0.5, 2)]

    def test_a_validation_is_no_training(self, tmp_path: Path, files: TensorBoardScalars) -> None:
        for name in ("train", "validation"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "events.out.tfevents.1").write_bytes(tensor("epoch_loss", 0.5))
        assert self.read(files) == [Scalar("loss", 0.5, 1), Scalar("val epoch_loss", 0.5, 1)]

    def test_what_was_there_before_is_of_another_training(self, tmp_path: Path) -> None:
        path = tmp_path / "events.out.tfevents.1"
        path.write_bytes(simple("loss", 9.0))
        files = TensorBoardScalars(tmp_path)
        with path.open("ab") as file:
            file.write(simple("loss", 1.0, 2))
        assert self.read(files) == [Scalar("loss", 1.0, 2)]

    def test_the_folder_is_listed_now_and_then(self, tmp_path: Path, files: TensorBoardScalars) -> None:
        (tmp_path / "events.out.tfevents.1").write_bytes(simple("loss", 1.0))
        looks = [files.read_new() for _ in range(LISTED_EVERY)]
        assert [len(look) for look in looks] == [0] * (LISTED_EVERY - 1) + [1]

    @given(content=st.binary(max_size=200))
    @settings(max_examples=200, deadline=None)
    def test_damage(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        folder = tmp_path_factory.mktemp("logs")
        files = TensorBoardScalars(folder)
        (folder / "events.out.tfevents.1").write_bytes(record(content) + simple("loss", 1.0))
        assert self.read(files)[-1] == Scalar("loss", 1.0, 1)
        (folder / "events.out.tfevents.2").write_bytes(content)
        assert isinstance(self.read(files), list)
