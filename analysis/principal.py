"""The leading principal axes of a layer that may be far wider than what can be looked at.

A narrow layer has its covariance taken once. Of a wide one the covariance is never made: a few
directions more than are wanted are multiplied with it, pass by pass over the samples, until what
they hold of the variance grows no more.

Source: Halko, Martinsson & Tropp, *Finding structure with randomness*, SIAM Review 53, 2011,
algorithm 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .errors import NotFiniteError, ParameterError
from .types import Array, Report, part, silent

NARROW = 1024
"""Most dimensions of which the whole covariance is taken: 8 MiB."""

SPARE = 16
"""Directions beside those that are wanted."""

PASSES = 8
GROWTH = 1e-3
"""Most passes over a wide layer, and the share by which the variance that is held must grow for
another one."""

Batches = Callable[[], Iterator[Array]]
"""A fresh pass over all samples, as (m, d) float32."""


@dataclass(frozen=True)
class Axes:
    """Principal axes.

    Attributes:
        mean: (d,) float64 of the samples.
        directions: (d, w) float64, orthonormal columns, by falling variance; of each the entry
            that is largest in size is positive.
        variances: (w,) float64 along them.
        total: variance of all d dimensions.
    """

    mean: Array
    directions: Array
    variances: Array
    total: float

    @property
    def kept(self) -> float:
        """Share of the variance that lies along these axes; 1 of samples that are all alike."""
        return float(self.variances.sum() / self.total) if self.total > 0 else 1.0

    def along(self, x: Array) -> Array:
        """Samples (m, d) -> (m, w) float64, relative to the mean."""
        found: Array = (np.asarray(x, np.float64) - self.mean) @ self.directions
        return found


def variance(batches: Batches, d: int, report: Report = silent) -> float:
    """Of all dimensions of the finite samples.

    Raises: NotFiniteError if there are none.
    """
    return _moments(batches, d, report)[1]


def memory(d: int, most: int) -> int:
    """Bytes that `leading` takes beside the samples, at most."""
    if d <= NARROW:
        return 4 * 8 * d * d
    return 4 * 8 * d * min(d, most + SPARE)


def leading(batches: Batches, d: int, most: int, *, seed: int = 0, report: Report = silent) -> Axes:
    """The principal axes of the largest variance.

    Args:
        batches: the samples; those that are not finite are left out.
        d: their dimensions.
        most: axes that are wanted; all where there are no more dimensions.
        report: hears the progress, may raise to stop.
    Raises: ParameterError for no axes; NotFiniteError if no sample is finite.
    """
    if most < 1:
        raise ParameterError(f"At least one axis can be asked for; got {most}.")
    most = min(most, d)
    # Of a wide layer nobody knows beforehand how many passes there will be.
    first = part(report, 0.0, 0.5 if d <= NARROW else 1 / (PASSES + 2))
    mean, total, count = _moments(batches, d, first)
    rest = part(report, 0.5 if d <= NARROW else 1 / (PASSES + 2), 1.0)
    if d <= NARROW:
        found = _times_covariance(batches, mean, np.eye(d)) / count
        rest(1.0)
        return _axes(mean, found, np.eye(d), most, total)
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, min(d, most + SPARE))))
    held = 0.0
    for number in range(PASSES):
        z = _times_covariance(batches, mean, q) / count
        small = q.T @ z
        now = float(np.trace(small))
        rest((number + 1) / PASSES)
        if number == PASSES - 1 or (number and now - held <= GROWTH * now):
            break
        held = now
        q, _ = np.linalg.qr(z)
    rest(1.0)
    return _axes(mean, small, q, most, total)


def _moments(batches: Batches, d: int, report: Report) -> tuple[Array, float, int]:
    """Mean, variance in all and number of the finite samples."""
    count, base, total, squares = 0, None, np.zeros(d), 0.0
    for batch in batches():
        good = batch[np.isfinite(batch).all(axis=1)].astype(np.float64)
        if not len(good):
            continue
        if base is None:
            base = good[0].copy()
        good -= base  # sums of what is near zero lose little
        total += good.sum(axis=0)
        squares += float(np.einsum("nd,nd->", good, good))
        count += len(good)
        report(0.5)
    if base is None:
        raise NotFiniteError("No sample of this layer is finite, so that it has no principal axes.")
    shift = total / count
    report(1.0)
    return base + shift, max(0.0, squares / count - float(shift @ shift)), count


def _times_covariance(batches: Batches, mean: Array, q: Array) -> Array:
    """(d, k): sums of x^T (x q) over the finite samples, relative to their mean."""
    found = np.zeros((len(mean), q.shape[1]))
    # Of wide layers in the precision of the samples themselves, but for the sums over batches.
    precision = np.float64 if len(mean) <= NARROW else np.float32
    middle, directions = mean.astype(precision), q.astype(precision)
    for batch in batches():
        good = batch[np.isfinite(batch).all(axis=1)] - middle
        found += good.T @ (good @ directions)
    return found


def _axes(mean: Array, small: Array, q: Array, most: int, total: float) -> Axes:
    """The best axes within the span of q, from the covariance there."""
    values, vectors = np.linalg.eigh((small + small.T) / 2)
    directions = q @ vectors[:, ::-1][:, :most]
    largest = np.abs(directions).argmax(axis=0)
    directions *= np.sign(directions[largest, np.arange(directions.shape[1])])
    return Axes(mean, directions, np.maximum(values[::-1][:most], 0.0), total)
