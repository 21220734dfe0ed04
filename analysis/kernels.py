"""What a filter has learnt: its own share of the weights of its layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ParameterError
from .mutation import filters_of
from .types import Array

if TYPE_CHECKING:
    from .network import Network

MOST = 2**20
"""Values of one filter that are shown; more are those of a dense layer behind large maps."""


@dataclass(frozen=True)
class Weight:
    """One of the weights of a filter.

    Attributes:
        name: that Keras gives it, such as "kernel" or "bias".
        values: float32, of a convolution (height, width, channels that it sees), of a dense layer
            (units that it sees,), of whatever is one number ().
    """

    name: str
    values: Array


def of(network: Network, layer: str, number: int) -> list[Weight]:
    """The weights of one filter; none of a layer that learns nothing.

    Of weights that all filters share, nothing is given.

    Raises: UnknownLayerError; ParameterError for a filter that is not there, or one of more
        weights than can be shown.
    """
    count = filters_of(network, layer)
    if not 0 <= number < count:
        raise ParameterError(f"Layer '{layer}' has the filters 0 to {count - 1}; got {number}.")
    operation = network.operation(layer)
    made = operation.keras
    # What comes after a layer in one Keras object, such as its activation, learns nothing itself.
    if made is None or type(made).__name__ != operation.operation:
        return []
    found = []
    for variable in getattr(made, "weights", ()):
        values = np.asarray(variable, np.float32)
        deep = "Depthwise" in operation.operation and values.ndim > 2
        own = (_own_deep if deep else _own)(values, count, number)
        if own is None:
            continue
        if own.size > MOST:
            raise ParameterError(
                f"Filter {number} of '{layer}' has {own.size:,} weights; at most {MOST:,} are "
                "shown."
            )
        found.append(Weight(str(variable.name), own))
    return found


def _own(values: Array, count: int, number: int) -> Array | None:
    """The share of one filter in a weight, None if it has none of its own."""
    fits = values.ndim and values.shape[-1] == count
    return np.array(values[..., number]) if fits else None


def _own_deep(values: Array, count: int, number: int) -> Array | None:
    """The same of (height, width, channels, filters of each channel), which go channel by
    channel."""
    each = values.shape[-1]
    fits = values.shape[-2] * each == count
    return np.array(values[..., number // each, number % each]) if fits else None


def told(weights: list[Weight]) -> Mapping[str, Any]:
    """Names and shapes, as JSON."""
    return {"weights": [{"name": one.name, "shape": list(one.values.shape)} for one in weights]}
