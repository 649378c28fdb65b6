"""logind.conf and its drop-ins, read as systemd-logind reads them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.places import CONF, write
from training.preflight.logind import LogindSettings, lingers, read_logind_settings

YES, NO = "[Login]\nKillUserProcesses=yes\n", "[Login]\nKillUserProcesses=no\n"
SHIPPED = (
    "# shows the compile time defaults\n[Login]\n#NAutoVTs=6\n#KillUserProcesses=%s\n#KillExcludeUsers=root\n"
)


def read(root: Path, **files: str) -> LogindSettings:
    """With these files, named with __ for a slash and without .conf."""
    for name, text in files.items():
        write(root, f"{name.replace('__', '/')}.conf", text)
    return read_logind_settings(root)


@pytest.mark.parametrize(
    ("text", "kills"),
    [
        (YES, True),
        (NO, False),
        ("[Login]\nKillUserProcesses = TRUE\n", True),
        ("[Login]\n  KillUserProcesses=1  \n", True),
        ("[Login]\nKillUserProcesses=off\n", False),
        ("[Login]\nKillUserProcesses=yes\nKillUserProcesses=no\n", False),
        ("[Login]\nKillUserProcesses=yes\nKillUserProcesses=maybe\n", True),
        ("[Login]\nKillUserProcesses=yes\nKillUserProcesses=\n", True),
        ("[Login]\nKillUserProcesses=\\\n  yes\n", True),
        ("[Login]\n;KillUserProcesses=maybe\n", None),
        ("KillUserProcesses=yes\n", None),
        ("[Sleep]\nKillUserProcesses=yes\n", None),
        ("[Login]\nkilluserprocesses=yes\n", None),
        ("\ufeff[Login]\nKillUserProcesses=yes\n", True),
        ("[Login]\nnonsense\n=\n[\nKillUserProcesses=yes\n", None),
        ("", None),
        (SHIPPED % "no", False),
        (SHIPPED % "yes", True),
        (SHIPPED % "yes" + "KillUserProcesses=no\n", False),
    ],
)
def test_one_file(tmp_path: Path, text: str, kills: bool | None) -> None:
    write(tmp_path, CONF, text)
    assert read_logind_settings(tmp_path).kills("somebody") is kills


def test_no_file_tells_nothing_but_roots_exemption(tmp_path: Path) -> None:
    settings = read_logind_settings(tmp_path)
    assert (settings.kills("somebody"), settings.kills("root")) == (None, False)
    assert settings.user_stop_delay == "10s"


def test_of_main_files_the_administrators_alone_counts(tmp_path: Path) -> None:
    assert read(tmp_path, etc__systemd__logind=NO, usr__lib__systemd__logind=YES).kill_user_processes is False


def test_of_shipped_defaults_the_distributions_counts(tmp_path: Path) -> None:
    files = {"etc__systemd__logind": SHIPPED % "yes", "usr__lib__systemd__logind": SHIPPED % "no"}
    assert read(tmp_path, **files).kill_user_processes is False


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        # a drop-in goes over the main file, wherever it lies
        ({"etc__systemd__logind": NO, "usr__lib__systemd__logind.conf.d__10-site": YES}, True),
        # by name, whichever folder
        (
            {
                "etc__systemd__logind.conf.d__10-site": YES,
                "usr__lib__systemd__logind.conf.d__90-vendor": NO,
            },
            False,
        ),
        # the same name counts once, where it comes first
        (
            {
                "etc__systemd__logind.conf.d__50-x": YES,
                "run__systemd__logind.conf.d__50-x": NO,
                "usr__local__lib__systemd__logind.conf.d__50-x": NO,
            },
            True,
        ),
        ({"run__systemd__logind.conf.d__50-x": YES, "usr__lib__systemd__logind.conf.d__50-x": NO}, True),
    ],
)
def test_drop_ins_in_their_precedence(tmp_path: Path, files: dict[str, str], kills: bool) -> None:
    assert read(tmp_path, **files).kill_user_processes is kills


def test_a_drop_in_that_is_masked_and_what_is_no_drop_in_do_not_count(tmp_path: Path) -> None:
    read(tmp_path, usr__lib__systemd__logind=NO, **{"usr__lib__systemd__logind.conf.d__50-x": YES})
    masked = write(tmp_path, "etc/systemd/logind.conf.d/50-x.conf")
    masked.unlink()
    masked.symlink_to("/dev/null")
    write(tmp_path, "etc/systemd/logind.conf.d/60-y.conf.bak", YES)
    (tmp_path / "etc/systemd/logind.conf.d/70-folder.conf").mkdir()
    (tmp_path / "etc/systemd/logind.conf.d/80-gone.conf").symlink_to("nowhere")
    assert read_logind_settings(tmp_path).kill_user_processes is False


@pytest.mark.parametrize(
    ("lines", "user", "kills"),
    [
        ("KillUserProcesses=yes", "root", False),
        ("KillUserProcesses=yes\nKillExcludeUsers=", "root", True),
        ("KillUserProcesses=yes\nKillExcludeUsers=bob", "root", True),
        ("KillUserProcesses=yes\nKillExcludeUsers=bob ann", "ann", False),
        ("KillUserProcesses=yes\nKillExcludeUsers=bob\nKillExcludeUsers=ann", "bob", False),
        ("KillUserProcesses=yes\nKillExcludeUsers=bob\nKillExcludeUsers=\nKillExcludeUsers=ann", "bob", True),
        ("KillUserProcesses=no\nKillOnlyUsers=bob", "bob", True),
        ("KillUserProcesses=yes\nKillOnlyUsers=bob", "ann", False),
        ("KillOnlyUsers=bob\nKillExcludeUsers=bob", "bob", False),
    ],
)
def test_named_users_go_before_the_rest(tmp_path: Path, lines: str, user: str, kills: bool) -> None:
    write(tmp_path, CONF, f"[Login]\n{lines}\n")
    assert read_logind_settings(tmp_path).kills(user) is kills


def test_users_are_collected_over_the_files(tmp_path: Path) -> None:
    files = {
        "etc__systemd__logind": "[Login]\nKillOnlyUsers=a\n",
        "etc__systemd__logind.conf.d__1": "[Login]\nKillOnlyUsers=b\n",
    }
    assert read(tmp_path, **files).kill_only_users == ("a", "b")


@pytest.mark.parametrize(
    ("value", "delay", "keeps"), [("30s", "30s", False), ("infinity", "infinity", True), ("", "10s", False)]
)
def test_how_long_a_manager_outlives_the_last_session(
    tmp_path: Path, value: str, delay: str, keeps: bool
) -> None:
    write(tmp_path, CONF, f"[Login]\nUserStopDelaySec={value}\n")
    settings = read_logind_settings(tmp_path)
    assert (settings.user_stop_delay, settings.keeps_every_manager) == (delay, keeps)


def test_who_lingers_has_a_file(tmp_path: Path) -> None:
    write(tmp_path, "var/lib/systemd/linger/ann")
    assert (lingers("ann", tmp_path), lingers("bob", tmp_path)) == (True, False)


LINES = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            (
                "[Login]",
                "KillUserProcesses=yes",
                "KillUserProcesses=no",
                "KillOnlyUsers=ann",
                "KillOnlyUsers=",
                "\\",
            )
        ),
    ),
    max_size=12,
)


@given(lines=LINES)
def test_nothing_in_a_file_is_more_than_this_can_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    root = tmp_path_factory.mktemp("root")
    path = write(root, CONF)
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    settings = read_logind_settings(root)
    assert settings.kills("ann") in (True, False, None)
    assert settings.kills("root") in (True, False, None)


@given(values=st.lists(st.sampled_from(("yes", "no")), min_size=1, max_size=6), where=st.randoms())
def test_the_last_of_a_files_assignments_holds_and_the_last_of_the_files(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], where: Random
) -> None:
    root = tmp_path_factory.mktemp("root")
    folders = ("etc", "run", "usr/local/lib", "usr/lib")
    for number, value in enumerate(values):
        folder = folders[where.randrange(4)]
        write(
            root,
            f"{folder}/systemd/logind.conf.d/{number:02}.conf",
            f"[Login]\nKillUserProcesses={'no' if value == 'yes' else 'yes'}\nKillUserProcesses={value}\n",
        )
    assert read_logind_settings(root).kill_user_processes is (values[-1] == "yes")
