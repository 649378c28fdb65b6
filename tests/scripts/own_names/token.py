"""Called as a module of Python's, and another."""

OWN = True
TOKEN = "mine"
