"""From places in the plane back to samples: the inverse of a layout.

Section 4.2 of DeepView: a place y stands for the weighted mean of prototypes theta_i, whose
weights fall with the distance from the centres y_i as w_i(y) = 1 / (1 + a |y - y_i|^(2 b)), the
curve of UMAP; they are scaled to 1 in sum. The prototypes are chosen such that the places of the
samples give the samples back.

The published program starts with the samples themselves and descends the squared error for 2,000
steps, which is a least squares fit stopped early. Here it is solved: the theta that minimises
|X - W theta|^2 + ridge |theta - X_c|^2, where X_c are the samples at the centres. The ridge keeps
prototypes near samples, so that places between samples do not get sums of huge numbers.

Source: Schulz, Hinder & Hammer, *DeepView*, IJCAI 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial import cKDTree

from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array, Report, part, silent

POWER = 1.5
"""b. With the paper's 1 the weights of far samples do not fade in the plane: they fall as their
number grows, so that places between samples get the grey mean of all."""

RIDGE = 0.1

CENTRES = 2000
"""Most centres; of more samples those that are farthest from each other on the map."""

BYTES = 2**29
"""Most bytes of prototypes: fewer centres for large samples."""

REACH = (0.25, 0.5, 1.0, 2.0)
"""Radii at which weights have fallen to a half, as shares of the spacing of centres: tried one
after the other, see `fit_to_labels`."""

DROP = 0.005
"""Share of samples whose class may be lost for a smoother map."""

JUDGED = 2000
"""Samples by which the radius is chosen."""

NEAREST = 3
"""The spacing is the median distance to this nearest centre."""

_BLOCK = 256
"""Places whose samples are made at once, always: no sample depends on which others are asked."""

_COLUMNS = 4096
_FARTHEST = 1e9
"""Beyond it no place lies farther: all weights are equal there, and their powers overflow later."""

Classify = Callable[[Array], Array]
"""(m, d) samples -> (m,) labels."""


@dataclass(frozen=True)
class InverseMap:
    """Samples for places of the plane.

    Attributes:
        centres: (m, 2) float32.
        prototypes: (m, d) float32.
        radius: distance at which a weight has fallen to a half: a = radius^(-2 b).
        low, high: what the values of samples are clipped to.
    """

    centres: Array
    prototypes: Array
    radius: float
    low: float
    high: float

    def images(self, points: Array, report: Report = silent) -> Array:
        """Samples at places.

        Args:
            points: (m, 2), finite.
        Returns: (m, d) float32 in [low, high]; each from its own place alone, to the bit.
        Raises: ShapeError, NotFiniteError.
        """
        points = np.clip(_places(points), -_FARTHEST, _FARTHEST)
        found = np.empty((len(points), self.prototypes.shape[1]), np.float32)
        block = np.zeros((_BLOCK, 2), np.float32)
        for start in range(0, len(points), _BLOCK):
            some = points[start : start + _BLOCK]
            block[: len(some)] = some
            made = _weights(block, self.centres, self.radius) @ self.prototypes
            np.clip(made[: len(some)], self.low, self.high, out=found[start : start + _BLOCK])
            report(min(1.0, (start + _BLOCK) / len(points)))
        return found

    def arrays(self) -> dict[str, Array]:
        """All that it consists of, by name."""
        return {
            "centres": self.centres,
            "prototypes": self.prototypes,
            "bounds": np.array([self.radius, self.low, self.high], np.float64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> InverseMap:
        """The map of `arrays`."""
        bounds = (float(value) for value in arrays["bounds"])
        return cls(arrays["centres"], arrays["prototypes"], *bounds)

    @classmethod
    def fit(
        cls,
        embedding: Array,
        x: Array,
        low: float,
        high: float,
        *,
        radius: float | None = None,
        centres: int = CENTRES,
        report: Report = silent,
    ) -> InverseMap:
        """The map that gives samples back best.

        Args:
            embedding: (n, 2), finite; several samples may share a place, which then stands for
                their mean.
            x: (n, d) samples, finite.
            low, high: range of valid values.
            radius: see `InverseMap`; by default half the spacing of centres.
            centres: at most so many; at least 1.
            report: hears the progress, may raise to stop.
        Raises: ShapeError, NotFiniteError, ParameterError.
        """
        embedding, x = _pair(embedding, x, low, high)
        chosen = spread(embedding, _affordable(centres, x.shape[1]))
        at = embedding[chosen]
        if radius is None:
            radius = spacing(at) / 2
        if not 0 < radius < np.inf:
            raise ParameterError(f"A radius must be positive; got {radius:g}.")
        weights = np.concatenate(
            [_weights(embedding[s : s + 1024], at, radius) for s in range(0, len(x), 1024)]
        )
        system = (weights.T @ weights).astype(np.float64)
        system[np.diag_indices(len(system))] += RIDGE
        factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        prototypes = x[chosen]
        for start in range(0, x.shape[1], _COLUMNS):
            some = slice(start, start + _COLUMNS)
            missing = weights.T @ (x[:, some] - weights @ prototypes[:, some])
            prototypes[:, some] += cho_solve(
                factor, missing.astype(np.float64), overwrite_b=True, check_finite=False
            )
            report(min(1.0, some.stop / x.shape[1]))
        return cls(at, prototypes, float(radius), float(low), float(high))


def fit_to_labels(
    embedding: Array,
    x: Array,
    low: float,
    high: float,
    *,
    labels: Array,
    classify: Classify,
    centres: int = CENTRES,
    report: Report = silent,
) -> InverseMap:
    """The smoothest inverse map that keeps the classes of samples.

    The paper's rule: "a the smallest value that does not lead to a large drop in Q_data", the share
    of samples whose class is that of their inverse image. The radii of REACH are widened as long as
    that loses at most DROP to the best; of more than JUDGED samples every so many are looked at.

    Args:
        embedding, x, low, high, centres: as of `InverseMap.fit`.
        labels: (n,) what the network says of the samples.
        classify: what it says of others.
        report: hears the progress, may raise to stop.
    Raises: as `InverseMap.fit`.
    """
    embedding, x = _pair(embedding, x, low, high)
    between = spacing(embedding[spread(embedding, _affordable(centres, x.shape[1]))])
    judged = np.arange(len(x))[:: -(-len(x) // JUDGED)]

    def tried(turn: int) -> tuple[InverseMap, float]:
        begin, end = turn / len(REACH), (turn + 1) / len(REACH)
        middle = (begin + end) / 2
        fitting = part(report, begin, middle, "Inverse map")
        asking = part(report, middle, end, "Inverse map")
        radius = REACH[turn] * between
        found = InverseMap.fit(
            embedding, x, low, high, radius=radius, centres=centres, report=fitting
        )
        return found, kept_share(found, embedding[judged], labels[judged], classify, asking)

    chosen, best = tried(0)
    for turn in range(1, len(REACH)):
        wider, kept = tried(turn)
        best = max(best, kept)
        if kept < best - DROP:
            break
        chosen = wider
    report(1.0, "Inverse map")
    return chosen


def kept_share(
    inverse: InverseMap,
    embedding: Array,
    labels: Array,
    classify: Classify,
    report: Report = silent,
) -> float:
    """Share of samples whose inverse image gets the class that the sample gets; few images are in
    memory at a time."""
    kept = 0
    for start in range(0, len(embedding), _BLOCK):
        some = slice(start, start + _BLOCK)
        kept += int(np.sum(classify(inverse.images(embedding[some])) == labels[some]))
        report(min(1.0, some.stop / len(embedding)))
    return kept / len(embedding)


def spread(embedding: Array, count: int) -> Array:
    """Samples that lie far from each other: (m,) int64, ascending; all if there are not more.

    Farthest points: each is the one farthest from those chosen before, beginning with the one
    farthest from the middle, so that no place of the map is far from a centre.
    """
    n = len(embedding)
    if n <= count:
        return np.arange(n)
    points = embedding.astype(np.float64)
    apart = np.full(n, np.inf)
    place = int(np.argmax(((points - points.mean(axis=0)) ** 2).sum(axis=1)))
    chosen = []
    for _ in range(count):
        chosen.append(place)
        apart = np.minimum(apart, ((points - points[place]) ** 2).sum(axis=1))
        place = int(np.argmax(apart))
        if apart[place] <= 0:  # every place is taken
            break
    return np.sort(np.array(chosen))


def spacing(centres: Array) -> float:
    """Median distance of a centre to the third nearest other; 1 if they share one place."""
    places = np.unique(centres, axis=0)
    if len(places) < 2:
        return 1.0
    count = min(NEAREST, len(places) - 1)
    apart, _ = cKDTree(places).query(places, [count + 1])
    return float(np.median(apart))


def _weights(points: Array, centres: Array, radius: float) -> Array:
    """(q, m) float32; rows sum to 1."""
    scale = np.float32(1.0 / radius)
    across, down = (
        np.subtract.outer(points[:, axis], centres[:, axis]).astype(np.float32) * scale
        for axis in range(2)
    )
    found: Array = np.minimum(across * across + down * down, np.float32(1e24))
    found *= np.sqrt(found)  # |y - y_i|^(2 b), b = POWER
    found += 1.0
    np.reciprocal(found, out=found)
    found /= found.sum(axis=1, keepdims=True)
    return found


def _affordable(centres: int, width: int) -> int:
    if centres < 1:
        raise ParameterError(f"An inverse map needs 1 centre or more; got {centres}.")
    return max(1, min(centres, BYTES // (4 * max(1, width))))


def _places(points: Array) -> Array:
    found = np.asarray(points, np.float32)
    if found.ndim != 2 or found.shape[1] != 2:
        raise ShapeError(f"Places of a map are rows (x, y); got {found.shape}.")
    if not np.isfinite(found).all():
        raise NotFiniteError("Places of a map must be finite; leave out those that are not.")
    return found


def _pair(embedding: Array, x: Array, low: float, high: float) -> tuple[Array, Array]:
    embedding, x = _places(embedding), np.asarray(x, np.float32)
    if x.ndim != 2 or len(x) != len(embedding) or not x.size:
        raise ShapeError(
            f"An inverse map needs samples (n, d) and their places (n, 2), n > 0; got {x.shape} "
            f"and {embedding.shape}."
        )
    if not np.isfinite(x).all():
        raise NotFiniteError("Samples must be finite to be averaged; leave out those with NaN.")
    if not low <= high:
        raise ParameterError(f"Values range from low to high; got {low:g} to {high:g}.")
    return embedding, x
