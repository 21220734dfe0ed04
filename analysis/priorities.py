"""Which inputs to look at first: samples ranked by how little a network is sure of them.

Whoever labels or tests by hand wants the mistakes early. Each score is larger the sooner a sample
should be looked at; `found` says what an order is worth.

Source: DeepGini of Feng et al., *DeepGini: prioritizing massive tests to enhance the robustness of
deep neural networks*, 2020; the plan of NeuralVis, Zhang et al., 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from .errors import ShapeError
from .types import Array


def gini(probabilities: Array) -> Array:
    """(n,) how often two draws from a sample's classes would differ: 1 - sum p^2."""
    p = _probabilities(probabilities)
    return np.asarray(1.0 - np.square(p).sum(axis=1))


def entropy(probabilities: Array) -> Array:
    """(n,) - sum p ln p, in nats."""
    p = _probabilities(probabilities)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    return np.asarray(-(p * logs).sum(axis=1))


def margin(probabilities: Array) -> Array:
    """(n,) 1 less how much likelier the first class is than the second."""
    p = np.sort(_probabilities(probabilities), axis=1)
    return 1.0 - (p[:, -1] - p[:, -2]) if p.shape[1] > 1 else np.zeros(len(p))


def disagreement(probabilities: Array, others: Array) -> Array:
    """(n,) how far another network is from saying the same: the Jensen-Shannon divergence in nats,
    plus 1 where the two name different classes, so that these come first.

    Raises: ShapeError unless both say the same classes of the same samples.
    """
    p, q = _probabilities(probabilities), _probabilities(others)
    if p.shape != q.shape:
        raise ShapeError(
            f"Two networks disagree on the same classes of the same samples; got {p.shape} and "
            f"{q.shape}."
        )
    far = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    return np.asarray(np.maximum(far, 0.0) + (p.argmax(axis=1) != q.argmax(axis=1)))


SCORES: Mapping[str, Callable[[Array], Array]] = MappingProxyType(
    {"gini": gini, "margin": margin, "entropy": entropy}
)
"""Scores of one network, by name."""


def ranked(scores: Array) -> Array:
    """(n,) int32: samples by falling score; of equal ones the first comes first."""
    return np.argsort(-np.asarray(scores, np.float64), kind="stable").astype(np.int32)


def found(order: Array, wrong: Array) -> Array:
    """What an order is worth.

    Args:
        order: (n,) samples in the order in which they are looked at.
        wrong: (n,) whether the network errs on a sample, by its number.
    Returns: (n + 1,) the share of all errors among the first k, for k = 0 to n; 1 everywhere if
        there are none.
    Raises: ShapeError.
    """
    errs = np.asarray(wrong, bool)
    if errs.ndim != 1 or len(order) != len(errs):
        raise ShapeError(
            f"An order of all samples is needed; got {len(order)} of {errs.shape} samples."
        )
    count = int(errs.sum())
    if not count:
        return np.ones(len(errs) + 1)
    return np.concatenate([[0.0], np.cumsum(errs[np.asarray(order)]) / count])


def gain(order: Array, wrong: Array) -> float | None:
    """How near an order comes to the best one: 1 for errors first, 0 for chance, below for worse.

    It is the area between the curve of `found` and that of chance, as a share of that of the best
    order; None where all samples or none are wrong, so that no order is better than another.
    """
    errs = np.asarray(wrong, bool)
    n, count = len(errs), int(errs.sum())
    curve = found(order, errs)
    if not 0 < count < n:
        return None
    best = found(np.argsort(~errs, kind="stable"), errs)
    chance = np.linspace(0.0, 1.0, n + 1)
    return float((curve - chance).sum() / (best - chance).sum())


def _probabilities(given: Array) -> Array:
    p = np.asarray(given, np.float64)
    if p.ndim != 2 or not p.shape[1]:
        raise ShapeError(f"Class probabilities are (n, classes); got {p.shape}.")
    return p
