"""The first line: which run, on what, how shared, for how long, how fresh."""

from __future__ import annotations

from training.analysis.state import RunPhase, RunState
from tui import format
from tui.widgets import figures
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, Tone, clip, line, spread, width_of

_PHASE_TONE: dict[RunPhase, Tone] = {
    "starting": "plain",
    "running": "good",
    "ended": "strong",
    "lost": "error",
}
_ROOM_FOR_AGE = 100
"""In a narrower line the run's name says more than that its figures are new."""
_PLAIN: Tone = "plain"
_MUTED: Tone = "muted"
_WARNING: Tone = "warning"


class RunHeader(LinesWidget):
    """One line over everything else."""

    DEFAULT_CSS = """
    RunHeader { height: 1; padding: 0 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._state: RunState | None = None
        self._held = False
        self._period_s = 1.0
        self._elsewhere = ""
        self._looks_on = False
        self._readonly = False
        self.is_replay = False
        """Whether it is a record that is shown and not a run."""

    def show(
        self,
        state: RunState,
        *,
        held: bool = False,
        period_s: float = 1.0,
        elsewhere: str = "",
        looks_on: bool = False,
        readonly: bool = False,
    ) -> None:
        """Take a new state. `held` says that the panels stand still.

        `elsewhere` names the host that has the run where it is not this one; `looks_on` says that lanes of a lost run
        may still tell how they ended; `readonly` that nothing is asked from here.
        """
        self._state, self._held, self._period_s = state, held, period_s
        self._elsewhere, self._looks_on = elsewhere, looks_on
        self._readonly = readonly
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """Device, sharing and the run's name at the left; phase, time and the figures' age at the right."""
        if self._state is None:
            return []
        right = self._right(self._state, width)
        return [spread(self._left(self._state, width - width_of(right) - 1), right, width)]

    def _left(self, state: RunState, room: int) -> Line:
        if state.phase == "lost":
            return line((_lost(room, self._looks_on), "error"))
        # first and never left out: what keys do not do here is best known before they are pressed
        looks: list[Span] = [("read-only", _WARNING), (" · ", "faint")] if self._readonly else []
        device = device_label(state)
        spans: list[Span] = [*looks, (clip(device, room - width_of(line(*looks))), "strong")]
        read_only = f"on {self._elsewhere}, read only" if self._elsewhere and state.is_live else ""
        for text, tone in (
            (read_only, _WARNING),
            (_sharing(state), _PLAIN),
            (f"again of {state.retry_of}" if state.retry_of else "", _MUTED),
            (state.run, _MUTED),
            (figures.why_this_device(state), _MUTED),
        ):
            # what does not fit is left out whole: half a name says nothing
            if text and width_of(line(*spans)) + 3 + len(text) <= room:
                spans += [(" · ", "faint"), (text, tone)]
        return line(*spans)

    def _right(self, state: RunState, width: int) -> Line:
        spans: list[Span] = [("replay: ", "warning")] if self.is_replay else []
        if self._held:
            spans += [("held: space follows ", "warning"), (" ", "plain")]
        elif state.kept_at_s is not None:
            spans.append(("reading its records: ", "warning"))
        elif self._period_s != 1.0:
            spans += [(f"every {self._period_s:g} s  ", "muted")]
        spans += [(state.phase, _PHASE_TONE[state.phase]), (f" {format.clock(state.elapsed_s):>5}", "plain")]
        if state.is_live:
            old = figures.sample_age_s(state)
            is_stale = old is not None and old > figures.STALE_S
            if is_stale or width >= _ROOM_FOR_AGE:
                spans.append((f" · sample {format.age(old)}", "warning" if is_stale else "muted"))
        return line(*spans)


def _lost(room: int, looks_on: bool) -> str:
    """What became of the run; where its trainings come down, that is what is said in the least room."""
    gone, left, come_down = (
        "its supervisor is gone",
        "and left no report",
        "its trainings checkpoint and stop",
    )
    if not looks_on:
        return clip(f"lost: {gone} {left}", room)
    shortest = f"lost: {come_down}"
    longer = (f"lost: {gone} {left}; {come_down}", f"lost: {gone}; {come_down}")
    return next((text for text in longer if len(text) <= room), clip(shortest, room))


def _sharing(state: RunState) -> str:
    """What holds now; under MPS also whether that is proved, of `adaptive` what it chose."""
    if state.sharing == "adaptive":
        decided = state.contention.decided
        return (
            f"adaptive, {'in turns' if decided is not None and decided.choice == 'turns' else 'together'} now"
        )
    if state.sharing != "mps":
        return state.sharing
    return "mps, verified" if state.mps_verified else "mps, not verified yet"


def device_label(state: RunState) -> str:
    """The device in a few words; a CPU is never taken for a GPU."""
    name = clip(state.device.name, 28)
    if figures.is_cpu(state):
        label = "CPU" if name.upper().startswith("CPU") or not name else f"CPU {name}"
        told = "core" in name or not state.cores
        return label if told else f"{label} · {state.cores:g} cores"
    label = name or "GPU"
    return f"{label} · a MIG instance each" if state.lane_devices else label
