"""As in Keras 2."""
