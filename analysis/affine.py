"""How a network begins behind a place, as far as straight lines can be led through it cheaply.

First come operations that are affine: straight lines stay straight. Then a rectifier and a
pooling, which take values one by one or window by window. Nothing here is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import graph
from .calls import PREDICTION, Operation

_AFFINE = frozenset(
    {
        *("BatchNormalization", "Dense", "EinsumDense", "Normalization", "Rescaling"),
        *(f"Conv{axes}D{kind}" for axes in (1, 2, 3) for kind in ("", "Transpose")),
        *(f"{kind}Conv{axes}D" for kind in ("Depthwise", "Separable") for axes in (1, 2)),
        *(f"AveragePooling{axes}D" for axes in (1, 2, 3)),
        *(f"GlobalAveragePooling{axes}D" for axes in (1, 2, 3)),
        *(f"Cropping{axes}D" for axes in (1, 2, 3)),
        *("Flatten", "Permute", "Reshape"),
        *(f"ZeroPadding{axes}D" for axes in (1, 2, 3)),
    }
)
"""Layers of Keras that are affine when nobody trains, apart from an activation at their end."""


@dataclass(frozen=True)
class Opening:
    """What comes first behind values that are interpolated, if it is simple.

    Attributes:
        place: of the last operation that belongs to it; where the values are if none does.
        pool: (height, width, channels, window height, window width), as `fisher_kernels.points`
            takes it.
        least: 0 for a rectifier, else -infinity; a float32.
    """

    place: int
    pool: tuple[int, int, int, int, int]
    least: Any

    @classmethod
    def none(cls, place: int, size: int) -> Opening:
        """Nothing simple behind so many values."""
        return cls(place, (1, 1, size, 1, 1), np.float32(-np.inf))

    @property
    def size(self) -> int:
        """Values of a point that are left."""
        height, width, channels, tall, wide = self.pool
        return (height // tall) * (width // wide) * channels


def end_of(operations: Sequence[Operation], start: int, most: int) -> int:
    """Place of the last operation up to which everything behind a start is affine.

    Args:
        most: values that it may give: one that gives more is passed over for an earlier one.
    Returns: the start itself if there is none.
    """
    end = start
    if operations[start].dtype == "float32":
        for place in _chain(operations, start):
            if not _affine(operations[place]):
                break
            if operations[place].size <= most:
                end = place
    return end


def opening(operations: Sequence[Operation], start: int) -> Opening:
    """A rectifier and a pooling by windows side by side behind a start, in either order."""
    given = operations[start]
    found = Opening.none(start, given.size)
    if given.dtype != "float32" or given.run is None:  # an input may still have to be scaled
        return found
    pooled = False
    for place in _chain(operations, start):
        operation = operations[place]
        if operation.dtype != "float32":
            break
        if _rectifies(operation):
            found = Opening(place, found.pool, np.float32(0))
        elif not pooled and (window := _window(operation)) is not None:
            pooled = True
            height, width, channels = given.shape
            found = Opening(place, (height, width, channels, *window), found.least)
        elif not operation.idle or operation.keras is None:
            break
    return found


def _chain(operations: Sequence[Operation], start: int) -> Iterator[int]:
    """Places of the operations behind a start that each get what the one before gives alone."""
    chain = set(graph.cuts(operations))
    # An operation whose place the prediction takes is marked as idle, too, but is none.
    drawn = max(place for place, each in enumerate(operations[:-1]) if not each.idle)
    for place in range(start + 1, drawn + 1):
        if place not in chain or operations[place].sources != (place - 1,):
            return
        yield place


def _affine(operation: Operation) -> bool:
    if operation.dtype != "float32":
        return False
    if operation.idle and operation.operation not in _AFFINE:
        return operation.keras is not None
    layer = _own(operation)
    exact = getattr(layer, "quantization_mode", None) is None
    return layer is not None and operation.operation in _AFFINE and exact


def _rectifies(operation: Operation) -> bool:
    owner = _own(operation)
    if owner is None or operation.name == PREDICTION:
        return False
    if operation.operation == "ReLU":
        return owner.max_value is None and not owner.negative_slope and not owner.threshold
    return operation.operation in ("relu", "Relu")


def _window(operation: Operation) -> tuple[int, int] | None:
    """Height and width of the windows of a pooling that takes their maxima side by side."""
    owner = _own(operation)
    if operation.operation != "MaxPooling2D" or owner is None:
        return None
    height, width = owner.pool_size
    plain = owner.padding == "valid" and owner.data_format == "channels_last"
    return (height, width) if plain and tuple(owner.strides) == (height, width) else None


def _own(operation: Operation) -> Any:
    """The layer or function of Keras' own that an operation is named after, else None."""
    layer = owner = operation.keras
    if type(layer).__name__ != operation.operation:
        owner = getattr(layer, "activation", None)
    modules = [str(getattr(thing, "__module__", "")) for thing in (layer, owner)]
    return owner if all(module.startswith("keras.") for module in modules) else None
