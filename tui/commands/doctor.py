"""`doctor`: what this machine can do."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from tui import exit_codes

_MARKS = {"pass": "pass", "warn": "warn", "stop": "STOP", "info": "    "}


@click.command(epilog="Example: dualtrain-tui doctor --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def doctor(as_json: bool) -> None:
    """Check this machine: GPU and driver, versions, memory, disk, terminal. Exit code 1 where something stops it."""
    from training.preflight import doctor as look
    from training.preset.printable import printable

    checks = look()
    if as_json:
        click.echo(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            remedy = f"  -> {check.remedy}" if check.remedy else ""
            click.echo(printable(f"{_MARKS[check.state]}  {check.name:{width}}  {check.message}{remedy}"))
    raise SystemExit(exit_codes.FAILED if any(check.state == "stop" for check in checks) else exit_codes.OK)
