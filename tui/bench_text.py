"""A bench's report as plain lines, for people: what each pair does in each mode, and which is best."""

from __future__ import annotations

import textwrap
from pathlib import Path

from training.bench.mode_report import ModeReport
from training.bench.pair_report import PairReport
from training.bench.plan import REFERENCE
from training.bench.report import BenchReport
from training.plan import LANES, Lane
from training.preset.printable import one_line, printable
from tui import format as formatted
from tui.bench_matrix import matrix_lines
from tui.bench_signs import SIGNS_LINES, Paint, mode_sign
from tui.contention_text import blocks_text

LABEL_WIDTH = 20
COLUMN_WIDTH = 15

Row = tuple[str, ...]
"""A label, then a cell for the reference and for each mode."""


def bench_lines(report: BenchReport, folder: Path, paint: Paint, *, width: int = 80) -> list[str]:
    """Every pair with all its modes, then which presets go best together where there are three or more."""
    device = "CPU (no GPU used)" if report.device.kind == "cpu" else f"GPU {printable(report.device.name)}"
    asked = f"{_count(report.launches, 'launch', 'launches')} of each pair in each mode"
    each = f"{blocks_text(report.blocks)} each, windows of {report.seconds:g} s"
    lines = [
        f"bench {printable(report.bench)}: {report.outcome}, on {device}",
        f"began {report.started_at}, measured for {formatted.clock(report.measured_s)}",
        f"{asked}, {each}",
    ]
    if report.launches_missing:
        missing = _count(report.launches_missing, "launch is", "launches are")
        lines.append(f"{missing} missing: `dualtrain-tui bench --resume {printable(folder.name)}` goes on")
    for pair in report.pairs:
        lines += ["", *pair_lines(pair, paint, width=width)]
    if len(report.presets) > 2:
        lines += ["", *matrix_lines(report, paint, width=width)]
    return [*lines, "", *SIGNS_LINES, f"record: {printable(str(folder))}"]


def pair_lines(pair: PairReport, paint: Paint, *, width: int = 80) -> list[str]:
    """One pair: a column for each mode, and below it the verdicts in words."""
    lines = [paint.strong(f"A {printable(pair.labels['a'])} + B {printable(pair.labels['b'])}")]
    measured = [mode for mode in pair.modes if not mode.why_not]
    if measured:
        lines += _table(pair, measured, paint)
    said = [f"best: {_best(pair)}", *(text for mode in pair.modes for text in _said_of(mode))]
    for text in [*said, *([printable(pair.note)] if pair.note else [])]:
        lines += _wrapped(text, width)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    """A sentence on as many lines as it needs; a path stays whole, so that it can be copied."""
    return textwrap.wrap(
        text,
        max(width, LABEL_WIDTH),
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _best(pair: PairReport) -> str:
    if pair.best.sharing is None:
        return f"not known: {pair.best.because}"
    marked = pair.best.sharing if pair.best.certain else f"perhaps {pair.best.sharing}"
    return f"{marked}: {printable(pair.best.because)}"


def _said_of(mode: ModeReport) -> list[str]:
    if mode.why_not:
        return [f"{mode.sharing}: {one_line(mode.why_not)}"]
    # The verdict's own numbers say what their interval is over.
    told = [f"{mode.sharing}: {printable(mode.because)}"]
    told += [f"{mode.sharing}: a launch that does not count: {one_line(why)}" for why in mode.failed_because]
    if mode.excluded:
        because = (
            f": {', '.join(printable(why) for why in mode.excluded_because)}" if mode.excluded_because else ""
        )
        told.append(f"{mode.sharing}: {blocks_text(mode.excluded)} left out{because}")
    return told


def _table(pair: PairReport, modes: list[ModeReport], paint: Paint) -> list[str]:
    head = _line(("", REFERENCE, *(mode.sharing for mode in modes)))
    signs = [mode_sign(mode) for mode in modes]
    verdicts = [paint.as_of(sign, f"{sign.mark} {sign.word}".ljust(COLUMN_WIDTH)) for sign in signs]
    verdict = f"{'  verdict':{LABEL_WIDTH}}{'':{COLUMN_WIDTH}}{''.join(verdicts)}".rstrip()
    return [head, verdict, *(_line(row) for row in _rows(pair, modes) if any(cell for cell in row[1:]))]


def _line(row: Row) -> str:
    label, *cells = row
    return f"{label:{LABEL_WIDTH}}{''.join(cell.ljust(COLUMN_WIDTH) for cell in cells)}".rstrip()


def _rows(pair: PairReport, modes: list[ModeReport]) -> list[Row]:
    alone = pair.sequential.solo_steps_per_s if pair.sequential is not None else {}
    apart_s = pair.sequential.makespan_s if pair.sequential is not None else None
    apart_j = pair.sequential.energy_j if pair.sequential is not None else None
    rows: list[Row] = [
        ("  STP", "1", *(_ratio(mode.stp) for mode in modes)),
        ("    interval", "", *(_interval(mode.stp_interval) for mode in modes)),
        ("  slowdown of A, B", "1, 1", *(_both(mode) for mode in modes)),
        ("  ANTT", "", *(_ratio(mode.antt) for mode in modes)),
        ("  fairness", "", *(_ratio(mode.fairness) for mode in modes)),
    ]
    for lane in LANES:
        told = [formatted.rate(mode.shared_steps_per_s.get(lane)) for mode in modes]
        windows = [formatted.rate(mode.solo_steps_per_s.get(lane)) for mode in modes]
        rows.append((f"  {lane.upper()} steps/s", formatted.rate(alone.get(lane)), *told))
        rows.append(("    alone, there", "", *windows))
    rows += [
        ("  60 s of both", "", *(_in_turns(mode) for mode in modes)),
        ("  own lengths", formatted.span(apart_s), *(_own_span(mode) for mode in modes)),
        ("    speed-up", "", *(_own_speedup(mode) for mode in modes)),
        ("    interval", "", *(_own_interval(mode) for mode in modes)),
        ("    with start-up", "", *(_known_ratio(mode.speedup_whole) for mode in modes)),
    ]
    for lane in LANES:
        rows.append((f"  {lane.upper()} memory, peak", "", *(_peak(mode, lane) for mode in modes)))
    if any(mode.energy_j is not None for mode in modes):
        rows.append(
            (
                "  energy",
                formatted.joules(apart_j),
                *(formatted.joules(mode.energy_j) for mode in modes),
            )
        )
    rows.append(("  blocks (left out)", "", *(f"{mode.blocks} ({mode.excluded})" for mode in modes)))
    rows.append(("  launches", "", *(str(mode.launches) for mode in modes)))
    return rows


def _in_turns(mode: ModeReport) -> str:
    """What both do in a minute at once takes so long one after the other."""
    return formatted.UNKNOWN if mode.equal_time is None else f"{mode.equal_time.sequential_s:.0f} s in turns"


def _peak(mode: ModeReport, lane: Lane) -> str:
    """In one process neither lane's memory can be told from the other's."""
    both = " (both)" if mode.sharing == "one-process" and lane in mode.peak_memory_bytes else ""
    return f"{formatted.size(mode.peak_memory_bytes.get(lane))}{both}"


def _ratio(value: float | None) -> str:
    return formatted.UNKNOWN if value is None else f"{value:.2f}"


def _known_ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _interval(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.2f}–{interval[1]:.2f}"


def _both(mode: ModeReport) -> str:
    return ", ".join(_ratio(mode.slowdown.get(lane)) for lane in LANES)


def _own_span(mode: ModeReport) -> str:
    return formatted.span(None if mode.own_lengths is None else mode.own_lengths.makespan_s)


def _own_speedup(mode: ModeReport) -> str:
    return _ratio(None if mode.own_lengths is None else mode.own_lengths.speedup)


def _own_interval(mode: ModeReport) -> str:
    return _interval(None if mode.own_lengths is None else mode.own_lengths.interval)


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
