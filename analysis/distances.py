"""Distances between all samples, from features that are streamed in blocks.

Euclidean distances of many features come from inner products: |x - y|^2 = |x|^2 + |y|^2 - 2 x.y,
with features centred first, since that difference of large numbers keeps about seven digits of
|x|^2, not of |x - y|^2. So distances below a thousandth of the samples' distance from their common
centre drown in rounding, but for samples that are exactly equal: these are found by their bits.
With at most DIRECT features differences are taken one by one, which is exact to float32 and
needs no matrix to order samples by. Manhattan distances are always added up difference by
difference. Cosine and correlation distances are half the squared Euclidean distance of samples
scaled to length 1.

No result depends on how the features were cut into blocks, or on the number of threads.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from . import feature_kernels, matrix_kernels
from .errors import MemoryBudgetError, NotFiniteError, ParameterError
from .panels import Panel, Rows, Stream, measure_rows, moments, panels
from .threads import in_stripes
from .tiles import TILE, Scale, Tiles, differences, products
from .types import (
    METRICS,
    PREPROCESSINGS,
    Array,
    MakeBlocks,
    Metric,
    Preprocessing,
    Report,
    silent,
)

BUDGET = 2 * 2**30
"""Bytes that a distance matrix may take by default."""

DIRECT = 64
"""Up to so many features that differ, distances are computed from differences."""

_BLAS = threading.Lock()
"""The number of BLAS threads belongs to the whole process: one product changes it at a time."""


@dataclass(frozen=True)
class Comparable:
    """A matrix in the order of the distances.

    Attributes:
        values: (n, n) float32, C order, symmetric with a zero diagonal; not negative.
        scale: what they stand for.
    """

    values: Array
    scale: Scale


@dataclass(frozen=True)
class Points:
    """Few features, of which distances are computed when they are needed.

    Attributes:
        values: (d, n) float32, C order, d <= DIRECT.
        flat: (n,) bool; samples of which just one is flat are a distance of 1 apart.
        scale: what sums of squared (or absolute) differences stand for.
    """

    values: Array
    flat: Array
    scale: Scale

    @property
    def absolute(self) -> bool:
        return self.scale.metric == "manhattan"


def matrix(
    make_blocks: MakeBlocks,
    n: int,
    metric: Metric = "euclidean",
    preprocessing: Preprocessing = "none",
    *,
    budget: int = BUDGET,
    report: Report = silent,
    what: str = "features",
    features: int | None = None,
) -> Array:
    """Distances between all samples.

    Args:
        make_blocks: starts a fresh pass over (n, width) feature blocks, taken as float32; a
            block is not kept and not written to. Metrics and preprocessings that look at whole
            samples first (cosine, correlation, unit length) take two passes, others one.
        metric: as SciPy defines them. Where SciPy says NaN, for zero vectors under "cosine" and
            constant ones under "correlation", the distance is 0 between two such samples and 1
            to any other.
        preprocessing: before the metric: "none"; "standardise", every feature minus its mean
            over its (population) standard deviation, constant ones 0; "unit length", every
            sample over its Euclidean length, zero vectors unchanged.
        budget: bytes that the matrix may take; two panels of 1024 features come on top.
        report: hears the progress, may raise to stop.
        what: the numbers' name in messages.
        features: how many there are, if known; for the progress only.

    Returns: (n, n) float32, symmetric to the bit, exactly zero on the diagonal and between
        equal samples, never NaN.
    Raises: ParameterError, ShapeError, NotFiniteError, MemoryBudgetError.
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
    scale = found.scale
    what = what[:1].upper() + what[1:]
    if isinstance(found, Points):
        _check_budget(n, budget, what)
        values = np.empty((n, n), dtype=np.float32)
        Tiles(values, differences(found.values, found.absolute), found.flat).run(scale, report)
    else:
        values = found.values

    def finish(start: int, stop: int) -> None:
        scale.real(values[start:stop])

    in_stripes(finish, n, TILE)
    _check_overflow(values, what)
    return values


def measure(
    make_blocks: MakeBlocks,
    n: int,
    metric: Metric = "euclidean",
    preprocessing: Preprocessing = "none",
    *,
    budget: int = BUDGET,
    report: Report = silent,
    what: str = "features",
    features: int | None = None,
) -> Comparable | Points:
    """What samples are ordered by: a matrix, or points if they have few features.

    Arguments and errors are those of `matrix`; points need no budget. Progress ends at 0.95.
    """
    _check(metric, METRICS, "metric")
    _check(preprocessing, PREPROCESSINGS, "preprocessing")
    if budget < 0 or n < 0:
        raise ParameterError(f"n and budget must not be negative; got {n} and {budget}.")
    stream = Stream(make_blocks, n, what, features, report)
    rows = measure_rows(stream, metric, preprocessing)
    pieces = panels(stream, preprocessing, rows)
    panel = next(pieces)
    if panel.last and panel.values.shape[1] <= DIRECT:
        return _points(panel, rows, metric)
    _check_budget(n, budget, stream.what)
    if metric == "manhattan":
        return _manhattan(panel, pieces, stream)
    return _euclidean(panel, pieces, stream, rows, metric)


def _points(panel: Panel, rows: Rows, metric: Metric) -> Points:
    values = np.ascontiguousarray(panel.values.T)
    exponent = 0
    if panel.values.shape[1] and metric in {"euclidean", "manhattan"}:
        exponent = _exponent(float(moments(panel.values)[2].max()))
        values = np.ldexp(values, exponent)
    return Points(values, rows.flat, Scale(metric, exponent))


def _manhattan(panel: Panel, pieces: Iterator[Panel], stream: Stream) -> Comparable:
    n = stream.n
    out = np.empty((n, n), dtype=np.float32)
    flat = np.zeros(n, dtype=bool)
    scale = Scale("manhattan")
    for each in _chain(panel, pieces):
        points = np.ascontiguousarray(each.values.T)
        task = Tiles(out, differences(points, absolute=True), flat, each.first, each.last)
        task.run(scale, _part(stream, each))
    _check_overflow(out, stream.what)
    return Comparable(out, scale)


def _euclidean(
    panel: Panel, pieces: Iterator[Panel], stream: Stream, rows: Rows, metric: Metric
) -> Comparable:
    n = stream.n
    out = np.empty((n, n), dtype=np.float32)
    norms = np.zeros(n)
    digests = np.zeros(n, dtype=np.uint64)
    exponent: int | None = None
    for each in _chain(panel, pieces):
        mean, _, spread = moments(each.values)
        wanted = _exponent(float(spread.max()))
        before = wanted if exponent is None else exponent
        exponent = min(before, wanted)
        weight = math.ldexp(1.0, max(-1000, 2 * (exponent - before)))
        norms *= weight
        _centre(each.values, _middle(mean, spread), math.ldexp(1.0, exponent), norms, digests)
        scale = Scale(metric, exponent)
        task = Tiles(out, products(each.values), rows.flat, each.first, each.last, norms, weight)
        with _BLAS, threadpool_limits(1, user_api="blas"):
            task.run(scale, _part(stream, each))
    _join_twins(out, digests)
    return Comparable(out, scale)


def _centre(values: Array, middle: Array, factor: float, norms: Array, digests: Array) -> None:
    def centre(start: int, stop: int) -> None:
        some = slice(start, stop)
        feature_kernels.centre(values[some], middle, factor, norms[some], digests[some])

    in_stripes(centre, len(norms), TILE)


def _middle(mean: Array, spread: Array) -> Array:
    """Near every feature's mean, but with few binary digits.

    Centring only has to keep numbers small. With few digits it is mostly exact: small integers
    stay multiples of a quarter, so that their distances and ties come out exact.
    """
    grid = np.ldexp(1.0, np.frexp(spread)[1] - 2)
    middle: Array = np.round(mean / grid) * grid
    return middle


def _exponent(largest: float) -> int:
    """0, unless squares of numbers up to `largest` could leave float32."""
    found = math.frexp(largest)[1]
    return 0 if abs(found) <= 40 else -found


def _join_twins(values: Array, digests: Array) -> None:
    """Give equal samples equal distances: products of equal numbers may round differently."""
    _, first, group = np.unique(digests, return_index=True, return_inverse=True)
    original = first[group]
    twins = np.flatnonzero(original != np.arange(len(digests)))
    if not len(twins):
        return

    def copy(start: int, stop: int) -> None:
        matrix_kernels.copy_twins(values, twins, original[twins], start, stop)

    in_stripes(copy, len(values), TILE)
    for twin in twins:  # one by one: all at once would take a second matrix
        values[twin] = values[original[twin]]


def _part(stream: Stream, panel: Panel) -> Report:
    start = stream.fraction(panel.seen - panel.values.shape[1])
    end = 1.0 if panel.last else stream.fraction(panel.seen)

    def inner(fraction: float, text: str = "") -> None:
        done = start + (end - start) * fraction
        stream.tell(0.1 + 0.85 * done, text or f"Distances of {stream.n:,} samples")

    return inner


def _chain(panel: Panel, pieces: Iterator[Panel]) -> Iterator[Panel]:
    yield panel
    yield from pieces


def _check(asked: str, known: tuple[str, ...], name: str) -> None:
    if asked not in known:
        raise ParameterError(f"No {name} '{asked}'. Choose one of: {', '.join(known)}.")


def _check_budget(n: int, budget: int, what: str) -> None:
    need = 4 * n * n
    if need > budget:
        fits = math.isqrt(budget // 4)
        raise MemoryBudgetError(
            f"{what}: the distances of {n:,} samples need {need / 2**30:.2f} GiB, the budget is "
            f"{budget / 2**30:.2f} GiB. {fits:,} samples fit: use --limit {fits}, or a larger "
            "budget."
        )


def _check_overflow(values: Array, what: str) -> None:
    if len(values) and not np.isfinite(values.max()):
        raise NotFiniteError(
            f"{what}: distances leave the range of float32. Scale the numbers down, or use the "
            "preprocessing 'standardise'."
        )
