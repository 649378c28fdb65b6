"""A log's last lines, and how grave each is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.log_text import Level, level_of, read_tail


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Epoch 1/3", "info"),
        ("loss: 0.5 - error: 0.1", "info"),
        ("2026-11-22 20:15:00.123456: W tensorflow/core/x.cc:1] slow", "warning"),
        ("2026-11-22 20:15:00.123456: E tensorflow/core/x.cc:1] gone", "error"),
        ("2026-11-22 20:15:00.123456: I tensorflow/core/x.cc:1] ERROR is not one here", "info"),
        ("W1122 20:15:00.123456 12 x.cc:1] slow", "warning"),
        ("F0000 20:15:00.123456 12 x.cc:1] dead", "error"),
        ("Every epoch", "info"),
        ("I think so", "info"),
        ("WARNING:tensorflow:5 out of the last 5 calls", "warning"),
        ("/x/y.py:3: UserWarning: odd", "warning"),
        ("[ERROR] cannot", "error"),
        ("CRITICAL: no", "error"),
        ("DEBUG cache", "debug"),
        ("Traceback (most recent call last):", "error"),
        ("ValueError: bad shape", "error"),
        ("tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM", "error"),
        ("KeyboardInterrupt", "error"),
        ("", "info"),
    ],
)
def test_a_line_is_as_grave_as_its_marks_say(text: str, level: Level) -> None:
    assert level_of(text) == level


def test_a_short_file_is_there_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"one\n\x1b[31mtwo\x1b[0m\n 10%\r 20%\n")
    tail = read_tail(path)
    assert tail.lines == ("one", "two", " 20%")
    assert tail.left_out_bytes == 0


def test_of_a_long_one_the_end_is_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"".join(b"%04d\n" % number for number in range(100)))
    tail = read_tail(path, 52)
    assert tail.lines[0] == "0090"
    assert tail.lines[-1] == "0099"
    assert tail.left_out_bytes == 448


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        read_tail(tmp_path / "none.log")
