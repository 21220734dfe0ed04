"""From nearest neighbours to places in the plane, by UMAP.

umap-learn lays out the graph. Two things around it are done here. Membership strengths are taken
by a loop of our own, which gives the same numbers: theirs starts threads inside of numba, which a
process that computes several things at a time must not do. And the layout begins at a start of our
own, which is spectral as theirs but gives the same for the same seed also where the graph falls
apart, as it does where a network is sure of its classes.

Source: McInnes, Healy & Melville, *UMAP: Uniform manifold approximation and projection for
dimension reduction*, 2018; umap-learn 0.5.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph, linalg

from . import placement_kernels as kernels
from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array, Report, silent

MIN_DIST = 0.3
"""With less, samples of a class cover each other; with more, places between samples are shown
less well (on Fashion-MNIST, Q_not_data falls from 0.954 to 0.941 at 1)."""

EXTENT = 10.0
"""Mean of the width and the height of every layout."""

SMALL = 12
"""Samples that hang together and are too few for eigenvectors that say something."""

NOISE = 1e-3
"""Of a start, as a share of its extent: equal samples must be able to part."""


@dataclass(frozen=True)
class Layout:
    """Places of samples, and what is needed to put others among them.

    Attributes:
        places: (n, 2) float32.
        unit: length on the map of 1 in the coordinates of UMAP.
        a, b: of its curve 1 / (1 + a d^(2 b)), d in its coordinates.
    """

    places: Array
    unit: float
    a: float
    b: float

    def arrays(self) -> dict[str, Array]:
        """All that it consists of, by name."""
        return {"embedding": self.places, "curve": np.array([self.unit, self.a, self.b])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Layout:
        """The layout of `arrays`."""
        unit, a, b = (float(value) for value in arrays["curve"])
        return cls(arrays["embedding"], unit, a, b)


def place(indices: Array, distances: Array, **about: Any) -> Array:
    """The places of `lay_out`, which takes the same: (n, 2) float32."""
    return lay_out(indices, distances, **about).places


def lay_out(
    indices: Array,
    distances: Array,
    *,
    min_dist: float = MIN_DIST,
    seed: int = 0,
    epochs: int | None = None,
    features: Array | None = None,
    report: Report = silent,
) -> Layout:
    """Places of samples, such that near neighbours lie near each other.

    Centred, with the longer axis from left to right, turned so that the farther tails point to
    the right and up, and scaled to a mean extent of EXTENT; the same for the same arguments.

    Args:
        indices: (n, k) neighbours of every sample, as numbers of samples; itself and numbers below
            0 count for nothing, wherever they stand.
        distances: (n, k), finite and not negative.
        min_dist: how near to each other UMAP puts neighbours, 0 to 1, in units in which strongly
            connected samples are about 1 apart.
        epochs: of the optimisation; by default 500, or 200 for more than 10,000 samples.
        features: (n, d) by which groups without a common neighbour are put beside each other;
            without, they are put on a circle.
        report: hears after every epoch of the optimisation, may raise to stop.
    Returns: finite places. One sample, or samples without any neighbour, are placed too.
    Raises: ShapeError, NotFiniteError, ParameterError.
    """
    indices, distances = _checked(indices, distances)
    n = len(indices)
    check_min_dist(min_dist)
    if epochs is not None and epochs < 1:
        raise ParameterError(f"A layout takes 1 epoch or more; got {epochs}.")
    if features is not None and (np.ndim(features) != 2 or len(features) != n):
        raise ShapeError(f"Features of {n:,} samples must be ({n}, d); got {np.shape(features)}.")
    graph = _graph(indices, strengths(indices, distances, np.arange(n)))
    random = np.random.RandomState(seed)
    begun = _start(graph, features, random)
    report(0.1, "Laying out")
    a, b = _curve(min_dist)
    if not graph.nnz:
        return _framed(begun, a, b)
    found, _ = _umap().simplicial_set_embedding(
        None,
        graph,
        n_components=2,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=1.0,
        negative_sample_rate=5,
        n_epochs=epochs,
        init=begun,
        random_state=random,
        metric="euclidean",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
        parallel=False,
        tqdm_kwds={"report": report},
    )
    report(1.0, "Laying out")
    return _framed(found, a, b)


def check_min_dist(min_dist: float) -> None:
    """Raises: ParameterError."""
    if not 0 <= min_dist <= 1:
        raise ParameterError(f"min_dist must be from 0 to 1; got {min_dist:g}.")


def strengths(indices: Array, distances: Array, own: Array | None = None) -> Array:
    """How strongly samples belong to each of their neighbours, see `kernels.memberships`.

    Args:
        indices, distances: (n, k).
        own: (n,) numbers of the samples themselves, which do not count; None for samples that are
            not among those that `indices` names.
    Returns: (n, k) float32 in [0, 1].
    """
    counts = indices >= 0
    if own is not None:
        counts &= indices != own[:, None]
    found = np.empty(indices.shape, np.float32)
    kernels.memberships(counts, np.ascontiguousarray(distances, np.float32), found)
    return found


def _epochs(bar: Any) -> Any:
    """What umap-learn goes through its epochs by: its progress bar, or a report that may stop it.

    A report must not be called by the bar. An exception out of its drawing leaves a lock of tqdm
    held, for which the next layout of another thread would wait for ever.
    """

    def through(epochs: range, report: Report | None = None, **more: Any) -> Any:
        return bar(epochs, **more) if report is None else _told(epochs, report)

    return through


def _told(epochs: range, report: Report) -> Iterator[int]:
    for epoch in epochs:
        report(0.1 + 0.9 * epoch / len(epochs), "Laying out")
        yield epoch


@cache
def _curve(min_dist: float) -> tuple[float, float]:
    """a and b of 1 / (1 + a d^(2 b)), which falls as UMAP wants it to for this min_dist."""
    a, b = _umap().find_ab_params(1.0, min_dist)
    return float(a), float(b)


@cache
def _umap() -> Any:
    """umap-learn. It is imported when it is needed: it takes seconds, and brings TensorFlow."""
    found = importlib.import_module("umap.umap_")
    layouts = importlib.import_module("umap.layouts")
    loop: Any = getattr(layouts, "_nb_optimize_layout_euclidean_single_epoch", None)
    if hasattr(loop, "enable_caching"):  # else every process compiles it anew, for seconds
        loop.enable_caching()
    vars(layouts)["tqdm"] = _epochs(layouts.tqdm)
    return found


def _checked(indices: Array, distances: Array) -> tuple[Array, Array]:
    indices, distances = np.asarray(indices), np.asarray(distances, np.float32)
    if indices.ndim != 2 or indices.shape != distances.shape or not len(indices):
        raise ShapeError(
            "A layout needs neighbours and their distances as two arrays (n, k), n > 0; got "
            f"{indices.shape} and {distances.shape}."
        )
    if not np.issubdtype(indices.dtype, np.integer):
        raise ShapeError(f"Neighbours are numbers of samples; got an array of {indices.dtype}.")
    if indices.max(initial=-1) >= len(indices):
        raise ParameterError(
            f"Neighbours of {len(indices):,} samples have numbers below {len(indices):,}; got "
            f"{indices.max()}."
        )
    if not np.isfinite(distances).all() or distances.min(initial=0.0) < 0:
        raise NotFiniteError(
            "Distances of neighbours must be finite and not negative. Look for NaN in the "
            "samples, or in what the network says of them."
        )
    return indices.astype(np.int32), distances


def _graph(indices: Array, strength: Array) -> Any:
    """Symmetric sparse matrix: s + t - s t of the strengths s and t in both directions."""
    n, k = indices.shape
    kept = strength.ravel() > 0
    rows = np.repeat(np.arange(n, dtype=np.int32), k)[kept]
    columns = indices.ravel()[kept]
    one_way = sparse.csr_matrix((strength.ravel()[kept], (rows, columns)), shape=(n, n))
    one_way.data = np.minimum(one_way.data, 1.0)  # a neighbour that was named twice
    both: Any = one_way + one_way.T - one_way.multiply(one_way.T)
    return both.tocoo()


# ---------------------------------------------------------------- where a layout begins


def _start(graph: Any, features: Array | None, random: Any) -> Array:
    """(n, 2) float32 in [0, EXTENT] or nearly: eigenvectors of every connected group, side by
    side, with a little noise."""
    n = graph.shape[0]
    groups, of_sample = csgraph.connected_components(graph, directed=False)
    rows = graph.tocsr()
    centres = _centres(of_sample, groups, features)
    room = _room(centres)
    found = np.empty((n, 2))
    for group in range(groups):
        own = np.flatnonzero(of_sample == group)
        found[own] = centres[group] + room[group] * _spread(rows[own][:, own], random)
    low, high = found.min(axis=0), found.max(axis=0)
    found = (found - low) / np.maximum(high - low, 1e-9) * EXTENT
    noise = random.normal(scale=NOISE * EXTENT, size=found.shape)
    return np.asarray(found + noise, np.float32)


def _centres(of_sample: Array, groups: int, features: Array | None) -> Array:
    """(groups, 2) centres, as far apart as the groups' mean features, or on a circle."""
    if groups == 1:
        return np.zeros((1, 2))
    angle = 2 * np.pi * np.arange(groups) / groups
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if features is None or groups == 2:
        return circle
    means = np.stack([features[of_sample == group].mean(axis=0) for group in range(groups)])
    means -= means.mean(axis=0)
    left, size, _ = np.linalg.svd(means.astype(np.float64), full_matrices=False)
    if len(size) < 2 or size[1] <= 1e-6 * size[0]:
        return circle
    found = left[:, :2] * size[:2]
    # Equal means are told apart by the circle.
    return np.asarray(found / np.abs(found).max() + 0.05 * circle)


def _room(centres: Array) -> Array:
    """(groups,) half the way to the nearest other centre."""
    if len(centres) == 1:
        return np.ones(1)
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    room: Array = apart.min(axis=1) / 2
    return room


def _spread(graph: Any, random: Any) -> Array:
    """(m, 2) in [-1, 1]: the first eigenvectors of the normalised Laplacian of a connected graph.

    Groups that are small, or whose eigenvectors are not found, are scattered by the seed.
    """
    m = graph.shape[0]
    if m > SMALL:
        root = np.sqrt(np.asarray(graph.sum(axis=0), np.float64).ravel())
        scale = sparse.diags(1.0 / root)
        try:
            # The largest of D^-1/2 W D^-1/2 are the smallest of the Laplacian, and found sooner.
            values, vectors = linalg.eigsh(
                (scale @ graph @ scale).astype(np.float64),
                3,
                which="LA",
                v0=np.linspace(1.0, 2.0, m),
                tol=1e-4,
                ncv=min(m, max(20, int(np.sqrt(m)))),
                maxiter=20 * m,
                rng=np.random.default_rng(0),  # where few vectors span all that there is
            )
        except linalg.ArpackError:  # too many of them are nearly equal
            pass
        else:
            found = vectors[:, np.argsort(-values)[1:]]
            largest: Array = np.abs(found).max(axis=0)
            if (largest > 0).all():
                return np.asarray(found / largest)
    return np.asarray(random.uniform(-1.0, 1.0, size=(m, 2)))


# ---------------------------------------------------------------- the frame


def _framed(found: Array, a: float, b: float) -> Layout:
    """Centred, turned and scaled; see `lay_out`."""
    points = found.astype(np.float64)
    points -= points.mean(axis=0)
    _, _, axes = np.linalg.svd(points, full_matrices=False) if len(points) > 1 else (0, 0, _EYE)
    points = points @ axes.T
    for axis in range(2):
        column = points[:, axis]
        lean = np.sum(column**3)
        if abs(lean) <= 1e-9 * np.sum(np.abs(column) ** 3):  # even: the first farthest decides
            lean = column[np.argmax(np.abs(column) > 0.999 * np.abs(column).max())]
        if lean < 0:
            points[:, axis] = -column
    extent = float(np.ptp(points, axis=0).mean())
    unit = EXTENT / extent if extent > 0 else 1.0
    return Layout((points * unit).astype(np.float32), unit, a, b)


_EYE = np.eye(2)
