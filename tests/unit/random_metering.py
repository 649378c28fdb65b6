"""A program that plays random scenarios under the real meter: `random_metering FOLDER FIRST COUNT [OMITTED…]`.

Each seed is a sequence of scenarios under one meter: errors at random calls, processes that come and go, PIDs that
change hands, garbage, clocks that jump both ways. What breaks a rule is printed as a line with its seed; the next seed
follows. It needs the simulated driver of FOLDER in its environment.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering_program import meter_of
from tests.unit.metering_rules import broken_rules
from tests.unit.random_play import Play, Trees
from training.meters.meter import DeviceLostError, MeterError

STEPS = 12


def play_one(seed: int, driver: SimulatedDriver, trees: Trees) -> int:
    """Play a seed and print what it breaks; returns how many samples the meter gave."""
    samples = 0
    play = Play(seed, trees)
    driver.play(play.state_of(play.device))
    meter = meter_of(play.opening, lambda: play.now_s)
    try:
        meter.open()
    except MeterError as error:
        print(f"seed {seed}: does not open: {error}", flush=True)
        return 0
    try:
        for step in range(STEPS):
            scenario, lanes = play.scenario(), play.lanes()
            driver.play(scenario)
            try:
                sample = meter.sample(play.now_s, lanes)
            except DeviceLostError:
                break
            except MeterError:
                continue
            samples += 1
            for broken in broken_rules(play, scenario, lanes, sample, meter.source(play.now_s)):
                print(f"seed {seed}, step {step}: {broken}", flush=True)
    finally:
        meter.close()
    return samples


def main() -> None:
    """Play the seeds."""
    folder, first, count, *omit = sys.argv[1:]
    driver = SimulatedDriver(Path(folder), omit=omit)
    trees = Trees()
    trees.start()
    samples = 0
    try:
        for seed in range(int(first), int(first) + int(count)):
            try:
                samples += play_one(seed, driver, trees)
            except Exception:
                print(f"seed {seed}: {traceback.format_exc()}", flush=True)
    finally:
        trees.end()
    enough = samples > int(count) * STEPS * 0.8  # else the rules were hardly put to the test
    print(f"played {count}" if enough else f"only {samples} samples of {count} seeds", flush=True)


if __name__ == "__main__":
    main()
