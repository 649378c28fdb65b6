"""The architectures a preset may name, each with its sizes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from training.preset.data import OWN, InputKind, TargetKind

Units = Annotated[int, Meta(ge=1, le=65_536)]
Width = Annotated[int, Meta(ge=1, le=8192)]
Rate = Annotated[float, Meta(ge=0, lt=1)]
Activation = Literal["relu", "gelu", "silu", "tanh", "elu", "selu"]
Task = tuple[InputKind, TargetKind]


class _Model(Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """What every architecture shares: its tag is the preset's `model.name`."""

    tasks: ClassVar[tuple[Task, ...]]
    """What it can read and predict."""


class Mlp(_Model, frozen=True, tag="mlp"):
    """Dense layers, then a head that fits the data."""

    tasks: ClassVar[tuple[Task, ...]] = (("numbers", "binary"), ("numbers", "real"), ("numbers", "class"))
    hidden: Annotated[tuple[Units, ...], Meta(min_length=1, max_length=64)]
    activation: Activation = "relu"
    dropout: Rate = 0.0


class Cnn(_Model, frozen=True, tag="cnn"):
    """Blocks of convolution and pooling, each halving the image, then one dense layer."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "class"),)
    filters: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=8)] = (16, 32)
    kernel: Annotated[int, Meta(ge=1, le=31)] = 3
    dense: Units = 64
    dropout: Rate = 0.0


class Resnet(_Model, frozen=True, tag="resnet"):
    """ResNet V2 from `keras.applications`, without weights; images of at least 32 x 32."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "class"),)
    depth: Literal[50, 101, 152] = 50


class Mobilenet(_Model, frozen=True, tag="mobilenet"):
    """MobileNet V2 from `keras.applications`, without weights; images of at least 32 x 32."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "class"),)
    alpha: Annotated[float, Meta(ge=0.1, le=4)] = 1.0


class _Recurrent(_Model, frozen=True):
    """What both recurrent architectures share; `embedding` is used for tokens only."""

    tasks: ClassVar[tuple[Task, ...]] = (("sequence", "class"), ("tokens", "class"), ("tokens", "binary"))
    units: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=16)] = (64,)
    embedding: Width = 32
    dropout: Rate = 0.0


class Lstm(_Recurrent, frozen=True, tag="lstm"):
    """Stacked LSTM layers; tokens go through an embedding first."""


class Gru(_Recurrent, frozen=True, tag="gru"):
    """Stacked GRU layers; tokens go through an embedding first."""


class Transformer(_Model, frozen=True, tag="transformer"):
    """Pre-norm attention blocks; causal where the next token is predicted."""

    tasks: ClassVar[tuple[Task, ...]] = (("tokens", "class"), ("tokens", "binary"), ("tokens", "next-token"))
    layers: Annotated[int, Meta(ge=1, le=96)] = 2
    heads: Annotated[int, Meta(ge=1, le=128)] = 4
    width: Width = 64
    feed_forward: Units = 256
    dropout: Rate = 0.0


class Autoencoder(_Model, frozen=True, tag="autoencoder"):
    """Strided convolutions down to a dense code and back up to an image."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "image"),)
    filters: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=8)] = (16, 32)
    code: Units = 32


class Unet(_Model, frozen=True, tag="unet"):
    """Convolutions down and up again, with skips between the levels; the filters double on each level."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "mask"), ("image", "image"))
    filters: Annotated[int, Meta(ge=1, le=1024)] = 8
    levels: Annotated[int, Meta(ge=1, le=6)] = 3


class Embedding(_Model, frozen=True, tag="embedding"):
    """One large table for users and one for items, then a small dense part."""

    tasks: ClassVar[tuple[Task, ...]] = (("ids", "binary"),)
    width: Width = 32
    hidden: Annotated[tuple[Units, ...], Meta(max_length=16)] = (32,)


class OwnModel(_Model, frozen=True, tag=OWN):
    """What a script builds: nobody else knows it, and no preset names it."""

    tasks: ClassVar[tuple[Task, ...]] = ()


ModelSpec = (
    Mlp | Cnn | Resnet | Mobilenet | Lstm | Gru | Transformer | Autoencoder | Unet | Embedding | OwnModel
)
