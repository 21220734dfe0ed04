"""What can be said of the features of a cloud of points: one by one, in order, and in pairs.

Points come as columns, one row a feature: (f, m) float32. A feature is *dead* where it has one
value for all points, or no finite value at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from .errors import ParameterError, ShapeError
from .threads import in_stripes, kernel
from .types import Array

Ordering = Literal["stored", "separation", "variance", "clusters"]
ORDERS: tuple[Ordering, ...] = ("stored", "separation", "variance", "clusters")

STRIPE = 8
"""Features that one task of a kernel takes."""

AT_ONCE = 4 * 2**20
"""Numbers that are turned to float64 together, for sums over all points: 32 MB."""


@dataclass(frozen=True)
class Statistics:
    """Numbers of f features, each (f,) float64, over their finite values.

    Attributes:
        mean, deviation: NaN where no value is finite; the deviation is that of the population.
        low, high: smallest and largest, NaN where no value is finite.
        finite: share of the values; NaN without points.
        f_ratio: how well the feature tells classes apart, by an analysis of variance of the
            labelled points: mean square between classes over mean square within. NaN where that
            is undefined: fewer than two classes, no more points than classes, or one value for
            all; infinite where classes differ but no two points of a class do.
    """

    mean: Array
    deviation: Array
    low: Array
    high: Array
    finite: Array
    f_ratio: Array


def statistics(block: Array, labels: Array, classes: int) -> Statistics:
    """Describe features one by one. Sums are in float64.

    Args:
        block: (f, m) float32; values that are not finite are left out, feature by feature.
        labels: (m,) integers below `classes`, -1 where unlabelled.
    Raises: ShapeError, ParameterError.
    """
    block, labels = np.ascontiguousarray(block, np.float32), np.asarray(labels)
    if block.ndim != 2 or labels.shape != block.shape[1:]:
        raise ShapeError(f"Columns (f, m) need labels (m,); got {block.shape} and {labels.shape}.")
    if labels.size and not -1 <= labels.min() <= labels.max() < classes:
        raise ParameterError(
            f"Labels must lie in -1 to {classes - 1}; they run from {labels.min()} to "
            f"{labels.max()}."
        )
    slots = np.where(labels < 0, classes, labels).astype(np.int64)
    sums = np.zeros((9, len(block)))
    in_stripes(
        lambda first, last: _add_up(block[first:last], slots, classes, sums[:, first:last]),
        len(block),
        STRIPE,
    )
    finite, total, power, low, high, known, present, between, within = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (between / (present - 1)) / (within / (known - present))
        return Statistics(
            mean=total / finite,
            deviation=np.sqrt(power / finite),
            low=np.where(finite > 0, low, np.nan),
            high=np.where(finite > 0, high, np.nan),
            finite=finite / np.float64(block.shape[1]),
            f_ratio=np.where((present > 1) & (known > present), ratio, np.nan),
        )


def join(parts: Sequence[Statistics]) -> Statistics:
    """Statistics of features that came in several blocks."""
    return Statistics(
        *(
            np.concatenate([np.empty(0), *(getattr(part, field.name) for part in parts)])
            for field in fields(Statistics)
        )
    )


def dead(statistics: Statistics) -> Array:
    """(f,) bool: one value for all points, or no finite value."""
    alive: Array = statistics.low < statistics.high
    return ~alive


def order_by(statistics: Statistics, how: str, correlation: Array | None = None) -> Array:
    """An order of features that brings forward what is looked for.

    Args:
        how: "stored": as they are. "separation": largest F-ratio first, undefined ones last.
            "variance": largest first. "clusters": leaves of the average-linkage tree of 1 - |r|,
            its branches turned so that neighbours are alike. Dead features come last in all but
            "stored"; equal numbers stay as stored.
        correlation: (f, f), for "clusters" only.

    Returns: (f,) int32, a permutation.
    Raises: ParameterError, ShapeError.
    """
    if how not in ORDERS:
        raise ParameterError(f"No order '{how}'. Choose one of: {', '.join(ORDERS)}.")
    rest = dead(statistics)
    if how == "stored":
        return np.arange(len(rest), dtype=np.int32)
    if how == "clusters":
        if correlation is None:
            raise ParameterError("Features are put in clusters by their correlation; give it.")
        if correlation.shape != (len(rest), len(rest)):
            raise ShapeError(
                f"{len(rest):,} features have ({len(rest):,}, {len(rest):,}) correlations; "
                f"got {correlation.shape}."
            )
        live = np.flatnonzero(~rest)
        order = np.append(live[_leaves(correlation[np.ix_(live, live)])], np.flatnonzero(rest))
        return order.astype(np.int32)
    value = statistics.f_ratio if how == "separation" else statistics.deviation
    unknown = np.isnan(value)
    falling = np.where(unknown, 0.0, -value)
    return np.lexsort((falling, unknown, rest)).astype(np.int32)


def correlation(columns: Array) -> Array:
    """Pearson's correlation of every feature with every other.

    A point is left out, for all features, if any of them is not finite there; features without
    any finite value do not count for that. What is constant at the points that are left counts
    as dead.

    Args:
        columns: (f, m).
    Returns: (f, f) float64 in [-1, 1], symmetric to the last bit. The diagonal is 1; rows and
        columns of dead features are 0, with their diagonal.
    Raises: ShapeError.
    """
    products = np.zeros((len(columns), len(columns)))
    for away in _Pieces(columns).centred():
        products += away @ away.T
    length = np.sqrt(np.diagonal(products))
    live = length > 0
    scale = np.where(live, length, 1.0)
    found: Array = np.clip(products / scale / scale[:, None], -1.0, 1.0)
    found = np.triu(found, 1)
    found += found.T
    np.fill_diagonal(found, live)
    return found


def correlate(target: Array, block: Array) -> Array:
    """Pearson's correlation of one feature with many.

    Points are left out as by `correlation`, and where the target is not finite.

    Args:
        target: (m,).
        block: (f, m), in any memory order.
    Returns: (f,) float64 in [-1, 1], 0 for dead features, or for all if the target is dead.
    Raises: ShapeError.
    """
    pieces, target = _Pieces(block), np.asarray(target, np.float64)
    if target.shape != pieces.kept.shape:
        raise ShapeError(
            f"A target (m,) is correlated with columns (f, m); got {target.shape} and "
            f"{block.shape}."
        )
    pieces.kept &= np.isfinite(target)
    # Relative to one of them first: unlike sums of float32 numbers, these need not be exact.
    own = target[pieces.kept]
    own = own - own[:1]
    own -= own.sum() / max(1, len(own))
    product, square = np.zeros(len(block)), np.zeros(len(block))
    done = 0
    for away in pieces.centred():
        product += away @ own[done : done + away.shape[1]]
        square += np.einsum("fm,fm->f", away, away)
        done += away.shape[1]
    length = np.sqrt(square) * np.sqrt(own @ own)
    found: Array = np.divide(product, length, out=np.zeros(len(block)), where=length > 0)
    return np.clip(found, -1.0, 1.0, out=found)


def _leaves(correlation: Array) -> Array:
    """Places of features in their tree, from left to right."""
    if len(correlation) < 3:
        return np.arange(len(correlation))
    apart = squareform(1.0 - np.abs(correlation), checks=False)
    # SciPy's "optimal" is near the optimum, not always there (its issue 11227): good enough to
    # look at, and the same every time.
    leaves: Array = leaves_list(linkage(apart, "average", optimal_ordering=True))
    return leaves


class _Pieces:
    """Columns piece by piece as float64, without the points that are left out.

    Attributes:
        kept: (m,) bool, points at which all features are finite that are so anywhere.
    """

    def __init__(self, columns: Array) -> None:
        if np.ndim(columns) != 2:
            raise ShapeError(f"Columns must have shape (f, m); got {np.shape(columns)}.")
        self._columns = columns
        bad = np.zeros(columns.shape[1], np.int64)
        some = np.zeros(len(columns), bool)
        for first, last in _cuts(columns.shape):
            finite = np.isfinite(columns[:, first:last])
            bad[first:last] = len(columns) - finite.sum(axis=0)
            some |= finite.any(axis=1)
        self._silent = np.flatnonzero(~some)
        self.kept: Array = bad == len(self._silent)

    def centred(self) -> Iterator[Array]:
        """(f, some) deviations from the mean, of one's own; of features without a value, 0.

        A feature that is constant has deviations of exactly 0: see `_add_up`.
        """
        total = np.zeros((len(self._columns), 1))
        for values in self._made():
            total += values.sum(axis=1, keepdims=True)
        mean = total / max(1, int(np.count_nonzero(self.kept)))
        for values in self._made():
            yield np.subtract(values, mean, out=values)

    def _made(self) -> Iterator[Array]:
        for first, last in _cuts(self._columns.shape):
            kept = self.kept[first:last]
            part = self._columns[:, first:last]
            values = (part if kept.all() else part[:, kept]).astype(np.float64)
            values[self._silent] = 0.0
            yield values


def _cuts(shape: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    features, count = shape
    step = max(1, AT_ONCE // max(1, features))
    for first in range(0, count, step):
        yield first, min(count, first + step)


@kernel
def _add_up(block: Array, slots: Array, classes: int, sums: Array) -> None:
    """Sums over the finite values of every row of `block`.

    Sums of equal float32 numbers are exact in float64, so that what is constant, or constant
    within a class, has deviations of exactly 0.

    Args:
        slots: (m,) int64, the class of every point, `classes` where it has none.
        sums: (9, f) float64 zeros, overwritten: number of values, their sum, sum of squared
            deviations, lowest and highest; of the labelled ones the number, the classes, and
            sums of squares between classes and within.
    """
    count = np.empty(classes + 1, np.int64)
    middle = np.empty(classes + 1, np.float64)
    for f in range(len(block)):
        row = block[f]
        count[:] = 0
        middle[:] = 0.0
        low, high = np.inf, -np.inf
        for j in range(len(row)):
            value = np.float64(row[j])
            if np.isfinite(value):
                count[slots[j]] += 1
                middle[slots[j]] += value
                low = min(low, value)
                high = max(high, value)
        finite, total = count.sum(), middle.sum()
        mean = total / max(1, finite)
        known, grand = count[:classes].sum(), middle[:classes].sum()
        middle /= np.maximum(count, 1)
        between, within, power = 0.0, 0.0, 0.0
        for c in range(classes):
            between += count[c] * (middle[c] - grand / max(1, known)) ** 2
        for j in range(len(row)):
            value = np.float64(row[j])
            if np.isfinite(value):
                power += (value - mean) ** 2
                if slots[j] < classes:
                    within += (value - middle[slots[j]]) ** 2
        sums[0, f], sums[1, f], sums[2, f], sums[3, f], sums[4, f] = finite, total, power, low, high
        sums[5, f], sums[6, f] = known, np.count_nonzero(count[:classes])
        sums[7, f], sums[8, f] = between, within
