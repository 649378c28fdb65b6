"""As in Keras 3."""
