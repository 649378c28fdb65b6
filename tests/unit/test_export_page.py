"""The page: nothing from elsewhere, every text escaped, the verdict before all else; and the text to paste."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.states import cpu_run, gpu_run, with_lane
from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, plan
from training.analysis.build_report import build_report
from training.analysis.contention_state import BlockPoint, ContentionState, ProbeMark
from training.analysis.report import Monitor, write_report
from training.analysis.state import RunState
from training.export.markdown import escaped, markdown
from training.export.page import page
from training.export.run_account import read_account
from training.export.run_charts import run_figures
from training.export.run_text import RunText
from training.plan import LanePlan, Plan, read_plan
from training.preset.printable import printable
from training.record.event_records import LaneEnded
from training.record.lane_records import Progress
from tui.report_content import run_text

HOSTILE = "\"><script>alert('1')</script><img src=x onerror=y> &amp; `*_[a](b)|\x1b[2J\u202e"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "dl", "dt", "dd", "div", "b", "small",
    "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "strong", "span", "svg", "g", "rect",
    "path", "text", "circle", "pre", "footer",
}  # fmt: skip
OPEN = {"meta", "rect", "path", "circle"}
"""Tags that hold nothing."""


class _Seen(HTMLParser):
    """Every tag and attribute, and whether what is opened is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self._opened: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag not in OPEN:
            self._opened.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_endtag(self, tag: str) -> None:
        assert self._opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def is_whole(self) -> bool:
        return not self._opened


def _seen(written: str) -> _Seen:
    seen = _Seen()
    seen.feed(written)
    seen.close()
    assert seen.is_whole
    return seen


def _hostile_plan() -> Plan:
    made = plan("made")
    lanes = {
        lane: LanePlan(HOSTILE, "file", planned.preset, f"/tmp/{HOSTILE}", (f"fit.batch_size={HOSTILE}",))
        for lane, planned in made.lanes.items()
    }
    device = msgspec.structs.replace(made.device, name=HOSTILE)
    return msgspec.structs.replace(made, lanes=lanes, device=device, versions={HOSTILE: HOSTILE})


def _told(path: Path, made: Plan | None = None) -> tuple[RunText, str]:
    folder = measured_run(path, made)
    append(
        folder.events,
        LaneEnded(
            t=400.0, lane="b", status="failed", exit_code=1, kind=HOSTILE, message=HOSTILE, hint=HOSTILE
        ),
    )
    append(
        folder.lane_records("a"),
        Progress(
            t=300.0, step=9, samples=9, epoch=1, epoch_step=1, steps=1, span_s=0.1, metrics={HOSTILE: 1.0}
        ),
    )
    report = build_report(
        folder, read_plan(folder.plan), datetime(2026, 1, 2, tzinfo=UTC), Monitor(0.5, 20, 7)
    )
    write_report(report, folder.report)
    account = read_account(folder)
    told = run_text(account)
    return told, page(told, run_figures(account.state), "dualtrain")


def test_nothing_is_fetched_and_nothing_runs(tmp_path: Path) -> None:
    _, written = _told(tmp_path / "made")
    seen = _seen(written)
    assert set(seen.tags) <= TAGS
    assert seen.attributes <= {
        "lang", "charset", "name", "content", "http-equiv", "class", "role", "aria-label", "viewbox", "d", "x", "y",
        "cx", "cy", "r", "width", "height", "transform",
    }  # fmt: skip
    assert not re.search(r"https?:|//\w|url\(|@import|javascript:", written)
    assert "default-src &#x27;none&#x27;" in written
    assert "prefers-color-scheme: dark" in written
    assert "@media print" in written
    assert "width=device-width" in written


def test_every_text_is_escaped(tmp_path: Path) -> None:
    told, written = _told(tmp_path / "made", _hostile_plan())
    seen = _seen(written)
    assert set(seen.tags) <= TAGS
    assert "onerror" not in seen.attributes
    assert "<script" not in written
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert seen.text.count("<script>alert('1')</script>") >= 5
    pasted = markdown(told)
    assert not re.search(r"(?<!\\)<script", pasted.partition("```sh")[0])
    assert "\x1b" not in pasted


def test_the_verdict_is_the_first_heading_and_the_title(tmp_path: Path) -> None:
    told, written = _told(tmp_path / "made")
    assert written.index("<h1") < written.index("<h2")
    assert f'<h1 class="good">{told.claim}</h1>' in written
    assert f"<title>{told.claim}: " in written


def test_a_page_is_small_and_has_each_chart_for_a_screen_and_for_a_phone(tmp_path: Path) -> None:
    _, written = _told(tmp_path / "made")
    assert len(written) < 300_000
    assert written.count('class="chart wide"') == written.count('class="chart narrow"') == 5


def _measured(state: RunState) -> RunState:
    points = tuple(BlockPoint(index, 20.0 + 10 * index, {"a": 1.3, "b": 1.6}, 1.4) for index in range(3))
    marks = (
        ProbeMark(0, "a", 18.0, 19.0),
        ProbeMark(0, "b", 19.0, 20.0, counts=False),
        ProbeMark(1, "a", 25.0),
    )
    return replace(state, contention=ContentionState(points=points, marks=marks))


@pytest.mark.parametrize("state", [cpu_run(), gpu_run(), cpu_run(points=2)], ids=["cpu", "gpu", "short"])
def test_probes_are_marked_on_every_time_axis_and_on_no_other(state: RunState) -> None:
    figures = run_figures(_measured(state))
    assert [figure.title.partition(" (")[0] for figure in figures] == [
        "Loss by step", "Loss by time", "Slowdown", "Memory, GiB", "Utilisation, %",
    ]  # fmt: skip
    assert figures[0].marks == frozenset()
    for figure in figures[1:]:
        assert figure.marks == {"a", "out"}
        for drawn in (figure.wide, figure.narrow):
            assert "mark-a" in drawn
            assert "mark-out" in drawn


def test_no_spike_is_lost_however_long_the_run() -> None:
    state = cpu_run(points=1999)
    spiky = list(state.lanes["a"].loss_series.high)
    spiky[777] = 1e4
    series = replace(state.lanes["a"].loss_series, high=tuple(spiky))
    for figure in run_figures(with_lane(state, "a", loss_series=series))[:2]:
        for drawn in (figure.wide, figure.narrow):
            assert ">10000<" in drawn.replace("\u00a0", "")
            assert len(drawn) < 30_000


def test_what_is_not_known_has_no_figure() -> None:
    empty = cpu_run(lanes={}, others_memory_series=cpu_run(points=0).others_memory_series,
                    device_utilization_series=cpu_run(points=0).device_utilization_series)  # fmt: skip
    assert run_figures(empty) == []
    assert "<h2>Curves" not in page(
        RunText("t", "c", "plain", (), (), (), (), ("", "A"), (), (), ("x",)), [], "d"
    )


@given(st.text())
def test_escaped_markdown_is_one_line_without_marks(text: str) -> None:
    told = escaped(text)
    assert "\n" not in told
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|~#&]", told)


@given(st.lists(st.text(alphabet="`a \n", max_size=20), min_size=1, max_size=3))
def test_commands_stay_within_their_fence(commands: list[str]) -> None:
    told = markdown(RunText("t", "c", "plain", (), (), (), (), ("", "A"), (), (), tuple(commands)))
    fence, *inside, end = told.splitlines()[-2 - len(commands) :]
    assert (inside, fence) == ([printable(command) for command in commands], f"{end}sh")
    assert not any(end in command for command in inside)
