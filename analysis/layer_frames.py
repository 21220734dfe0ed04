"""How the view of one layer is carried to the layer before it, so that only real change moves.

A layer's samples x (n, d) are seen as x F, with F (d, w) of orthonormal rows, d <= w: all layers of
a path live in one space of w dimensions, through which one tour leads. Between two layers points
move on straight lines. A path is gone through from its end, whose F is given (the identity for
class probabilities, so that axes are classes), to its beginning.

Of a layer y = x M with M = U S V^T the rotation U V^T is taken up by the frames: with F_x = U V^T
F_y, what moves from x F_x to y F_y is x U going to x U S, seen through one and the same rotation. A
layer that only rotates its input moves nothing; one that scales a direction moves points along it
alone.

Source: Li, Zhao & Scheidegger, *Visualizing Neural Networks with the Grand Tour*, Distill 2020.
"""

from __future__ import annotations

import numpy as np

from . import alignment
from .errors import NotFiniteError, ShapeError
from .types import Array


def through_matrix(matrix: Array, after: Array) -> Array:
    """The frame before a layer that multiplies by a matrix.

    Directions that the layer forgets (d > e) are drawn where no direction of what it gives is.

    Args:
        matrix: (d, e), rows times it; d <= w.
        after: (e, w) frame of what it gives, of orthonormal rows.
    Returns: (d, w) float64, of orthonormal rows.
    Raises: ShapeError, NotFiniteError.
    """
    matrix, after = np.asarray(matrix, np.float64), _frame(after)
    if matrix.ndim != 2 or matrix.shape[1] != len(after) or len(matrix) > after.shape[1]:
        raise ShapeError(
            f"A frame {after.shape} is carried through a matrix of as many columns as it has rows, "
            f"and no more rows than it has columns; got {matrix.shape}."
        )
    if not np.isfinite(matrix).all():
        raise NotFiniteError(
            "Only a finite matrix can carry a frame. Look for a diverged training."
        )
    left, _, right = np.linalg.svd(matrix, full_matrices=True)
    seen = right[: len(matrix)] @ after
    return np.asarray(left @ np.concatenate([seen, _beside(after)[: len(matrix) - len(seen)]]))


def through_samples(x: Array, z: Array) -> Array:
    """The frame before any other layer: the one that moves these samples least.

    Args:
        x: (n, d) samples before it, d <= w.
        z: (n, w) the same behind it, as they are seen.
    Returns: (d, w) float64, of orthonormal rows; both are taken relative to their means, and
        without the samples that are not finite in both.
    Raises: ShapeError; NotFiniteError if no sample is finite.
    """
    x, z = np.asarray(x), np.asarray(z)
    if x.ndim != 2 or z.ndim != 2 or len(x) != len(z) or x.shape[1] > z.shape[1]:
        raise ShapeError(
            f"Samples (n, d) are turned towards the same samples (n, w), d <= w; got {x.shape} and "
            f"{z.shape}."
        )
    return alignment.procrustes(z.T, x.T).rotation


def _beside(frame: Array) -> Array:
    """(w - e, w) orthonormal rows, orthogonal to those of a frame (e, w)."""
    q, _ = np.linalg.qr(frame.T, mode="complete")
    return np.asarray(q[:, len(frame) :].T)


def _frame(frame: Array) -> Array:
    found = np.asarray(frame, np.float64)
    if found.ndim != 2 or not 0 < len(found) <= found.shape[1]:
        raise ShapeError(
            f"A frame (d, w) has rows, and no more of them than columns; got {found.shape}."
        )
    return found
