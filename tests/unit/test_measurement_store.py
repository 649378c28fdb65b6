"""The store of measurements: what is kept is read again, whatever happened to the file, and it stays small."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app.pick_world import preset
from tests.unit.made_measurements import lane_measured, pair_measured
from training.analysis.measurements import gathered
from training.record import measurement_store
from training.record.measurement_records import Measurement
from training.record.measurement_store import KEPT_OF_EACH, keep, read_kept, store_path

ONE, OTHER = preset(seed=1), preset(seed=2)
LANE, PAIR = lane_measured(ONE), pair_measured(ONE, OTHER)


def test_what_is_kept_is_read_again_and_is_nobody_elses() -> None:
    assert read_kept() == ()
    keep([LANE])
    keep([PAIR, lane_measured(OTHER)])
    keep([])
    assert read_kept() == (LANE, PAIR, lane_measured(OTHER))
    assert stat.S_IMODE(store_path().stat().st_mode) == 0o600
    assert store_path().read_bytes().count(b'"k":"schema"') == 1


@pytest.mark.parametrize(
    "damage",
    [
        b"{",
        b"\x00\xff",
        b"[" * 100_000,
        b'{"k":"of a later version","x":1}',
        b'{"k":"lane_measured"}',
        b'{"k":"lane_measured","on":{"kind":"tpu"}}',
    ],
)
def test_damaged_lines_hide_no_other(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "store"
    keep([LANE], path)
    path.write_bytes(path.read_bytes() + damage + b"\n")
    keep([PAIR], path)
    assert read_kept(path) == (LANE, PAIR)


@settings(deadline=None)
@given(cut=st.integers(1, 40))
def test_a_line_that_was_cut_short_does_not_spoil_the_next(cut: int, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("store") / "store"
    keep([LANE, PAIR], path)
    path.write_bytes(path.read_bytes()[:-cut])
    keep([LANE], path)
    assert read_kept(path)[-1] == LANE
    assert len(read_kept(path)) == (3 if cut == 1 else 2)


@pytest.mark.parametrize(
    ("key", "value"),
    [("steps_per_s", 0), ("steps_per_s", 1e300), ("peak_memory_bytes", -1), ("train_s", "1e999")],
)
def test_figures_that_cannot_be_are_damage(key: str, value: object, tmp_path: Path) -> None:
    path = tmp_path / "store"
    keep([LANE], path)
    path.write_bytes(path.read_bytes()[:-2] + f',"{key}":{value}}}\n'.encode())
    assert read_kept(path) == ()


@pytest.mark.parametrize("missing", [b'"a":1.5,', b'"slowdown":{"a":1.5,"b":1.25}'])
def test_a_pair_without_both_lanes_is_never_asked_for(missing: bytes, tmp_path: Path) -> None:
    path = tmp_path / "store"
    keep([PAIR], path)
    path.write_bytes(path.read_bytes().replace(missing, b""))
    assert gathered(read_kept(path), {}).pairs == {}


def test_a_file_that_grew_keeps_the_newest_of_each_thing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurement_store, "MOST_BYTES", 20_000)
    path = tmp_path / "store"
    keep([PAIR], path)
    for number in range(200):
        keep([lane_measured(ONE, run=f"r{number}")], path)
        assert path.stat().st_size <= 20_000
    kept = read_kept(path)
    assert PAIR in kept
    assert kept[-1] == lane_measured(ONE, run="r199")
    assert len(kept) >= KEPT_OF_EACH
    assert [one.run for one in kept[1:]] == sorted(
        (one.run for one in kept[1:]), key=lambda run: int(run[1:])
    )
    assert [file.name for file in tmp_path.iterdir()] == ["store"]


def test_a_file_that_somebody_made_huge_is_read_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store"
    keep([PAIR] * 100, path)
    monkeypatch.setattr(measurement_store, "MOST_BYTES", 2_000)
    assert 0 < len(read_kept(path)) < 10


def test_a_folder_in_its_place_is_no_measurement(tmp_path: Path) -> None:
    assert read_kept(tmp_path) == ()
    with pytest.raises(OSError, match="directory"):
        keep([LANE], tmp_path)


_TEXT = st.text(max_size=20)
_RATE = st.none() | st.floats(1e-6, 1e9)


@settings(deadline=None)
@given(
    run=_TEXT, beside=st.none() | _TEXT, rate=_RATE, solo=_RATE,
    peak=st.none() | st.integers(0, 2**50), steps=st.integers(0, 2**40), whole=st.booleans(),
)  # fmt: skip
def test_any_measurement_comes_back(
    run: str, beside: str | None, rate: float | None, solo: float | None,
    peak: int | None, steps: int, whole: bool, tmp_path_factory: Any,
) -> None:  # fmt: skip
    made: list[Measurement] = [
        lane_measured(
            ONE, run=run, beside=beside, steps_per_s=rate, solo_steps_per_s=solo, peak_memory_bytes=peak,
            steps=steps, is_whole=whole,
        )
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("store") / "store"
    keep(made, path)
    assert read_kept(path) == tuple(made)
