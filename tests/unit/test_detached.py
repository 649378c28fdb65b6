"""What a command says of what it launched and left alone."""

from __future__ import annotations

import pytest

from tui.commands.detached import say_detached


def test_the_name_is_for_a_script_and_the_command_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    say_detached("x\x07", "dualtrain-tui attach")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("x\x07\n", "dualtrain-tui attach x\\x07\n")
