"""The signs drawn with, for terminals that have Unicode and for those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.analysis.time_marks import MarkKind

Marker = Literal["braille", "hd", "ascii"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One sign per meaning: lanes differ by sign as well as by colour."""

    bar_a: str
    bar_b: str
    bar_others: str
    bar_free: str
    progress_done: str
    progress_left: str
    line_a: str
    line_b: str
    line_others: str
    validation_a: str
    validation_b: str
    probe_a: str
    probe_b: str
    probe_left_out: str
    rule: str
    tick: str
    corner: str
    floor: str
    floor_tick: str
    chosen: str
    cursor: str
    epoch: str
    validation: str
    checkpoint: str
    pause: str
    failed: str
    not_finite: str
    throttle: str

    def mark(self, kind: MarkKind) -> str:
        """The sign on a time axis for what happened there."""
        match kind:
            case "failed" | "out of memory":
                return self.failed
            case "not finite":
                return self.not_finite
            case "epoch":
                return self.epoch
            case "validation":
                return self.validation
            case "checkpoint":
                return self.checkpoint
            case "pause":
                return self.pause
            case "throttle":
                return self.throttle

    def bar(self, name: str) -> str:
        """The sign a stacked bar is filled with for `a`, `b`, `others` or `free`."""
        return {"a": self.bar_a, "b": self.bar_b, "others": self.bar_others}.get(name, self.bar_free)

    def probe(self, name: str) -> str:
        """The sign under a time axis where `a` or `b` was timed alone."""
        return self.probe_a if name == "a" else self.probe_b

    def line(self, name: str) -> str:
        """A piece of the curve drawn for `a`, `b`, or whatever is no lane's."""
        return {"a": self.line_a, "b": self.line_b}.get(name, self.line_others)


UNICODE = Glyphs(
    bar_a="█",
    bar_b="▓",
    bar_others="▒",
    bar_free="·",
    progress_done="━",
    progress_left="─",
    line_a="━━",
    line_b="╍╍",
    line_others="··",
    validation_a="◆",
    validation_b="◇",
    probe_a="▲",
    probe_b="△",
    probe_left_out="×",
    rule="│",
    tick="┤",
    corner="└",
    floor="─",
    floor_tick="┬",
    chosen="▸",
    cursor="│",
    epoch="┴",
    validation="◇",
    checkpoint="▪",
    pause="‖",
    failed="!",
    not_finite="?",
    throttle="▼",
)

ASCII = Glyphs(
    bar_a="#",
    bar_b="%",
    bar_others=":",
    bar_free=".",
    progress_done="=",
    progress_left="-",
    line_a="**",
    line_b="++",
    line_others="..",
    validation_a="A",
    validation_b="B",
    probe_a="a",
    probe_b="b",
    probe_left_out="x",
    rule="|",
    tick="+",
    corner="+",
    floor="-",
    floor_tick="+",
    chosen=">",
    cursor="|",
    epoch="'",
    validation="v",
    checkpoint="c",
    pause="p",
    failed="!",
    not_finite="?",
    throttle="t",
)


def glyphs_for(marker: Marker) -> Glyphs:
    """The signs that go with a way of drawing curves."""
    return ASCII if marker == "ascii" else UNICODE
