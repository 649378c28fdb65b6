"""Functions of the user's own: imported and called here, in the worker, and nowhere else."""

from __future__ import annotations

from training.worker.own_code.function import OwnFunction, made_in, own_function
from training.worker.own_code.imports import OwnImports, own_imports
from training.worker.own_code.places import place_of

__all__ = ["OwnFunction", "OwnImports", "made_in", "own_function", "own_imports", "place_of"]
