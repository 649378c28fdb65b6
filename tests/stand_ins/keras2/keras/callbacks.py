"""As in Keras 2: a list notes when it is made whether any callback wants to hear of batches."""


class Callback:
    def __init__(self):
        self.params, self.model = None, None

    def set_params(self, params):
        self.params = params

    def set_model(self, model):
        self.model = model

    def _nothing(self, *_, **__):
        pass

    on_train_begin = on_train_end = on_epoch_begin = on_epoch_end = _nothing
    on_train_batch_begin = on_train_batch_end = _nothing

    def _implements_train_batch_hooks(self):
        return getattr(self.on_train_batch_end, "__func__", None) is not Callback._nothing


class CallbackList:
    def __init__(self, callbacks=None, model=None, **params):
        self.callbacks = list(callbacks or [])
        self.params = params
        for one in self.callbacks:
            one.set_model(model)
            one.set_params(params)
        self._should_call_train_batch_hooks = any(
            one._implements_train_batch_hooks() for one in self.callbacks
        )
        self._should_call_test_batch_hooks = False

    def tell(self, hook, *arguments):
        for one in self.callbacks:
            getattr(one, hook)(*arguments)

    def tell_batch(self, hook, *arguments):
        if self._should_call_train_batch_hooks:
            self.tell(hook, *arguments)
