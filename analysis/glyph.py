"""Glyphs: an order of samples as a picture, one pixel a sample, and what it says about classes.

Source: Halnaut, Giot, Bourqui, Auber, *Samples Classification Analysis Across DNN Layers with
Fractal Curves*, sections 3.3 and 3.4.
"""

from __future__ import annotations

import math

import numpy as np

from .curve import gilbert, hilbert
from .errors import ParameterError, ShapeError
from .types import FILLS, Array, Fill

EMPTY = -1
"""In a grid: no sample here. In labels: no class."""


def grid(order: Array, fill: Fill = "exact") -> Array:
    """Lay an order along a curve.

    Args:
        order: (n,), a permutation of 0..n-1.
        fill: what to do about a number of samples that the curve does not fit:
            "exact": a rectangle of n pixels, wider than high, along a generalised Hilbert
                curve: the squarest whose sides are at most 2 : 1. Where there is none, as for
                primes, the rectangle of at most 3 : 2 that leaves the fewest pixels over, and
                these stay empty at the end of the curve.
            "gap": the smallest square of a Hilbert curve; half of the pixels that are left over
                stay empty at its start and half at its end, as in the paper.
            "resample": the same square, full: some samples have several pixels in a row.

    Returns: (h, w) int64, the sample at each pixel, -1 where empty; (0, 0) for no samples.
    Raises: ShapeError, ParameterError.
    """
    order = _permutation(order)
    n = len(order)
    if fill not in FILLS:
        raise ParameterError(f"No fill '{fill}'. Choose one of: {', '.join(FILLS)}.")
    if n == 0:
        return np.zeros((0, 0), dtype=np.int64)
    if fill == "exact":
        width, height = _rectangle(n)
        cells = gilbert(width, height)[:n]
    else:
        level = 0
        while 4**level < n:
            level += 1
        width = height = 2**level
        cells = hilbert(level)
        if fill == "gap":
            skipped = (len(cells) - n) // 2
            cells = cells[skipped : skipped + n]
        else:
            order = order[np.arange(len(cells)) * n // len(cells)]
    found = np.full((height, width), EMPTY, dtype=np.int64)
    found[cells[:, 1], cells[:, 0]] = order
    return found


def levels(order: Array, labels: Array) -> Array:
    """Relative colouring: how many of its two neighbours in the order a sample agrees with.

    Args:
        order: (n,), a permutation of 0..n-1.
        labels: (n,) integers, -1 for unlabelled.

    Returns: (n,) uint8, of each sample, not of each place: 0 for an outlier, 1 if the label
        before or after it differs, 2 if all three are the same. At the two ends the missing
        neighbour counts as the same, so that a uniform order is 2 throughout. Unlabelled
        samples agree with nobody: 0.
    Raises: ShapeError, ParameterError.
    """
    order = _permutation(order)
    labels = _labels(labels)
    if len(order) != len(labels):
        raise ShapeError(
            f"An order of {len(order):,} samples needs as many labels; got {len(labels):,}."
        )
    placed = labels[order]
    same = placed[1:] == placed[:-1]
    agreed = np.full(len(order), 2, dtype=np.uint8)
    agreed[1:] -= ~same
    agreed[:-1] -= ~same
    agreed[placed == EMPTY] = 0
    found = np.empty_like(agreed)
    found[order] = agreed
    return found


def separation(grid: Array, labels: Array) -> float:
    """How well a picture keeps classes together.

    Args:
        grid: (h, w) sample at each pixel, -1 where empty.
        labels: (n,) integers, -1 for unlabelled.

    Returns: of all labelled pixels, the neighbours left, right, above and below that have the
        same class, over 4 a pixel; in [0, 1), since pixels at borders have fewer neighbours.
        NaN without labelled pixels.
    Raises: ShapeError, ParameterError.
    """
    classes, same = _neighbours(grid, labels)
    known = classes != EMPTY
    return float(same[known].mean()) / 4 if known.any() else math.nan


def separation_by_class(grid: Array, labels: Array, classes: int) -> Array:
    """The separation score of every class by itself.

    Args:
        grid, labels: see `separation`.
        classes: their number; labels lie below it.

    Returns: (classes,) float64, NaN for classes without pixels.
    Raises: ShapeError, ParameterError.
    """
    found, same = _neighbours(grid, labels)
    known = found != EMPTY
    if classes < 0 or (known.any() and found.max() >= classes):
        raise ParameterError(
            f"Labels must lie below the number of classes, {classes}; got "
            f"{found.max(initial=EMPTY)}."
        )
    pixels = np.bincount(found[known], minlength=classes)
    total = np.bincount(found[known], weights=same[known], minlength=classes)
    return np.where(pixels > 0, total / np.maximum(4 * pixels, 1), np.nan)


def _neighbours(grid: Array, labels: Array) -> tuple[Array, Array]:
    """Class of each pixel, and how many of its four neighbours share it.

    Pixels without a class are -1, and count each other: who asks must leave them out.
    """
    grid = np.asarray(grid)
    labels = _labels(labels)
    if grid.ndim != 2 or not np.issubdtype(grid.dtype, np.integer):
        raise ShapeError(
            f"A grid must be integers of shape (h, w); got {grid.dtype} of {grid.shape}."
        )
    if grid.size and not EMPTY <= grid.min() <= grid.max() < len(labels):
        raise ShapeError(
            f"A grid of samples {grid.min():,} to {grid.max():,} does not fit {len(labels):,} "
            "labels. Use the labels of the same samples."
        )
    classes = np.append(labels, EMPTY)[grid]  # an empty pixel is -1: the last entry
    same = np.zeros(grid.shape, dtype=np.int64)
    across = classes[:, 1:] == classes[:, :-1]
    down = classes[1:] == classes[:-1]
    same[:, 1:] += across
    same[:, :-1] += across
    same[1:] += down
    same[:-1] += down
    return classes, same


def _rectangle(n: int) -> tuple[int, int]:
    """Width and height for the fill "exact", n > 0."""
    for height in range(math.isqrt(n), 0, -1):
        width, left = divmod(n, height)
        if width > 2 * height:
            break
        if left == 0:
            return width, height
    choices = []
    for height in range(1, math.isqrt(n) + 2):
        width = max(height, -(-n // height))
        if 2 * width <= 3 * height:
            choices.append((width * height - n, width, height))
    _, width, height = min(choices)  # the narrowest, so the squarest, among ties
    return width, height


def _permutation(order: Array) -> Array:
    order = np.asarray(order)
    if order.ndim != 1:
        raise ShapeError(f"An order must have shape (n,); got {order.shape}.")
    if order.size == 0:
        return order.astype(np.int64)
    if not np.issubdtype(order.dtype, np.integer):
        raise ParameterError(f"An order must be integers; got {order.dtype}.")
    n = len(order)
    inside = order.min() >= 0 and order.max() < n
    if not inside or np.bincount(order, minlength=n).max() > 1:
        raise ParameterError(
            f"An order of {n:,} samples must hold each of 0 to {n - 1:,} once; some are missing, "
            "doubled or out of range."
        )
    return order.astype(np.int64)


def _labels(labels: Array) -> Array:
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ShapeError(f"Labels must have shape (n,); got {labels.shape}.")
    if labels.size == 0:
        return labels.astype(np.int64)
    if not np.issubdtype(labels.dtype, np.integer):
        raise ParameterError(f"Labels must be integers, -1 for unlabelled; got {labels.dtype}.")
    if labels.min() < EMPTY:
        raise ParameterError(f"Labels must be -1 (unlabelled) or more; got {labels.min()}.")
    return labels.astype(np.int64)
