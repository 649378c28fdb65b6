"""The architectures a preset may name, each with its sizes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Units = Annotated[int, Meta(ge=1, le=65536)]


class _Model(Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """What every architecture shares: its tag is the preset's `model.name`."""


class Mlp(_Model, tag="mlp"):
    """Dense layers with relu, then a head that fits the data."""

    hidden: Annotated[tuple[Units, ...], Meta(min_length=1, max_length=64)]


ModelSpec = Mlp
