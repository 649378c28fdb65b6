"""What joins or holds from now on, and the run: told apart in either order, and asked about where they cannot be."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.unit.made_runs import made_run
from training.plan import CHANGEABLE
from training.record.run_home import runs_home
from tui.cli import cli
from tui.commands.argument_order import thing_and_run

NAME = "20260101-000000-aaaa"
THINGS = ("lstm", "wide-mlp", "lone")


@pytest.fixture(autouse=True)
def _runs() -> None:
    for name in (NAME, "20260102-000000-bbbb", "lone", "lstm"):
        made_run(runs_home() / name)


@pytest.mark.parametrize(
    ("words", "thing", "run"),
    [
        (("wide-mlp",), "wide-mlp", None),
        (("nonesuch",), "nonesuch", None),
        (("wide-mlp", NAME), "wide-mlp", NAME),
        ((NAME, "wide-mlp"), "wide-mlp", NAME),
        (("wide-mlp", "20260101"), "wide-mlp", "20260101"),
        (("20260101", "wide-mlp"), "wide-mlp", "20260101"),
        (("lone", "wide-mlp"), "wide-mlp", "lone"),
        (("wide-mlp", "lone"), "wide-mlp", "lone"),
        (("lone", NAME), "lone", NAME),
        ((NAME, "lone"), "lone", NAME),
        (("lone", "lone"), "lone", "lone"),
        # one that is neither is what the other is not
        (("nonesuch", NAME), "nonesuch", NAME),
        ((NAME, "nonesuch"), "nonesuch", NAME),
        (("nonesuch", "wide-mlp"), "wide-mlp", "nonesuch"),
        (("wide-mlp", "nonesuch"), "wide-mlp", "nonesuch"),
        (("2026", "wide-mlp"), "wide-mlp", "2026"),
        (("one", "other"), "one", "other"),
    ],
)
def test_in_either_order(words: tuple[str, ...], thing: str, run: str | None) -> None:
    assert thing_and_run(words, "preset", lambda word: word in THINGS) == (thing, run)


def test_where_each_can_be_either_the_run_has_a_path(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="'lone' and 'lstm' can each be the preset and the run: name"):
        thing_and_run(("lone", "lstm"), "preset", lambda word: word in THINGS)
    path = str(runs_home() / "lstm")
    assert thing_and_run((path, "lone"), "preset", lambda word: word in THINGS) == ("lone", path)
    with pytest.raises(click.UsageError, match="name a preset and a run"):
        thing_and_run(("a", "b", "c"), "preset", lambda _: True)


@pytest.mark.parametrize(
    ("exit_code", "arguments", "words"),
    [
        (1, ("join", "wide-mlp", NAME), "does not answer yet"),
        (1, ("join", NAME, "wide-mlp"), "does not answer yet"),
        (1, ("join", "wide-mlp", "lone"), "does not answer yet"),
        (2, ("join", "nonesuch", NAME), 'preset "nonesuch"'),
        (2, ("join", NAME, "nonesuch"), 'preset "nonesuch"'),
        (2, ("join", "wide-mlp", "nonesuch"), "there is no run 'nonesuch'"),
        (2, ("join", "wide-mlp", "2026"), "means 2 runs"),
        (2, ("join", "wide-mlp", NAME, "lone"), "name a preset and a run"),
        (2, ("join",), "Missing argument"),
        (1, ("share", "sequential", NAME), "does not answer yet"),
        (1, ("share", NAME, "sequential"), "does not answer yet"),
        (1, ("share", "sequential"), "does not answer yet"),
        (2, ("share", "mps", NAME), "'mps' is not one of together, sequential, adaptive"),
        (2, ("share", NAME), f"'{NAME}' is not one of together"),
        (2, ("share", "together", "sequential"), "there is no run 'sequential'"),
        (2, ("share",), "Missing argument"),
    ],
)
def test_the_commands_take_both_orders_and_refuse_in_one_sentence(
    exit_code: int, arguments: tuple[str, ...], words: str
) -> None:
    result = CliRunner().invoke(cli, arguments, prog_name="dualtrain-tui")
    assert result.exit_code == exit_code, result.output
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_ways_of_sharing_that_are_shown_are_those_there_are() -> None:
    assert f"{'|'.join(CHANGEABLE)} [RUN]" in CliRunner().invoke(cli, ["share", "--help"]).output
