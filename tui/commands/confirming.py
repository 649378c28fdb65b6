"""What stands before code that a preset of `./presets` names is run: a question, once for each content."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly

if TYPE_CHECKING:
    from training.code_trust import NamedCode
    from training.launch import LaunchRequest

trust_option = click.option(
    "--trust",
    is_flag=True,
    help="Run code that a preset of ./presets names, without the question; it is remembered like a yes.",
)


def confirmed(request: LaunchRequest, *, trust: bool) -> LaunchRequest:
    """The request with the person's yes to the code that its presets name; leaves where there is none."""

    def asked_about() -> tuple[NamedCode, ...]:
        from training.launch import unconfirmed_code

        return unconfirmed_code(request)

    return replace(request, confirmed=request.confirmed | confirm(asked_about, trust=trust))


def confirm(asked_about: Callable[[], Sequence[NamedCode]], *, trust: bool) -> frozenset[str]:
    """Ask about what `asked_about` tells, and keep a yes; returns the digests, and leaves on a no.

    Enter alone is no, and so is everything where there is no terminal.
    """
    with failing_clearly():
        code = asked_about()
    for one in code:
        if not trust:
            _ask(one)
    digests = frozenset(one.digest for one in code)
    if digests:
        from training.code_trust import remember

        remember(digests)
    return digests


def _ask(code: NamedCode) -> None:
    from training.preset.printable import one_line

    named = f"{code.preset} names code of its own, {', '.join(code.functions)}"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        fail(f"{named}, and nobody has said yet that it may run: --trust runs it", exit_codes.USAGE)
    if not click.confirm(one_line(f"{named}: run it?"), default=False, err=True):
        fail("nothing was run", exit_codes.FAILED)
