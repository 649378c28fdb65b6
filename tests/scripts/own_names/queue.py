"""Called as a module of Python's, and another."""

OWN = True


class Waiting:
    def __init__(self):
        self.held = []

    def put(self, item):
        self.held.append(item)

    def all(self):
        return list(self.held)
