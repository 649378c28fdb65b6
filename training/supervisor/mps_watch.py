"""The supervisor's end of its watcher: the process that ends the MPS daemon when the supervisor was killed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping

from training.record.mps_home import MpsHome, identity_of
from training.supervisor.mps_watcher import DONE

_GONE_WITHIN_S = 5.0


class MpsWatch:
    """A watcher in a session of its own. Start it before the daemon: from then on no kill leaves one behind."""

    def __init__(self, home: MpsHome, program: str, device: str, environment: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            OSError: it cannot be started, or the home cannot be written to.
        """
        read_fd, self._write_fd = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "training.supervisor.mps_watcher",
                 str(home.base), program, device, str(read_fd)],
                stdin=subprocess.DEVNULL,
                env=dict(environment),
                pass_fds=(read_fd,),
                start_new_session=True,
            )  # fmt: skip
        except OSError:
            os.close(self._write_fd)
            raise
        finally:
            os.close(read_fd)
        self.pid = self._process.pid
        keepers = (identity_of(os.getpid()), identity_of(self.pid))
        home.write_keepers(*(keeper for keeper in keepers if keeper is not None))

    def dismiss(self) -> None:
        """Tell it that the daemon is gone, and wait a moment for its end."""
        with contextlib.suppress(OSError):  # it may have been killed
            os.write(self._write_fd, DONE)
        os.close(self._write_fd)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GONE_WITHIN_S)
