"""What became of one lane."""

from __future__ import annotations

from training.analysis.held_text import held_text
from training.analysis.report import LaneReport
from training.plan import Lane
from training.record.event_records import LaneStatus
from tui import format
from tui.report_text import disturbed_text, footprint_text
from tui.widgets.lines import LinesWidget
from tui.widgets.panel import content_of
from tui.widgets.spans import BLANK, LANE_TONE, Line, Span, Tone, clip, line, whole, width_of, wrap

_LABEL = 13
_STATUS_TONE: dict[LaneStatus, Tone] = {"completed": "good", "stopped": "warning", "failed": "error"}


class ReportCard(LinesWidget):
    """A lane's outcome in a column."""

    DEFAULT_CSS = """
    ReportCard { border: round $border-blurred; padding: 0 1; }
    """

    def __init__(self, lane: Lane, report: LaneReport | None, folder: str = "") -> None:
        super().__init__(id=f"report-{lane}")
        self._lane: Lane = lane
        self._report = report
        self._folder = folder
        self._offset = 0

    def on_mount(self) -> None:
        """Name the lane."""
        name = self._report.preset if self._report is not None else ""
        self.border_title = content_of(
            line((f"{self._lane.upper()}  {name}".rstrip(), LANE_TONE[self._lane]))
        )

    def draw(self, width: int, height: int) -> list[Line]:
        """Status first, then the error if there is one, then the totals."""
        lines = self._whole_report(width)
        if len(lines) > height:
            lines = [one for one in lines if one != BLANK]
        self._offset = max(0, min(self._offset, len(lines) - height))
        left = len(lines) - height - self._offset
        subtitle = f"{left} more {'line' if left == 1 else 'lines'}: down" if left > 0 else ""
        if self.border_subtitle != subtitle:
            self.border_subtitle = subtitle
        return lines[self._offset :]

    def move(self, by: int) -> None:
        """Scroll, where it does not fit."""
        self._offset += by
        self.redraw()

    def _whole_report(self, width: int) -> list[Line]:
        report = self._report
        if report is None:
            return [line(("This lane was not part of the run.", "muted"))]
        return [
            *_status(report, width),
            *(_within(one, width) for one in _totals(self._lane, report)),
            *self._model(report, width),
        ]

    def _model(self, report: LaneReport, width: int) -> list[Line]:
        if report.model_path is None:
            return [_row("model", "not saved")]
        path = report.model_path.removeprefix(f"{self._folder}/")
        room = max(8, width - _LABEL)
        note = "  in the record"
        told = f"{path}{note}" if path != report.model_path and len(path) + len(note) <= room else path
        pieces = [told[at : at + room] for at in range(0, len(told), room)]
        return [_row("model" if at == 0 else "", piece) for at, piece in enumerate(pieces)]


def _status(report: LaneReport, width: int) -> list[Line]:
    # One that is ended at its length by a signal has that signal's, and did what was asked.
    told = report.exit_code if report.status != "completed" else None
    code = f"  exit code {told}" if told else ""
    lines: list[Line] = [line((report.status, _STATUS_TONE[report.status]), (code, "muted"))]
    if report.no_gpu is not None:
        why = f"TRAINED ON THE CPU: {report.no_gpu.why}. {report.no_gpu.remedy}"
        lines += [line((text, "warning")) for text in wrap(why, width)]
    if report.error is not None:
        lines += [
            line((text, "error")) for text in wrap(f"{report.error.kind}: {report.error.message}", width)
        ]
        if report.error.held:
            lines += [line(text) for text in wrap(f"held: {held_text(report.error.held)}", width)]
        lines += [line((text, "warning")) for text in wrap(report.error.hint, width)]
        lines += [line((clip(text, width), "muted")) for text in report.error.log_tail]
    return [*lines, BLANK]


def _totals(lane: Lane, report: LaneReport) -> list[Line]:
    steps = format.count(report.steps)
    loss = f"{format.value(report.first_loss)} → {format.value(report.last_loss)}"
    if report.step_telemetry == "none" and not report.steps:
        trained = [
            _row("steps", "none told", "  memory, utilisation"),
            _row("alive", format.span(report.wall_s)),
        ]
    else:
        trained = [
            _row("rate", f"{format.rate(report.steps_per_s)} steps/s"),
            _row("steps", steps, f"  in {format.count(report.epochs)} epochs"),
            _row(
                "samples",
                "not known" if report.steps and not report.samples else format.count(report.samples),
            ),
            _row("trained", format.span(report.train_s), f"  of {format.span(report.wall_s)} alive"),
        ]
    if disturbed := disturbed_text(report):
        trained.append(_row("disturbed", disturbed, "  of its training"))
    lines = [
        _row("loss", loss, "  first → last"),
        *trained,
        _row("peak memory", footprint_text(report), _memory_note(lane, report)),
    ]
    if report.need_peak_bytes is not None:
        lines.append(_row("needed", format.size(report.need_peak_bytes), "  told by the framework"))
    if report.device is not None:
        uuid = f"  {report.device.uuid}" if report.device.uuid else ""
        lines.append(_row("device", report.device.name, uuid))
    if report.backend:
        lines.append(_row("backend", report.backend))
    return lines


def _memory_note(lane: Lane, report: LaneReport) -> str:
    if report.no_gpu is not None and report.peak_memory_bytes is None:
        return "  of the GPU: none"
    if report.memory_in is not None and report.memory_in != lane:
        return f"  in {report.memory_in.upper()}'s: one process"
    source = {"nvml": "NVML", "host": "RSS"}.get(report.memory_source, report.memory_source)
    notes = (source, "of both" if report.memory_in else "", "estimate" if report.memory_estimated else "")
    told = ", ".join(note for note in notes if note)
    return f"  {told}" if told else ""


def _within(row: Line, width: int) -> Line:
    """The row, its value whole where the width allows it at all: rather beside its label than below the others."""
    label, value = row[:2]
    if width_of((label, value)) <= width:
        return whole(row, width)
    word = label[0].rstrip()
    return line((f"{word} ", label[1]), (clip(value[0], max(0, width - len(word) - 1)), value[1]))


def _row(label: str, value: str, after: str = "") -> Line:
    spans: list[Span] = [(f"{label:<{_LABEL}}", "muted"), (value, "plain"), (after, "muted")]
    return line(*spans)
