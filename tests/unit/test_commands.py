"""The listener in a worker: what it passes on, and what it does when the supervisor is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.unit.waiting import wait_for
from training.agent.commands import ORPHAN_EXIT_CODE, CommandListener
from training.agent.gate import Gate


def test_each_lane_is_told_what_is_meant_for_it() -> None:
    read, write = os.pipe()
    gates = {"a": Gate(), "b": Gate()}
    listener = CommandListener(read, gates)
    lines = [
        b"not json\n",
        b'["a list"]\n',
        b"\xff\xfe\n",
        b"\n",
        b'{"do": "pause", "lane": "a"}\n',
        b'{"do": "checkpoint", "lane": null}\n',
        b'{"do": "fly", "lane": "b"}\n',
        b'{"do": "stop", "lane": "b", "reason": "enough"}\n',
    ]
    for line in lines:
        os.write(write, line[:3])
        os.write(write, line[3:])
    wait_for(lambda: gates["b"].stop_asked)
    assert gates["a"].pause_asked
    assert not gates["a"].stop_asked
    assert gates["a"].take_checkpoint_request()
    assert gates["b"].take_checkpoint_request()
    assert gates["b"].stop_reason == "enough"
    listener.training_is_over()
    os.close(write)
    wait_for(lambda: gates["a"].stop_asked)
    assert gates["a"].stop_reason == "the supervisor is gone"


def test_bytes_that_are_no_json_at_all_do_not_end_it() -> None:
    read, write = os.pipe()
    gate = Gate()
    listener = CommandListener(read, {"a": gate})
    os.write(write, b"[" * 60_000 + b"\n")
    os.write(write, json.dumps({"do": "pause", "lane": "a"}).encode() + b"\n")
    wait_for(lambda: gate.pause_asked)
    listener.training_is_over()
    os.close(write)
    wait_for(lambda: gate.stop_asked)


PROCESS = """
import sys, threading
from training.agent.commands import CommandListener
from training.agent.gate import Gate
gate = Gate()
CommandListener(0, {"a": gate}, grace_s=float(sys.argv[1]))
gate.wait_for_token()
print(gate.stop_reason, flush=True)
threading.Event().wait()
"""


def test_process_that_does_not_come_down_is_ended() -> None:
    ended = subprocess.run(
        [sys.executable, "-P", "-c", PROCESS, "0.05"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == ORPHAN_EXIT_CODE
    assert ended.stdout == "the supervisor is gone\n"
