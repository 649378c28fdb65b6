"""The command told on the pick screen launches what stands there."""

from __future__ import annotations

import shlex

import pytest

from training.plan import Sharing
from tui.commands.run import run
from tui.launch_command import launch_command


def test_what_holds_anyway_is_not_said() -> None:
    assert launch_command({"a": "one", "b": "two"}, (), "auto", "together") == "dualtrain-tui run one two"


def test_everything_is_quoted_as_a_shell_needs_it() -> None:
    told = launch_command(
        {"a": "user:my one", "b": "/a b/$HOME.toml"}, ("a.model.hidden=[8, 4]",), "GPU-1", "mps"
    )
    assert told == (
        "dualtrain-tui run 'user:my one' '/a b/$HOME.toml' --set 'a.model.hidden=[8, 4]' "
        "--device GPU-1 --sharing mps"
    )


@pytest.mark.parametrize("sharing", ["together", "sequential", "adaptive", "one-process", "mps"])
@pytest.mark.parametrize("device", ["auto", "cpu", "a=MIG-1,b=MIG-2"])
def test_the_command_line_takes_it_as_it_was_meant(sharing: Sharing, device: str) -> None:
    overrides = ("a.fit.batch_size=64", "b.fit.learning_rate=1e-05")
    words = shlex.split(launch_command({"a": "one", "b": "user:two"}, overrides, device, sharing))
    assert words[:2] == ["dualtrain-tui", "run"]
    taken = run.make_context("run", words[2:]).params
    assert (taken["a"], taken["b"]) == ("one", "user:two")
    assert taken["overrides"] == overrides
    assert (taken["device"], taken["sharing"]) == (device, sharing)
