"""As in Keras 3."""

from keras.src.optimizers.base_optimizer import BaseOptimizer


class Adam(BaseOptimizer):
    pass
