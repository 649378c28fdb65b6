"""Our callback among a script's own: made of the Keras that trains, added without changing what the script gave."""

from typing import Any, Callable, List, Tuple

HOOKS = (
    "on_train_begin",
    "on_epoch_begin",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_test_end",
    "on_epoch_end",
    "on_train_end",
)
_ASKED_BEFORE = ("_should_call_train_batch_hooks", "_should_call_test_batch_hooks")
"""What a list of Keras 2's notes when it is made: whether any of its callbacks wants to hear of batches."""


def make_callback(base: Any, hooks: Any) -> Any:
    """A callback of Keras's class `base` that passes everything on to `hooks`.

    It is named as the base is: Keras 2 times the calls of every class that it does not know by name.
    """

    def set_params(self: Any, params: Any) -> None:
        base.set_params(self, params)
        hooks.on_params(params or {})

    made = type(
        base.__name__, (base,), {"set_params": set_params, "async_safe": True, "_supports_tf_logs": True}
    )
    callback = made()
    for name in HOOKS:
        setattr(callback, name, getattr(hooks, name))
    return callback


def with_callback(given: Any, ours: Any, model: Any, list_type: Any) -> Tuple[Any, Callable[[], None]]:
    """What to pass to `fit` in place of the script's `callbacks`, and what puts all back as it was.

    A list or a tuple is copied. A `CallbackList` has to be that one, as what is in it knows it: ours is in it for as
    long as the fit goes on.
    """
    if list_type is not None and isinstance(given, list_type):
        return given, _within(given, ours, model)
    if given is None or given is False:
        callbacks: List[Any] = [ours]
    elif isinstance(given, (list, tuple)):
        callbacks = [*given, ours]
    else:
        callbacks = [given, ours]
    return callbacks, _nothing


def _within(given: Any, ours: Any, model: Any) -> Callable[[], None]:
    held = given.callbacks
    before = {name: getattr(given, name) for name in _ASKED_BEFORE if hasattr(given, name)}
    ours.set_model(model)
    ours.set_params(getattr(given, "params", None) or {})
    held.append(ours)
    for name in before:
        setattr(given, name, True)

    def put_back() -> None:
        held[:] = [one for one in held if one is not ours]
        for name, value in before.items():
            setattr(given, name, value)

    return put_back


def _nothing() -> None:
    return None
