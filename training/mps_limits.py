"""What a lane may take under MPS: read from the command line, and as the variables its worker gets."""

from __future__ import annotations

from collections.abc import Callable

from training.plan import LANES, Lane, MpsLimits, Sharing

SHARE_VARIABLE = "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"
MEMORY_VARIABLE = "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"
LONGEST_MIB = 1 << 24


class MpsLimitsError(ValueError):
    """A limit that cannot be read; the message is one sentence."""


def parse_mps_limits(shares: str | None, memory: str | None, sharing: Sharing) -> MpsLimits:
    """Read `--mps-share a=50,b=50` (percent of the multiprocessors' threads) and `--mps-memory a=4096,b=4096` (MiB).

    A lane that is not named has no limit. The shares may add up to more than 100: each is a bound of its own.

    Raises:
        MpsLimitsError: a part names no lane, or a number that cannot be a limit; or there is no MPS to keep to it.
    """
    for option, text in (("--mps-share", shares), ("--mps-memory", memory)):
        if text is not None and sharing != "mps":
            raise MpsLimitsError(f"{option} needs --sharing mps: nothing else keeps to it")
    return MpsLimits(
        shares_percent=_parse("--mps-share", shares, _percent, "a=50,b=50"),
        pinned_memory_mib=_parse("--mps-memory", memory, _mib, "a=4096,b=4096"),
    )


def limit_variables(limits: MpsLimits, lane: Lane) -> dict[str, str]:
    """The variables that bound one client of an MPS server.

    The server takes them from the client's own environment. The memory limit names the device by the index it has
    among those the daemon sees, which is one: 0.
    """
    variables = {}
    if lane in limits.shares_percent:
        variables[SHARE_VARIABLE] = str(limits.shares_percent[lane])
    if lane in limits.pinned_memory_mib:
        variables[MEMORY_VARIABLE] = f"0={limits.pinned_memory_mib[lane]}M"
    return variables


def _parse(option: str, text: str | None, read: Callable[[str], int | None], example: str) -> dict[Lane, int]:
    found: dict[Lane, int] = {}
    for part in [] if text is None else text.split(","):
        name, equals, value = part.strip().partition("=")
        lane = next((lane for lane in LANES if lane == name.strip()), None)
        if lane is None or not equals:
            raise MpsLimitsError(
                f"{option} {text}: {part.strip() or 'nothing'!r} names no lane, as in {example}"
            )
        if lane in found:
            raise MpsLimitsError(f"{option} {text}: lane {lane} is named twice")
        number = read(value.strip())
        if number is None:
            allowed = "1 to 100 (percent)" if read is _percent else f"1 to {LONGEST_MIB} (MiB)"
            raise MpsLimitsError(
                f"{option} {text}: {value.strip() or 'nothing'!r} is not a whole number of {allowed}"
            )
        found[lane] = number
    return found


def _percent(text: str) -> int | None:
    return _whole(text, 100)


def _mib(text: str) -> int | None:
    return _whole(text, LONGEST_MIB)


def _whole(text: str, largest: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    return number if 1 <= (number := int(text)) <= largest else None
