"""A report as plain lines, for people."""

from __future__ import annotations

from pathlib import Path

from training.analysis.disturbed_time import MOST_DISTURBED_SHARE
from training.analysis.held_text import held_text
from training.analysis.report import LaneReport, Report
from training.plan import Lane
from training.preset.printable import printable
from tui import format as formatted
from tui.report_course import fell_back_text, sharing_facts_of, sharing_text
from tui.report_verdict import VerdictText, verdict_of

NO_STEPS = "no step telemetry: memory and utilisation only"
"""Of a lane whose script or program showed no steps."""

_LONGEST_LOG_LINE = 200


def report_lines(report: Report, folder: Path) -> list[str]:
    """The verdict, what happened to each lane, and where everything lies."""
    kind = "CPU (no GPU used)" if report.device.kind == "cpu" else "GPU"
    device = f"{kind} {printable(report.device.name)}"
    lines = [
        *(printable(text) for text in verdict_lines(verdict_of(report))),
        "",
        f"run {printable(report.run)}: {report.outcome}, {sharing_text(report)} on {device}",
        f"began {printable(report.started_at)}, took {formatted.clock(report.monitor.wall_s)}",
        *(printable(text) for text in warnings_of(report)),
    ]
    for lane, told in report.lanes.items():
        lines += ["", *_lane_lines(f"{lane.upper()} ", told, whose_memory(lane, told))]
    for lane, lives in report.earlier_lanes.items():
        for told in lives:
            lines += ["", *_lane_lines(f"earlier in lane {lane.upper()}:", told)]
    facts = [*sharing_facts_of(report), *device_facts_of(report)]
    if facts:
        lines += ["", *(f"{label}: {printable(text)}" for label, text in facts)]
    monitor = report.monitor
    percent = monitor.core_percent
    cost = f"{monitor.cpu_s:.1f} s of CPU" if percent is None else f"{percent:.1f} % of one core"
    lines += [
        "",
        f"watching cost {cost} and {formatted.size(monitor.peak_rss_bytes)} at peak",
        f"record: {printable(str(folder))}",
    ]
    return lines


def verdict_lines(told: VerdictText) -> list[str]:
    """The verdict in a sentence, then its figures, then what to keep in mind."""
    label_width = max((len(label) for label, _, _ in told.figures), default=0)
    value_width = max((len(value) for _, value, _ in told.figures), default=0)
    return [
        told.headline,
        *(
            f"   {label:{label_width}}  {value:{value_width}}  {meaning}".rstrip()
            for label, value, meaning in told.figures
        ),
        *told.notes,
    ]


def warnings_of(report: Report) -> list[str]:
    """What must be known before any figure is believed."""
    told = [f"GPU LOST: {report.device_lost}"] if report.device_lost is not None else []
    if report.gpu_verdict_void is not None:
        told.append(report.gpu_verdict_void)
    if fell_back := fell_back_text(report):
        told.append(fell_back)
    return told


def device_facts_of(report: Report) -> list[tuple[str, str]]:
    """What the run did to its device, and who else was there; each with its label."""
    facts: list[tuple[str, str]] = []
    if report.energy_j is not None:
        per = report.energy_j_per_1000_samples
        each = f", {formatted.rate(per)} J per 1000 samples of both" if per is not None else ""
        facts.append(("energy", f"{formatted.joules(report.energy_j)} (whole device){each}"))
    if report.event_reasons_s:
        held = ", ".join(f"{why} {formatted.span(s)}" for why, s in report.event_reasons_s.items())
        facts.append(("held back", held))
    if report.others is not None:
        seen = report.others
        many = f"{seen.count} other {'process' if seen.count == 1 else 'processes'}"
        size = f", {formatted.size(seen.peak_bytes)} at most" if seen.peak_bytes is not None else ""
        names = f": {', '.join(printable(name, limit=30) for name in seen.names)}" if seen.names else ""
        facts.append(("others", f"{many} on the device{size}{names}"))
    if report.retry_of is not None:
        facts.append(("again of", report.retry_of))
    return facts


def footprint_text(told: LaneReport) -> str:
    """The most the lane held, marked where it was inferred."""
    estimated = told.memory_estimated and told.peak_memory_bytes is not None
    return f"{'≈' if estimated else ''}{formatted.size(told.peak_memory_bytes)}"


def steps_text(told: LaneReport) -> str:
    """What it trained and how fast, as far as its steps are known."""
    if told.step_telemetry == "none" and not told.steps:
        return f"{NO_STEPS}; {told.wall_s:.1f} s in all"
    rate = formatted.rate(told.steps_per_s)
    return (
        f"{formatted.count(told.steps)} steps, {told.epochs} epochs in {told.train_s:.1f} s of training"
        f" ({rate} steps/s), {told.wall_s:.1f} s in all"
    )


def disturbed_text(told: LaneReport) -> str:
    """How much of its training was disturbed; empty where that is too little to tell, or not known."""
    share = told.disturbed_share or 0.0
    return f"{100 * share:.0f} %" if share > MOST_DISTURBED_SHARE else ""


def whose_memory(lane: Lane, told: LaneReport) -> str:
    """Of lanes in one process whose figure the footprint is; empty where a lane has a process of its own."""
    if told.memory_in is None:
        return ""
    if told.memory_in == lane:
        return "of both lanes: they are one process"
    return f"in lane {told.memory_in.upper()}'s: both are one process"


def _lane_lines(who: str, told: LaneReport, whose: str = "") -> list[str]:
    on = f", on {printable(told.backend)}" if told.backend else ""
    lines = [f"{who} {printable(told.preset)}: {told.status}{on}"]
    if told.no_gpu is not None:
        lines.append(f"   TRAINED ON THE CPU: {printable(told.no_gpu.why)}. {printable(told.no_gpu.remedy)}")
    if told.device is not None:
        lines.append(f"   on {printable(told.device.name)} {printable(told.device.uuid or '')}")
    if told.error is not None:
        lines.append(f"   {printable(told.error.kind)}: {printable(told.error.message)}")
        if told.error.held:
            lines.append(f"   held: {printable(held_text(told.error.held))}")
        if told.error.hint:
            lines.append(f"   {printable(told.error.hint)}")
        lines += [f"   | {printable(text, limit=_LONGEST_LOG_LINE)}" for text in told.error.log_tail]
    lines.append(f"   {steps_text(told)}")
    if disturbed := disturbed_text(told):
        lines.append(
            f"   disturbed in {disturbed} of its training: others on the device or its CPUs, or heat"
        )
    first, last = formatted.value(told.first_loss), formatted.value(told.last_loss)
    need = f", needed {formatted.size(told.need_peak_bytes)}" if told.need_peak_bytes is not None else ""
    whose = f" ({whose})" if whose else ""
    lines.append(f"   loss {first} -> {last}, memory at peak {footprint_text(told)}{need}{whose}")
    if told.model_path:
        lines.append(f"   model: {printable(told.model_path)}")
    return lines
