"""Feature maps: what every layer makes of one sample, or of many in the mean, small enough to see.

A layer with positions is reduced by averaging windows of `factor` positions along each axis, as
many as it takes; the windows at the far ends hold what is left. Means over samples and over
windows are taken in float64.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from .errors import MemoryBudgetError, ParameterError, ShapeError
from .fitting import Shape
from .types import Array, Report, silent

MOST = 65_536
"""Values of one layer that are shown, unless it has more features than that."""

BUDGET = 2 * 2**30
"""Bytes that the means of all classes may take by default."""


def shown_shape(shape: Shape) -> tuple[Shape, int]:
    """The shape in which a layer is shown, and by which factor its positions are reduced.

    Args:
        shape: of one sample, features last. Vectors are never reduced.
    Returns: the shape with every axis but the last divided by the factor, rounded up; the factor
        is the smallest with which at most MOST values are left, as far as there is one.
    """
    *spatial, features = shape or (1,)
    if not spatial:
        return shape, 1
    for factor in itertools.count(1):
        found = [-(-size // factor) for size in spatial]
        if math.prod(found) * features <= MOST or max(found) <= 1:
            break
    return (*found, features), factor


def offsets(shapes: Sequence[Shape]) -> list[tuple[int, Shape, int]]:
    """How the maps of all layers lie one after the other: (start, shown shape, factor) of each."""
    found = []
    start = 0
    for shape in shapes:
        shown, factor = shown_shape(shape)
        found.append((start, shown, factor))
        start += math.prod(shown)
    return found


def reduce(flat: Array, shape: Shape) -> Array:
    """Outputs of a layer in the shape in which they are shown.

    Args:
        flat: (b, size) float32 or float64, samples of `shape`.
    Returns: (b, *shown shape), of the same type; a copy. A window with a value that is not finite
        has no finite mean.
    Raises: ShapeError.
    """
    _check_width(flat, shape)
    shown, factor = shown_shape(shape)
    values = flat.reshape(len(flat), *shape)
    if factor == 1:
        return values.copy()
    for axis in range(1, values.ndim - 1):
        values = _pooled(values, axis, factor)
    return values.reshape(len(flat), *shown).astype(flat.dtype, copy=False)


def mean(
    batches: Iterator[tuple[int, list[Array]]],
    shapes: Sequence[Shape],
    count: int,
    report: Report = silent,
) -> Array:
    """Mean maps of all layers over all samples, or the maps of a single one.

    Args:
        batches: see `Network.batches`; of all `count` samples.
        shapes: of the layers.
        count: number of samples.
        report: hears the share of samples done, may raise to stop.

    Returns: (total,) float32, laid out as `offsets` says.
    Raises: ParameterError without a sample, ShapeError.
    """
    if count < 1:
        raise ParameterError("A mean needs at least one sample; got none. Select some.")
    labels = np.zeros(count, dtype=np.int64)
    found: Array = by_class(batches, shapes, labels, 1, count, report)[0]
    return found


def by_class(  # noqa: PLR0917 - as many as `mean` takes, and what a class is
    batches: Iterator[tuple[int, list[Array]]],
    shapes: Sequence[Shape],
    labels: Array,
    classes: int,
    count: int,
    report: Report = silent,
    *,
    budget: int = BUDGET,
) -> Array:
    """Mean maps of all layers over the samples of every class.

    Args:
        batches, shapes, count, report: as in `mean`.
        labels: (count,) integers; samples with -1 are left out.
        classes: their number.
        budget: bytes that sums and means may take.

    Returns: (classes, total) float32, laid out as `offsets` says; NaN for a class without samples.
    Raises: ParameterError, ShapeError, MemoryBudgetError.
    """
    labels = np.asarray(labels)
    _check_labels(labels, classes, count)
    pieces = offsets(shapes)
    total = sum(math.prod(shown) for _, shown, _ in pieces)
    needed = 12 * classes * total
    if needed > budget:
        raise MemoryBudgetError(
            f"The mean maps of {classes:,} classes, {total:,} values each, take {needed:,} bytes; "
            f"the budget is {budget:,}. Select samples of one class instead."
        )
    sums = np.zeros((classes, total))
    seen = 0
    for start, parts in batches:
        seen = start + len(parts[0])
        if seen > count:
            break
        own = labels[start:seen]
        for part, shape, (place, shown, _) in zip(parts, shapes, pieces, strict=True):
            _check_width(part, shape)
            into = sums[:, place : place + math.prod(shown)]
            _add(part, shape, own, into)
        report(seen / count)
    if seen != count:
        raise ShapeError(f"Mean maps of {count:,} samples were given outputs of {seen:,}.")
    samples = np.bincount(labels[labels >= 0], minlength=classes)
    found = np.full((classes, total), np.nan, dtype=np.float32)
    for k in np.flatnonzero(samples):
        found[k] = sums[k] / samples[k]
    return found


def _add(part: Array, shape: Shape, labels: Array, sums: Array) -> None:
    """Add a batch, (b, size), to the sums of its classes, (classes, shown size).

    Samples are added up before they are reduced, which comes to the same and is far less work.
    """
    for k in np.unique(labels[labels >= 0]):
        chosen = labels == k
        own = part if chosen.all() else part[chosen]
        with np.errstate(invalid="ignore"):  # infinities of both signs
            added = own.sum(axis=0, dtype=np.float64, keepdims=True)
            sums[k] += reduce(added, shape).ravel()


def _pooled(values: Array, axis: int, factor: int) -> Array:
    """Means of windows along one axis, float64."""
    size = values.shape[axis]
    windows = -(-size // factor)
    found = np.zeros((*values.shape[:axis], windows, *values.shape[axis + 1 :]))
    own, sums = np.moveaxis(values, axis, 0), np.moveaxis(found, axis, 0)
    with np.errstate(invalid="ignore"):
        for first in range(min(factor, size)):
            every = own[first::factor]
            sums[: len(every)] += every
    sums[:-1] /= factor
    sums[-1:] /= size - (windows - 1) * factor
    return found


def _check_width(flat: Array, shape: Shape) -> None:
    if flat.ndim != 2 or flat.shape[1] != math.prod(shape):
        raise ShapeError(
            f"Samples of shape {shape} are {math.prod(shape):,} values each; got {flat.shape}."
        )


def _check_labels(labels: Array, classes: int, count: int) -> None:
    if labels.shape != (count,) or (count and labels.dtype.kind not in "iu"):
        raise ShapeError(
            f"Mean maps of {count:,} samples need ({count},) integer labels; got {labels.dtype} "
            f"of {labels.shape}."
        )
    if count and not -1 <= labels.min() <= labels.max() < classes:
        raise ParameterError(
            f"Labels must lie in -1 to {classes - 1} for {classes} classes; they run from "
            f"{labels.min()} to {labels.max()}."
        )
