"""Settings: what stands above what, and that every bad one is one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from tests.unit.made_runs import made_run
from training.record.run_home import runs_home
from tui.cli import cli
from tui.commands.viewer_options import THEME_NAMES
from tui.settings import (
    Settings,
    SettingsError,
    ThemeName,
    Value,
    resolve_settings,
    settings_file,
)


def _write(text: str) -> Path:
    file = settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_where_nothing_is_said_the_defaults_hold() -> None:
    resolved = resolve_settings(environment={})
    assert resolved.settings == Settings()
    assert resolved.settings.theme == "dualtrain-dark"
    assert set(resolved.sources.values()) == {"default"}


def test_an_option_stands_above_a_variable_above_the_file_above_the_default() -> None:
    file = _write('theme = "terminal"\nmouse = true\nrefresh_s = 2\n')
    environment = {"DUALTRAIN_THEME": "dualtrain-light", "DUALTRAIN_MOUSE": "no"}
    resolved = resolve_settings({"mouse": None, "theme": "dualtrain-dark"}, environment=environment)
    assert resolved.settings == Settings(refresh_s=2.0)
    assert isinstance(resolved.settings.refresh_s, float)
    assert [resolved.where(name) for name in ("theme", "mouse", "refresh_s", "ascii")] == [
        "the command line",
        "DUALTRAIN_MOUSE",
        str(file),
        "default",
    ]
    without_option = resolve_settings(environment=environment)
    assert without_option.settings.theme == "dualtrain-light"
    assert without_option.settings.mouse is False
    assert resolve_settings(environment={}).settings.mouse is True


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("ascii", "1", True),
        ("ascii", "Off", False),
        ("ascii", "auto", "auto"),
        ("mouse", "yes", True),
        ("refresh_s", "1", 1.0),
        ("refresh_s", "0.5", 0.5),
        ("plain_interval_s", "60", 60.0),
        ("theme", "terminal", "terminal"),
    ],
)
def test_a_variable_is_read_as_its_setting_is(name: str, text: str, value: Value) -> None:
    resolved = resolve_settings(environment={f"DUALTRAIN_{name.upper()}": text})
    assert getattr(resolved.settings, name) == value
    assert type(getattr(resolved.settings, name)) is type(value)


def test_an_empty_variable_says_nothing() -> None:
    assert resolve_settings(environment={"DUALTRAIN_MOUSE": " "}).sources["mouse"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('thene = "terminal"', ("thene", "did you mean theme?", "refresh_s")),
        ('theme = "dark"', ("theme", '"dark"', '"dualtrain-light"', '"terminal"')),
        ('theme = "Terminal"', ("did you mean terminal?",)),
        ("mouse = 1", ("mouse", "found 1", "true or false")),
        ('ascii = "maybe"', ("ascii", 'true or false or "auto"')),
        ("refresh_s = 0", ("refresh_s", "found 0", "from 0.2 to 60")),
        ("refresh_s = nan", ("refresh_s",)),
        ("refresh_s = true", ("refresh_s", "found true")),
        ("[theme]", ("theme", "a table")),
        ("theme", ("line 1", "broken TOML")),
        ('theme = "\\u001b[31m"', ("theme",)),
        ("a\x00", ("broken TOML",)),
    ],
)
def test_a_bad_file_is_one_sentence_with_file_key_and_what_is_allowed(
    text: str, words: tuple[str, ...]
) -> None:
    file = _write(text)
    with pytest.raises(SettingsError) as caught:
        resolve_settings(environment={})
    told = str(caught.value)
    assert told.startswith(str(file))
    assert told.isprintable()
    assert all(word in told for word in words), told


def test_a_file_that_cannot_be_read_is_one_sentence() -> None:
    settings_file().mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"config\.toml: found a directory"):
        resolve_settings(environment={})


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("DUALTRAIN_THEME", "dualtrain-lihgt", ("did you mean dualtrain-light?",)),
        ("DUALTRAIN_MOUSE", "maybe", ('"maybe"', "true or false")),
        ("DUALTRAIN_REFRESH_S", "often", ('"often"', "a finite number from 0.2 to 60")),
        ("DUALTRAIN_REFRESH_S", "nan", ("finite",)),
        ("DUALTRAIN_PLAIN_INTERVAL_S", "-1", ("-1",)),
    ],
)
def test_a_bad_variable_is_one_sentence(name: str, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        resolve_settings(environment={name: text})
    told = str(caught.value)
    assert told.startswith(f"{name}: found ")
    assert all(word in told for word in words), told


def test_show_tells_each_value_and_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    file = _write("mouse = true\n")
    monkeypatch.setenv("DUALTRAIN_REFRESH_S", "2.5")
    lines = _run("config", "show").stdout.splitlines()
    told = {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines}
    assert told == {
        "theme": ['"dualtrain-dark"', "default"],
        "ascii": ['"auto"', "default"],
        "mouse": ["true", str(file)],
        "bell": ["true", "default"],
        "refresh_s": ["2.5", "DUALTRAIN_REFRESH_S"],
        "plain_interval_s": ["5", "default"],
    }
    as_json = {one["name"]: one for one in json.loads(_run("config", "show", "--json").stdout)}
    assert set(as_json) == set(Settings.__struct_fields__)
    assert as_json["mouse"] == {
        "name": "mouse",
        "value": True,
        "source": "file",
        "where": str(file),
        "variable": "DUALTRAIN_MOUSE",
    }
    assert as_json["theme"]["where"] is None


def test_options_before_a_subcommand_hold_for_it() -> None:
    told = _run("--mouse", "--theme", "terminal", "config", "show").stdout
    assert told.count("the command line") == 2


def test_the_path_is_told_whatever_stands_there() -> None:
    file = settings_file()
    assert not file.exists()
    assert _run("config", "path").stdout == f"{file}\n"
    _write("nonsense")
    assert _run("config", "path").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "show"),
        ("attach", "20260101", "--plain"),
        ("run", "seed-binary", "seed-regression", "--plain"),
        ("run", "seed-binary", "seed-regression"),
    ],
)
def test_a_bad_file_ends_what_needs_it_before_anything_starts(arguments: tuple[str, ...]) -> None:
    made_run(runs_home() / "20260101-000000-aaaa")
    _write('thene = "terminal"\n')
    refused = _run(*arguments)
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "did you mean theme?" in refused.stderr
    assert len(list(runs_home().iterdir())) == 1


def test_other_commands_do_not_need_it() -> None:
    _write("nonsense")
    assert _run("presets", "list").exit_code == 0
    assert _run("runs").exit_code == 0


def test_the_command_line_offers_the_themes_that_there_are() -> None:
    assert get_args(ThemeName) == THEME_NAMES
    assert "is not one of" in _run("--theme", "pink").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plain", "--headless"), "--headless and --plain exclude each other"),
        (("--plain", "--detach"), "--plain and --detach exclude each other"),
        (("--interval", "3"), "--interval needs --plain"),
        (("--plain", "--interval", "0"), "--interval"),
        (("--plain", "--json"), "--json needs --headless"),
    ],
)
def test_ways_to_follow_that_contradict_each_other(arguments: tuple[str, ...], words: str) -> None:
    refused = _run("run", "seed-binary", "seed-regression", *arguments)
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert not runs_home().exists()
