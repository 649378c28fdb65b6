"""What the live screen says of runs that are not simply going well."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tests import states
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.state import LaneError, LanePhase, LaneState, RunState, ValidationPoint
from training.plan import LANES, PlannedDevice
from training.record.device_records import DeviceReading, Figure
from tui.screens.live import LiveScreen

HOSTILE = "\x1b[2J\x1b]0;owned\x07[red]bold[/red] \u202eevil\n\x9b31m"


async def test_a_failed_lane_says_why_and_what_to_do() -> None:
    state = replace(states.cpu_run(), lanes={"a": states.lane_state("a"), "b": states.failed_lane()})
    async with staged(LiveScreen(state), seen="out of memory") as (pilot, _):
        text = screen_text(pilot.app)
        assert "the device could not give 2.3 GiB" in text
        assert "try a smaller batch" in text
        assert "b.fit.batch_size=128" in text


async def test_a_long_message_stands_whole_before_its_hint() -> None:
    error = LaneError(
        "data set missing",
        "the data set mnist.npz is not in /home/someone/.keras/datasets and cannot be fetched: no network",
        "put the file there by hand, or fetch it once with a network: python -c 'import keras; "
        "keras.datasets.mnist.load_data()'; or take the preset cnn-small",
    )
    state = replace(states.cpu_run(), lanes={"a": replace(states.failed_lane("a"), error=error)})
    async with staged(LiveScreen(state), seen="data set missing") as (pilot, _):
        card = " ".join(row[1:39].strip() for row in screen_text(pilot.app).splitlines()[4:11])
        assert "mnist.npz" in card
        assert "and cannot be fetched: no network" in card
        assert "put the file there" in card
        assert "…" in card


async def test_a_message_too_long_for_the_card_leaves_the_hint_a_line() -> None:
    error = LaneError("trouble", "words " * 200, "try something else")
    state = replace(states.cpu_run(), lanes={"a": replace(states.failed_lane("a"), error=error)})
    async with staged(LiveScreen(state), seen="try something else") as (pilot, _):
        assert "words…" in screen_text(pilot.app)


async def test_a_lane_of_hours_still_tells_its_epoch() -> None:
    state = states.with_lane(states.cpu_run(), "a", epoch=3, planned_epochs=160, eta_s=6317.0)
    async with staged(LiveScreen(state), seen="epoch 3/160") as (pilot, _):
        assert "ETA  1h45" in screen_text(pilot.app)


async def test_a_lost_run_says_so_and_nothing_acts() -> None:
    async with staged(LiveScreen(states.cpu_run(phase="lost")), (100, 30), seen="lost: its supervisor") as (
        pilot,
        _,
    ):
        text = screen_text(pilot.app)
        assert "sample 0.4 s" not in text
        assert "last seen so" in text
        assert "ETA" not in text


@pytest.mark.parametrize(
    ("width", "sentence"),
    [
        (
            120,
            "lost: its supervisor is gone and left no report; its trainings checkpoint and stop ",
        ),
        (80, "lost: its supervisor is gone; its trainings checkpoint and stop "),
        (60, "lost: its trainings checkpoint and stop "),
    ],
)
async def test_of_a_lost_run_its_trainings_are_told_as_long_as_they_come_down(
    width: int, sentence: str
) -> None:
    state = states.cpu_run(phase="lost")
    screen = LiveScreen(state)
    only_lost = "lost: its supervisor is gone and left no report "
    async with staged(screen, (width, 30), seen=only_lost) as (pilot, _):
        screen.show(state, looks_on=True)
        await wait_until(pilot, lambda: sentence in screen_text(pilot.app))
        screen.show(state)
        await wait_until(pilot, lambda: only_lost in screen_text(pilot.app))
        assert "checkpoint and stop" not in screen_text(pilot.app)


async def test_before_anything_is_known_every_panel_has_a_sentence() -> None:
    waiting = {lane: LaneState(lane, "seed-binary", "Small") for lane in ("a", "b")}
    state = RunState("r", "/tmp/none", "together", states.cpu_run().device, lanes=waiting)  # type: ignore[arg-type]
    async with staged(LiveScreen(state), (160, 48), seen="waits to be launched") as (pilot, _):
        text = screen_text(pilot.app)
        for wanted in (
            "The loss curves begin",
            "Memory of both lanes appears",
            "Utilisation appears",
            "Nothing has",
        ):
            assert wanted in text


@pytest.mark.parametrize(
    ("phase", "sentence"),
    [
        ("importing", "imports the framework"),
        ("queued", "the other lane warms up first"),
        ("warming up", "alone on the device"),
        ("at the barrier", "waits for the other lane"),
    ],
)
async def test_the_way_to_the_first_step_is_told(phase: LanePhase, sentence: str) -> None:
    state = states.with_lane(states.cpu_run(), "a", phase="queued", step=0, epoch=0)
    state = states.with_lane(state, "b", phase=phase, step=0, epoch=0)
    async with staged(LiveScreen(state), seen=sentence):
        pass


@pytest.mark.parametrize(
    ("phase", "sentence"),
    [
        ("importing", "imports the framework"),
        ("queued", "waits for its turn to warm up"),
        ("warming up", "first steps; the other lane trains"),
        ("at the barrier", "warm; begins in a moment"),
    ],
)
@pytest.mark.parametrize("other", ["training", "validating"])
async def test_a_lane_that_joins_beside_a_training_is_not_called_alone(
    phase: LanePhase, sentence: str, other: LanePhase
) -> None:
    state = states.with_lane(states.cpu_run(), "a", phase=other)
    state = states.with_lane(state, "b", phase=phase, step=0, epoch=0)
    async with staged(LiveScreen(state), seen=sentence) as (pilot, _):
        assert "alone on the device" not in screen_text(pilot.app)


async def test_in_turns_the_second_lane_waits_for_the_first() -> None:
    state = states.with_lane(states.cpu_run(sharing="sequential"), "b", phase="waiting", step=0, epoch=0)
    async with staged(LiveScreen(state), seen="waits for lane A to end"):
        pass


async def test_nan_is_told_as_text() -> None:
    state = states.with_lane(states.cpu_run(), "b", loss=None, nonfinite_step=1234)
    async with staged(LiveScreen(state), seen="B: NaN at step 1 234") as (pilot, _):
        assert "loss     NaN at step 1 234" in screen_text(pilot.app)


async def test_figures_that_cannot_be_had_say_why_and_are_never_zero() -> None:
    unsupported = Figure("nvml", "process", "unsupported", "MIG hides it")
    state = states.gpu_run(figures={**states.NVML_FIGURES, "lanes.sm_percent": unsupported})
    state = states.with_lane(states.with_lane(state, "a", sm_percent=None), "b", sm_percent=None)
    async with staged(LiveScreen(state), (160, 48), seen="A and B: MIG hides it") as (pilot, _):
        row = next(line for line in screen_text(pilot.app).splitlines() if "│ ━━ A           –" in line)
        assert "0 %" not in row.split("│ ━━ A           –")[1][:4]


async def test_the_gpu_screen_names_nvml_and_the_facts_of_the_board() -> None:
    async with staged(LiveScreen(states.gpu_run()), (160, 48), seen="per process (NVML)") as (pilot, _):
        text = screen_text(pilot.app)
        for wanted in (
            "SM time share (sampled)",
            "312 W · 64 °C · SM 1410 MHz",
            "NVIDIA A100",
            "needs",
            "CPU",
        ):
            assert (wanted in text) is (wanted != "CPU")


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_escapes_and_markup_from_outside_are_shown_harmless(size: tuple[int, int]) -> None:
    state = states.cpu_run(run=HOSTILE)
    for lane in LANES:
        state = states.with_lane(state, lane, preset_name=HOSTILE, title=HOSTILE, metrics={HOSTILE: 0.5})
    event = replace(state.events[-1], text=HOSTILE)
    state = replace(state, events=(event,), device=replace_name(state, HOSTILE))
    async with staged(LiveScreen(state), size, seen="training") as (pilot, _):
        await pilot.press("4", "x")
        await wait_until(pilot, lambda: "Stop lane A" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert not [character for character in text if character != "\n" and not character.isprintable()]
        assert r"\x1b[2J" in text
        await pilot.press("escape")
        await wait_until(pilot, lambda: "[red]" in screen_text(pilot.app))


def replace_name(state: RunState, name: str) -> PlannedDevice:
    """The device under another name."""
    return msgspec.structs.replace(state.device, name=name)


async def test_updates_change_what_is_shown_also_behind_another_screen() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="0.2134") as (pilot, _):
        screen.show(states.with_lane(states.cpu_run(), "a", loss=0.1999))
        await wait_until(pilot, lambda: "0.1999" in screen_text(pilot.app))
        await pilot.press("g")
        await wait_until(pilot, lambda: "No such file" in screen_text(pilot.app))
        screen.show(states.with_lane(states.cpu_run(), "a", loss=0.1888))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "0.1888" in screen_text(pilot.app))


async def test_events_scroll_and_follow() -> None:
    line = states.cpu_run().events[0]
    state = states.cpu_run(events=tuple(replace(line, t=float(n), text=f"event {n}") for n in range(60)))
    screen = LiveScreen(state)
    async with staged(screen, seen="training") as (pilot, _):
        await pilot.press("4")
        await wait_until(pilot, lambda: "event 59" in screen_text(pilot.app))
        await pilot.press("pageup", "k")
        await wait_until(pilot, lambda: "End follows" in screen_text(pilot.app))
        assert "event 59" not in screen_text(pilot.app)
        await pilot.press("end")
        await wait_until(pilot, lambda: "event 59" in screen_text(pilot.app))


async def test_validations_close_together_do_not_cover_the_curves() -> None:
    many = tuple(ValidationPoint(step / 20, step, step, {"loss": 0.9}) for step in range(5, 1200, 5))
    state = states.with_lane(states.cpu_run(), "a", validation=many)
    async with staged(LiveScreen(state), seen="◆") as (pilot, _):
        assert screen_text(pilot.app).count("◆") < 20


async def test_where_the_lanes_add_up_to_more_than_is_used_the_others_are_not_known() -> None:
    reading = DeviceReading(memory_used_bytes=states.GIB, memory_total_bytes=8 * states.GIB)
    async with staged(LiveScreen(states.cpu_run(reading=reading)), seen="training") as (pilot, _):
        await pilot.press("2")
        await wait_until(pilot, lambda: "▒ ·· others" in screen_text(pilot.app))
        row = next(line for line in screen_text(pilot.app).splitlines() if "▒ ·· others" in line)
        assert "lanes overlap" in row
        assert row.split("others")[1].split()[:2] == ["–", "–"]
        assert "unattributed" not in row


@pytest.mark.parametrize(
    ("because", "told"),
    [
        ("asked for as cpu", False),
        ("asked for", False),
        ("the only GPU", True),
        ("no NVIDIA driver here", True),
    ],
)
async def test_the_header_tells_why_this_device_only_where_nobody_asked_for_it(
    because: str, told: bool
) -> None:
    device = msgspec.structs.replace(states.cpu_run().device, chosen_because=because)
    async with staged(LiveScreen(states.cpu_run(device=device)), (160, 48), seen="training") as (pilot, _):
        assert (because in screen_text(pilot.app)) is told
