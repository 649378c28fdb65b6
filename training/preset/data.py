"""The data sets a preset may name, each with its sizes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Samples = Annotated[int, Meta(ge=2, le=100_000_000)]
Features = Annotated[int, Meta(ge=1, le=65536)]


class _Data(Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """What every data set shares: its tag is the preset's `data.name`."""


class TabularBinary(_Data, tag="tabular-binary"):
    """Gaussian features, labels 0 or 1 from a noisy hidden rule."""

    samples: Samples = 1000
    features: Features = 10


class TabularRegression(_Data, tag="tabular-regression"):
    """Gaussian features, a smooth hidden target with noise."""

    samples: Samples = 1000
    features: Features = 20


DataSpec = TabularBinary | TabularRegression
