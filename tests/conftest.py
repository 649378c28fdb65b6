"""Equipment of every test: no test reads or writes the developer's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulated_driver import driver as simulated


@pytest.fixture(autouse=True)
def sealed_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test; children inherit it through the environment."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in (
        ("HOME", home),
        ("XDG_CONFIG_HOME", home / "config"),
        ("XDG_STATE_HOME", home / "state"),
        ("XDG_CACHE_HOME", home / "cache"),
        ("XDG_DATA_HOME", home / "data"),
        ("DUALTRAIN_HOME", home / "dualtrain"),
    ):
        monkeypatch.setenv(name, str(folder))
    # sockets go to the temporary directory, as on a machine without a user session
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    settings = ("THEME", "ASCII", "MOUSE", "REFRESH_S", "PLAIN_INTERVAL_S")
    for name in ("NO_COLOR", "COLORTERM", "TEXTUAL_THEME", *(f"DUALTRAIN_{one}" for one in settings)):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def simulated_driver(tmp_path: Path) -> simulated.SimulatedDriver:
    """A simulated NVIDIA driver with one plain GPU; skipped loudly where it cannot be compiled."""
    return simulated.SimulatedDriver(tmp_path / "driver")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so loudly when nothing of NVML was tested."""
    reports = [*terminalreporter.stats.get("skipped", []), *terminalreporter.stats.get("failed", [])]
    missing = [
        line for one in reports for line in str(one.longrepr).splitlines() if simulated.NOT_THERE in line
    ]
    if missing:
        terminalreporter.section("THE GPU TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.line(
            f"{len(reports)} tests, those over a simulated NVIDIA driver among them: {missing[0]}"
        )
