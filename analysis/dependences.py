"""Which features of a cloud of points are combinations of others, and of which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotri, dpstrf

from .errors import ShapeError
from .types import Array

EXACT = 1e-8
"""Variance left, of a standardised feature, up to which a combination of others counts as exact:
what rounding to float32 leaves of a feature that lies a thousand deviations from zero."""

MOST_TERMS = 5
"""Of a combination that are told."""

NEGLIGIBLE = 1e-3
"""Weight of a term that is not told, relative to the largest."""


@dataclass(frozen=True)
class Dependence:
    """One feature as a combination of others, up to a constant.

    Attributes:
        feature: its number.
        on: the features with the largest weights, at most `MOST_TERMS`, largest first.
        weights: theirs, in deviations of `feature` per deviation of the other.
        explained: share of its variance that the whole combination explains (R²), also by terms
            that are not told.
    """

    feature: int
    on: tuple[int, ...]
    weights: tuple[float, ...]
    explained: float


@dataclass(frozen=True)
class Dependences:
    """Which features say nothing of their own; see `dependences`.

    Attributes:
        rank: dimensions in which the points lie, after dead features are left out.
        list: by the number of the feature.
    """

    rank: int
    list: tuple[Dependence, ...]


def dependences(correlation: Array, tolerance: float = 1e-3) -> Dependences:
    """Which live features are combinations of others, up to a constant.

    A pivoted Cholesky decomposition of the correlations takes one feature after the other into a
    basis, each time the one of which the basis so far explains least, until it explains all but
    `EXACT` of the variance of every other one. Then two kinds of features depend on others:

    - those outside of the basis: combinations of the basis, exactly, as far as float32 goes;
    - those inside of which the rest of the basis explains more than 1 - tolerance: nearly.

    So of features that determine each other exactly, such as copies, only those outside of the
    basis are told; of features that determine each other nearly, all. Where a single feature of
    the basis explains as much as all of it, that one is the only term.

    Args:
        correlation: (f, f), as `correlation` gives it: a diagonal of 0 marks dead features.
    Raises: ShapeError.
    """
    if correlation.ndim != 2 or correlation.shape[0] != correlation.shape[1]:
        raise ShapeError(f"Correlations must be square; got shape {correlation.shape}.")
    live = np.flatnonzero(np.diagonal(correlation) > 0)
    if not len(live):
        return Dependences(0, ())
    among = correlation[np.ix_(live, live)]
    factor, pivots, rank, _ = dpstrf(among, tol=EXACT)
    place = pivots - 1
    basis, others = place[:rank], place[rank:]
    upper, beside = np.triu(factor[:rank, :rank]), factor[:rank, rank:]
    explained = np.minimum(1.0, np.square(beside).sum(axis=0))
    weights = solve_triangular(upper, beside)
    found = [
        _told(live[one], live[basis], weights[:, k], among[one, basis], explained[k])
        for k, one in enumerate(others)
    ]

    inverse, _ = dpotri(upper)
    inverse = np.triu(inverse) + np.triu(inverse, 1).T
    left = 1.0 / np.diagonal(inverse)
    for k in np.flatnonzero(left < tolerance):
        one, rest = basis[k], np.delete(basis, k)
        own = -np.delete(inverse[k], k) * left[k]
        found.append(_told(live[one], live[rest], own, among[one, rest], 1.0 - left[k]))
    return Dependences(int(rank), tuple(sorted(found, key=lambda one: one.feature)))


def _told(feature: int, basis: Array, weights: Array, alone: Array, explained: float) -> Dependence:
    """A combination of the basis by its largest terms.

    Args:
        basis: (k,) features.
        weights: (k,), of the combination.
        alone: (k,), correlations of the feature with each of the basis.
    """
    best = int(np.abs(alone).argmax())
    if explained - alone[best] ** 2 <= EXACT:
        terms, weights = np.array([best]), alone
    else:
        terms = np.lexsort((basis, -np.abs(weights)))[:MOST_TERMS]
        size = np.abs(weights[terms])
        terms = terms[size >= NEGLIGIBLE * size[0]]
    return Dependence(
        feature=int(feature),
        on=tuple(int(number) for number in basis[terms]),
        weights=tuple(float(weight) for weight in weights[terms]),
        explained=float(explained),
    )
