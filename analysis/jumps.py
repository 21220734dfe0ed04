"""How far samples move from one drawing of them to the next.

The drawings themselves are made in `projections`, by libraries that only a worker imports; whoever
compares them does without.
"""

from __future__ import annotations

import math

import numpy as np

from . import alignment
from .errors import ParameterError, ShapeError
from .types import Array

KINDS = ("pca", "umap", "t-sne")
"""Drawings that are computed for a comparison; planes of a tour are drawn in the browser."""

LEAST = 5
"""Samples without which there is nothing to draw or to compare."""


def jump(before: Array, after: Array, *, aligned: bool = True) -> float:
    """How far samples move on average from one drawing to the next.

    It is a share of the root mean squared distance of the samples of `before` from their middle: 0
    for samples that stay, near 1 for a drawing that has nothing to do with the one before.

    Args:
        before, after: (n, d) the same samples; those that are not finite in both do not count.
        aligned: turn, mirror, move and scale `after` onto `before` first, as far as that helps, so
            that only what is left counts. Without, samples are compared as they lie.
    Returns: NaN if all samples of `before` lie in one place.
    Raises: ShapeError; ParameterError for fewer than LEAST finite samples.
    """
    one, other = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if one.ndim != 2 or one.shape != other.shape:
        raise ShapeError(
            f"Two drawings of the same samples must both be (n, d); got {one.shape} and "
            f"{other.shape}."
        )
    good = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
    require(int(good.sum()))
    one, other = one[good], other[good]
    if aligned:
        other = alignment.procrustes(one.T, other.T).apply(other.T).T
    radius = math.sqrt(np.square(one - one.mean(axis=0)).sum(axis=1).mean())
    return float(np.linalg.norm(other - one, axis=1).mean() / radius) if radius > 0 else math.nan


def require(count: int) -> None:
    """Raises: ParameterError for too few samples."""
    if count < LEAST:
        raise ParameterError(
            f"A drawing takes {LEAST} samples or more without NaN or infinity; got {count}. Show "
            "more samples (--limit), or choose another layer or epoch."
        )
