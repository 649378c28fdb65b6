"""Called as a module of Python's, and another."""

OWN = True


def draw(number):
    return number * 7 % 5
