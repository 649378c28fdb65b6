"""A package of the user's."""

WHOSE = "my training"
