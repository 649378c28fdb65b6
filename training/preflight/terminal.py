"""What the terminal can show, and how the user came to it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from training.preflight.check import Check

_SMALLEST = (80, 24)


def check_terminal(environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Return what is known of the terminal: kind, colours, encoding, size, and what lies between."""
    return (_kind(environment), _colours(environment), _encoding(), _size(), *_between(environment))


def _kind(environment: Mapping[str, str]) -> Check:
    term = environment.get("TERM", "")
    if not sys.stdout.isatty():
        return Check("terminal", "info", f"stdout is not a terminal (TERM={term or 'unset'})")
    if term in ("", "dumb", "unknown"):
        return Check(
            "terminal",
            "stop",
            f"TERM={term or 'unset'}: the screen cannot be drawn",
            "set TERM, for example xterm-256color, or run with --plain",
        )
    return Check("terminal", "pass", f"TERM={term}")


def _colours(environment: Mapping[str, str]) -> Check:
    if environment.get("NO_COLOR"):
        return Check("colours", "info", "NO_COLOR is set: lanes differ by marker and label only")
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Check("colours", "pass", "24-bit colour")
    term = environment.get("TERM", "")
    if "256" in term or term.startswith(("xterm-kitty", "alacritty", "wezterm", "foot")):
        return Check("colours", "pass", "256 colours")
    return Check("colours", "warn", f"TERM={term or 'unset'} promises few colours", "use a 256-colour TERM")


def _encoding() -> Check:
    encoding = (sys.stdout.encoding or "unknown").lower()
    if encoding.replace("-", "") == "utf8":
        return Check("encoding", "pass", "UTF-8")
    told = f"{encoding}: the screen is drawn with ASCII alone"
    return Check("encoding", "warn", told, "set LANG, for example C.UTF-8")


def _size() -> Check:
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            columns, lines = os.get_terminal_size(stream.fileno())
        except (OSError, ValueError, AttributeError):
            continue
        if columns < _SMALLEST[0] or lines < _SMALLEST[1]:
            return Check("size", "warn", f"{columns}×{lines}", "make it at least 80×24")
        return Check("size", "pass", f"{columns}×{lines}")
    return Check("size", "info", "unknown: no terminal")


def _between(environment: Mapping[str, str]) -> tuple[Check, ...]:
    checks = []
    for variable, name in (("TMUX", "tmux"), ("STY", "screen")):
        if environment.get(variable):
            checks.append(Check("multiplexer", "info", f"inside {name}"))
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        checks.append(
            Check(
                "ssh", "info", "over SSH: what becomes of a detached run stands above; attach shows it again"
            )
        )
    return tuple(checks)
