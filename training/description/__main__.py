"""`python -m training.description`: what Keras tells of every shipped preset, as shipped.json holds it."""

from __future__ import annotations

import sys

import msgspec
from msgspec import structs

from training.description.asking import description_anew
from training.description.shipped import built_digest
from training.preset import load_preset
from training.preset_library import shipped_folder


def main() -> None:
    """Ask Keras of one preset after the other, and print what it tells."""
    told = []
    for path in sorted(shipped_folder().glob("*.toml")):
        preset = load_preset(path)
        described = description_anew(path, preset, lambda: False)
        told.append(structs.replace(described, digest=built_digest(preset)))
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")


if __name__ == "__main__":
    main()
