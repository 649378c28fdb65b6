"""What the records mean: history, reports, later the contention and the verdict."""
