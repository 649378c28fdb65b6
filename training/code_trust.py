"""Which code that presets name a person has said may run; it is asked about once for each content.

A preset of the working directory's `./presets` came with whatever was cloned or unpacked there, and so did the code
that it names. One of the user's own config directory, or one whose path was typed, is their own word.
"""

from __future__ import annotations

import contextlib
import hashlib
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from training.plan import LanePlan
from training.preset import Preset
from training.preset.own_code import entries
from training.preset.script_content import contents
from training.record.run_home import state_home
from training.record.whole_file import write_whole

MOST_KEPT = 10_000
"""The newest are kept; what was forgotten is asked about again."""


@dataclass(frozen=True, slots=True)
class NamedCode:
    """What a person is asked about: a preset, and the functions, the script or the program that it names."""

    preset: str
    """The path of its file, else its name."""
    functions: tuple[str, ...]
    """Each as `model.entry = my_models.py:build`, or `script.path = /home/me/train.py --lr 0.1`."""
    digest: str
    """Of the preset, where it is, and of the files' content."""


class CodeNotConfirmedError(ValueError):
    """Code that a preset names would run, and nobody has said yes to it; `code` says which. One sentence."""

    def __init__(self, code: tuple[NamedCode, ...]) -> None:
        told = "; ".join(f"{one.preset} ({', '.join(one.functions)})" for one in code)
        super().__init__(f"code that a preset names was never confirmed: {told}")
        self.code = code


class _Kept(Struct, frozen=True):
    confirmed: tuple[str, ...] = ()
    schema: int = 1


def named_code(planned: LanePlan) -> NamedCode | None:
    """The code of the user's own that a lane would run; None where it runs none."""
    functions = tuple(_named(planned.preset))
    if not functions:
        return None
    return NamedCode(planned.preset_path or planned.preset_name, functions, code_digest(planned.preset))


def _named(preset: Preset) -> Iterator[str]:
    for table, entry in entries(preset):
        yield f"{table}.entry = {entry.text}"
    script = preset.script
    if script is not None:
        yield f"script.{'path' if script.exec is None else 'exec'} = {shlex.join(script.command)}"
        if script.python is not None:
            yield f"script.python = {script.python}"


def code_digest(preset: Preset) -> str:
    """SHA-256, in hex, of what a person says yes to: what is trained, the code's content, and where it lies.

    The place is in it because code imports what lies beside it. What a script's files hold is looked at now.
    """
    content = msgspec.structs.replace(preset, title="-", description="", stresses="", origin="")
    told = msgspec.json.encode(content, order="deterministic")
    if preset.script is not None:
        told += msgspec.json.encode(contents(preset.script), order="deterministic")
    return hashlib.sha256(b"code" + told).hexdigest()


def needing_a_yes(lanes: Iterable[LanePlan]) -> list[LanePlan]:
    """Those whose presets are not the user's own word; each is to be as its file says, nothing set beside it."""
    return [planned for planned in lanes if planned.origin == "local"]


def unconfirmed(lanes: Iterable[LanePlan], confirmed: frozenset[str] = frozenset()) -> tuple[NamedCode, ...]:
    """The code of these lanes that nobody has said yes to, each content once.

    Args:
        lanes: whose code needs a yes.
        confirmed: digests that were said yes to just now, whether they could be kept or not.
    """
    found = {code.digest: code for planned in lanes if (code := named_code(planned)) is not None}
    if not found:
        return ()
    known = confirmed | _read()
    return tuple(code for digest, code in found.items() if digest not in known)


def refuse_unconfirmed(code: tuple[NamedCode, ...]) -> None:
    """Raise `CodeNotConfirmedError` where there is any."""
    if code:
        raise CodeNotConfirmedError(code)


def remember(digests: Iterable[str]) -> None:
    """Keep that these may run. Where the state directory takes nothing they are asked about again, and no more."""
    new = list(dict.fromkeys(digests))
    if not new:
        return
    path = store_path()
    kept = [one for one in _read_in_order() if one not in new]
    content = msgspec.json.encode(_Kept((*kept, *new)[-MOST_KEPT:]))
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, content)


def remember_launched(lanes: Iterable[LanePlan]) -> None:
    """Keep what these lanes run as said yes to: they were launched, and may be tried again."""
    remember(code.digest for planned in lanes if (code := named_code(planned)) is not None)


def store_path() -> Path:
    """The file, whether it exists or not."""
    return state_home() / "confirmed-code.json"


def _read() -> frozenset[str]:
    return frozenset(_read_in_order())


def _read_in_order() -> tuple[str, ...]:
    try:
        return msgspec.json.decode(store_path().read_bytes(), type=_Kept).confirmed
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
