"""Is this plan launchable here, and is this machine set up for it? Nothing is imported or run to find out."""

from training.preflight.check import Check, State
from training.preflight.launch import DEVICE_CHECKS, check_launch
from training.preflight.machine import doctor

__all__ = ["DEVICE_CHECKS", "Check", "State", "check_launch", "doctor"]
