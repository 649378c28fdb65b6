"""Modules of one's own that are called as dualtrain's are, with relative imports between them."""

import json
import sys

import presets
import training
import tui
from training.loop import train

print(training.WHOSE, presets.WHOSE, tui.WHOSE)
history = train(presets.EPOCHS)
print(history["loss"])
with open(sys.argv[1], "w") as file:
    json.dump(history, file)
