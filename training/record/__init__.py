"""What happened, as lines in a run's folder: types, readers, folders."""
