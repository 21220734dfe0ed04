"""The data sets that have a name. Imports nothing, so that the web process may ask."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NUMERALS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

BUILT_IN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "digits": _NUMERALS,
        "mnist": _NUMERALS,
        "fashion_mnist": _CLOTHES,
        "fashion_mnist_backdoor": _CLOTHES,
        "cifar10": (
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
    }
)
"""Named data set -> its class names."""
