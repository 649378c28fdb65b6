"""Whether a run outlives the session it is started from, on machines of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.places import CONF, MANAGER, SESSION, UID, USER, machine, write
from tests.unit.plans import devices, named, plan
from training.preflight import check_launch, doctor
from training.preflight.survival import NAME, check_survival, fate, survival_of

KILLS = "[Login]\nKillUserProcesses=yes\nKillExcludeUsers=\n"


@pytest.mark.parametrize(
    ("conf", "lingers", "has_manager", "state", "said", "remedy", "scope"),
    [
        ("[Login]\nKillUserProcesses=no\n", False, True, "pass", "leaves it alone", "", False),
        (f"{KILLS}KillExcludeUsers={USER}\n", False, True, "pass", "leaves it alone", "", False),
        (
            f"[Login]\nKillExcludeUsers=\nKillOnlyUsers={USER}\n",
            True,
            True,
            "pass",
            "your manager stays",
            "",
            True,
        ),
        (KILLS, True, True, "pass", "scope of its own", "", True),
        (f"{KILLS}UserStopDelaySec=infinity\n", False, True, "pass", "scope of its own", "", True),
        (KILLS, False, True, "warn", "ends 10s after your last one", "loginctl enable-linger", True),
        (
            f"{KILLS}UserStopDelaySec=0\n",
            False,
            True,
            "warn",
            "ends with your last one",
            "enable-linger",
            True,
        ),
        (f"{KILLS}UserStopDelaySec=90\n", False, True, "warn", "ends 90s after", "enable-linger", True),
        (KILLS, False, False, "warn", "no manager of yours", "enable-linger, then log in again", False),
        # that the user lingers does not keep a session's scope
        (KILLS, True, False, "warn", "ends it with this session", "KillExcludeUsers", False),
        (
            "[Login]\nKillExcludeUsers=\n",
            False,
            True,
            "info",
            "not known",
            "systemd-run --user --scope",
            False,
        ),
    ],
)
def test_in_a_login_session(
    tmp_path: Path,
    conf: str,
    lingers: bool,
    has_manager: bool,
    state: str,
    said: str,
    remedy: str,
    scope: bool,
) -> None:
    variables = machine(tmp_path, conf=conf, lingers=lingers, has_manager=has_manager)
    found = fate(variables, tmp_path)
    assert (found.check.state, found.needs_scope) == (state, scope), found
    assert said in found.check.message
    assert remedy in found.check.remedy
    assert bool(found.check.remedy) == bool(remedy)


def test_without_the_program_there_is_no_scope(tmp_path: Path) -> None:
    variables = machine(tmp_path, lingers=True, has_manager=True)
    found = fate({**variables, "PATH": str(tmp_path)}, tmp_path)
    assert (found.check.state, found.needs_scope) == ("warn", False)
    assert "there is no systemd-run" in found.check.message


@pytest.mark.parametrize(
    "group",
    [
        SESSION,
        f"9:cpu:/\n1:name=systemd:/user.slice/user-{UID}.slice/session-c12.scope\n0::/\n",
        f"0::/user.slice/user-{UID}.slice/session-3.scope/below\n",
    ],
)
def test_a_session_in_both_versions_of_control_groups(tmp_path: Path, group: str) -> None:
    assert check_survival(machine(tmp_path, group=group), tmp_path).state == "warn"


@pytest.mark.parametrize(
    "group", ["0::/\n", "0::/system.slice/cron.service\n", "0::/user.slice/session-3.scope.d\n", "4:cpu:/x\n"]
)
def test_outside_of_any_session_nothing_is_found(tmp_path: Path, group: str) -> None:
    check = check_survival(machine(tmp_path, group=group), tmp_path)
    assert (check.state, check.message) == ("pass", "nothing found that would end it with this session")


def test_whose_session_it_is_decides_and_not_who_one_became_in_it(tmp_path: Path) -> None:
    nobodys = "0::/user.slice/user-4123456.slice/session-3.scope\n"
    conf = f"[Login]\nKillUserProcesses=yes\nKillExcludeUsers={USER}\n"
    assert check_survival(machine(tmp_path, group=nobodys, conf=conf), tmp_path).state == "warn"


def test_without_systemd_a_path_of_that_form_is_no_session(tmp_path: Path) -> None:
    variables = machine(tmp_path)
    (tmp_path / "run/systemd/system").rmdir()
    assert check_survival(variables, tmp_path).state == "pass"


@pytest.mark.parametrize(("lingers", "state"), [(True, "pass"), (False, "warn")])
def test_below_the_users_manager_lingering_alone_decides(tmp_path: Path, lingers: bool, state: str) -> None:
    conf = "[Login]\nKillUserProcesses=no\n"
    found = fate(machine(tmp_path, group=MANAGER, conf=conf, lingers=lingers), tmp_path)
    assert (found.check.state, found.needs_scope) == (state, False)
    assert found.check.remedy == ("" if lingers else "loginctl enable-linger")


@pytest.mark.parametrize(
    ("variables", "group", "job"),
    [
        ({"SLURM_JOB_ID": "123"}, SESSION, "Slurm job 123"),
        ({}, "0::/system.slice/slurmstepd.scope/job_77/step_0/user/task_0\n", "Slurm job 77"),
        ({}, f"4:memory:/slurm/uid_{UID}/job_88/step_extern\n0::/\n", "Slurm job 88"),
        ({"PBS_JOBID": "9.host"}, "0::/\n", "PBS job 9.host"),
        ({"LSB_JOBID": "5"}, "0::/\n", "LSF job 5"),
        ({"JOB_ID": "6", "SGE_ROOT": "/sge"}, "0::/\n", "Grid Engine job 6"),
        ({"FLUX_JOB_ID": "f1"}, "0::/\n", "Flux job f1"),
    ],
)
def test_a_schedulers_job_ends_what_is_in_it(
    tmp_path: Path, variables: dict[str, str], group: str, job: str
) -> None:
    found = fate(machine(tmp_path, group=group, has_manager=True) | variables, tmp_path)
    assert (found.check.state, found.needs_scope) == ("warn", False)
    assert f"it ends with {job}: " in found.check.message
    assert "--headless" in found.check.remedy


def test_a_variable_that_anybody_may_have_is_no_job(tmp_path: Path) -> None:
    variables = machine(tmp_path, group="0::/\n") | {"JOB_ID": "6"}
    assert check_survival(variables, tmp_path).state == "pass"


@pytest.mark.parametrize(
    ("own", "first", "state"),
    [
        (34816, 34816, "warn"),
        (34817, 34816, "info"),
        (0, 0, "info"),
        (34816, 0, "info"),
        (None, None, "info"),
    ],
)
def test_in_a_container_the_shell_that_is_its_first_process_ends_it(
    tmp_path: Path, own: int | None, first: int | None, state: str
) -> None:
    write(tmp_path, ".dockerenv")
    write(tmp_path, "proc/self/cgroup", "0::/\n")
    for process, terminal in (("self", own), ("1", first)):
        if terminal is not None:
            write(tmp_path, f"proc/{process}/stat", f"7 (a) b) S 1 7 7 {terminal} 7 0\n")
    check = check_survival({}, tmp_path)
    assert check.state == state
    assert ("ends with the container" in check.message) == (state == "info")
    assert bool(check.remedy) == (state == "warn")


def test_what_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    assert check_survival({}, tmp_path).state == "info"


def test_what_was_started_is_asked_of_where_it_stands_itself(tmp_path: Path) -> None:
    """Not of where the one who asks stands, nor of what was meant to become of it."""
    machine(tmp_path, group="0::/system.slice/sshd.service\n", has_manager=True)
    write(tmp_path, "proc/41/cgroup", SESSION)
    assert "the session it was started in" in survival_of(41, tmp_path).message
    write(tmp_path, "proc/42/cgroup", MANAGER)
    assert "your own systemd manager" in survival_of(42, tmp_path).message
    write(tmp_path, "proc/43/cgroup", "0::/\n")
    write(tmp_path, "proc/43/environ", "PATH=/bin\0SLURM_JOB_ID=5\0=\0broken\0")
    assert "Slurm job 5" in survival_of(43, tmp_path).message
    assert survival_of(44, tmp_path).state == "info"


def test_doctor_and_the_look_before_a_launch_say_so(tmp_path: Path) -> None:
    variables = machine(tmp_path)
    before = check_launch(plan(gpu=None), listing=devices(), environment=variables, root=tmp_path)
    assert named(before, NAME).state == "warn"
    write(tmp_path, CONF, "[Login]\nKillUserProcesses=no\n")
    assert named(doctor(listing=devices(), environment=variables, root=tmp_path), NAME).state == "pass"
