"""What lives inside any training process: standard library only, Python 3.8 syntax, importable by path."""
