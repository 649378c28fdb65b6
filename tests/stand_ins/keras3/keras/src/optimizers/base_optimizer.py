"""As in Keras 3."""


class Counter:
    def __init__(self):
        self.value = 0

    def numpy(self):
        return self.value


class BaseOptimizer:
    def __init__(self):
        self._iterations = Counter()

    def apply_gradients(self, pairs):
        self.apply([gradient for gradient, _ in pairs])

    def apply(self, grads, trainable_variables=None):
        self._iterations.value += 1
