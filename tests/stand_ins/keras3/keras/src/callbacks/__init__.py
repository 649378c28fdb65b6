"""As in Keras 3."""


class Callback:
    def __init__(self):
        self.params = None
        self._model = None

    def set_params(self, params):
        self.params = params

    def set_model(self, model):
        self._model = model

    @property
    def model(self):
        return self._model

    def _nothing(self, *_, **__):
        pass

    on_train_begin = on_train_end = on_epoch_begin = on_epoch_end = _nothing
    on_train_batch_begin = on_train_batch_end = on_test_begin = on_test_end = _nothing
    on_test_batch_begin = on_test_batch_end = _nothing


class History(Callback):
    def on_train_begin(self, logs=None):
        self.history = {}

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class CallbackList(Callback):
    def __init__(self, callbacks=None, add_history=False, model=None, **params):
        flat = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
        self.callbacks = list(flat)
        if add_history and not any(isinstance(one, History) for one in self.callbacks):
            self.callbacks.append(History())
        if model is not None:
            for one in self.callbacks:
                one.set_model(model)
                if isinstance(one, History):
                    model.history = one
        self.params = params
        for one in self.callbacks:
            one.set_params(params)

    def tell(self, hook, *arguments):
        for one in self.callbacks:
            getattr(one, hook)(*arguments)
