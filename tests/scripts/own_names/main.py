"""Draws its numbers with a random.py of its own, beside it; token, queue and select are its own as well. No Keras."""

import json
import sys

import queue
import random
import select
import token

waiting = queue.Waiting()
for number in range(5):
    waiting.put(random.draw(number))
told = {"drawn": waiting.all(), "chosen": select.best(waiting.all()), "token": token.TOKEN}
print(json.dumps(told))
print([module.__name__ for module in (queue, random, select, token) if not hasattr(module, "OWN")])
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
