"""Real data sets through `keras.datasets`: from its cache, else over the network, else a clear refusal."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training.preset.printable import one_line
from training.worker.data.errors import DataError

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_ANSWER_WITHIN_S = 8.0
"""How long the server may take to answer at all, name look-up included."""
_STALL_S = 15.0
"""How long a download may stand still."""


def fetch(file_name: str, load: Callable[[], Any]) -> Any:
    """What `load` returns, after making sure that it will not wait long for nothing.

    Raises:
        DataError: the file is neither in the cache nor can it be fetched, or it is damaged.
    """
    folder = _keras_home() / "datasets"
    cached = (folder / file_name).is_file()
    if not cached:
        _refuse_unless_reachable(file_name, folder)
    try:
        with _alone(folder), _stalling_fails():
            return load()
    except OSError as error:
        raise _missing(file_name, folder, str(error)) from None
    except Exception as error:  # keras.utils.get_file raises bare Exception when a download fails
        if "fetch failure" in str(error):
            # Keras fetches again what is there and does not have the right checksum.
            state = "damaged in" if cached else "not in"
            raise _missing(file_name, folder, str(error).rpartition(" -- ")[2], state) from None
        raise DataError(
            "bad-data",
            one_line(f"the data set file {folder / file_name} is damaged ({type(error).__name__}: {error})"),
            "delete the file so that it is fetched again",
        ) from None


def _keras_home() -> Path:
    """Where Keras keeps its files, by its own rule: it has no public function that tells."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return home if os.access(home, os.W_OK) else Path("/tmp/.keras")  # noqa: S108 - what Keras falls back to


def _refuse_unless_reachable(file_name: str, folder: Path) -> None:
    """Ask the server in a thread: a name look-up knows no timeout and may hang for minutes."""
    failure = [f"no answer within {_ANSWER_WITHIN_S:.0f} s"]

    def ask() -> None:
        request = urllib.request.Request(_ORIGIN + file_name, method="HEAD")  # noqa: S310 - https, fixed
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_WITHIN_S):  # noqa: S310 - as above
                failure.clear()
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            failure[:] = [str(getattr(reason, "strerror", None) or reason).lower()]

    asking = threading.Thread(target=ask, daemon=True, name="reach-data-set")
    asking.start()
    asking.join(_ANSWER_WITHIN_S + 2)
    if failure:
        raise _missing(file_name, folder, failure[0])


def _missing(file_name: str, folder: Path, reason: str, state: str = "not in") -> DataError:
    return DataError(
        "missing-data",
        one_line(f"the data set {file_name} is {state} {folder} and cannot be fetched ({reason})"),
        one_line(f"connect to the network once, or put {file_name} from {_ORIGIN} into {folder}"),
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: two lanes with the same data set would write one file together."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".dualtrain.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _stalling_fails() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_STALL_S)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
