"""Where a lane stands still: for its turn to warm up, at the barrier, and when paused."""

import threading
from typing import Any, Dict, Optional


class Gate:
    """What was asked of one lane. The training thread looks at `attention` once a batch; all else is rare.

    A thread that trains several lanes gives their gates one condition, `changed`, to wait on for any of them.
    """

    def __init__(self, changed: Optional[threading.Condition] = None) -> None:
        self.attention = False
        """Something waits to be seen to at the next batch."""
        self.stop_reason: Optional[str] = None
        self._changed = changed or threading.Condition()
        self._token = False
        self._released = False
        self._paused = False
        self._checkpoint = False
        self._window: Optional[Dict[str, Any]] = None

    def tell(self, command: Dict[str, Any]) -> None:
        """Take one command; unknown ones are ignored, as a newer supervisor may know more."""
        do = command.get("do")
        with self._changed:
            if do == "warm_up":
                self._token = True
            elif do == "release":
                self._released = True
            elif do in ("pause", "resume"):
                self._paused = do == "pause"
            elif do == "checkpoint":
                self._checkpoint = True
            elif do == "window":
                self._window = command
            elif do == "stop":
                self.stop_reason = self.stop_reason or str(command.get("reason") or "asked to stop")
            self.attention = bool(self._paused or self._checkpoint or self._window or self.stop_reason)
            self._changed.notify_all()

    @property
    def stop_asked(self) -> bool:
        """The lane should end at the next batch."""
        return self.stop_reason is not None

    @property
    def pause_asked(self) -> bool:
        """The lane should stand still at the next batch."""
        return self._paused and self.stop_reason is None

    @property
    def may_warm_up(self) -> bool:
        """It is this lane's turn to initialise the device, or it should stop."""
        return self._token or self.stop_asked

    @property
    def may_pass_barrier(self) -> bool:
        """The barrier is open for this lane, or it should stop."""
        return self._released or self.stop_asked

    def take_checkpoint_request(self) -> bool:
        """Whether a checkpoint was asked for since the last call."""
        with self._changed:
            asked, self._checkpoint = self._checkpoint, False
            self._settle()
        return asked

    def take_window_request(self) -> Optional[Dict[str, Any]]:
        """The window asked for since the last call, if any."""
        with self._changed:
            asked, self._window = self._window, None
            self._settle()
        return asked

    def wait_for_token(self) -> None:
        """Stand until it is this lane's turn to initialise the device, or it should stop."""
        with self._changed:
            self._changed.wait_for(lambda: self.may_warm_up)

    def wait_for_release(self) -> None:
        """Stand at the barrier until released, or it should stop."""
        with self._changed:
            self._changed.wait_for(lambda: self.may_pass_barrier)

    def wait_for_stop(self, timeout_s: float) -> bool:
        """Whether the lane should end, waiting for that at most so long."""
        with self._changed:
            return self._changed.wait_for(lambda: self.stop_asked, timeout_s)

    def wait_while_paused(self) -> None:
        """Stand until resumed, or it should stop."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused or self.stop_asked)

    def _settle(self) -> None:
        self.attention = bool(self._paused or self._checkpoint or self._window or self.stop_reason)
