"""As in Keras 2."""


class OptimizerV2:
    def apply_gradients(self, pairs):
        return None
