"""Asking a run's supervisor for something, over a Unix socket."""
