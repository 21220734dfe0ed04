"""What a map is of: samples as points of a space, and a classifier of that space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import network_lines
from .errors import NotFiniteError, ParameterError, ShapeError
from .lines import Held, Lines, of
from .network import Network
from .types import Array, Inputs


@dataclass(frozen=True)
class MapSamples:
    """Samples, and the classifier that a map of them shows.

    Attributes:
        lines, held: of the samples.
        x: (n, *shape) float32, samples as points of the space that is mapped.
        points: from samples as the user has them to such points.
        predict: from such points to class probabilities.
    """

    lines: Lines
    held: Held
    x: Array
    points: Callable[[Array | Inputs], Array]
    predict: Callable[[Array], Array]

    @property
    def flat(self) -> Array:
        """(n, d)"""
        return self.x.reshape(len(self.x), -1)

    @property
    def labels(self) -> Array:
        """(n,) int64, the most probable class; the first of several."""
        found: Array = self.held.probabilities.argmax(axis=1)
        return found

    def shaped(self, flat: Array) -> Array:
        """(m, d) -> (m, *shape)"""
        return flat.reshape(len(flat), *self.x.shape[1:])

    def classify(self, flat: Array) -> Array:
        """(m, d) points -> (m,) int64 classes."""
        found: Array = self.predict(self.shaped(flat)).argmax(axis=1)
        return found


def samples_of(
    network: Network | Lines | Callable[[Array], Array], x: Array | Inputs, space: str
) -> MapSamples:
    """Samples as points of a space, ready for lines.

    Args:
        network: a network, lines of one, or a function that gives class probabilities.
        x: (n, *shape) samples, n > 0; as the network takes them.
        space: "" for the input of a network, or one of `network_lines.cuts`.
    Raises: DataError, ShapeError, NotFiniteError for the samples; ModelError for a network without
        class probabilities; ParameterError, UnknownLayerError for the space.
    """
    if isinstance(network, Network):
        opened = network

        def points(given: Array | Inputs) -> Array:
            return network_lines.points(opened, given, space)

        flat = points(x)
        lines = network_lines.lines(network, space, samples=len(flat))
        predict = network_lines.rest(network, space)
    else:
        if space:
            raise ParameterError(f"Only a network has layers; '{space}' was asked of a function.")
        lines = of(network) if callable(network) else network

        def points(given: Array | Inputs) -> Array:
            return np.ascontiguousarray(given, np.float32)

        def predict(some: Array) -> Array:
            return lines.hold(some).probabilities

        flat = points(x)
    if flat.ndim < 2 or not flat.size:
        raise ShapeError(f"A map needs samples (n, ...), n > 0; got {flat.shape}.")
    check_finite(flat)
    return MapSamples(lines, lines.hold(flat), flat, points, predict)


def check_finite(x: Array) -> None:
    """Raises: NotFiniteError."""
    bad = np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))
    if len(bad):
        raise NotFiniteError(
            f"{len(bad):,} of {len(x):,} samples hold NaN or infinity, sample {bad[0]:,} first; "
            "they have no place on a map. Leave them out."
        )
