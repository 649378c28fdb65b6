"""What an exit code says of a process that ended without a word."""

from __future__ import annotations

import signal


def name_exit(exit_code: int) -> tuple[str, str, str]:
    """Kind, message and hint for a worker that ended without telling why."""
    if exit_code == -signal.SIGKILL:
        return (
            "killed",
            "The training was killed by signal 9 (SIGKILL)",
            "Where nobody killed it, the machine ran out of its own memory (RAM, not the device's): the kernel's log "
            "(dmesg) names it then.",
        )
    if exit_code < 0:
        name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else "unknown"
        return (
            "killed",
            f"The training was killed by signal {-exit_code} ({name})",
            "The lane's log may say more.",
        )
    return (
        "error",
        f"The training ended with exit code {exit_code} and no word why",
        "The lane's log may say more.",
    )
