"""Listen to the supervisor; when it is gone, bring the training down in order."""

import json
import os
import threading
from typing import Any, Callable, Dict

from .gate import Gate

ORPHAN_GRACE_S = 30.0
ORPHAN_EXIT_CODE = 70


class CommandListener:
    """Reads commands, one JSON object a line, from an inherited pipe and tells each lane's gate.

    End of file means that the supervisor is gone: every lane checkpoints and stops at its next batch, and the
    process ends after `grace_s` in any case.
    """

    def __init__(
        self,
        fd: int,
        gates: Dict[str, Gate],
        grace_s: float = ORPHAN_GRACE_S,
        end: Callable[[int], Any] = os._exit,
    ) -> None:
        """`end` ends the process with an exit code."""
        self._fd = fd
        self._gates = gates
        self._grace_s = grace_s
        self._end = end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="dualtrain-commands", daemon=True)
        self._thread.start()

    def training_is_over(self) -> None:
        """Say that the process ends by itself now."""
        self._over.set()

    def _listen(self) -> None:
        with os.fdopen(self._fd, "rb") as pipe:
            for line in pipe:
                self._tell(line)
        for gate in self._gates.values():
            gate.tell({"do": "stop", "reason": "the supervisor is gone"})
        if not self._over.wait(self._grace_s):
            self._end(ORPHAN_EXIT_CODE)

    def _tell(self, line: bytes) -> None:
        try:
            command = json.loads(line)
        except (ValueError, RecursionError):
            return  # a line that cannot be read must not end the thread that notices the supervisor's end
        if isinstance(command, dict):
            lane = command.get("lane")
            for name, gate in self._gates.items():
                if lane in (None, name):
                    gate.tell(command)
