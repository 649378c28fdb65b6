"""One lane at a glance."""

from __future__ import annotations

from training.analysis.lane_figures import in_lane
from training.analysis.paused_text import paused_text
from training.analysis.state import ENDED_PHASES, LanePhase, LaneState, RunState
from training.plan import Lane
from tui import format
from tui.contention_text import other_lane
from tui.widgets import figures
from tui.widgets.bars import progress_bar
from tui.widgets.lane_failure import failure_lines
from tui.widgets.panel import Panel
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line, spread, whole, wrap

_LABEL = 9
_ROOM_FOR_WHY = 34  # cells
_NOBODY_YET = "No second lane yet: n joins another preset to this run."

_PHASE_TONE: dict[LanePhase, Tone] = {
    "training": "strong",
    "validating": "strong",
    "paused": "warning",
    "completed": "good",
    "stopped": "warning",
    "failed": "error",
}

_BEFORE_TRAINING: dict[LanePhase, str] = {
    "waiting": "waits to be launched",
    "importing": "imports the framework (seconds)",
    "queued": "waits: the other lane warms up first",
    "warming up": "first steps, alone on the device",
    "at the barrier": "warm; waits for the other lane",
}
_BESIDE_A_TRAINING: dict[LanePhase, str] = {
    "queued": "waits for its turn to warm up",
    "warming up": "first steps; the other lane trains",
    "at the barrier": "warm; begins in a moment",
}
_TRAINS: frozenset[LanePhase] = frozenset({"training", "validating"})

# which lines stay when there is little height; the lower the longer
_PHASE, _PROGRESS, _LOSS, _RATE, _MEMORY, _STEP_TIME, _METRIC, _SHARE, _PEAKS, _EXTRA = range(10)

_Row = tuple[int, Line]


class LaneCard(Panel, can_focus=False):
    """State, progress, speed, loss and memory of one lane; of a failed one why, and what to do."""

    EMPTY = "This lane is not part of the run."

    DEFAULT_CSS = """
    LaneCard {
        &.-chosen { border: round $foreground-muted; }
        &.-lane-a { border-title-color: $primary; }
        &.-lane-b { border-title-color: $accent; }
    }
    """

    def __init__(self, lane: Lane, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lane: Lane = lane
        self.add_class(f"-lane-{lane}")
        self._chosen = False

    def choose(self, chosen: bool) -> None:
        """Mark the lane that keys act on."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.set_class(chosen, "-chosen")
            self.retitle()

    def title_line(self, state: RunState) -> Line:
        """The lane's letter and its preset's title."""
        held = state.lanes.get(self.lane)
        mark = f"{self.glyphs.chosen} " if self._chosen else ""
        on_cpu = " · ON THE CPU" if figures.on_cpu_instead(state, self.lane) else ""
        room = max(4, self.size.width - 8 - len(on_cpu))
        name = clip((held.title or held.preset_name) if held else "", room)
        letter = f"{mark}{self.lane.upper()}  {name}".rstrip()
        return line((letter, LANE_TONE[self.lane]), (on_cpu, "warning"))

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """As many lines as fit, the important ones first."""
        held = state.lanes.get(self.lane)
        if held is None:
            return [line((text, "muted")) for text in wrap(_NOBODY_YET, width)] if state.is_live else []
        if held.phase == "failed":
            return failure_lines(held, width, height)
        rows = self._rows(state, held, width)
        kept = sorted(range(len(rows)), key=lambda index: rows[index][0])[:height]
        return [whole(rows[index][1], width) for index in sorted(kept)]

    def _rows(self, state: RunState, held: LaneState, width: int) -> list[_Row]:
        rows: list[_Row] = [
            (_PHASE, self._phase(state, held, width)),
            (_PROGRESS, self._progress(state, held, width)),
        ]
        if held.telemetry != "none" or held.loss is not None:
            rows.append((_LOSS, self._loss(held)))
        for index, name in enumerate(held.metrics):
            if name != "loss":
                rows.append((_METRIC if index < 2 else _EXTRA, self._metric(held, name)))
        if held.telemetry != "none":
            rows += _pace_rows(held)
        rows.append((_MEMORY, self._memory(state, held)))
        if not figures.is_cpu(state):
            rows += self._gpu_rows(held)
        rows.extend((_EXTRA, extra) for extra in self._extras(held, width))
        return rows

    def _phase(self, state: RunState, held: LaneState, width: int) -> Line:
        spans: list[Span] = [(held.phase, _PHASE_TONE.get(held.phase, "plain"))]
        if held.epoch:
            of = f"/{held.planned_epochs}" if held.planned_epochs else ""
            spans.append((f"  epoch {held.epoch}{of}", "plain"))
        right: Line = ()
        if state.phase == "lost" and held.phase not in ENDED_PHASES:
            right = line(("last seen so", "error"))
        elif held.phase == "paused":
            right = line((self._why_paused(state, width), "muted"))
        elif held.phase not in ENDED_PHASES and held.step:
            right = line(("ETA ", "muted"), f"{_eta(held.eta_s):>5}")
        return spread(line(*spans), right, width)

    def _why_paused(self, state: RunState, width: int) -> str:
        """For whom it stands still; where a person asked for it that is known."""
        held = state.contention.held.get(self.lane, ())
        if not held or "asked" in held:
            return "ETA stands"
        if "turn" in held:
            return paused_text(held)
        probe = f"probe of {other_lane(self.lane).upper()}"
        return f"stands still: {probe}" if width >= _ROOM_FOR_WHY else probe

    def _progress(self, state: RunState, held: LaneState, width: int) -> Line:
        if held.phase in _BEFORE_TRAINING and not held.step:
            return line((clip(_before_training(state, held), width), "muted"))
        if held.telemetry == "none":
            return line((clip(held.why_no_steps, width), "muted"))
        of = held.planned_steps
        if of:
            done, label = held.step / of, f"{format.count(held.step)}/{format.count(of)}"
        elif held.steps_per_epoch:
            done, label = (
                held.epoch_step / held.steps_per_epoch,
                f"{held.epoch_step}/{held.steps_per_epoch} of epoch",
            )
        else:
            return line(f"step {format.count(held.step)}")
        room = width - len(label) - 1
        bar = progress_bar(
            done, room, self.glyphs.progress_done, self.glyphs.progress_left, LANE_TONE[self.lane]
        )
        return (*bar, *line(f" {label}"))

    def _loss(self, held: LaneState) -> Line:
        if held.nonfinite_step is not None and held.loss is None:
            return line(
                (f"{'loss':<{_LABEL}}", "muted"),
                (f"NaN at step {format.count(held.nonfinite_step)}", "error"),
            )
        validation = held.validation[-1].metrics.get("loss") if held.validation else None
        spans = list(
            _row(
                "loss",
                f"{format.value(held.loss):<9}",
                f" val {format.value(validation)}" if held.validation else "",
            )
        )
        if held.nonfinite_step is not None:
            spans.append((f" NaN at {format.count(held.nonfinite_step)}", "error"))
        return tuple(spans)

    def _metric(self, held: LaneState, name: str) -> Line:
        validation = held.validation[-1].metrics.get(name) if held.validation else None
        label = _short_name(name)
        after = f" val {format.value(validation)}" if held.validation else ""
        return _row(label, f"{format.value(held.metrics[name]):<9}", after)

    def _memory(self, state: RunState, held: LaneState) -> Line:
        if figures.on_cpu_instead(state, self.lane) and held.memory_bytes is None:
            return _row("memory", f"{format.size(held.rss_bytes):>8}", "  RSS, on the CPU")
        figure = figures.figure_of(state, "memory_bytes", self.lane)
        if held.memory_bytes is None and (other := in_lane(figure)) is not None:
            return _row("memory", f"{format.UNKNOWN:>8}", f"  in lane {other.upper()}'s")
        estimated = figures.is_estimate(figure)
        told = format.size(held.memory_bytes)
        now = f"{'≈' if estimated and held.memory_bytes is not None else ''}{told}"
        if held.phase == "paused":
            return (*_row("memory", f"{now:>8}", ""), *line(("  held while paused", "warning")))
        need = held.framework_memory
        if need is not None:
            return _row("memory", f"{now:>8}", f"  needs {format.size(need.current_bytes)}")
        return _row("memory", f"{now:>8}", f"  peak {format.size(held.memory_peak_bytes)}")

    def _gpu_rows(self, held: LaneState) -> list[_Row]:
        """Footprint and need at their peaks, and the lane's share of the multiprocessors' time."""
        rows: list[_Row] = []
        need = held.framework_memory
        if need is not None:
            peak = f"{format.size(held.memory_peak_bytes):>8}"
            rows.append((_PEAKS, _row("at peak", peak, f"  needs {format.size(need.peak_bytes)}")))
        if held.sm_percent is not None:
            age_s = held.sm_age_s
            old = f", {age_s:.0f} s old" if age_s is not None and age_s >= figures.STALE_S else ""
            share = _row("SM time", f"{format.percent(held.sm_percent):>8}", "  sampled")
            rows.append((_SHARE, (*share, *line((old, "warning")))))
        return rows

    def _extras(self, held: LaneState, width: int) -> list[Line]:
        extras: list[Line] = []
        if held.fit:
            told = clip(f"{held.fit}: {held.model}", width - _LABEL)
            extras.append(line((f"{'fit':<{_LABEL}}", "muted"), (told, "muted")))
        if held.telemetry == "polled":
            extras.append(line((clip(held.why_no_steps, width), "muted")))
        if held.parameters is not None or held.pid is not None:
            size = f"{format.count(held.parameters)} parameters" if held.parameters is not None else ""
            pid = f"pid {held.pid}" if held.pid is not None else ""
            extras.append(
                line((f"{'model':<{_LABEL}}", "muted"), (" · ".join(filter(None, (size, pid))), "muted"))
            )
        if held.model_path:
            extras.append(
                line((f"{'saved':<{_LABEL}}", "muted"), (_end_of(held.model_path, width - _LABEL), "muted"))
            )
        elif held.checkpoint_step is not None:
            text = f"checkpoint at step {format.count(held.checkpoint_step)}"
            extras.append(line((f"{'saved':<{_LABEL}}", "muted"), (text, "muted")))
        if held.dropped_records:
            extras.append(
                line((f"{format.count(held.dropped_records)} records could not be written", "warning"))
            )
        return extras


def _before_training(state: RunState, held: LaneState) -> str:
    """How far it is on the way to its first step; a lane that joins has no device to itself."""
    if held.phase == "waiting" and state.sharing == "sequential" and held.lane == "b":
        return "waits for lane A to end: they take turns"
    other = state.lanes.get(other_lane(held.lane))
    beside = other is not None and other.phase in _TRAINS and held.phase in _BESIDE_A_TRAINING
    return (_BESIDE_A_TRAINING if beside else _BEFORE_TRAINING)[held.phase]


def _pace_rows(held: LaneState) -> list[_Row]:
    """How fast it steps, as far as steps are told."""
    samples = format.rate(held.samples_per_s)
    p50, p99 = format.milliseconds(held.step_p50_s), format.milliseconds(held.step_p99_s)
    return [
        (_RATE, _row("steps/s", f"{format.rate(held.steps_per_s):>5}", f"  samples/s {samples:>6}")),
        (_STEP_TIME, _row("step", f"{p50:>5} ms", f" p50   {p99:>5} ms p99")),
    ]


def _row(label: str, value: str, after: str) -> Line:
    return line((f"{label:<{_LABEL}}", "muted"), value, (after, "muted"))


def _eta(seconds: float | None) -> str:
    """Nobody waits for the seconds of an hour, and the epoch needs the room."""
    if seconds is None or not 3600 <= seconds < 48 * 3600:
        return format.clock(seconds)
    return f"{int(seconds) // 3600}h{int(seconds) // 60 % 60:02}"


def _short_name(name: str) -> str:
    words = name.split("_")
    if len(name) >= _LABEL and len(words) > 2:
        return "".join(word[:1] for word in words)  # mean_absolute_error is known as mae
    return clip(name, _LABEL - 1)


def _end_of(path: str, width: int) -> str:
    return path if len(path) <= width else "…" + path[-(width - 1) :]
