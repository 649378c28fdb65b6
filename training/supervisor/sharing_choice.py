"""Which way the lanes share the device now, who chose it, and what follows from new measurements."""

from __future__ import annotations

from collections.abc import Callable

from training.analysis.contention_history import ContentionHistory
from training.plan import Lane, Plan, Sharing
from training.record.event_records import SharingChanged
from training.record.writer import RecordWriter
from training.supervisor.adaptive import Adaptive
from training.supervisor.policy import MpsGate, SharingPolicy, policy_for


class SharingChoice:
    """Holds the policy that decides, and changes it: asked, on what `adaptive` finds, or where MPS is not to be had."""

    def __init__(
        self,
        plan: Plan,
        events: RecordWriter,
        now: Callable[[], float],
        history: ContentionHistory,
        gate: MpsGate | None,
    ) -> None:
        self.sharing: Sharing = plan.sharing
        self._plan = plan
        self._events = events
        self._now = now
        self._history = history
        self.policy: SharingPolicy = self._policy_of(plan.sharing, gate)

    def change(self, after: Sharing, because: str) -> None:
        """Share the device another way from now on."""
        self._events.write(SharingChanged(t=self._now(), before=self.sharing, after=after, because=because))
        self.sharing = after
        self.policy = self._policy_of(after, None)

    def fall_back(self, because: str) -> None:
        """The lanes are not under MPS. Where the device takes one process at a time, they go one after the other."""
        self.change("sequential" if self._plan.device.one_process else "together", because)

    def look(self) -> bool:
        """Let `adaptive` look at the newest block; whether it changed its mind."""
        if not isinstance(self.policy, Adaptive):
            return False
        stps = self._history.stps(self.policy.since_s)
        decided = self.policy.look(stps, self._history.left_alone_s(), self._now())
        if decided is None:
            return False
        self._events.write(decided)
        return True

    def tick(self) -> bool:
        """Whether lanes that take turns are to be tried together again from now on."""
        if not isinstance(self.policy, Adaptive):
            return False
        if not self.policy.in_turns:
            self._give_up_trial(self.policy)
            return False
        left_s = self._history.left_alone_s()
        decided = self.policy.try_together(left_s, self._now(), drift=self._history.turn_drift())
        if decided is None:
            return False
        self._events.write(decided)
        return True

    def _give_up_trial(self, policy: Adaptive) -> None:
        decided = policy.give_up_trial(self._history.left_alone_s(), self._now())
        if decided is not None:
            self._events.write(decided)

    def _policy_of(self, sharing: Sharing, gate: MpsGate | None) -> SharingPolicy:
        if sharing == "adaptive":
            return Adaptive(self._plan.limits)
        left_s = self._history.left_alone_s()
        by_left = sorted(left_s.items(), key=lambda item: item[1])
        first: Lane | None = by_left[0][0] if by_left else None
        return policy_for(sharing, self._plan.limits, gate, first)
