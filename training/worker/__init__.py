"""The child process that trains: the only room that imports Keras."""
