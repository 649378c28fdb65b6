"""File systems of machines that a run is launched on: sessions, managers, jobs, containers."""

from __future__ import annotations

import os
from pathlib import Path

from training.preflight.login import name_of

UID = os.getuid()
USER = name_of(UID)
SESSION = f"0::/user.slice/user-{UID}.slice/session-3.scope\n"
MANAGER = f"0::/user.slice/user-{UID}.slice/user@{UID}.service/app.slice/dualtrain-x.scope\n"
CONF = "etc/systemd/logind.conf"


def write(root: Path, path: str, text: str = "") -> Path:
    """A file with its folders."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def machine(
    root: Path,
    *,
    group: str = SESSION,
    conf: str = "[Login]\nKillUserProcesses=yes\nKillExcludeUsers=\n",
    lingers: bool = False,
    has_manager: bool = False,
    process: str = "self",
) -> dict[str, str]:
    """A machine with systemd; returns the variables of somebody who is logged in there, with a `systemd-run`."""
    (root / "run/systemd/system").mkdir(parents=True, exist_ok=True)
    write(root, f"proc/{process}/cgroup", group)
    write(root, CONF, conf)
    if lingers:
        write(root, f"var/lib/systemd/linger/{USER}")
    if has_manager:
        write(root, f"run/user/{UID}/systemd/private")
    program = write(root, "bin/systemd-run", "#!/bin/sh\n")
    program.chmod(0o755)
    return {"PATH": str(root / "bin"), "XDG_RUNTIME_DIR": f"/run/user/{UID}"}
