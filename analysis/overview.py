"""A whole scatter-plot matrix as one small picture: every feature against every other.

The cell in row r and column c has feature c from left to right and feature r from bottom to top,
so that cell (c, r) is cell (r, c) mirrored at the diagonal from its lower left to its upper right
corner. Cells on the diagonal are histograms.

Source: Schmidt, *Seein' In*, section 3.1, for the overview beside the matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import overview_kernels as kernels
from .errors import ParameterError, ShapeError
from .threads import in_stripes
from .types import Array, Report, silent

MOST_FEATURES = 1024
"""Of one picture: cells are two pixels wide then."""

RASTER = 1536
"""Pixels of the picture's side that cells are cut from."""

SMALLEST_CELL, LARGEST_CELL = 2, 64

MOST_CLASSES = kernels.LAST - 1
"""One number more is for unlabelled points."""

STRIPES = 64
"""Parts of a picture between which it may be cancelled."""

WORD = 64
"""Points that are counted at a time."""


@dataclass(frozen=True)
class Overview:
    """A scatter-plot matrix in S x S pixels, S = features * side_of(features).

    Attributes:
        owner: (S, S) uint8, uint16 for more than 253 classes: 0 for a pixel without points, k + 1
            where class k has most of them (the first of equals), classes + 1 where unlabelled
            points are more than those of any class.
        density: (S, S) uint8: 0 for a pixel without points, up to 255 for the busiest pixel of
            its cell, in proportion to log(1 + points). On the diagonal every pixel of a bar is
            255: its height says how many points there are, in proportion to their root, so that a
            peak does not hide everything else.
        low, high: (features,) float32, the finite range of each, over which its cells extend; NaN
            without a finite value. A constant feature is drawn in the middle of its cells.
    """

    owner: Array
    density: Array
    low: Array
    high: Array


def side_of(features: int) -> int:
    """Pixels of a cell's side. Raises: ParameterError if no picture has so many features."""
    if not 1 <= features <= MOST_FEATURES:
        raise ParameterError(
            f"An overview shows 1 to {MOST_FEATURES:,} features; got {features:,}. "
            "Choose some of them."
        )
    return min(max(RASTER // features, SMALLEST_CELL), LARGEST_CELL)


def draw(
    columns: Array,
    labels: Array,
    classes: int,
    *,
    report: Report = silent,
) -> Overview:
    """Draw the scatter plots of all pairs of features.

    Args:
        columns: (features, m) float32. A point is left out of the cells of a feature of which its
            value is not finite.
        labels: (m,) integers, -1 for unlabelled.
        classes: their number.
        report: hears the share of stripes done, may raise to stop.

    Returns: the picture; it does not depend on the number of threads.
    Raises: ParameterError, ShapeError.
    """
    columns = np.ascontiguousarray(columns, dtype=np.float32)
    labels = np.asarray(labels)
    _check(columns, labels, classes)
    features = len(columns)
    side = side_of(features)

    low = np.full(features, np.nan, dtype=np.float32)
    high = low.copy()
    step = max(1, -(-features // STRIPES))
    in_stripes(
        lambda first, last: kernels.ranges(columns[first:last], low[first:last], high[first:last]),
        features,
        step,
    )

    groups = np.where(labels < 0, classes, labels).astype(np.int64)
    points = np.argsort(groups, kind="stable")
    slots, goes_on, owners = _words(groups[points])
    lines = np.zeros((features * side, len(owners)), dtype=np.uint64)

    def fill(first: int, last: int) -> None:
        own = lines[first * side : last * side]
        kernels.fill_lines(
            columns[first:last], points, slots, low[first:last], high[first:last], side, own
        )

    in_stripes(fill, features, step)
    used = np.any(lines, axis=1)

    owner = np.zeros((features * side,) * 2, dtype=np.uint8 if classes <= 253 else np.uint16)
    density = np.zeros(owner.shape, dtype=np.uint8)
    in_stripes(
        lambda first, last: kernels.cells(
            lines, used, goes_on, owners, side, first, last, owner, density
        ),
        features,
        step,
        report,
    )
    return Overview(owner, density, low, high)


def _words(groups: Array) -> tuple[Array, Array, Array]:
    """Which bit is whose: every group starts a word of its own.

    Args:
        groups: (k,) int64, ascending.
    Returns: (k,) int64, the bit of every point, and what `overview_kernels.cells` knows of words.
    """
    present, firsts, sizes = np.unique(groups, return_index=True, return_counts=True)
    words = -(-sizes // WORD)
    starts = np.cumsum(words) - words
    slots = np.arange(len(groups)) + np.repeat(starts * WORD - firsts, sizes)
    goes_on = np.full(words.sum(), -1, dtype=np.int64)
    goes_on[starts] = 0
    return slots, goes_on, np.repeat(present + 1, words)


def _check(columns: Array, labels: Array, classes: int) -> None:
    if columns.ndim != 2 or labels.shape != columns.shape[1:]:
        raise ShapeError(
            "An overview needs columns (features, m) and a label for each of the m points; got "
            f"{columns.shape} and {labels.shape}."
        )
    if not 0 <= classes <= MOST_CLASSES:
        raise ParameterError(
            f"An overview distinguishes 0 to {MOST_CLASSES:,} classes; got {classes:,}."
        )
    if labels.size and labels.dtype.kind not in "iu":
        raise ParameterError(f"Labels must be integers, -1 for unlabelled; got {labels.dtype}.")
    if labels.size and not -1 <= labels.min() <= labels.max() < classes:
        raise ParameterError(
            f"Labels must lie in -1 to {classes - 1} for {classes} classes; they run from "
            f"{labels.min()} to {labels.max()}."
        )
