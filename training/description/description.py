"""What a model is before it trains."""

from __future__ import annotations

from msgspec import Struct


class Description(Struct, frozen=True):
    """What a model is before it trains. The estimates leave out what a framework keeps for itself."""

    digest: str
    """Of the preset that was described."""
    keras: str
    """The version that built the model."""
    parameters: int
    trainable_parameters: int
    parameter_bytes: int
    optimizer_bytes_estimate: int
    activation_bytes_estimate: int | None
    """What the layers of one batch put out, without what a layer keeps inside; None where the layers do not tell."""
    steps_per_epoch: int | None
    """None where the data do not tell before an epoch is over."""
    layers: int
