"""A training that nobody has heard of: it prints its losses, and imports nothing."""

import sys
import time

steps, pause_s = int(sys.argv[1]), float(sys.argv[2])
for step in range(1, steps + 1):
    time.sleep(pause_s)
    print(f"step {step} loss={1.0 / step:.6f} error={0.5 / step:.6f}")
