"""The architectures a preset may name, each with its sizes.

What stands under a key, or under the alias that is its type, is what `presets new` and docs/presets.md say of it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from training.preset.data import InputKind, TargetKind
from training.preset.entry import ENTRY, Arguments, Entry
from training.preset.script import OWN

Units = Annotated[int, Meta(ge=1, le=65_536)]
Width = Annotated[int, Meta(ge=1, le=8192)]
Rate = Annotated[float, Meta(ge=0, lt=1)]
"""Share of the values that are left out at random while training; 0 for none."""
Activation = Literal["relu", "gelu", "silu", "tanh", "elu", "selu"]
"""The function each hidden layer ends with."""
Task = tuple[InputKind, TargetKind]


class _Model(Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """What every architecture shares: its tag is the preset's `model.name`."""

    tasks: ClassVar[tuple[Task, ...]]
    """What it can read and predict."""


class Mlp(_Model, frozen=True, tag="mlp"):
    """Dense layers, then a head that fits the data."""

    tasks: ClassVar[tuple[Task, ...]] = (("numbers", "binary"), ("numbers", "real"), ("numbers", "class"))
    hidden: Annotated[tuple[Units, ...], Meta(min_length=1, max_length=64)]
    """Units of each hidden layer, first to last."""
    activation: Activation = "relu"
    dropout: Rate = 0.0


class Cnn(_Model, frozen=True, tag="cnn"):
    """Blocks of convolution and pooling, each halving the image, then one dense layer."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "class"),)
    filters: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=8)] = (16, 32)
    """Filters of each block, first to last; each block halves the image."""
    kernel: Annotated[int, Meta(ge=1, le=31)] = 3
    """Height and width of the filters, in pixels."""
    dense: Units = 64
    """Units of the dense layer after the last block."""
    dropout: Rate = 0.0


class Resnet(_Model, frozen=True, tag="resnet"):
    """ResNet V2 from `keras.applications`, without weights; images of at least 32 x 32."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "class"),)
    depth: Literal[50, 101, 152] = 50
    """How many layers: ResNet50V2, ResNet101V2 or ResNet152V2."""


class Mobilenet(_Model, frozen=True, tag="mobilenet"):
    """MobileNet V2 from `keras.applications`, without weights; images of at least 32 x 32."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "class"),)
    alpha: Annotated[float, Meta(ge=0.1, le=4)] = 1.0
    """How wide the layers are, as a multiple of those of MobileNet V2."""


class _Recurrent(_Model, frozen=True):
    """What both recurrent architectures share; `embedding` is used for tokens only."""

    tasks: ClassVar[tuple[Task, ...]] = (("sequence", "class"), ("tokens", "class"), ("tokens", "binary"))
    units: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=16)] = (64,)
    """Units of each layer, first to last."""
    embedding: Width = 32
    """Width of the vector that stands for a token; used for tokens only."""
    dropout: Rate = 0.0


class Lstm(_Recurrent, frozen=True, tag="lstm"):
    """Stacked LSTM layers; tokens go through an embedding first."""


class Gru(_Recurrent, frozen=True, tag="gru"):
    """Stacked GRU layers; tokens go through an embedding first."""


class Transformer(_Model, frozen=True, tag="transformer"):
    """Pre-norm attention blocks; causal where the next token is predicted."""

    tasks: ClassVar[tuple[Task, ...]] = (("tokens", "class"), ("tokens", "binary"), ("tokens", "next-token"))
    layers: Annotated[int, Meta(ge=1, le=96)] = 2
    """How many attention blocks."""
    heads: Annotated[int, Meta(ge=1, le=128)] = 4
    """Attention heads of a block; a divisor of the width."""
    width: Width = 64
    """Width of the vector that stands for a token."""
    feed_forward: Units = 256
    """Units of the dense layer inside a block."""
    dropout: Rate = 0.0


class Autoencoder(_Model, frozen=True, tag="autoencoder"):
    """Strided convolutions down to a dense code and back up to an image."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "image"),)
    filters: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=8)] = (16, 32)
    """Filters of each convolution on the way down; each halves the image."""
    code: Units = 32
    """Units of the code in the middle."""


class Unet(_Model, frozen=True, tag="unet"):
    """Convolutions down and up again, with skips between the levels; the filters double on each level."""

    tasks: ClassVar[tuple[Task, ...]] = (("image", "mask"), ("image", "image"))
    filters: Annotated[int, Meta(ge=1, le=1024)] = 8
    """Filters of the first level; each level down has twice as many."""
    levels: Annotated[int, Meta(ge=1, le=6)] = 3
    """How often the image is halved on the way down."""


class Embedding(_Model, frozen=True, tag="embedding"):
    """One large table for users and one for items, then a small dense part."""

    tasks: ClassVar[tuple[Task, ...]] = (("ids", "binary"),)
    width: Width = 32
    """Width of a row of the tables."""
    hidden: Annotated[tuple[Units, ...], Meta(max_length=16)] = (32,)
    """Units of each dense layer after the tables, first to last; may be empty."""


class EntryModel(_Model, frozen=True, tag=ENTRY):
    """A function of the user's own that returns a Keras model."""

    tasks: ClassVar[tuple[Task, ...]] = ()
    entry: Entry
    """The function, and the file or the module that it is in."""
    arguments: Arguments = {}
    """What the function is called with."""


class OwnModel(_Model, frozen=True, tag=OWN):
    """What a script builds: nobody else knows it, and no preset names it."""

    tasks: ClassVar[tuple[Task, ...]] = ()


ShippedModel = Mlp | Cnn | Resnet | Mobilenet | Lstm | Gru | Transformer | Autoencoder | Unet | Embedding
ModelSpec = ShippedModel | EntryModel | OwnModel
