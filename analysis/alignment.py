"""Two representations of the same samples: one turned into the axes of the other, and compared.

Features lie in rows, as in `points.gather`; sums over samples are taken in float64, block by
block, from features relative to their mean. That mean is taken relative to the first sample, so
that a constant feature becomes exactly 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array

MOST_FEATURES = 1024
"""Of each representation: its matrices then take 8 MiB each."""

SAMPLES_AT_ONCE = 4096


@dataclass(frozen=True)
class Alignment:
    """How a representation B is moved onto a representation A of the same samples.

    Attributes:
        rotation: (b, a) float64, with orthonormal columns if b >= a, else with orthonormal rows;
            it may reflect.
        scale: not negative; 0 where nothing of B goes with A.
        mean_a, mean_b: (a,) and (b,) float64.
        residual: share of A's variance that the aligned B leaves unexplained, 1 - R^2, in [0, 1];
            NaN if A is constant.
    """

    rotation: Array
    scale: float
    mean_a: Array
    mean_b: Array
    residual: float

    def apply(self, block: Array) -> Array:
        """Samples of B in the axes of A.

        Args:
            block: (b, m); need not be the samples of the fit.
        Returns: (a, m) float64; a sample with a value that is not finite has none that is.
        Raises: ShapeError.
        """
        block = np.asarray(block)
        if block.ndim != 2 or len(block) != len(self.mean_b):
            raise ShapeError(
                f"This alignment takes samples of {len(self.mean_b)} features as "
                f"({len(self.mean_b)}, m); got {block.shape}."
            )
        turn = self.scale * self.rotation.T
        found = np.empty((len(self.mean_a), block.shape[1]))
        for part in _parts(block.shape[1]):
            values = block[:, part].astype(np.float64)
            values[:, ~np.isfinite(values).all(axis=0)] = np.nan
            found[:, part] = turn @ (values - self.mean_b[:, None]) + self.mean_a[:, None]
        return found


def procrustes(a: Array, b: Array) -> Alignment:
    """The rotation R and scale s that bring B nearest to A, both centred.

    R is U V^T of the singular value decomposition U S V^T of B^T A (samples in rows): of all
    matrices with orthonormal columns (or rows) the one whose B R has the largest inner product
    with A. s then makes |A - s B R| smallest. Where B has no more features than A, turning leaves
    its length as it is, and no other R and s come nearer. Where it has more, R decides too which
    directions of B are left out, and the nearest one has no closed form: this is the nearest to A
    with zeros for as many features as it lacks.

    Args:
        a: (a, n); b: (b, n), the same samples. Samples with a value that is not finite in either
            are left out.
    Raises:
        ShapeError: not the same number of samples.
        ParameterError: no features, or more than MOST_FEATURES.
        NotFiniteError: no sample is finite in both.
    Source: Schönemann 1966, *A generalized solution of the orthogonal Procrustes problem*; Gower
        & Dijksterhuis 2004, *Procrustes problems*, chapters 4 and 5.
    """
    pair = _Pair.of(a, b)
    if not len(pair.samples):
        raise NotFiniteError(
            f"None of {np.shape(a)[1]:,} samples is finite in both representations, so that "
            "nothing can be aligned. Choose another layer."
        )
    across = pair.product("b", "a")
    left, strengths, right = np.linalg.svd(across, full_matrices=False)
    rotation = left @ right
    length = float(np.sum(rotation * (pair.product("b", "b") @ rotation)))
    power = float(pair.squares("a").sum())
    common = float(strengths.sum())
    scale = common / length if length > 0 else 0.0
    residual = math.nan
    if power > 0:
        residual = min(1.0, max(0.0, 1.0 - scale * common / power))
    return Alignment(rotation, scale, pair.means["a"], pair.means["b"], residual)


def between(a: Array, b: Array) -> Array:
    """Pearson's r of every feature of A with every feature of B.

    Args, Raises: as `procrustes`, but that no finite sample is no error.
    Returns: (a, b) float64 in [-1, 1]; 0 for constant features.
    """
    pair = _Pair.of(a, b)
    spreads = [np.sqrt(pair.squares(name)) for name in ("a", "b")]
    inverse = [np.divide(1.0, s, out=np.zeros_like(s), where=s > 0) for s in spreads]
    found: Array = pair.product("a", "b") * inverse[0][:, None] * inverse[1]
    return np.clip(found, -1.0, 1.0, out=found)


def similarity(a: Array, b: Array) -> float:
    """Linear centred kernel alignment: |A^T B|^2 / (|A^T A| |B^T B|), Frobenius norms, centred.

    It stays the same when either is turned, moved or scaled by one number.

    Args, Raises: as `between`.
    Returns: from 0 to 1, the latter for representations that differ only so; NaN if one is
        constant.
    Source: Kornblith, Norouzi, Lee & Hinton, *Similarity of neural network representations
        revisited*, ICML 2019.
    """
    pair = _Pair.of(a, b)
    own, theirs = (float(np.linalg.norm(pair.product(name, name))) for name in ("a", "b"))
    if own == 0 or theirs == 0:
        return math.nan
    across = float(np.linalg.norm(pair.product("a", "b")))
    return min(1.0, across / own * (across / theirs))


@dataclass(frozen=True)
class _Pair:
    """Two representations, of which some samples count.

    Attributes:
        values: "a" and "b" -> (features, n).
        samples: (k,) int64, those that are finite in both.
        means: name -> (features,) float64; 0 without samples.
    """

    values: dict[str, Array]
    samples: Array
    means: dict[str, Array]

    @classmethod
    def of(cls, a: Array, b: Array) -> _Pair:
        values = {"a": np.asarray(a), "b": np.asarray(b)}
        shapes = [array.shape for array in values.values()]
        if len(shapes[0]) != 2 or len(shapes[1]) != 2 or shapes[0][1] != shapes[1][1]:
            raise ShapeError(
                "Two representations of the same samples must be (a, n) and (b, n); got "
                f"{shapes[0]} and {shapes[1]}."
            )
        for features, _ in shapes:
            if not 1 <= features <= MOST_FEATURES:
                raise ParameterError(
                    f"Representations of 1 to {MOST_FEATURES:,} features are compared; got "
                    f"{features:,}. Choose a smaller layer, or single positions of this one."
                )
        good = np.ones(shapes[0][1], dtype=bool)
        for array in values.values():
            for part in _parts(len(good)):
                good[part] &= np.isfinite(array[:, part]).all(axis=0)
        samples = np.flatnonzero(good)
        return cls(values, samples, {name: _mean(values[name], samples) for name in values})

    def product(self, one: str, other: str) -> Array:
        """(features of one, features of other): sums over samples of their centred products."""
        found = np.zeros((len(self.values[one]), len(self.values[other])))
        pairs = zip(self._centred(one), self._centred(other), strict=True)
        for first, second in pairs:
            found += first @ second.T
        return found

    def squares(self, name: str) -> Array:
        """(features,): sums over samples of every centred feature's square."""
        found = np.zeros(len(self.values[name]))
        for part in self._centred(name):
            found += np.einsum("fn,fn->f", part, part)
        return found

    def _centred(self, name: str) -> Iterator[Array]:
        for part in _parts(len(self.samples)):
            values = self.values[name][:, self.samples[part]].astype(np.float64)
            yield values - self.means[name][:, None]


def _mean(values: Array, samples: Array) -> Array:
    if not len(samples):
        return np.zeros(len(values))
    base = values[:, samples[0]].astype(np.float64)
    total = np.zeros(len(values))
    for part in _parts(len(samples)):
        total += (values[:, samples[part]] - base[:, None]).sum(axis=1)
    return base + total / len(samples)


def _parts(count: int) -> Iterator[slice]:
    """Samples that are taken at a time."""
    for start in range(0, count, SAMPLES_AT_ONCE):
        yield slice(start, min(start + SAMPLES_AT_ONCE, count))
