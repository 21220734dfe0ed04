"""Class probabilities at places of the plane, asked for in parts and looked at with suspicion."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .errors import NotFiniteError, ParameterError, ShapeError
from .types import Array, Report, silent

Decide = Callable[[Array], Array]
"""(m, 2) float64 places -> (m, c) float32 class probabilities, each from its own place alone."""

AT_ONCE = 2048
"""Most places that are asked for in one call."""

MOST_CLASSES = int(np.iinfo(np.int16).max)
TOLERANCE = 1e-3
"""By how much probabilities may miss 1 in sum."""


def decided(decide: Decide, points: Array, report: Report = silent) -> tuple[Array, Array, Array]:
    """What is decided at places (m, 2), each of which is asked for once.

    Returns: labels (m,) int16, the most probable class, the first of several; certainty (m,)
        float32 in [0, 1], 1 - entropy / log c, or 1 for a single class; and the probability of
        the most probable class (m,) float32.
    Raises: ShapeError, NotFiniteError, ParameterError: what is wrong with the answers.
    """
    labels = np.empty(len(points), np.int16)
    certainty, top = np.empty((2, len(points)), np.float32)
    classes = None
    for start in range(0, len(points), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        answers = _probabilities(decide(points[some]), len(points[some]), classes)
        classes = answers.shape[1]
        labels[some] = answers.argmax(axis=1)
        top[some] = answers.max(axis=1)
        certainty[some] = _certainty(answers)
        report(min(1.0, (start + AT_ONCE) / len(points)))
    return labels, certainty, top


def _probabilities(answers: Array, count: int, classes: int | None) -> Array:
    """Answers as (m, c) float64, or an error that says what is wrong with them."""
    found = np.ascontiguousarray(answers, dtype=np.float64)
    if found.ndim != 2 or len(found) != count or (classes or found.shape[1]) != found.shape[1]:
        wanted = f"({count:,}, {'classes' if classes is None else classes})"
        raise ShapeError(
            f"{count:,} places were asked for, so that {wanted} probabilities were expected; got "
            f"shape {found.shape}."
        )
    if not 1 <= found.shape[1] <= MOST_CLASSES:
        raise ParameterError(
            f"Between 1 and {MOST_CLASSES:,} classes can be drawn; got {found.shape[1]:,}."
        )
    if not np.isfinite(found).all():
        raise NotFiniteError(
            f"{int((~np.isfinite(found).all(axis=1)).sum()):,} of {count:,} places have "
            "probabilities that are not finite, so that nothing is decided there. Look for NaN in "
            "the samples or the network's weights."
        )
    wrong = found.min() < -TOLERANCE or np.abs(found.sum(axis=1) - 1).max() > TOLERANCE
    if wrong:
        raise ParameterError(
            "Class probabilities must not be negative and sum to 1; got rows from "
            f"{found.min():.4g} to {found.max():.4g} with sums from {found.sum(axis=1).min():.4g} "
            f"to {found.sum(axis=1).max():.4g}. Choose a network that ends in probabilities."
        )
    return found


def _certainty(probabilities: Array) -> Array:
    """1 - entropy / log c of every row."""
    classes = probabilities.shape[1]
    if classes == 1:
        return np.ones(len(probabilities))
    present = np.where(probabilities > 0, probabilities, 1.0)
    entropy = -(present * np.log(present)).sum(axis=1)
    certainty: Array = np.clip(1 - entropy / math.log(classes), 0.0, 1.0)
    return certainty
