"""Every pair of a bench as a matrix, and the best partner of each preset."""

from __future__ import annotations

from training.bench.mode_report import ModeReport
from training.bench.report import BenchReport
from training.plan import Sharing
from training.preset.printable import printable
from tui.bench_signs import Paint, Sign, mode_sign

CELL_WIDTH = 8
LABEL_WIDTH = 24
NOT_ASKED = "·"


def matrix_lines(report: BenchReport, paint: Paint, *, width: int = 80) -> list[str]:
    """For each mode a matrix of STP with its sign, in as many parts as the width needs; then the best partners."""
    lines: list[str] = []
    for sharing in report.modes:
        lines += [*_matrix(report, sharing, paint, width), ""]
    lines.append("best partner of each")
    for partner in report.partners:
        mode = _mode(report, partner.label, partner.partner, partner.sharing)
        told = f"{partner.stp:.2f} {mode_sign(mode).mark}" if mode is not None else f"{partner.stp:.2f}"
        lines.append(f"  {_label(partner.label)} {printable(partner.partner)}, {partner.sharing}: {told}")
    return lines


def _matrix(report: BenchReport, sharing: Sharing, paint: Paint, width: int) -> list[str]:
    labels = report.presets
    in_a_part = max(1, (width - LABEL_WIDTH) // CELL_WIDTH)
    lines = [paint.strong(f"{sharing}: throughput (STP) of every pair")]
    for first in range(0, len(labels), in_a_part):
        columns = range(first, min(first + in_a_part, len(labels)))
        lines.append(
            f"{'':{LABEL_WIDTH}}{''.join(f'{column + 1:<{CELL_WIDTH}}' for column in columns)}".rstrip()
        )
        for row, label in enumerate(labels):
            cells = [_cell(report, label, labels[column], sharing, paint) for column in columns]
            lines.append(f"{row + 1:>2} {_label(label)}{''.join(cells)}".rstrip())
    return lines


def _cell(report: BenchReport, one: str, other: str, sharing: Sharing, paint: Paint) -> str:
    mode = _mode(report, one, other, sharing)
    if mode is None:
        return NOT_ASKED.ljust(CELL_WIDTH)
    sign: Sign = mode_sign(mode)
    text = sign.mark if mode.stp is None else f"{mode.stp:.2f} {sign.mark}"
    return paint.as_of(sign, text) + " " * (CELL_WIDTH - len(text))


def _mode(report: BenchReport, one: str, other: str, sharing: Sharing) -> ModeReport | None:
    wanted = sorted((one, other))
    pair = next((pair for pair in report.pairs if sorted(pair.labels.values()) == wanted), None)
    return None if pair is None else pair.mode(sharing)


def _label(label: str) -> str:
    room = LABEL_WIDTH - 4
    return f"{printable(label, limit=room):{room}} "
