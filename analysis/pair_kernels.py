"""Compiled loops over pairs of samples; see `threads` for how they are run."""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .threads import kernel
from .types import Array

FEATURES_AT_ONCE = 128
"""Of a tile in `pair_tile`, so that they stay in the processor's cache."""


@kernel
def add_squares(points: Array, column: int, one: Array, out: Array) -> None:
    """out[j] += squared distance of sample column + j from `one`, feature by feature.

    Args:
        points: (d, n) float32, C order; one: (d,); out: (m,).
    """
    d = len(one)
    end = column + len(out)
    f = 0
    while f + 4 <= d:  # four at a time: fewer loads and stores of the sums
        a, b, c, e = one[f], one[f + 1], one[f + 2], one[f + 3]
        first, second = points[f][column:end], points[f + 1][column:end]
        third, fourth = points[f + 2][column:end], points[f + 3][column:end]
        for j in range(len(out)):
            p, q, r, s = first[j] - a, second[j] - b, third[j] - c, fourth[j] - e
            out[j] = (((out[j] + p * p) + q * q) + r * r) + s * s
        f += 4
    while f < d:
        a = one[f]
        first = points[f][column:end]
        for j in range(len(out)):
            p = first[j] - a
            out[j] += p * p
        f += 1


@kernel
def add_absolutes(points: Array, column: int, one: Array, out: Array) -> None:
    """Like `add_squares`, for the sum of absolute differences."""
    d = len(one)
    end = column + len(out)
    f = 0
    while f + 4 <= d:
        a, b, c, e = one[f], one[f + 1], one[f + 2], one[f + 3]
        first, second = points[f][column:end], points[f + 1][column:end]
        third, fourth = points[f + 2][column:end], points[f + 3][column:end]
        for j in range(len(out)):
            p, q, r, s = first[j] - a, second[j] - b, third[j] - c, fourth[j] - e
            out[j] = (((out[j] + abs(p)) + abs(q)) + abs(r)) + abs(s)
        f += 4
    while f < d:
        a = one[f]
        first = points[f][column:end]
        for j in range(len(out)):
            out[j] += abs(first[j] - a)
        f += 1


@kernel
def pair_tile(points: Array, rows: int, columns: int, absolute: bool, tile: Array) -> None:
    """tile[i, j] = sum of squared (or absolute) differences of samples rows + i and columns + j.

    Args:
        points: (d, n) float32.
        tile: (height, width) float32, overwritten.
    """
    d = points.shape[0]
    height, width = tile.shape
    tile[:] = np.float32(0.0)
    for first in range(0, d, FEATURES_AT_ONCE):
        part = points[first : first + FEATURES_AT_ONCE, columns : columns + width].copy()
        ones = points[first : first + FEATURES_AT_ONCE, rows : rows + height].T.copy()
        for i in range(height):
            if absolute:
                add_absolutes(part, 0, ones[i], tile[i])
            else:
                add_squares(part, 0, ones[i], tile[i])


@kernel
def finish_tile(
    tile: Array,
    rows: Array,
    columns: Array,
    gram: bool,
    flat_rows: Array,
    flat_columns: Array,
    apart: float,
    diagonal: bool,
    upper: Array,
    lower: Array,
) -> None:
    """Turn sums of a tile into distances, and write them to both halves of a matrix.

    Args:
        tile: (height, width) float32, overwritten.
        rows, columns: (height,), (width,) float64, squared lengths of samples; used if gram.
        gram: whether the tile holds inner products (else distances already).
        flat_rows, flat_columns, apart: samples of which just one is flat are `apart`.
        diagonal: whether rows and columns are the same samples.
        upper, lower: (height, width), (width, height), views of the matrix.
    """
    height, width = tile.shape
    for i in range(height):
        line = tile[i]
        flat = flat_rows[i]
        if gram:
            for j in range(width):
                value = np.float32(rows[i] + columns[j] - 2.0 * np.float64(line[j]))
                line[j] = max(value, np.float32(0.0))
        for j in range(width):
            line[j] = np.float32(apart) if flat_columns[j] != flat else line[j]
    if diagonal:  # the lower half must be the upper one to the bit
        for i in range(height):
            tile[i, i] = np.float32(0.0)
            for j in range(i):
                tile[i, j] = tile[j, i]
        upper[:] = tile
        return
    upper[:] = tile
    for first in range(0, height, 32):  # pieces of lines that stay in the cache
        last = min(height, first + 32)
        for j in range(width):
            out = lower[j]
            for i in range(first, last):
                out[i] = tile[i, j]


@kernel
def copy_twins(values: Array, twins: Array, originals: Array, start: int, stop: int) -> None:
    """values[i, twins] = values[i, originals] for a range of rows."""
    for i in range(start, stop):
        row = values[i]
        for k in range(len(twins)):
            row[twins[k]] = row[originals[k]]
