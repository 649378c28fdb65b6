"""The data sets a preset may name, each with its sizes.

What stands under a key, or under the alias that is its type, is what `presets new` and docs/presets.md say of it.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from training.preset.entry import ENTRY, Arguments, Entry
from training.preset.script import OWN

InputKind = Literal["numbers", "image", "sequence", "tokens", "ids"]
"""What one sample is made of: decides which architectures can read it."""

TargetKind = Literal["binary", "real", "class", "image", "mask", "next-token"]
"""What is to be predicted: decides the model's head and which losses fit."""

Samples = Annotated[int, Meta(ge=2, le=100_000_000)]
"""How many samples there are, those held back for validation included."""
Features = Annotated[int, Meta(ge=1, le=65_536)]
"""Numbers in each sample."""
Classes = Annotated[int, Meta(ge=2, le=10_000)]
"""How many classes there are to tell apart."""
Pixels = Annotated[int, Meta(ge=4, le=1024)]
"""Height and width of an image, in pixels."""
Channels = Annotated[int, Meta(ge=1, le=16)]
"""Numbers in each pixel: 1 for grey, 3 for colour."""
Length = Annotated[int, Meta(ge=2, le=16_384)]
"""How long each sample is, in steps of time or in tokens."""
Vocabulary = Annotated[int, Meta(ge=8, le=10_000_000)]
"""How many different tokens there are."""
TableRows = Annotated[int, Meta(ge=2, le=100_000_000)]
Noise = Annotated[float, Meta(ge=0, le=10)]
"""Spread of the noise that is added: the more of it, the harder to learn."""


class _Data(Struct, frozen=True, forbid_unknown_fields=True, tag_field="name"):
    """What every data set shares: its tag is the preset's `data.name`."""

    inputs: ClassVar[InputKind]
    target: ClassVar[TargetKind]


class TabularBinary(_Data, frozen=True, tag="tabular-binary"):
    """Gaussian features, labels 0 or 1 from a noisy hidden rule."""

    inputs: ClassVar[InputKind] = "numbers"
    target: ClassVar[TargetKind] = "binary"
    samples: Samples = 1000
    features: Features = 10


class TabularRegression(_Data, frozen=True, tag="tabular-regression"):
    """Gaussian features, a smooth hidden target with noise."""

    inputs: ClassVar[InputKind] = "numbers"
    target: ClassVar[TargetKind] = "real"
    samples: Samples = 1000
    features: Features = 20


class TabularClasses(_Data, frozen=True, tag="tabular-classes"):
    """Gaussian features, one of several classes by a hidden linear rule."""

    inputs: ClassVar[InputKind] = "numbers"
    target: ClassVar[TargetKind] = "class"
    samples: Samples = 4000
    features: Features = 64
    classes: Classes = 10


class Images(_Data, frozen=True, tag="images"):
    """Square images, each class a smooth hidden pattern, shifted and under noise."""

    inputs: ClassVar[InputKind] = "image"
    target: ClassVar[TargetKind] = "class"
    samples: Samples = 2000
    size: Pixels = 32
    channels: Channels = 3
    classes: Classes = 10
    noise: Noise = 1.0


class SlowImages(_Data, frozen=True, tag="slow-images"):
    """Compressed images that the CPU unpacks, blurs and crops anew for every batch."""

    inputs: ClassVar[InputKind] = "image"
    target: ClassVar[TargetKind] = "class"
    samples: Samples = 1000
    size: Pixels = 32
    channels: Channels = 3
    classes: Classes = 10
    noise: Noise = 1.0
    blur_passes: Annotated[int, Meta(ge=1, le=1000)] = 20
    """How often each image is blurred for each batch: how slow the pipeline is."""


class NoisyImages(_Data, frozen=True, tag="noisy-images"):
    """Images of smooth shapes under noise; the target is the image without the noise."""

    inputs: ClassVar[InputKind] = "image"
    target: ClassVar[TargetKind] = "image"
    samples: Samples = 2000
    size: Pixels = 32
    channels: Channels = 1
    noise: Noise = 0.2


class Masks(_Data, frozen=True, tag="masks"):
    """Images of discs on a noisy ground; the target says of every pixel whether it is disc (0 or 1)."""

    inputs: ClassVar[InputKind] = "image"
    target: ClassVar[TargetKind] = "mask"
    samples: Samples = 500
    size: Pixels = 64
    channels: Channels = 1
    noise: Noise = 0.3


class Sequences(_Data, frozen=True, tag="sequences"):
    """Noisy waves; the class is the frequency, whatever the phase."""

    inputs: ClassVar[InputKind] = "sequence"
    target: ClassVar[TargetKind] = "class"
    samples: Samples = 2000
    length: Length = 64
    features: Features = 4
    """Numbers in each step of time."""
    classes: Classes = 5
    noise: Noise = 0.5


class TopicTokens(_Data, frozen=True, tag="topic-tokens"):
    """Texts of made-up words; the class is the topic whose words occur more often."""

    inputs: ClassVar[InputKind] = "tokens"
    target: ClassVar[TargetKind] = "class"
    samples: Samples = 2000
    length: Length = 64
    vocabulary: Vocabulary = 5000
    classes: Classes = 4


class NextTokens(_Data, frozen=True, tag="next-tokens"):
    """Token streams in which the last two tokens decide the next one, most of the time."""

    inputs: ClassVar[InputKind] = "tokens"
    target: ClassVar[TargetKind] = "next-token"
    samples: Samples = 2000
    length: Length = 64
    vocabulary: Annotated[int, Meta(ge=8, le=100_000)] = 64
    """How many different tokens there are."""


class IdPairs(_Data, frozen=True, tag="id-pairs"):
    """Pairs of a user's and an item's row, few of them frequent; the label (0 or 1) is a hidden liking."""

    inputs: ClassVar[InputKind] = "ids"
    target: ClassVar[TargetKind] = "binary"
    samples: Samples = 20_000
    users: TableRows = 200_000
    """Rows of the table of users."""
    items: TableRows = 50_000
    """Rows of the table of items."""


class KerasMnist(_Data, frozen=True, tag="keras-mnist"):
    """Handwritten digits, 28 x 28, fetched once through `keras.datasets`."""

    inputs: ClassVar[InputKind] = "image"
    target: ClassVar[TargetKind] = "class"
    samples: Annotated[int, Meta(ge=2, le=60_000)] = 60_000
    """How many of the digits are taken, those held back for validation included."""


class KerasImdb(_Data, frozen=True, tag="keras-imdb"):
    """Film reviews as word numbers, liked or not, fetched once through `keras.datasets`."""

    inputs: ClassVar[InputKind] = "tokens"
    target: ClassVar[TargetKind] = "binary"
    samples: Annotated[int, Meta(ge=2, le=25_000)] = 25_000
    """How many of the reviews are taken, those held back for validation included."""
    length: Length = 128
    """How many of the last words of each review are read."""
    vocabulary: Annotated[int, Meta(ge=8, le=88_587)] = 10_000
    """How many of the most frequent words are told apart."""


class EntryData(_Data, frozen=True, tag=ENTRY):
    """A function of the user's own that returns arrays, or batches that are made already."""

    entry: Entry
    """The function, and the file or the module that it is in."""
    arguments: Arguments = {}
    """What the function is called with."""


class OwnData(_Data, frozen=True, tag=OWN):
    """What a script loads: nobody else knows it, and no preset names it."""


ShippedData = (
    TabularBinary
    | TabularRegression
    | TabularClasses
    | Images
    | SlowImages
    | NoisyImages
    | Masks
    | Sequences
    | TopicTokens
    | NextTokens
    | IdPairs
    | KerasMnist
    | KerasImdb
)
DataSpec = ShippedData | EntryData | OwnData
