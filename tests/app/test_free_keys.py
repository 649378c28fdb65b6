"""Keys that belong to others: tmux's and screen's prefixes are bound to nothing, anywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

import tui.screens
import tui.widgets
from tests.app.every_screen import SCREENS, Shown
from tests.app.stage import staged
from tui.app import DualtrainApp

PREFIXES = {"ctrl+a", "ctrl+b"}


def _subclasses(of: type[Any]) -> Iterator[type[Any]]:
    for one in of.__subclasses__():
        yield one
        yield from _subclasses(one)


def _own_bindings() -> Iterator[tuple[str, Binding]]:
    """Every binding that a class of ours makes, with its keys one by one."""
    for package in (tui.screens, tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for node in {one for one in _subclasses(DOMNode) if one.__module__.startswith("tui.")}:
        for binding in BindingsMap(node.__dict__.get("BINDINGS", ())).key_to_bindings.values():
            yield from ((node.__qualname__, one) for one in binding)


def test_no_class_of_ours_binds_a_prefix() -> None:
    bound = list(_own_bindings())
    assert len(bound) > 60
    assert [(where, one.key) for where, one in bound if one.key in PREFIXES] == []


@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_no_screen_has_one_bound_whatever_has_the_focus(shown: Shown, tmp_path: Path) -> None:
    async with staged(shown.make(tmp_path), seen=shown.seen) as (pilot, _):
        screen = pilot.app.screen
        for widget in (None, *screen.focus_chain):
            screen.set_focus(widget)
            assert not PREFIXES & set(screen.active_bindings)


async def test_ctrl_z_is_the_shells_everywhere() -> None:
    app = DualtrainApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.screen.active_bindings["ctrl+z"].binding.action == "suspend_process"
