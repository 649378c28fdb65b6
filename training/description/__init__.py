"""What only Keras can tell of a preset before a launch: asked for, kept, and shipped with the presets."""

from training.description.asking import (
    IN_PASSING,
    WAITED_FOR,
    DescriptionError,
    Patience,
    describe_preset,
    description_anew,
    environment_without_gpu,
)
from training.description.description import Description
from training.description.kept import description_of, keep_description, kept_description

__all__ = [
    "IN_PASSING",
    "WAITED_FOR",
    "Description",
    "DescriptionError",
    "Patience",
    "describe_preset",
    "description_anew",
    "description_of",
    "environment_without_gpu",
    "keep_description",
    "kept_description",
]
