"""What a user's own code writes has the permissions of the user's shell; what we write is the user's alone."""

from __future__ import annotations

import shlex
import stat
import sys
from pathlib import Path

from tests.process.equipment import COMMAND, Stage, wait_for

WRITE = "import sys\nopen(sys.argv[1], 'w').write('for my group')\n"
IN_A_GROUP = ("sh", "-c", 'umask 027 && exec "$@"', "sh", *COMMAND)


def mode(path: Path) -> int:
    """The file's permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_files_of_a_script_a_program_and_a_notification(stage: Stage) -> None:
    (stage.home / "write.py").write_text(WRITE)
    program = shlex.join([sys.executable, "write.py", "of-program"])
    notify = shlex.join([sys.executable, "write.py", "of-notification"])
    viewer = stage.headless(
        "./write.py of-script", "--exec", program, "--notify", notify, "--tensorboard", "events", command=IN_A_GROUP
    )  # fmt: skip
    assert viewer.wait() == 0, viewer.err
    for name in ("of-script", "of-program", "of-notification"):
        path = stage.home / name
        wait_for(name, path.exists)
        assert (name, oct(mode(path))) == (name, oct(0o640))
    (event_file,) = wait_for("event files", lambda: list(stage.home.glob("events/device/*")))
    assert (mode(event_file), mode(event_file.parent)) == (0o640, 0o750)
    for path in viewer.run.folder.path.iterdir():
        assert (path.name, mode(path) & 0o077) == (path.name, 0)
    stage.wait_until_clean()  # the writer of event files ends a moment after the run
