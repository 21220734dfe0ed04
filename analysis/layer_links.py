"""How a network's layer follows from the one before it, as far as a view is carried through it.

Where a layer is an affine map, its matrix in the spaces that are toured comes from the layer
itself: what it makes of the mean, and of a step along each axis. That holds for dense layers,
convolutions, average poolings, normalisations, or whatever it may be, and is tested, not looked up.
What takes value by value keeps its axes. Everything else is told by the samples alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from . import layer_frames
from .calls import PREDICTION
from .errors import ModelError, ParameterError
from .types import Array, Graph

if TYPE_CHECKING:
    from .network import Network

COMPONENTWISE = "component by component"

_STRAIGHT = 1e-3
"""Of the length of a step's image: by how much an affine map may seem to bend by rounding."""


@dataclass(frozen=True)
class Space:
    """A layer as it is toured.

    Attributes:
        layer: its name.
        x: (n, w) samples in the space that is toured.
        middle: (d,) of the layer itself, from which axes are counted.
        directions: (d, w) orthonormal columns; None where the axes are those of the layer.
    """

    layer: str
    x: Array
    middle: Array
    directions: Array | None

    def along(self, steps: Array) -> Array:
        """Differences (m, d) in the layer -> (m, w)."""
        found: Array = steps if self.directions is None else steps @ self.directions
        return found

    @property
    def axes(self) -> Array:
        """(w, d) the axes as steps in the layer."""
        return np.eye(len(self.middle)) if self.directions is None else self.directions.T


@dataclass(frozen=True)
class Link:
    """How a view is carried through one layer.

    Attributes:
        frame: (d, w) of the layer before.
        how: by which it was found.
        least, most: by how much a matrix stretches; None for other layers.
    """

    frame: Array
    how: str
    least: float | None = None
    most: float | None = None


def check_path(graph: Graph, path: Sequence[str]) -> None:
    """Raises: ParameterError unless these layers follow each other up to the last one."""
    edges = set(graph.edges)
    pairs = list(pairwise(path))
    broken = next((pair for pair in pairs if pair not in edges), None)
    if broken is not None:
        raise ParameterError(
            f"Layer '{broken[1]}' does not get what '{broken[0]}' gives. Choose layers that follow "
            "each other."
        )
    if not path or path[-1] != graph.nodes[-1].name:
        raise ParameterError(f"A path through layers ends at '{graph.nodes[-1].name}'.")


def link(network: Network, before: Space, behind: Space, frame: Array) -> Link:
    """The frame of a layer, from that of the layer behind it.

    Args:
        frame: (e, w) of the layer behind.
    """
    if _componentwise(network, before.layer, behind.layer):
        matrix = behind.along(before.axes)
        return Link(layer_frames.through_matrix(matrix, frame), COMPONENTWISE)
    found = matrix_of(network, before, behind)
    if found is not None:
        strengths = np.linalg.svd(found, compute_uv=False)
        return Link(
            layer_frames.through_matrix(found, frame),
            "matrix",
            float(strengths[-1]),
            float(strengths[0]),
        )
    return Link(layer_frames.through_samples(before.x, behind.x @ frame), "samples")


def matrix_of(network: Network, before: Space, behind: Space) -> Array | None:
    """What a layer multiplies by, in the spaces that are toured: (d, e), None if it is no affine
    function of the one before alone."""
    run = _function(network, before.layer, behind.layer)
    if run is None:
        return None
    spread = before.x[np.isfinite(before.x).all(axis=1)].std(axis=0)
    length = float(spread.max(initial=0.0)) or 1.0
    steps = length * before.axes
    mix = np.random.default_rng(0).standard_normal(len(steps)) @ steps
    points = np.concatenate([np.zeros((1, steps.shape[1])), steps, -steps, [mix, -mix]])
    made = run((before.middle + points).astype(np.float32)).astype(np.float64)
    if not np.isfinite(made).all():
        return None
    count = len(steps)
    images, others = made[1 : count + 1] - made[0], made[count + 1 : 2 * count + 1] - made[0]
    mixed = (mix @ before.axes.T / length) @ images
    bent = [
        np.linalg.norm(images + others, axis=1).max(),
        np.linalg.norm(made[-2] - made[0] - mixed),
    ]
    sizes = [np.linalg.norm(images, axis=1).max(), np.linalg.norm(mixed)]
    # What is far from the origin is rounded more coarsely than what a step makes of it.
    rounding = 1e-5 * float(np.abs(made[0]).max(initial=0.0)) * np.sqrt(made.shape[1])
    straight = all(b <= _STRAIGHT * s + rounding for b, s in zip(bent, sizes, strict=True))
    return behind.along(images / length) if straight else None


def _componentwise(network: Network, before: str, behind: str) -> bool:
    """Whether a layer takes value by value, so that its axes are those of the one before.

    A softmax does not, but its axes mean the same classes.
    """
    one, other = network.operation(before), network.operation(behind)
    if one.shape != other.shape or _function(network, before, behind) is None:
        return False
    node = network.graph.node(behind)
    return node.kind == "activation" or (behind == PREDICTION and one.size == network.class_count)


def _function(network: Network, before: str, behind: str) -> Callable[[Array], Array] | None:
    """The layer behind as a function of the one before alone, by whatever ways; None if it is
    none."""
    operations = network.operations
    start, end = (
        next(k for k, each in enumerate(operations) if each.name == name and not each.idle)
        for name in (before, behind)
    )
    try:
        run, _ = network.between([start], end)
    except ModelError:
        return None
    return run
