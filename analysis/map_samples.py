"""What a map is of: samples as points of a space, and a classifier of that space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import network_lines
from .all_pairs import AllPairs
from .errors import DataError, MemoryBudgetError, ParameterError
from .fisher import Scale
from .fisher_bounds import Pairs
from .lines import Held, Lines, of
from .network import Network
from .types import Array, Dataset, Inputs, Report, part, silent
from .umap_layout import Layout


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


@dataclass(frozen=True)
class Laid:
    """Samples that were laid out.

    Attributes:
        pairs: distances of all pairs, if they were taken.
        known: otherwise those that were, if they are still at hand.
        scale: by which distances were mixed.
        proven: share of samples whose neighbours are known to be the nearest ones.
        asked: points of lines about which the network was asked.
    """

    samples: MapSamples
    pairs: AllPairs | None
    known: Pairs | None
    scale: Scale
    layout: Layout
    proven: float = 1.0
    asked: int = 0


def samples_of(
    network: Network | Lines | Callable[[Array], Array],
    x: Array | Inputs,
    space: str,
    report: Report = silent,
) -> MapSamples:
    """Samples as points of a space, ready for lines.

    Args:
        network: a network, lines of one, or a function that gives class probabilities.
        x: (n, *shape) samples, n > 0; as the network takes them.
        space: "" for the input of a network, or one of `network_lines.cuts`.
        report: hears the progress, may raise to stop.
    Raises: DataError, ShapeError, NotFiniteError for the samples; ModelError for a network without
        class probabilities; ParameterError, UnknownLayerError for the space.
    """
    if isinstance(network, Network):
        opened = network

        def points(given: Array | Inputs) -> Array:
            return network_lines.points(opened, given, space)

        flat = network_lines.points(opened, x, space, part(report, 0.0, 0.5))
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
    return MapSamples(lines, lines.hold(flat, part(report, 0.5, 1.0)), flat, points, predict)


def check_memory(network: Network, space: str, count: int, budget: int) -> None:
    """Whether a map of so many samples may be made.

    Twice their values must fit: beside them, as much again is held of lines or of an inverse map.

    Args:
        space: as of `samples_of`.
        budget: bytes.
    Raises: MemoryBudgetError; UnknownLayerError for the space.
    """
    sizes = (int(np.prod(shape)) for shape in network.input_shapes.values())
    size = network.operation(space).size if space else sum(sizes)
    if 2 * 4 * size * count > budget:
        raise MemoryBudgetError(
            f"A map of {count:,} samples of {size:,} values takes {2 * 4 * size * count:,} bytes "
            f"for them; the budget is {budget:,}. Choose {max(1, budget // (2 * 4 * size)):,} "
            "samples or fewer, another space, or a larger budget (--memory)."
        )


def chosen(n: int, count: int, seed: int, own: int | None = None) -> Array:
    """The samples of a map: (m,) int32 ascending, all if there are not more than `count`.

    Args:
        own: how many are those of the data, from the first on; None for all. Others, of which the
            newest come first, take the places of those that were drawn last.
    """
    if n <= count:
        return np.arange(n, dtype=np.int32)
    own = n if own is None else own
    drawn = np.random.default_rng(seed).choice(own, min(own, count), replace=False)
    others = np.arange(max(own, n - count), n)
    found = np.concatenate([drawn[: count - len(others)], others])
    return np.sort(found).astype(np.int32)


def taken(inputs: Inputs, samples: Array) -> Inputs:
    """Some samples, ascending; of all of them no copy is made."""
    return {
        name: array if len(samples) == len(array) else array[samples]
        for name, array in inputs.items()
    }


def as_inputs(points: Array, data: Dataset) -> Inputs:
    """Points of the input space as the data has them. Raises: DataError."""
    if len(data.inputs) > 1:
        raise DataError("Maps of networks with several inputs cannot be shown to another network.")
    (name,), shape = data.inputs, data.x.shape[1:]
    if points[0].size != int(np.prod(shape)):
        raise DataError(
            f"The map is of {points[0].size:,} values a sample, the data of {shape}: the second "
            "network cannot be asked about it."
        )
    return {name: points.reshape(len(points), *shape)}
