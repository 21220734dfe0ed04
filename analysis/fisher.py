"""Fisher distances of samples: how far what a network says of them is apart, along a line.

The distance of two samples is the length of the curve that the class probabilities draw while
the straight line between the samples is walked, in the Jensen-Shannon metric: the square root of
the Jensen-Shannon divergence (natural logarithm). The line is cut into equal segments, whose
distances are added up.

Source: Schulz, Hinder & Hammer, *DeepView: Visualizing classification boundaries of deep neural
networks as scatter plots using discriminative dimensionality reduction*, IJCAI 2020, section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from . import fisher_kernels as kernels
from . import point_kernels
from .errors import ModelError, NotFiniteError, ParameterError, ShapeError
from .lines import Held, Lines, Predict, of
from .threads import in_stripes
from .types import Array, Report, part, silent

STEPS = 5
"""Points inside a line, as the published DeepView takes by default."""

MOST_STEPS = 100

_VALUES = 2**22
"""Probabilities of points inside lines that are kept at a time: 16 MiB."""

_ROWS = 1024
"""Lines, or rows of probabilities, that one task of a kernel takes."""

_TILE, _FEATURES = 384, 256
"""Samples and features of a piece of Euclidean distances; its sums are rounded in float32."""

_ONE = 0.01
"""How far probabilities of one sample may be from 1 in sum: float16 softmax comes near that."""


@dataclass(frozen=True)
class Scale:
    """The largest distances among the samples of a map, by which distances are divided.

    Attributes:
        fisher, euclid: not negative; 0 if all samples are the same.
    """

    fisher: float
    euclid: float

    @classmethod
    def of(cls, fisher: Array, euclid: Array) -> Scale:
        """The maxima of two arrays of distances; 0 of an empty one."""
        return cls(*(float(np.max(found, initial=0.0)) for found in (fisher, euclid)))


def metric(p: Array, q: Array) -> Array:
    """Jensen-Shannon metric between rows of class probabilities.

    Args:
        p, q: (n, c), not negative; rows sum to 1.
    Returns: (n,) float64 in [0, sqrt(ln 2)].
    Raises: ShapeError; NotFiniteError or ModelError if they are no probabilities.
    Source: Lin 1991, *Divergence measures based on the Shannon entropy*; a metric by Endres &
        Schindelin 2003.
    """
    p, q = (np.ascontiguousarray(rows) for rows in (p, q))
    if p.ndim != 2 or p.shape != q.shape:
        raise ShapeError(f"The metric compares rows of (n, c) arrays; got {p.shape}, {q.shape}.")
    _check(p)
    _check(q)
    found = np.empty(len(p))

    def compare(start: int, stop: int) -> None:
        kernels.apart_by_row(p[start:stop], q[start:stop], found[start:stop])

    in_stripes(compare, len(p), _ROWS)
    return found


def distances(
    predict: Predict | Lines, x: Array, steps: int = STEPS, *, report: Report = silent
) -> Array:
    """Fisher distances between all samples.

    Every point inside the line of a pair is evaluated once: n (n - 1) / 2 * steps evaluations,
    and n at the samples.

    Args:
        predict: a function that gives class probabilities, or lines of a network.
        x: (n, *shape), n > 0.
        steps: points inside a line, which is cut into one segment more; 1 to 100.
        report: hears the progress, may raise to stop.
    Returns: (n, n) float32, symmetric to the bit with a zero diagonal, not negative.
    Raises: ParameterError; ShapeError; NotFiniteError or ModelError if what is predicted are no
        probabilities.
    """
    check_steps(steps)
    x = np.asarray(x)
    if not x.ndim or not len(x):
        raise ShapeError(f"Distances need samples (n, ...), n > 0; got {x.shape}.")
    between: Lines = of(predict) if callable(predict) else predict
    return all_arcs(between, between.hold(x), steps, report=report)


def all_arcs(lines: Lines, held: Held, steps: int = STEPS, *, report: Report = silent) -> Array:
    """`distances` of samples that were made ready by these lines."""
    n = len(held)
    first, second = np.triu_indices(n, 1)
    found = np.zeros((n, n), np.float32)
    found[first, second] = arcs(lines, held, first, held, second, steps, report=report)
    found[second, first] = found[first, second]
    return found


def arcs(  # noqa: PLR0917 - a pair has two ends, each a place among samples
    lines: Lines,
    a: Held,
    first: Array,
    b: Held,
    second: Array,
    steps: int = STEPS,
    *,
    report: Report = silent,
) -> Array:
    """Fisher distances of given pairs.

    Args:
        a, b: samples made ready by these lines.
        first, second: (m,) places in `a` and in `b`.
        steps, report: as in `distances`.
    Returns: (m,) float32.
    Raises: as `distances`.
    """
    check_steps(steps)
    _check(a.probabilities)
    _check(b.probabilities)
    first, second = (np.ascontiguousarray(places, np.int64) for places in (first, second))
    parts = (np.arange(1, steps + 1) / (steps + 1)).astype(np.float32)
    found = np.empty(len(first), np.float32)
    pairs = max(1, _VALUES // (steps * a.probabilities.shape[1]))
    for some in _slices(len(first), pairs):
        one, other = first[some], second[some]
        share = part(report, some.start / len(first), some.stop / len(first))
        inner = lines.along(a, one, b, other, parts, report=share)
        _check(inner)
        whole = (a.probabilities, one, b.probabilities, other, inner, found[some])
        in_stripes(partial(_measure, whole), len(one), _ROWS)
    report(1.0)
    return found


def euclidean(a: Array, b: Array, report: Report = silent) -> Array:
    """Euclidean distances, from differences: exact to about 1e-6 also where they are small.

    Args:
        a: (q, d); b: (n, d); taken as float32.
        report: hears the progress, may raise to stop.
    Returns: (q, n) float32; exactly 0 between equal samples.
    Raises: ShapeError; NotFiniteError if a value is not finite, or a distance leaves float32.
    """
    a, b = (np.ascontiguousarray(flat, np.float32) for flat in (a, b))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ShapeError(
            f"Euclidean distances need samples (q, d) and (n, d); got {a.shape} and {b.shape}."
        )
    found = np.empty((len(a), len(b)), np.float32)

    def stripe(top: int, bottom: int) -> None:
        for some in _slices(len(b), _TILE):
            found[top:bottom, some] = np.sqrt(_squares(a[top:bottom], b[some]))

    in_stripes(stripe, len(a), _TILE, report)
    if found.size and not np.isfinite(found.sum(axis=1, dtype=np.float64)).all():
        raise NotFiniteError(
            "Euclidean distances need finite samples whose squared distances stay in the range "
            "of float32; look for NaN or infinity, or scale the numbers down."
        )
    return found


def mixed(fisher: Array, euclid: Array, lam: float, scale: Scale) -> Array:
    """(1 - lam) * fisher / scale.fisher + lam * euclid / scale.euclid.

    A part whose scale is 0 counts nothing.

    Args:
        fisher, euclid: distances of the same pairs, of one shape.
        lam: weight of the Euclidean distance, 0 to 1.
    Returns: float32 of that shape.
    Raises: ParameterError, ShapeError.
    """
    if not 0 <= lam <= 1:
        raise ParameterError(f"lam is the weight of the Euclidean distance, 0 to 1; got {lam:g}.")
    fisher, euclid = np.asarray(fisher), np.asarray(euclid)
    if fisher.shape != euclid.shape:
        raise ShapeError(
            f"Fisher and Euclidean distances must be of the same pairs; got {fisher.shape} and "
            f"{euclid.shape}."
        )
    found = np.zeros(fisher.shape, np.float32)
    for distance, weight, largest in (
        (fisher, 1 - lam, scale.fisher),
        (euclid, lam, scale.euclid),
    ):
        if weight > 0 and largest > 0:
            found += distance * np.float32(weight / largest)
    return found


def _measure(whole: tuple[Array, ...], start: int, stop: int) -> None:
    """Some of the pairs that `kernels.arcs` takes."""
    p, first, q, second, inner, out = whole
    some = slice(start, stop)
    kernels.arcs(p, first[some], q, second[some], inner[some], out[some])


def _squares(a: Array, b: Array) -> Array:
    """Squared distances (q, n) float64 of few samples."""
    found = np.zeros((len(a), len(b)))
    tile = np.empty(found.shape, np.float32)
    for some in _slices(a.shape[1], _FEATURES):
        both = np.ascontiguousarray(np.concatenate([a[:, some], b[:, some]]).T)
        point_kernels.pair_tile(both, 0, len(a), False, tile)
        found += tile
    return found


def check_steps(steps: int) -> None:
    """Raises: ParameterError."""
    if not 1 <= steps <= MOST_STEPS or steps != int(steps):
        raise ParameterError(
            f"steps are the points inside a line, 1 to {MOST_STEPS} of them; got {steps}."
        )


def _check(probabilities: Array) -> None:
    """Raises: NotFiniteError or ModelError if what was predicted are no probabilities."""
    if not np.isfinite(probabilities).all():
        raise NotFiniteError(
            "The network predicts NaN or infinity between these samples, so that they have no "
            "Fisher distances. Look for NaN in the data, or for a diverged training."
        )
    least = float(np.min(probabilities, initial=0.0))
    sums = probabilities.sum(axis=-1)
    worst = float(sums.flat[np.argmax(np.abs(sums - 1))]) if sums.size else 1.0
    if least < 0 or abs(worst - 1) > _ONE:
        raise ModelError(
            f"Fisher distances need class probabilities, not negative and 1 in sum; got values "
            f"down to {least:g} and sums as {worst:g}. Give a function that ends in a softmax."
        )


def _slices(count: int, size: int) -> Iterator[slice]:
    for start in range(0, count, size):
        yield slice(start, min(count, start + size))
