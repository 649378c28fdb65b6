"""`bench`: measure pairs carefully, each in every mode that is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.asking import refuse_where_nothing_is_launched, yes_option
from tui.commands.bench_stop import ask_to_stop
from tui.commands.confirming import confirm, trust_option
from tui.commands.detached import say_detached
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_preset
from tui.commands.what_ends_it import say_what_ends_it

if TYPE_CHECKING:
    from training.bench.device_use import Busy
    from training.bench.request import BenchRequest
    from training.code_trust import NamedCode
    from tui.bench_follow import Followed

NEWEST = ""
"""What an option that may name a bench is without a name: the newest."""

EPILOG = """Examples:

\b
  dualtrain-tui bench embedding wide-mlp
  dualtrain-tui bench lstm cnn-small --sharing together,one-process --relaunch 3
  dualtrain-tui bench embedding wide-mlp lstm cnn-small --seconds 5 --json > bench.json
  dualtrain-tui bench --resume"""


def _refuse_nan(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """NaN is in every range: no comparison with it fails."""
    if math.isnan(value):
        raise click.BadParameter("nan is not a number of seconds")
    return value


@click.command(epilog=EPILOG)
@click.argument("presets", nargs=-1, metavar="A B [C ...]", shell_complete=complete_preset)
@click.option(
    "--sharing",
    default="together,sequential",
    show_default=True,
    metavar="together,sequential,one-process,mps",
    help="The modes to compare; sequential is what the others are held against and always shown.",
)
@click.option(
    "--blocks", type=click.IntRange(min=1, max=1000), default=5, show_default=True, help="Of each launch."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=3600),
    callback=_refuse_nan,
    default=10.0,
    show_default=True,
    help="The least length of each window; a block is two windows and as much shared time.",
)
@click.option(
    "--relaunch",
    type=click.IntRange(min=1, max=1000),
    default=1,
    show_default=True,
    metavar="N",
    help="Fresh launches of each pair in each mode; from three on intervals are over launches.",
)
@click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|gpu|gpu:N|UUID", help="As for run."
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="LETTER.KEY=VALUE",
    help="Set a key of the first preset (a), the second (b), …, as in a.fit.batch_size=64. May be repeated.",
)
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), help="Seed of every lane.")
@click.option(
    "--force-fit", is_flag=True, help="Launch even where the forecast says that the memory does not do."
)
@click.option(
    "--force-busy", is_flag=True, help="Measure even while another bench measures on the same device."
)
@click.option(
    "--bench-dir", type=click.Path(path_type=Path, file_okay=False), help="The bench's folder: new or empty."
)
@click.option("--json", "as_json", is_flag=True, help="report.json alone on stdout.")
@click.option("--detach", is_flag=True, help="Start, print the bench's name, and leave it measuring.")
@click.option(
    "--attach",
    is_flag=False,
    flag_value=NEWEST,
    metavar="[BENCH]",
    help="Follow a bench, or print its report.",
)
@click.option(
    "--resume",
    is_flag=False,
    flag_value=NEWEST,
    metavar="[BENCH]",
    help="Go on with what a bench has missing.",
)
@click.option(
    "--stop",
    is_flag=False,
    flag_value=NEWEST,
    metavar="[BENCH]",
    help="End a bench; what is done is kept. At a terminal it asks first.",
)
@yes_option
@trust_option
def bench(
    presets: tuple[str, ...], sharing: str, blocks: int, seconds: float, relaunch: int, device: str,
    overrides: tuple[str, ...], seed: int | None, force_fit: bool, force_busy: bool, bench_dir: Path | None,
    as_json: bool, detach: bool,
    attach: str | None, resume: str | None, stop: str | None, yes: bool, trust: bool,
) -> None:  # fmt: skip
    """Measure presets beside each other: every pair, in every mode, launched afresh.

    A bench is a process of its own with a folder of its own. Ctrl-C stops it, keeps what is done and reports it; it
    goes on later with --resume. A hang-up ends only this command. BENCH is a name, its beginning or a path; else the
    newest.
    """
    named = [value for value in (attach, resume, stop) if value is not None]
    if named and (presets or len(named) > 1):
        fail("--attach, --resume and --stop take no presets and exclude each other", exit_codes.USAGE)
    if detach and as_json:
        fail("--detach and --json exclude each other", exit_codes.USAGE)
    if attach is not None:
        raise SystemExit(_follow(partial(_look_at, attach), as_json=as_json, detach=False))
    if resume is not None:
        refuse_where_nothing_is_launched()
        confirm(partial(_asked_about_again, resume), trust=trust)
        start = partial(_resume, resume, force_busy=force_busy)
        raise SystemExit(_follow(start, as_json=as_json, detach=detach))
    if stop is not None:
        raise SystemExit(ask_to_stop(stop, yes=yes))
    refuse_where_nothing_is_launched()
    with failing_clearly():
        from training.bench.request import BenchRequest

        request = BenchRequest(
            presets=presets,
            sharing=sharing,
            blocks=blocks,
            seconds=seconds,
            launches=relaunch,
            device=device,
            overrides=overrides,
            seed=seed,
            force_fit=force_fit,
            bench_dir=bench_dir,
        )
    request = replace(request, confirmed=confirm(partial(_asked_about, request), trust=trust))
    start = partial(_begin, request, force_busy=force_busy)
    raise SystemExit(_follow(start, as_json=as_json, detach=detach))


def _asked_about(request: BenchRequest) -> tuple[NamedCode, ...]:
    from training.bench.request import unconfirmed_code

    return unconfirmed_code(request)


def _asked_about_again(reference: str) -> tuple[NamedCode, ...]:
    from training.bench.folder import find_bench_folder
    from training.bench.start import unconfirmed_code

    return unconfirmed_code(find_bench_folder(reference or None))


def _begin(request: BenchRequest, *, force_busy: bool) -> Followed:
    with failing_clearly():
        from training.bench.device_use import runs_on
        from training.bench.request import plan_bench
        from training.bench.start import begin_bench
        from training.launch_refusal import DoesNotFitError
        from training.meters.devices import list_devices
        from tui.bench_follow import Followed
        from tui.commands.waiting import waiting_for_sizes

        try:
            plan = plan_bench(request, list_devices(), waiting_for=waiting_for_sizes)
        except DoesNotFitError as error:
            fail(f"{error}; --force-fit launches all the same", exit_codes.DEVICE)
        beside = runs_on(plan.device)
        followed = Followed(*begin_bench(plan, request.bench_dir, force_busy=force_busy))
    _say_who_disturbs(beside)
    _say_what_ends(followed)
    return followed


def _look_at(reference: str) -> Followed:
    with failing_clearly():
        from training.bench.folder import find_bench_folder
        from training.bench.plan import read_bench_plan
        from tui.bench_follow import Followed

        folder = find_bench_folder(reference or None)
        read_bench_plan(folder.plan)
        return Followed(folder)


def _resume(reference: str, *, force_busy: bool) -> Followed:
    with failing_clearly():
        from training.bench.device_use import runs_on
        from training.bench.folder import find_bench_folder
        from training.bench.plan import read_bench_plan
        from training.bench.start import resume_bench
        from tui.bench_follow import Followed

        folder = find_bench_folder(reference or None)
        beside = runs_on(read_bench_plan(folder.plan).device)
        followed = Followed(folder, resume_bench(folder, force_busy=force_busy))
    _say_who_disturbs(beside)
    _say_what_ends(followed)
    return followed


def _say_what_ends(followed: Followed) -> None:
    if followed.process is not None:
        say_what_ends_it(followed.process.pid)


def _say_who_disturbs(beside: Iterable[Busy]) -> None:
    """A run beside the bench is its owner's to end: the bench goes on, and its blocks are marked."""
    from training.preset.printable import one_line

    for busy in beside:
        told = f"run {busy.folder.name} has been training on this device since {busy.since_text}"
        click.echo(
            f"dualtrain-tui: {one_line(told)}: blocks that it is seen to disturb are left out", err=True
        )


def _follow(start: Callable[[], Followed], *, as_json: bool, detach: bool) -> int:
    if detach:
        say_detached(start().folder.name, "dualtrain-tui bench --attach")
        return exit_codes.OK
    from tui.bench_follow import follow_bench

    return follow_bench(start, as_json=as_json)
