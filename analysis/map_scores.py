"""How well a map shows a classifier: the scores of DeepView, section 5.1.

Source: Schulz, Hinder & Hammer, *DeepView*, IJCAI 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from .errors import NotFiniteError, ParameterError, ShapeError
from .inverse_map import Classify, InverseMap, kept_share
from .types import Array, Report, part, silent

NEIGHBOURS = 5
"""Neighbours that vote, in the paper and in the published program."""

TRAINED = 0.7
"""Share of samples on which an inverse map is fitted to be judged by the others."""

SPLITS = 3
"""Times that samples are left out. The paper does it once, which says little: at 600 samples the
share of the 180 that are left out has a standard deviation of 0.02."""

SURE = 2.0
"""Standard errors by which samples lost must exceed samples won to count as a loss."""


@dataclass(frozen=True)
class Sweep:
    """What the weight of the Euclidean distance does to a map.

    Attributes:
        lams: (m,) float64, ascending.
        q_knn: (m,) float64.
        proposed: the largest of them that does not lose against the best, see `largest_kept`.
    """

    lams: Array
    q_knn: Array
    proposed: float


def voted(embedding: Array, labels: Array) -> Array:
    """Which samples have the class that most of their nearest on the map have.

    Each is left out itself. Of equally many votes the lower class wins.

    Args:
        embedding: (n, 2), finite, n > NEIGHBOURS.
        labels: (n,) classes, not negative: what the network says of the samples.
    Returns: (n,) bool; its mean is Q_kNN.
    Raises: ShapeError, NotFiniteError; ParameterError for too few samples.
    """
    embedding, labels = np.asarray(embedding, np.float64), np.asarray(labels, np.int64)
    n = len(embedding)
    if embedding.ndim != 2 or labels.shape != (n,):
        raise ShapeError(
            f"Scores need places (n, 2) and one class for each; got {embedding.shape} and "
            f"{labels.shape}."
        )
    if n <= NEIGHBOURS:
        raise ParameterError(
            f"Scores let {NEIGHBOURS} neighbours of every sample vote and need "
            f"{NEIGHBOURS + 1} samples or more; got {n}."
        )
    if not np.isfinite(embedding).all():
        raise NotFiniteError("Scores need finite places; leave out samples without one.")
    _, near = cKDTree(embedding).query(embedding, NEIGHBOURS + 1)
    # Of samples at one place, the sample itself may stand anywhere, or not at all.
    own = near == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True
    near = near[~own].reshape(n, NEIGHBOURS)
    votes = np.zeros((n, int(labels.max()) + 1), np.int64)
    np.add.at(votes, (np.repeat(np.arange(n), NEIGHBOURS), labels[near].ravel()), 1)
    found: Array = votes.argmax(axis=1) == labels
    return found


def q_data(
    inverse: InverseMap,
    embedding: Array,
    labels: Array,
    classify: Classify,
    report: Report = silent,
) -> float:
    """Share of samples whose inverse image gets the class that the sample gets."""
    return kept_share(inverse, embedding, labels, classify, report)


def q_not_data(
    inverse: InverseMap,
    embedding: Array,
    x: Array,
    *,
    labels: Array,
    classify: Classify,
    seed: int = 0,
    report: Report = silent,
) -> float:
    """The same where there were no samples: an inverse map of the same radius is fitted on a
    random TRAINED of them and judged at the places of the others, SPLITS times.

    Args:
        inverse: of all samples.
        embedding, x: (n, 2) places and (n, d) samples, n > 1.
        report: hears the progress, may raise to stop.
    """
    n = len(embedding)
    if n < 2:
        raise ParameterError(
            "What a map shows between samples is judged by samples left out; one sample is too few."
        )
    count = min(n - 1, max(1, int(TRAINED * n)))
    draw, right, judged = np.random.default_rng(seed), 0.0, 0
    for turn in range(SPLITS):
        fitting, asking = (
            part(report, (2 * turn + step) / (2 * SPLITS), (2 * turn + step + 1) / (2 * SPLITS))
            for step in range(2)
        )
        order = draw.permutation(n)
        kept, left = np.sort(order[:count]), np.sort(order[count:])
        trained = InverseMap.fit(
            embedding[kept],
            x[kept],
            inverse.low,
            inverse.high,
            radius=inverse.radius,
            report=fitting,
        )
        right += q_data(trained, embedding[left], labels[left], classify, asking) * len(left)
        judged += len(left)
    return right / judged


def all_of(
    inverse: InverseMap,
    embedding: Array,
    plain: Array,
    x: Array,
    *,
    labels: Array,
    classify: Classify,
    seed: int = 0,
    report: Report = silent,
) -> dict[str, float]:
    """Q_kNN, Q_kNN of the places `plain` (n, 2) by Euclidean distances, Q_data and Q_not_data.

    Args: as of `q_not_data`.
    Raises: as `voted`.
    """
    return {
        "q_knn": float(voted(embedding, labels).mean()),
        "q_knn_euclid": float(voted(plain, labels).mean()),
        "q_data": q_data(inverse, embedding, labels, classify, part(report, 0.0, 0.3)),
        "q_not_data": q_not_data(
            inverse,
            embedding,
            x,
            labels=labels,
            classify=classify,
            seed=seed,
            report=part(report, 0.3, 1.0),
        ),
    }


def largest_kept(lams: Sequence[float], votes: Sequence[Array]) -> Sweep:
    """The largest lam of which Q_kNN is not significantly below the best.

    Compared sample by sample, as McNemar does: the samples that the best gets right and another
    does not are set against those for which it is the other way round. Where chance alone decides
    about each of these m samples, the difference has the standard deviation sqrt(m); a difference
    of more than SURE times that is a loss.

    Args:
        lams: at least 1, in any order.
        votes: `voted` of the map of each.
    Source: DeepView, section 5.2: "the largest one that does not degrade Q_kNN significantly";
        McNemar 1947.
    """
    order = np.argsort(lams, kind="stable")
    rising = np.asarray(lams, np.float64)[order]
    right = np.stack([votes[place] for place in order])
    shares = right.mean(axis=1)
    best = right[int(np.argmax(shares))]
    lost = (best & ~right).sum(axis=1)
    won = (right & ~best).sum(axis=1)
    kept = lost - won <= SURE * np.sqrt(lost + won)
    return Sweep(rising, shares, float(rising[np.flatnonzero(kept)[-1]]))
