"""What a page or a pasted text says of a run: the report in words, one value for each lane."""

from __future__ import annotations

from collections.abc import Callable

from training.analysis.held_text import held_text
from training.analysis.report import LaneReport, Report
from training.export.run_account import RunAccount
from training.export.run_text import RunText
from training.plan import Lane
from tui import format as formatted
from tui.report_command import command_lines
from tui.report_course import EARLIER_HEADER, earlier_rows, sharing_facts_of, sharing_text
from tui.report_text import device_facts_of, disturbed_text, footprint_text, warnings_of, whose_memory
from tui.report_verdict import threads_text, verdict_of

Row = tuple[str, ...]


def run_text(account: RunAccount) -> RunText:
    """Put the run into words."""
    report, verdict = account.report, verdict_of(account.report)
    earlier = earlier_rows(report)
    support = (verdict.measured, verdict.stake, verdict.slowed)
    return RunText(
        title=_title(report),
        claim=verdict.claim if account.is_over else f"So far: {verdict.claim[:1].lower()}{verdict.claim[1:]}",
        tone=verdict.tone,
        support=tuple(part for part in support if part),
        figures=verdict.figures,
        notes=verdict.notes,
        warnings=tuple(warnings_of(report))
        if account.is_over
        else (_standing(account), *warnings_of(report)),
        lanes_header=("", *(f"{lane.upper()} {told.preset}" for lane, told in report.lanes.items())),
        lanes=tuple(_rows(account)),
        facts=tuple(_facts(account)),
        commands=command_lines(account.plan, account.course),
        earlier=(EARLIER_HEADER, *earlier) if earlier else (),
    )


def _title(report: Report) -> str:
    names = " beside ".join(told.preset for told in report.lanes.values())
    return f"{names}, {sharing_text(report)}, run {report.run}"


def _standing(account: RunAccount) -> str:
    """Why there is no report yet."""
    so_far = f"told here is what its records say of its first {formatted.clock(account.state.elapsed_s)}"
    if account.state.phase == "lost":
        return f"The run is lost, its supervisor died: {so_far}."
    return f"The run goes on: {so_far}."


def _rows(account: RunAccount) -> list[Row]:
    report = account.report
    told = report.contention
    rows = [
        ("status", *(account.status(lane) for lane in report.lanes)),
        _row(report, "error", _error),
        _row(report, "loss, first to last", _losses),
        _row(
            report,
            "steps",
            lambda lane: f"{formatted.count(lane.steps)} in {formatted.count(lane.epochs)} epochs",
        ),
        _row(report, "steps/s, whole training", lambda lane: formatted.rate(lane.steps_per_s)),
    ]
    if told is not None:
        for label, rates in (
            ("steps/s alone, probed", told.solo_steps_per_s),
            ("steps/s beside the other", told.shared_steps_per_s),
        ):
            rows.append((label, *(formatted.rate(rates.get(lane)) for lane in report.lanes)))
        slowed = ((lane, told.slowdown.get(lane)) for lane in report.lanes)
        rows.append(("slowed", *(_times(ratio) for _, ratio in slowed)))
    rows += [
        _row(report, "trained", lambda lane: formatted.span(lane.train_s)),
        _row(report, "disturbed", disturbed_text),
        ("memory at peak", *(_memory(lane, one) for lane, one in report.lanes.items())),
        _row(report, "of it needed", lambda lane: formatted.size(lane.need_peak_bytes)),
        _row(
            report,
            "trained on",
            lambda lane: lane.device.name if lane.device else lane.trained_on or formatted.UNKNOWN,
        ),
        _row(report, "backend", lambda lane: lane.backend),
    ]
    return [row for row in rows if any(cell not in ("", formatted.UNKNOWN) for cell in row[1:])]


def _row(report: Report, label: str, of: Callable[[LaneReport], str]) -> Row:
    return (label, *(of(told) for told in report.lanes.values()))


def _times(ratio: float | None) -> str:
    return formatted.UNKNOWN if ratio is None else f"{ratio:.2f} times"


def _error(told: LaneReport) -> str:
    if told.error is None:
        return f"trained on the CPU: {told.no_gpu.why}" if told.no_gpu is not None else ""
    held = f"; held then: {held_text(told.error.held)}" if told.error.held else ""
    return f"{told.error.kind}: {told.error.message}{held}"


def _losses(told: LaneReport) -> str:
    if told.first_loss is None and told.last_loss is None:
        return formatted.UNKNOWN
    return f"{formatted.value(told.first_loss)} to {formatted.value(told.last_loss)}"


def _memory(lane: Lane, told: LaneReport) -> str:
    source = {"nvml": "NVML", "host": "RSS"}.get(told.memory_source, told.memory_source)
    known = source if told.peak_memory_bytes is not None else ""
    notes = ", ".join(note for note in (known, whose_memory(lane, told)) if note)
    return f"{footprint_text(told)}{f' ({notes})' if notes else ''}"


def _facts(account: RunAccount) -> list[tuple[str, str]]:
    report, plan = account.report, account.plan
    memory = f", {formatted.size(report.device.memory_bytes)}" if report.device.memory_bytes else ""
    facts = [("device", f"{report.device.kind.upper()} {report.device.name}{memory}")]
    threads = threads_text(report)
    if threads:
        cores = f", {account.state.cores:g} cores" if account.state.cores else ""
        facts.append(("threads", f"{threads}{cores}"))
    facts.append(("versions", ", ".join(f"{name} {version}" for name, version in plan.versions.items())))
    lasted = formatted.clock(report.monitor.wall_s)
    facts.append(("began", f"{report.started_at}, {'took' if account.is_over else 'so far'} {lasted}"))
    facts += [*sharing_facts_of(report), *device_facts_of(report)]
    if account.is_over:
        facts.append(("watching cost", _cost(report)))
    return [(label, text) for label, text in facts if text]


def _cost(report: Report) -> str:
    monitor = report.monitor
    percent = monitor.core_percent
    share = f"{percent:.1f} % of one core, " if percent is not None else ""
    return f"{share}{formatted.size(monitor.peak_rss_bytes)} at peak"
