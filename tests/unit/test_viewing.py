"""What is wanted of the screen: on the command line, or by the environment."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.unit.made_runs import plan
from training.plan import NotifyCommand
from tui.viewing import Viewing, viewing

MAIL = NotifyCommand(("/bin/mail", "me"), "/home/me")


@pytest.mark.parametrize(
    ("value", "is_set"),
    [(None, False), ("", False), ("0", False), ("no", False), ("False", False), ("1", True), ("yes", True)],
)
def test_the_environment_can_only_take_away(
    monkeypatch: pytest.MonkeyPatch, value: str | None, is_set: bool
) -> None:
    monkeypatch.delenv("DUALTRAIN_READONLY", raising=False)
    if value is not None:
        monkeypatch.setenv("DUALTRAIN_READONLY", value)
    assert viewing() == Viewing(readonly=is_set)
    assert viewing(readonly=True) == Viewing(readonly=True)


def test_what_the_runs_supervisor_runs_the_viewer_does_not() -> None:
    planned = structs.replace(plan(), notify=structs.replace(MAIL, folder="/elsewhere"))
    assert Viewing(notify=MAIL).notify_from_here(planned) is None
    assert Viewing(notify=MAIL).notify_from_here(plan()) == MAIL
    other = structs.replace(MAIL, arguments=("/bin/beep",))
    assert Viewing(notify=other).notify_from_here(planned) == other
    assert Viewing().notify_from_here(planned) is None
