"""The palette's entries of a screen: its own keys, those that can do something now."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider


class BindingCommands(Provider):
    """Lists the bindings of the screen the palette was opened on."""

    async def discover(self) -> Hits:
        """Everything possible now, before anything is typed."""
        for binding in self._possible():
            yield DiscoveryHit(binding.description, partial(self._run, binding), help=_help(binding))

    async def search(self, query: str) -> Hits:
        """What matches, by name or by what it does."""
        matcher = self.matcher(query)
        for binding in self._possible():
            score = max(matcher.match(binding.description), matcher.match(binding.tooltip))
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(binding.description),
                    partial(self._run, binding),
                    help=_help(binding),
                )

    def _possible(self) -> Iterator[Binding]:
        screen = self.screen
        for binding in screen.BINDINGS:
            # those without a tooltip only move about
            if (
                isinstance(binding, Binding)
                and binding.tooltip
                and screen.check_action(_name(binding.action), ())
            ):
                yield binding

    async def _run(self, binding: Binding) -> None:
        await self.screen.run_action(binding.action)


def _name(action: str) -> str:
    return action.partition("(")[0].rpartition(".")[2]


def _help(binding: Binding) -> str:
    key = binding.key_display or {"left_square_bracket": "[", "right_square_bracket": "]"}.get(
        binding.key, binding.key
    )
    return f"{binding.tooltip} ({key})"
