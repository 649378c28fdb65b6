"""`run`: launch a pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tui import exit_codes
from tui.commands.fail import fail
from tui.commands.follow_options import Following, follow_options
from tui.commands.launching import launch_and_follow
from tui.commands.preset_names import complete_preset

if TYPE_CHECKING:
    from training.plan import IfNoGpu, Lane, Sharing

SHARING_NAMES = ("together", "sequential", "adaptive", "one-process", "mps")

EPILOG = """Examples:

\b
  dualtrain-tui run seed-binary seed-regression
  dualtrain-tui run lstm cnn-small --sharing sequential --epochs 3
  dualtrain-tui run wide-mlp wide-mlp --set b.fit.batch_size=256 --headless --json > report.json
  dualtrain-tui run ./train_a.py "./train_b.py --lr 0.1"
  dualtrain-tui run lstm --exec "./a.out 3\""""


def _refuse_nan(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """NaN is in every range: no comparison with it fails."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is not a number of minutes")
    return value


@click.command(epilog=EPILOG)
@click.argument("a", metavar="A", required=False, shell_complete=complete_preset)
@click.argument("b", metavar="[B]", required=False, shell_complete=complete_preset)
@click.option(
    "--exec",
    "programs",
    multiple=True,
    metavar="COMMAND",
    help="A lane that runs any program, behind those of A and B: memory and utilisation, and no steps.",
)
@click.option(
    "--sharing",
    type=click.Choice(SHARING_NAMES),
    metavar="|".join(SHARING_NAMES),
    default="together",
    show_default=True,
    help="How the two get the device.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|gpu|gpu:N|UUID",
    help="The one device both use; or a MIG instance of one GPU for each lane, as a=MIG-…,b=MIG-…",
)
@click.option(
    "--if-no-gpu",
    type=click.Choice(("fail", "cpu")),
    help="What a training does that cannot use the chosen GPU. Default: fail where --device names a GPU, cpu for auto.",
)
@click.option(
    "--mps-share",
    metavar="a=50,b=50",
    help="With --sharing mps: percent of the GPU's threads a lane may use.",
)
@click.option(
    "--mps-memory",
    metavar="a=4096,b=4096",
    help="With --sharing mps: MiB of the GPU's memory a lane may pin.",
)
@click.option(
    "--force-fit", is_flag=True, help="Launch even where the forecast says that the memory does not do."
)
@click.option("--epochs", type=click.IntRange(min=1, max=1_000_000), help="Epochs of each lane.")
@click.option("--steps", type=click.IntRange(min=1, max=1_000_000_000), help="Steps of each lane.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, max=1_000_000, min_open=True),
    callback=_refuse_nan,
    help="Minutes of training of each lane.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="LANE.KEY=VALUE",
    help="Set a preset's key for one lane, as in a.fit.batch_size=64. May be repeated.",
)
@click.option(
    "--turn",
    "turns",
    metavar="a=2,b=1",
    help="With --sharing one-process: how many steps a lane takes in its turn. Default: 1.",
)
@click.option(
    "--no-probe", is_flag=True, help="Measure no contention: no lane ever stands still for a probe."
)
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), help="Seed of both lanes.")
@click.option(
    "--run-dir", type=click.Path(path_type=Path, file_okay=False), help="The run's folder: new or empty."
)
@follow_options
def run(
    a: str | None, b: str | None, programs: tuple[str, ...], sharing: str, device: str, if_no_gpu: IfNoGpu | None,
    mps_share: str | None, mps_memory: str | None,
    force_fit: bool, epochs: int | None, steps: int | None, minutes: float | None,
    overrides: tuple[str, ...], turns: str | None, no_probe: bool, seed: int | None, run_dir: Path | None,
    following: Following,
) -> None:  # fmt: skip
    """Train presets A and B on one device; A alone where no B is named: `join` adds one later.

    A and B are names that `dualtrain-tui presets` lists, paths of preset files, or Python scripts with their arguments
    (in quotes), which run as they would under python. `--epochs`, `--steps` and `--minutes` bound each lane, and may
    go beyond the preset's own length; of a script they end its fits.
    COMMAND of `--notify` is run by the run itself, also when nobody looks; no shell reads it.
    """
    if sum(limit is not None for limit in (epochs, steps, minutes)) > 1:
        fail("--epochs, --steps and --minutes exclude each other", exit_codes.USAGE)
    following.check()
    from training.launch import LaunchRequest
    from training.mps_limits import MpsLimitsError, parse_mps_limits
    from training.plan import Limits, Probing, Sharing

    presets = _by_lane([one for one in (a, b) if one is not None], programs)
    if len(presets) < 2 and sharing == "one-process":
        fail("--sharing one-process needs two presets", exit_codes.USAGE)
    if no_probe and sharing == "adaptive":
        fail("--sharing adaptive goes by probes: leave --no-probe out", exit_codes.USAGE)
    chosen: Sharing = next(mode for mode in get_args(Sharing) if mode == sharing)
    try:
        mps = parse_mps_limits(mps_share, mps_memory, chosen)
    except MpsLimitsError as error:
        fail(str(error), exit_codes.USAGE)
    request = LaunchRequest(
        presets=presets,
        device=device,
        sharing=chosen,
        limits=Limits(epochs=epochs, steps=steps, minutes=minutes),
        overrides=overrides,
        seed=seed,
        run_dir=run_dir,
        if_no_gpu=if_no_gpu,
        mps=mps,
        force_fit=force_fit,
        probing=Probing(enabled=not no_probe),
        turn_steps=parse_turns(turns, chosen),
        notify=following.notify,
        tensorboard=following.tensorboard,
    )
    raise SystemExit(launch_and_follow(request, following))


def _by_lane(named: Sequence[str], programs: Sequence[str]) -> dict[Lane, str]:
    """References in the order of the lanes; leaves with one sentence where they are none or too many."""
    from training.plan import LANES
    from training.preset.script_reference import EXEC

    references = [*named, *(EXEC + program for program in programs)]
    if not references:
        raise click.UsageError(
            "Missing argument 'A': a preset, a script, or in its place --exec with a program."
        )
    if len(references) > len(LANES):
        fail(f"a run has two lanes, and {len(references)} were named", exit_codes.USAGE)
    return dict(zip(LANES, references, strict=False))


def parse_turns(text: str | None, sharing: Sharing) -> dict[Lane, int]:
    """Steps per turn from `a=2,b=1`; leaves with one sentence where they cannot be read."""
    if text is None:
        return {}
    if sharing != "one-process":
        fail("--turn needs --sharing one-process", exit_codes.USAGE)
    turns: dict[Lane, int] = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        lane: Lane | None = "a" if name == "a" else "b" if name == "b" else None
        if lane is None or lane in turns or not number.isdecimal() or not 1 <= int(number) <= 1_000_000:
            fail(
                f"--turn {text}: write it as a=2,b=1, each lane once, with 1 to 1000000 steps a turn",
                exit_codes.USAGE,
            )
        turns[lane] = int(number)
    return turns
