"""VAT: samples in an order that puts similar ones next to each other.

Source: Bezdek & Hathaway, *VAT: a tool for visual assessment of (cluster) tendency*, IJCNN 2002.
The order starts at an end of the largest distance and goes on as Prim's algorithm does: always
to the sample that is nearest to any of those ordered before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import matrix_kernels, point_kernels
from .distances import BUDGET, Points, measure
from .errors import NotFiniteError, ShapeError
from .panels import PANEL
from .threads import in_stripes
from .tiles import TILE
from .types import Array, MakeBlocks, Metric, Preprocessing, Report, silent

PLACES_AT_ONCE = 256
"""Places of the order that are settled between two reports."""


class Order(NamedTuple):
    """A VAT order.

    Attributes:
        order: (n,) int64, the sample at each place.
        steps: (n,) float32, the distance at which the sample at each place was nearest to the
            samples before it; 0 at the first place. Large steps are borders of clusters.
    """

    order: Array
    steps: Array


def vat(
    x: Array,
    metric: Metric = "euclidean",
    preprocessing: Preprocessing = "none",
    *,
    budget: int = BUDGET,
    report: Report = silent,
) -> Array:
    """VAT order of samples by their features.

    Args:
        x: (n, ...), every sample is flattened; computed in float32, left as it is.
        metric, preprocessing, budget, report: see `distances.matrix`.

    Returns: (n,) int64, a permutation of 0..n-1; ties go to the lowest index.
    Raises: ParameterError, ShapeError, NotFiniteError, MemoryBudgetError.
    """
    x = np.asarray(x)
    if x.ndim == 0:
        raise ShapeError("Samples to order must be an array of shape (n, ...); got one number.")
    width = int(np.prod(x.shape[1:], dtype=np.int64))
    flat = x.reshape(len(x), width)

    return vat_from_blocks(
        lambda: (flat[:, first : first + PANEL] for first in range(0, width, PANEL)),
        len(x),
        metric,
        preprocessing,
        budget=budget,
        report=report,
        features=width,
    ).order


def vat_from_blocks(
    make_blocks: MakeBlocks,
    n: int,
    metric: Metric = "euclidean",
    preprocessing: Preprocessing = "none",
    *,
    budget: int = BUDGET,
    report: Report = silent,
    what: str = "features",
    features: int | None = None,
) -> Order:
    """VAT order of samples whose features come in blocks.

    With at most `distances.DIRECT` features that differ between samples no matrix is needed and
    any number of samples fits. Arguments and errors are those of `distances.matrix`.
    """
    found = measure(
        make_blocks,
        n,
        metric,
        preprocessing,
        budget=budget,
        report=report,
        what=what,
        features=features,
    )
    order, steps = (
        _order_points(found, report)
        if isinstance(found, Points)
        else _order_matrix(found.values, report)
    )
    return Order(order, found.scale.real(steps))


def vat_from_distances(d: Array) -> Array:
    """VAT order of samples from the distances between them.

    Args:
        d: (n, n) distances, float32 or float64 (others are converted), in C order for speed.
            Taken as symmetric: the start is the row of the largest number, and the distances
            from a sample are read from its row.

    Returns: (n,) int64, a permutation of 0..n-1; ties go to the lowest index.
    Raises: ShapeError, NotFiniteError.
    """
    d = np.asarray(d)
    if d.ndim != 2 or d.shape[0] != d.shape[1]:
        raise ShapeError(f"A distance matrix must be square; got shape {d.shape}.")
    values = np.ascontiguousarray(d, dtype=None if d.dtype in (np.float32, np.float64) else float)
    return _order_matrix(values, silent)[0]


def _order_matrix(values: Array, report: Report) -> tuple[Array, Array]:
    """Order and steps, from a C-ordered matrix of float32 or float64."""
    n = len(values)
    kind: type[np.signedinteger[Any]] = np.int32 if values.dtype == np.float32 else np.int64
    bits = values.view(kind)
    order, steps = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=kind)
    if n:
        order[0] = _start(values, bits)
        keys = np.full(n, np.iinfo(kind).max, dtype=kind)
        keys[order[0]] = np.iinfo(kind).min
        _settle(lambda a, b: matrix_kernels.prim(bits, keys, order, steps, a, b), n, report, 0.95)
    negative = steps < 0
    steps[negative] ^= np.iinfo(kind).max  # undoes `matrix_kernels.sortable`
    return order, steps.view(values.dtype)


def _start(values: Array, bits: Array) -> int:
    """The lowest row that holds the largest distance."""
    largest, smallest = np.empty_like(bits[0]), np.empty_like(bits[0])
    in_stripes(
        lambda a, b: matrix_kernels.row_extremes(bits, largest, smallest, a, b), len(bits), TILE
    )
    infinite = int(np.full(1, np.inf, dtype=values.dtype).view(bits.dtype)[0])
    bad = (largest >= infinite) | (smallest < -infinite)
    if bad.any():
        row = int(np.argmax(bad))
        column = int(np.argmin(np.isfinite(values[row])))
        raise NotFiniteError(
            f"Distances must be finite; the one between samples {row:,} and {column:,} is "
            f"{values[row, column]}. Look for NaN or infinity in the features."
        )
    return int(np.argmax(largest))


def _order_points(points: Points, report: Report) -> tuple[Array, Array]:
    """The order from features themselves: the numbers are those of a matrix, but never kept."""
    n = points.values.shape[1]
    order, steps = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int32)
    if n < 2:
        return order, steps.view(np.float32)
    order[0] = _farthest(points, report)
    keys = np.full(n, np.iinfo(np.int32).max, dtype=np.int32)
    keys[order[0]] = np.iinfo(np.int32).min
    rest, rest_flat, samples = points.values.copy(), points.flat.copy(), np.arange(n)
    apart, absolute = _apart(points), points.absolute
    size = n

    def places(start: int, stop: int) -> None:
        nonlocal size
        size = point_kernels.prim_points(
            points.values,
            points.flat,
            apart,
            absolute,
            rest,
            rest_flat,
            samples,
            keys,
            size,
            order,
            steps,
            start,
            stop,
        )

    _settle(places, n, report, begin=0.55)
    return order, steps.view(np.float32)


def _farthest(points: Points, report: Report) -> int:
    """The lowest sample at an end of the largest distance."""
    n = points.values.shape[1]
    peaks = np.zeros(n, dtype=np.int32)
    apart, absolute = _apart(points), points.absolute

    def stripe(top: int, bottom: int) -> None:
        for left in range(top, n, TILE):
            tile = np.empty((bottom - top, min(TILE, n - left)), dtype=np.float32)
            point_kernels.pair_tile(points.values, top, left, absolute, tile)
            point_kernels.tile_peaks(tile, top, left, points.flat, apart, peaks)

    def halved(fraction: float, text: str = "") -> None:
        report(0.1 + 0.45 * fraction, text or f"Largest distance of {n:,} samples")

    in_stripes(stripe, n, TILE, halved)
    # Every pair was seen from its lower sample only, so the first peak is the lowest of its ends.
    return int(np.argmax(peaks))


def _apart(points: Points) -> Array:
    return np.full(1, points.scale.apart, dtype=np.float32).view(np.int32)


def _settle(places: Callable[[int, int], None], n: int, report: Report, begin: float) -> None:
    for start in range(1, n, PLACES_AT_ONCE):
        stop = min(n, start + PLACES_AT_ONCE)
        places(start, stop)
        left = (n - stop) / n  # samples; distances left to look at go with its square
        report(begin + (1.0 - begin) * (1.0 - left * left), f"Order of {n:,} samples")
