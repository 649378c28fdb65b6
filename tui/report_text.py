"""A report as plain lines, for people."""

from __future__ import annotations

from pathlib import Path

from training.analysis.report import LaneReport, Report
from training.preset.printable import printable
from tui import format as formatted


def report_lines(report: Report, folder: Path) -> list[str]:
    """What happened to each lane, and where everything lies."""
    device = "CPU (no GPU used)" if report.device.kind == "cpu" else "GPU"
    lines = [
        f"run {printable(report.run)}: {report.outcome}, {report.sharing} on {device} {printable(report.device.name)}",
        f"began {report.started_at}, took {formatted.clock(report.monitor.wall_s)}",
    ]
    for lane, told in report.lanes.items():
        lines += ["", *_lane_lines(lane, told)]
    cost = 100 * report.monitor.cpu_s / report.monitor.wall_s if report.monitor.wall_s else 0.0
    lines += [
        "",
        f"watching cost {cost:.1f} % of one core and {formatted.size(report.monitor.peak_rss_bytes)} at peak",
        f"record: {printable(str(folder))}",
    ]
    return lines


def _lane_lines(lane: str, told: LaneReport) -> list[str]:
    lines = [f"{lane.upper()}  {printable(told.preset)}: {told.status}"]
    if told.error is not None:
        lines.append(f"   {printable(told.error.kind)}: {printable(told.error.message)}")
        if told.error.hint:
            lines.append(f"   {printable(told.error.hint)}")
    rate = formatted.rate(told.steps_per_s)
    lines.append(
        f"   {formatted.count(told.steps)} steps, {told.epochs} epochs in {told.train_s:.1f} s of training"
        f" ({rate} steps/s), {told.wall_s:.1f} s in all"
    )
    first, last = formatted.value(told.first_loss), formatted.value(told.last_loss)
    lines.append(f"   loss {first} -> {last}, memory at peak {formatted.size(told.peak_memory_bytes)}")
    if told.model_path:
        lines.append(f"   model: {printable(told.model_path)}")
    return lines
