"""Called as a module of Python's, and a package."""

OWN = True


def best(items):
    return max(items)
