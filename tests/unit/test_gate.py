"""What was asked of a lane, and where it stands still."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from training.agent.gate import Gate


def _through(wait: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("wait", "order"),
    [("wait_for_token", {"do": "warm_up"}), ("wait_for_release", {"do": "release"})],
)
@pytest.mark.parametrize("stop", [False, True])
def test_stands_until_told_or_stopped(wait: str, order: dict[str, Any], stop: bool) -> None:
    gate = Gate()
    thread = _through(getattr(gate, wait))
    gate.tell({"do": "resume"})
    thread.join(0.05)
    assert thread.is_alive()
    gate.tell({"do": "stop"} if stop else order)
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize("order", ["resume", "stop"])
def test_stands_while_paused(order: str) -> None:
    gate = Gate()
    gate.wait_while_paused()
    gate.tell({"do": "pause"})
    thread = _through(gate.wait_while_paused)
    thread.join(0.05)
    assert thread.is_alive()
    gate.tell({"do": order})
    thread.join(20)
    assert not thread.is_alive()
    assert not gate.pause_asked


def test_attention_is_up_while_something_waits_to_be_seen_to() -> None:
    gate = Gate()
    assert not gate.attention
    for order in ({"do": "release"}, {"do": "warm_up"}, {"do": "fly"}, {}, {"do": None}):
        gate.tell(order)
        assert not gate.attention
    gate.tell({"do": "pause"})
    assert gate.attention
    assert gate.pause_asked
    gate.tell({"do": "resume"})
    assert not gate.attention
    gate.tell({"do": "checkpoint"})
    gate.tell({"do": "window", "id": 4})
    assert gate.attention
    assert gate.take_checkpoint_request()
    assert not gate.take_checkpoint_request()
    assert gate.attention
    assert gate.take_window_request() == {"do": "window", "id": 4}
    assert gate.take_window_request() is None
    assert not gate.attention


def test_first_reason_to_stop_stays_and_outweighs_a_pause() -> None:
    gate = Gate()
    gate.tell({"do": "stop", "reason": "Ctrl-C"})
    gate.tell({"do": "stop", "reason": "the supervisor is gone"})
    gate.tell({"do": "pause"})
    assert (gate.stop_asked, gate.stop_reason, gate.pause_asked) == (True, "Ctrl-C", False)
    assert gate.attention
    unnamed = Gate()
    unnamed.tell({"do": "stop"})
    assert unnamed.stop_reason == "asked to stop"
