"""Curves that visit every cell of a grid once and keep near what is near along them."""

from __future__ import annotations

import numpy as np

from .errors import ParameterError
from .types import Array

LARGEST_ORDER = 13
"""8,192 x 8,192 cells: more than any screen, and 1 GiB of positions."""


def hilbert(order: int) -> Array:
    """The Hilbert curve.

    Args:
        order: the square has 2**order cells a side.

    Returns: (4**order, 2) int64, (column, row) along the curve from (0, 0) to
        (2**order - 1, 0). Consecutive cells are neighbours left, right, above or below.
    Raises: ParameterError.
    Source: Hilbert, *Ueber die stetige Abbildung einer Linie auf ein Flaechenstueck*, 1891.
    """
    if not 0 <= order <= LARGEST_ORDER:
        raise ParameterError(
            f"A Hilbert curve has an order from 0 to {LARGEST_ORDER}; got {order}."
        )
    cells = np.zeros((1, 2), dtype=np.int64)
    for level in range(order):
        side = 2**level
        turned = cells[:, ::-1]
        # Four copies: below left, above left, above right, below right. The first and the last
        # are mirrored at a diagonal, so that each copy starts beside the end of the one before.
        cells = np.concatenate(
            [
                turned,
                cells + _vector(0, side),
                cells + _vector(side, side),
                _vector(2 * side - 1, side - 1) - turned,
            ]
        )
    return cells


def gilbert(width: int, height: int) -> Array:
    """A curve in the manner of Hilbert's for any rectangle.

    A path between two corners of one side exists only if that side is even or the other one
    odd (colour the cells like a chessboard). Rectangles are cut so that all parts allow it, and
    so no step is ever diagonal. A long side that is odd over an even one allows no such path:
    it gets an even part, and a last part that is crossed the other way.

    Args:
        width, height: cells, at least 1.

    Returns: (width * height, 2) int64, (column, row) along the curve from (0, 0); consecutive
        cells are neighbours left, right, above or below. For a square of 2**order cells a side
        it is the Hilbert curve.
    Raises: ParameterError.
    """
    if width < 1 or height < 1:
        raise ParameterError(
            f"A curve needs at least one cell in each direction; got {width} x {height}."
        )
    long, short = max(width, height), min(width, height)
    known: dict[tuple[int, int], Array] = {}
    if long % 2 == 0 or short % 2 == 1:
        cells = _path(long, short, known)
    elif 2 * long <= 3 * short:
        cells = _path(short, long, known)[:, ::-1]
    else:
        start = long - (short - 1)
        rest = _path(short, short - 1, known)[:, ::-1]
        cells = np.concatenate([_path(start, short, known), rest + _vector(start, 0)])
    return np.ascontiguousarray(cells if width >= height else cells[:, ::-1])


def _path(a: int, b: int, known: dict[tuple[int, int], Array]) -> Array:
    """From (0, 0) to (a - 1, 0) through all cells of a x b; a is even or b odd, a > 1 or b = 1.

    Args:
        known: paths found so far; few different sizes come up.
    Returns: (a * b, 2) int64.
    """
    if (a, b) not in known:
        known[a, b] = _new_path(a, b, known)
    return known[a, b]


def _new_path(a: int, b: int, known: dict[tuple[int, int], Array]) -> Array:
    if b == 1:
        return np.stack([np.arange(a), np.zeros(a, dtype=np.int64)], axis=1)
    if a == b == 2:
        return np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    if 2 * a > 3 * b:  # long: one half after the other
        half = _even_half(a)
        rest = _path(a - half, b, known) + _vector(half, 0)
        return np.concatenate([_path(half, b, known), rest])
    # Up, across, down. With an even way up, the ways up and down always exist; and the way
    # across does: if a is odd then so is b, and an odd height is left.
    up = _even_half(b)
    left = a // 2
    rise = _path(up, left, known)[:, ::-1]
    across = _path(a, b - up, known) + _vector(0, up)
    fall = _vector(a - 1, up - 1) - _path(up, a - left, known)[:, ::-1]
    return np.concatenate([rise, across, fall])


def _even_half(length: int) -> int:
    """The even number nearest to half a length of 3 or more, so that something is left."""
    half = length // 2
    return half if half % 2 == 0 else half + 1


def _vector(column: int, row: int) -> Array:
    return np.array([column, row], dtype=np.int64)
