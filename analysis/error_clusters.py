"""Error clusters: samples of one class that the network takes for another, side by side on a map.

Single mistakes lie scattered near boundaries. Where many samples of one class lie together among
those of another, something that they share has misled the network: a back door, or a kind of
picture that the training did not know.

Source: the backdoor case of Schulz, Hinder & Hammer, *DeepView*, IJCAI 2020, section 5.4, where
such a cluster is seen by eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from .errors import ParameterError, ShapeError
from .territory import places
from .trust import extent, near, spacing
from .types import Array

SMALLEST = 3
"""Samples of the smallest cluster that is worth a line."""

LINK = 2.0
"""Samples of a cluster are linked over at most so many times the distance up to which another
sample is near, see `trust.near`."""
_ROWS = 256
"""Samples whose distances to all others of a cluster are in memory at a time."""

_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class ErrorCluster:
    """Samples that err together. Plain numbers, so that it can be sent as it is.

    Attributes:
        true, taken_for: classes.
        samples: indices, ascending.
        right: samples within the cluster's radius that are truly of the class `taken_for`.
        medoid: the sample with the least sum of distances to the others.
        centre: (x, y) of the medoid.
        radius: distance from there to the farthest other, in coordinates of the map.
    """

    true: int
    taken_for: int
    samples: tuple[int, ...]
    right: int
    medoid: int
    centre: tuple[float, float]
    radius: float


def find(
    embedding: Array, true: Array, taken_for: Array, *, smallest: int = SMALLEST
) -> tuple[ErrorCluster, ...]:
    """Find them: components of samples with the same mistake, linked where they are near.

    Args:
        embedding: (n, 2), n >= 1.
        true: (n,) integers, -1 for a sample whose class is not known, which is in no cluster.
        taken_for: (n,) integers, the network's classes.
        smallest: samples of a cluster, 1 or more.
    Returns: largest first; of equally large ones the denser, then the one with the lower sample.
    Raises: ShapeError, NotFiniteError, ParameterError.
    """
    points = places(embedding, "An embedding")
    true, taken_for = np.asarray(true), np.asarray(taken_for)
    if true.shape != (len(points),) or taken_for.shape != true.shape:
        raise ShapeError(
            f"{len(points):,} samples need as many true and predicted classes; got {true.shape} "
            f"and {taken_for.shape}."
        )
    if smallest < 1:
        raise ParameterError(f"A cluster has 1 sample or more; got {smallest}.")
    wrong = np.flatnonzero((true >= 0) & (true != taken_for))
    if not len(wrong):
        return ()
    reach = LINK * near(spacing(points)) * extent(points) * _ROUNDING
    tree = KDTree(points)
    found = [
        _cluster(points, true, taken_for, members, tree)
        for members in _components(points, true, taken_for, wrong, reach)
        if len(members) >= smallest
    ]
    found.sort(key=lambda one: (-len(one.samples), one.radius, one.samples[0]))
    return tuple(found)


def sentence(cluster: ErrorCluster, class_names: Sequence[str]) -> str:
    """What there is to say of a cluster in a line."""
    true, other = class_names[cluster.true], class_names[cluster.taken_for]
    text = f"{len(cluster.samples):,} samples of '{true}' taken for '{other}' lie together"
    if not cluster.right:
        return f"{text}, none of '{other}' among them"
    return f"{text}, {cluster.right:,} of '{other}' among them"


def _components(
    points: Array, true: Array, taken_for: Array, wrong: Array, reach: float
) -> list[Array]:
    """Samples that are linked by the same mistake."""
    pairs = KDTree(points[wrong]).query_pairs(reach, output_type="ndarray")
    first, second = wrong[pairs[:, 0]], wrong[pairs[:, 1]]
    same = (true[first] == true[second]) & (taken_for[first] == taken_for[second])
    edges = (np.ones(int(same.sum()), bool), (pairs[same, 0], pairs[same, 1]))
    graph = coo_matrix(edges, shape=(len(wrong), len(wrong)))
    count, number = connected_components(graph, directed=False)
    order = np.argsort(number, kind="stable")
    return np.split(wrong[order], np.searchsorted(number[order], np.arange(1, count)))


def _cluster(
    points: Array, true: Array, taken_for: Array, members: Array, tree: KDTree
) -> ErrorCluster:
    own = points[members]
    sums = [cdist(own[k : k + _ROWS], own).sum(axis=1) for k in range(0, len(own), _ROWS)]
    middle = int(np.concatenate(sums).argmin())
    radius = float(cdist(own[middle : middle + 1], own).max())
    label = int(taken_for[members[0]])
    within = np.asarray(tree.query_ball_point(own[middle], radius * _ROUNDING), np.int64)
    return ErrorCluster(
        true=int(true[members[0]]),
        taken_for=label,
        samples=tuple(int(one) for one in np.sort(members)),
        right=int((true[within] == label).sum()),
        medoid=int(members[middle]),
        centre=(float(own[middle, 0]), float(own[middle, 1])),
        radius=radius,
    )
