"""What a lane may take under MPS: read from the command line, and told to its worker."""

from __future__ import annotations

import pytest

from training.mps_limits import MpsLimitsError, limit_variables, parse_mps_limits
from training.plan import MpsLimits


def test_shares_and_memory_are_read() -> None:
    limits = parse_mps_limits(" a=50, b=30 ", "b=4096", "mps")
    assert limits == MpsLimits({"a": 50, "b": 30}, {"b": 4096})
    assert parse_mps_limits(None, None, "together") == MpsLimits()


def test_a_worker_gets_only_its_own() -> None:
    limits = MpsLimits({"a": 50}, {"a": 2048, "b": 4096})
    assert limit_variables(limits, "a") == {
        "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE": "50",
        "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT": "0=2048M",
    }
    assert limit_variables(limits, "b") == {"CUDA_MPS_PINNED_DEVICE_MEM_LIMIT": "0=4096M"}


@pytest.mark.parametrize(
    ("shares", "memory", "words"),
    [
        ("50", None, "--mps-share 50: '50' names no lane, as in a=50,b=50"),
        ("a=50,", None, "'nothing' names no lane"),
        ("c=50", None, "'c=50' names no lane"),
        ("a=50,a=40", None, "lane a is named twice"),
        ("a=0", None, "'0' is not a whole number of 1 to 100 (percent)"),
        ("a=101", None, "'101' is not a whole number of 1 to 100 (percent)"),
        ("a=50.5", None, "'50.5' is not a whole number"),
        ("a=-1", None, "'-1' is not"),
        ("a=", None, "'nothing' is not a whole number"),
        ("a=٥", None, "is not a whole number"),
        (None, "a=4G", "--mps-memory a=4G: '4G' is not a whole number of 1 to 16777216 (MiB)"),
        (None, "a=99999999999999999999", "is not a whole number"),
    ],
)
def test_what_cannot_be_a_limit_is_one_sentence(shares: str | None, memory: str | None, words: str) -> None:
    with pytest.raises(MpsLimitsError) as caught:
        parse_mps_limits(shares, memory, "mps")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_limits_without_mps_are_refused() -> None:
    with pytest.raises(MpsLimitsError, match="--mps-memory needs --sharing mps"):
        parse_mps_limits(None, "a=1", "sequential")
