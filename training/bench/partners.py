"""Which preset goes best with which: every measured pair, and the best partner of each preset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from training.bench.mode_report import ModeVerdict
from training.bench.pair_report import PairReport
from training.plan import Sharing


class Partner(Struct, frozen=True):
    """The partner beside which a preset's device does most: the highest STP of any mode."""

    label: str
    partner: str
    sharing: Sharing
    stp: float
    verdict: ModeVerdict


def best_partners(labels: Iterable[str], told: Sequence[PairReport]) -> tuple[Partner, ...]:
    """The best partner of each preset that was measured beside one."""
    found = (max(_partners(label, told), key=lambda partner: partner.stp, default=None) for label in labels)
    return tuple(partner for partner in found if partner is not None)


def _partners(label: str, told: Sequence[PairReport]) -> Iterable[Partner]:
    for pair in told:
        labels = list(pair.labels.values())
        if label not in labels:
            continue
        other = labels[1] if labels[0] == label else labels[0]
        for mode in pair.modes:
            if mode.stp is not None:
                yield Partner(label, other, mode.sharing, mode.stp, mode.verdict)
