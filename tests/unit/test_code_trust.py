"""Code that a preset of `./presets` names is asked about once for each content; nobody's word stands for another's."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from tests.unit.own_presets import BOTH, MODELS, OWN_MODEL, own_preset
from tests.unit.plans import devices
from training.bench.request import BenchRequest, plan_bench
from training.bench.request import unconfirmed_code as bench_code
from training.code_trust import CodeNotConfirmedError, code_digest, named_code, remember, store_path
from training.launch import LaunchRequest, launch, unconfirmed_code
from training.plan import Lane, Plan, PlannedDevice
from training.planned_lanes import joining_lane, planned_lane
from training.preset import PresetError
from training.preset_library import resolve, user_folder
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from training.retry import changed_presets, retry_request
from tui import exit_codes
from tui.cli import cli
from tui.screens.pick_messages import SaveAsked
from tui.screens.pick_sources import save

pytestmark = pytest.mark.usefixtures("started")

NO_GPU = devices()
PAIR: dict[Lane, str] = {"a": "mine", "b": "seed-binary"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory whose ./presets names code."""
    folder = tmp_path / "cloned"
    own_preset(folder / "presets")
    monkeypatch.chdir(folder)
    return folder


def digests(request: LaunchRequest) -> frozenset[str]:
    """What a person is asked about."""
    return frozenset(code.digest for code in unconfirmed_code(request))


def launched(request: LaunchRequest) -> Plan:
    return launch(request, NO_GPU).plan


def test_a_launch_is_refused_and_leaves_nothing_until_somebody_said_yes(
    here: Path, started: list[RunFolder]
) -> None:
    request = LaunchRequest(PAIR, device="cpu")
    with pytest.raises(CodeNotConfirmedError) as caught:
        launch(request, NO_GPU)
    (code,) = caught.value.code
    assert code.preset == "presets/mine.toml"
    assert code.functions == ("model.entry = my_models.py:build", "data.entry = my_data.py:load")
    assert "presets/mine.toml (model.entry = my_models.py:build" in str(caught.value)
    assert not started
    assert not runs_home().exists()
    launched(replace(request, confirmed=frozenset({code.digest})))
    assert len(started) == 1


def test_a_yes_holds_for_the_content_and_for_whatever_is_set_beside_it(here: Path) -> None:
    request = LaunchRequest(PAIR, device="cpu")
    remember(digests(request))
    assert digests(request) == frozenset()
    assert digests(replace(request, overrides=("a.model.width=3", "a.fit.epochs=9"), seed=5)) == frozenset()
    (here / "presets" / "my_models.py").write_text(MODELS + "# changed\n")
    assert len(digests(request)) == 1
    own_preset(here / "presets", BOTH.replace("width = 64", "width = 65"))
    assert len(digests(request)) == 1
    own_preset(here / "presets", BOTH.replace('title = "Mine"', 'title = "Another title"'))
    assert digests(request) == frozenset()


def test_the_same_files_elsewhere_are_asked_about_anew(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(digests(LaunchRequest(PAIR)))
    own_preset(here / "other" / "presets")
    monkeypatch.chdir(here / "other")
    assert len(digests(LaunchRequest(PAIR))) == 1


def test_the_users_own_folder_and_a_path_are_the_users_own_word(here: Path) -> None:
    own_preset(user_folder(), name="users")
    assert digests(LaunchRequest({"a": "users"})) == frozenset()
    assert digests(LaunchRequest({"a": "./presets/mine.toml"})) == frozenset()
    assert len(digests(LaunchRequest({"a": "local:mine", "b": "mine"}))) == 1


def test_code_set_beside_a_preset_is_the_word_of_whoever_typed_it(here: Path) -> None:
    entry = f"a.model.entry='{here}/presets/my_models.py:build'"
    plan = launched(LaunchRequest({"a": "seed-binary"}, device="cpu", overrides=(entry,)))
    assert named_code(plan.lanes["a"]) is not None


# The file that remembers ----------------------------------------------------------------------------------------


def test_it_is_one_file_of_digests_that_is_replaced_as_a_whole(here: Path) -> None:
    remember(["one", "two", "one"])
    remember(["three"])
    assert json.loads(store_path().read_text()) == {"confirmed": ["one", "two", "three"], "schema": 1}
    assert stat.S_IMODE(store_path().stat().st_mode) == 0o600
    assert [path.name for path in store_path().parent.iterdir()] == ["confirmed-code.json"]
    remember([])
    assert store_path().read_text().count("three") == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"confirmed": 3}'])
def test_a_damaged_file_asks_again(here: Path, content: bytes) -> None:
    request = LaunchRequest(PAIR)
    asked = digests(request)
    remember(asked)
    store_path().write_bytes(content)
    assert digests(request) == asked
    remember(asked)
    assert digests(request) == frozenset()


def test_where_nothing_can_be_kept_a_yes_holds_for_this_launch(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = LaunchRequest(PAIR)
    asked = digests(request)
    (here / "file").write_text("")
    monkeypatch.setenv("DUALTRAIN_HOME", str(here / "file" / "no-folder"))
    remember(asked)
    assert digests(request) == asked
    assert digests(replace(request, confirmed=asked)) == frozenset()


def test_the_newest_are_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(str(number) for number in range(10_001))
    kept = json.loads(store_path().read_text())["confirmed"]
    assert (len(kept), kept[0], kept[-1]) == (10_000, "1", "10000")


# Plans that are taken up again ----------------------------------------------------------------------------------


def test_what_was_launched_is_tried_again_unasked_until_its_code_changes(here: Path) -> None:
    request = LaunchRequest(PAIR, device="cpu", overrides=("a.model.width=3",))
    plan = launched(replace(request, confirmed=digests(request)))
    own = runs_home() / plan.run
    again = retry_request(plan, overrides=("a.fit.batch_size=16",), run=own)
    assert digests(again) == frozenset()
    assert changed_presets(plan) == {}
    (here / "presets" / "my_models.py").write_text(MODELS + "# changed\n")
    assert len(digests(retry_request(plan, run=own))) == 1
    assert changed_presets(plan) == {
        "a": "lane A: preset mine names code that has changed since; the run takes the code as it is now"
    }


def test_after_a_change_the_users_own_is_tried_again_unasked(here: Path) -> None:
    own_preset(user_folder(), name="users")
    plan = launched(LaunchRequest({"a": "users"}, device="cpu"))
    (user_folder() / "my_models.py").write_text(MODELS + "# mended\n")
    request = retry_request(plan, run=runs_home() / plan.run)
    assert digests(request) == frozenset()
    assert launched(request).lanes["a"].preset != plan.lanes["a"].preset


def test_a_plan_from_elsewhere_is_nobodys_word(here: Path) -> None:
    own_preset(user_folder(), name="users")
    planned = planned_lane("users")
    foreign = Plan("theirs", {"a": planned}, PlannedDevice("cpu", "CPU"))
    for origin in ("user", "file", "shipped", "local"):
        plan = structs.replace(foreign, lanes={"a": structs.replace(planned, origin=origin)})
        assert len(digests(retry_request(plan, run=here / "theirs"))) == 1
        assert len(digests(retry_request(plan))) == 1


# Other ways to run it -------------------------------------------------------------------------------------------


def test_who_joins_is_asked_about_as_well(here: Path) -> None:
    with pytest.raises(CodeNotConfirmedError) as caught:
        joining_lane("mine", ["model.width=3"])
    confirmed = frozenset(code.digest for code in caught.value.code)
    joined = joining_lane("mine", ["model.width=3"], confirmed=confirmed)
    assert code_digest(joined.preset) in json.loads(store_path().read_text())["confirmed"]


def test_a_bench_is_refused_and_then_measures_what_was_said_yes_to(here: Path) -> None:
    request = BenchRequest(("mine", "seed-binary"), overrides=("a.model.width=3",))
    with pytest.raises(CodeNotConfirmedError):
        plan_bench(request, NO_GPU)
    confirmed = frozenset(code.digest for code in bench_code(request))
    assert len(confirmed) == 1
    plan = plan_bench(replace(request, confirmed=confirmed), NO_GPU)
    assert named_code(plan.presets[0].planned) is not None


def test_what_nobody_said_yes_to_does_not_become_the_users_own_by_saving(here: Path) -> None:
    own_preset(here / "presets", OWN_MODEL, "other")
    asked = SaveAsked("a", resolve("other"), "my-other")
    with pytest.raises(PresetError, match="launch it once before"):
        save(asked)
    remember(digests(LaunchRequest({"a": "other"})))
    saved = save(asked)
    assert saved is not None
    assert saved.origin == "user"
    assert os.listdir(user_folder()) == ["my-other.toml"]


def test_nor_is_a_preset_of_ones_own_made_from_it(here: Path) -> None:
    made = CliRunner().invoke(cli, ["presets", "new", "taken", "--from", "local:mine"])
    assert made.exit_code == exit_codes.USAGE
    assert "names code that you have not said yes to" in made.stderr
    assert not (user_folder() / "taken.toml").exists()
    remember(digests(LaunchRequest(PAIR, "auto")))
    assert CliRunner().invoke(cli, ["presets", "new", "taken", "--from", "local:mine"]).exit_code == 0
    assert f"{here}/presets/my_models.py:build" in (user_folder() / "taken.toml").read_text()
