"""Is this plan launchable here, and is this machine set up for it? Nothing is imported or run to find out."""

from training.preflight.check import Check, State
from training.preflight.launch import check_launch
from training.preflight.machine import doctor

__all__ = ["Check", "State", "check_launch", "doctor"]
