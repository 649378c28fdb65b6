"""`python -m tests.bench [NAME…]`: measure what dualtrain costs; nothing here passes or fails."""

from __future__ import annotations

import argparse
import importlib
import os
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext

BENCHES = {
    "first_paint": "how soon the pick screen stands, how quickly it answers a key, and how it leaves",
    "callback_cost": "what the hooks take from a training, step by step",
    "script_cost": "what being a lane takes from a script's steps",
    "observer_cost": "what watching takes: an A/B against the bare script, and the watchers' own CPU and memory",
    "launch_to_first_step": "how long a launch takes to its first step, against the bare script",
    "terminal_bytes": "what the screen sends over the wire",
    "beside_nvitop": "a live run's screen beside nvitop, over a simulated driver",
    "reader_cost": "what a reader of a day-long run pays",
    "verdict": "the verdict against the truth, and what adaptive sharing makes of it, six pairs (75 min)",
    "solo_rates": "a probe's solo rates beside those of fresh processes right before and after, eight presets (20 min)",
    "machine_drift": "how steadily two run beside each other on this machine at all",
    "disturbed_verdict": "the verdict while a CPU hog runs a third of the time",
    "meter_cost": "what reading a GPU takes twice a second, over a simulated driver",
}


def main() -> None:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=…",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:22} {what}" for name, what in BENCHES.items()),
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="one of those below; all where none is named"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="more or fewer repetitions, longer or shorter"
    )
    parser.add_argument("--keep", metavar="FOLDER", help="keep what the runs wrote there, to look into it")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}: there are {', '.join(BENCHES)}")
    began = time.monotonic()
    with _home(arguments.keep) as home:
        _seal(home)
        for name in arguments.names or BENCHES:
            print(f"{name}: {BENCHES[name]}", flush=True)
            bench_began = time.monotonic()
            importlib.import_module(f"tests.bench.{name}").measure(arguments.scale)
            print(f"  ({time.monotonic() - bench_began:.0f} s)\n", flush=True)
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    print(
        f"{time.monotonic() - began:.0f} s in all on {os.cpu_count()} processors; load average at the end {load}"
    )


def _home(kept: str | None) -> AbstractContextManager[str]:
    if kept is None:
        return tempfile.TemporaryDirectory(prefix="dualtrain-bench-")
    os.makedirs(kept, exist_ok=True)
    return nullcontext(os.path.abspath(kept))


def _seal(home: str) -> None:
    """Measure in a home of our own, in a terminal as over a plain SSH line."""
    os.environ["DUALTRAIN_HOME"] = home
    os.environ["XDG_CONFIG_HOME"] = os.path.join(home, "config")
    os.environ["TERM"] = "xterm-256color"
    for name in ("COLORTERM", "NO_COLOR", "TEXTUAL_FPS", "TEXTUAL_ANIMATIONS", "TEXTUAL_THEME"):
        os.environ.pop(name, None)


if __name__ == "__main__":
    main()
