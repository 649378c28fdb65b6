"""Prints several megabytes, to both streams, and bytes that are no text. Trains nothing."""

import sys

for number in range(40_000):
    print(f"line {number} of a great deal that a script may print while it trains, whoever reads it")
    if number % 1000 == 0:
        print("a warning in between", number, file=sys.stderr)
sys.stdout.buffer.write(bytes(range(256)) * 64)
print("\rprogress 1/2\rprogress 2/2")
