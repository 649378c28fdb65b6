"""Plain lines: nothing that steers a terminal, in whichever signs it has, and an end where nobody reads."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests import contention_states, gpu_states, states
from tests.unit.made_runs import append, made_run
from tests.unit.test_report_verdict import report
from training.analysis.report import write_report
from training.record.event_records import Began, Ended
from training.record.run_folder import RunFolder
from tui import exit_codes
from tui.plain import PlainLines, follow_plain


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_lines_too_and_no_sequences() -> None:
    out = Terminal()
    lines = PlainLines(out, ascii_only=False)
    state = gpu_states.fallen_back()
    for later_s in (0, 5, 10):
        lines.show(replace(state, elapsed_s=state.elapsed_s + later_s))
    lines.show(contention_states.cpu())
    printed = out.getvalue()
    assert "\x1b" not in printed
    assert "\r" not in printed
    assert sum(" A seed-binary " in line for line in printed.splitlines()) == 4
    assert "together is faster: 1.51×" in printed


def test_ascii_alone_where_there_is_no_more() -> None:
    out = io.StringIO()
    lines = PlainLines(out, ascii_only=True)
    lines.show(gpu_states.container())
    lines.show(contention_states.cpu())
    assert out.getvalue().isascii()
    assert "~9.00 GiB" in out.getvalue()


def test_a_reader_that_left_ends_it() -> None:
    read_fd, write_fd = os.pipe()
    os.close(read_fd)
    with os.fdopen(write_fd, "w", buffering=1) as out:
        lines = PlainLines(out, ascii_only=False)
        with pytest.raises(BrokenPipeError):
            lines.show(states.cpu_run())
        os.dup2(os.open(os.devnull, os.O_WRONLY), write_fd)


def _ended(path: Path) -> RunFolder:
    folder = made_run(path)
    append(
        folder.events,
        Began(t=0.0, monotonic_s=1.0, wall="2026-01-02T03:04:05+00:00", boot_id="b", sharing="together"),
        Ended(t=9.0, outcome="completed"),
    )
    write_report(report(None), folder.report)
    return folder


def test_an_ended_run_is_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _ended(tmp_path / "20260101-000000-aaaa")
    assert follow_plain(folder, interval_s=5.0, ascii_only=False) == exit_codes.OK
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"run {folder.name}: {folder.path}"
    assert f"record: {folder.path}" in printed
