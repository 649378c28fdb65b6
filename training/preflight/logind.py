"""What systemd-logind does with what a login session leaves behind: its configuration, read as it reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_FOLDERS = ("etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd")
"""From the administrator's to the distribution's: a name that occurs twice is read where it comes first
(logind.conf(5), "Configuration Directories and Precedence")."""

_SHIPPED_DEFAULT = re.compile(r"^[#;]\s*KillUserProcesses\s*=\s*(\S+)", re.MULTILINE)
"""The file as shipped tells, commented out, what is compiled in; distributions differ in it."""

_TRUE = frozenset({"1", "yes", "y", "true", "t", "on"})
_FALSE = frozenset({"0", "no", "n", "false", "f", "off"})

_LINGER = "var/lib/systemd/linger"


@dataclass(frozen=True, slots=True)
class LogindSettings:
    """The part of logind.conf that decides over processes of somebody who has logged out."""

    kill_user_processes: bool | None = None
    """None: it is not set, and what is compiled in is not told."""
    kill_only_users: tuple[str, ...] = ()
    kill_exclude_users: tuple[str, ...] | None = None
    """None: it is not set, which leaves root alone; an empty list leaves nobody alone."""
    user_stop_delay: str = "10s"
    """How long the manager of a user who does not linger outlives the last session."""

    def kills(self, user: str) -> bool | None:
        """Whether what is left in a session's scope is ended with the session; None where it is not known.

        Whether the user lingers is of no matter to that: it keeps the user's manager, not a session's scope.
        """
        if self.kill_exclude_users is None and user == "root":
            return False
        if user in (self.kill_exclude_users or ()):
            return False
        if self.kill_only_users:
            return user in self.kill_only_users
        return self.kill_user_processes

    @property
    def keeps_every_manager(self) -> bool:
        """Whether the manager of a user who has logged in once is never stopped, lingering or not."""
        return self.user_stop_delay.lower() == "infinity"


def read_logind_settings(root: Path) -> LogindSettings:
    """Read logind.conf and its drop-ins under `root`; what cannot be read is taken as not set."""
    settings = LogindSettings(kill_user_processes=_compiled_in(root))
    for path in _files(root):
        for key, value in _assignments(_text(path)):
            settings = _set(settings, key, value)
    return settings


def lingers(user: str, root: Path) -> bool:
    """Whether the user's manager runs from boot on and is not stopped with the last session."""
    return (root / _LINGER / user).exists()


def _files(root: Path) -> Iterator[Path]:
    """The one main file that counts, and over it the drop-ins by name, whichever folder they are in."""
    main = next(
        (path for path in (root / folder / "logind.conf" for folder in _FOLDERS) if path.exists()), None
    )
    if main is not None:
        yield main
    by_name: dict[str, Path] = {}
    for folder in reversed(_FOLDERS):
        try:
            by_name |= {path.name: path for path in (root / folder / "logind.conf.d").glob("*.conf")}
        except OSError:
            continue
    for name in sorted(by_name):
        yield by_name[name]


def _compiled_in(root: Path) -> bool | None:
    """What the shipped file says, and the administrator's only where there is no other: comments there may be old."""
    for folder in reversed(_FOLDERS):
        told = _SHIPPED_DEFAULT.search(_text(root / folder / "logind.conf"))
        if told is not None:
            return _boolean(told[1])
    return None


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """Every `key = value` of the section [Login], in order (systemd.syntax(7))."""
    section = ""
    for line in _whole_lines(text):
        if line.startswith("["):
            section = line
            continue
        key, equals, value = line.partition("=")
        if equals and section == "[Login]":
            yield key.strip(), value.strip()


def _whole_lines(text: str) -> Iterator[str]:
    """Lines without comments; one that ends in a backslash goes on in the next."""
    begun = ""
    for raw in text.removeprefix("\ufeff").splitlines():
        line = raw.strip()
        if line.startswith(("#", ";")):
            continue
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        whole, begun = (begun + line).strip(), ""
        if whole:
            yield whole
    if begun.strip():
        yield begun.strip()


def _set(settings: LogindSettings, key: str, value: str) -> LogindSettings:
    match key:
        case "KillUserProcesses":
            said = _boolean(value)
            return settings if said is None else replace(settings, kill_user_processes=said)
        case "KillOnlyUsers":
            return replace(settings, kill_only_users=_collected(settings.kill_only_users, value))
        case "KillExcludeUsers":
            return replace(settings, kill_exclude_users=_collected(settings.kill_exclude_users or (), value))
        case "UserStopDelaySec" if value:
            return replace(settings, user_stop_delay=value)
        case _:
            return settings


def _collected(names: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Lists grow from file to file; an empty value begins anew."""
    return (*names, *value.split()) if value else ()


def _boolean(value: str) -> bool | None:
    said = value.lower()
    return True if said in _TRUE else False if said in _FALSE else None


def _text(path: Path) -> str:
    """What the file holds; nothing where it is masked by a link to /dev/null, or cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return ""
