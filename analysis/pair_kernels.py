"""Compiled loops over pairs of samples; see `threads` for how they are run."""
# ruff: noqa: PLR0917 - compiled loops take plain arrays and numbers, not objects

from __future__ import annotations

import numpy as np

from .feature_kernels import all_finite
from .threads import kernel
from .types import Array

FEATURES_AT_ONCE = 128
"""Of a tile in `pair_tile`, so that they stay in the processor's cache."""

CANDIDATES_AT_ONCE = 512
"""Of Prim's algorithm: small enough to stay in the fastest cache."""


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


@kernel
def row_peaks(
    values: Array, bits: Array, exponent: Array, peaks: Array, start: int, stop: int
) -> None:
    """peaks[i] = largest number of row i, or infinity if one is NaN or infinite.

    Args:
        bits, exponent: see `feature_kernels.all_finite`.
    """
    for i in range(start, stop):
        row = values[i]
        peak = row[0]
        for j in range(len(row)):
            peak = max(peak, row[j])
        peaks[i] = peak if all_finite(bits[i : i + 1], exponent) else np.inf


@kernel
def tile_peaks(
    tile: Array, rows: int, columns: int, flat: Array, apart: float, peaks: Array
) -> None:
    """Raise peaks[i] to the largest distance from sample i to a later one in this tile."""
    height, width = tile.shape
    others = flat[columns : columns + width]
    for i in range(height):
        row = tile[i]
        own = flat[rows + i]
        peak = peaks[rows + i]
        for j in range(max(0, rows + i + 1 - columns), width):
            peak = max(peak, np.float32(apart) if others[j] != own else row[j])
        peaks[rows + i] = peak


@kernel
def prim(values: Array, keys: Array, order: Array, steps: Array, start: int, stop: int) -> None:
    """Places start..stop of Prim's order from a matrix; order[start - 1] is settled already.

    Args:
        keys: (n,) distance of every sample to the ordered ones; -inf for those themselves.
        order, steps: (n,), filled in: the sample at each place, its distance when it joined.
    """
    n = len(keys)
    none = keys.dtype.type(np.inf)
    for place in range(start, stop):
        row = values[order[place - 1]]
        best = none
        best_first = 0
        for first in range(0, n, CANDIDATES_AT_ONCE):
            mine = keys[first : first + CANDIDATES_AT_ONCE]
            news = row[first : first + CANDIDATES_AT_ONCE]
            least = none
            for j in range(len(mine)):
                key = min(mine[j], news[j])
                mine[j] = key
                least = min(least, key if key > -none else none)
            if least < best:
                best = least
                best_first = first
        j = best_first
        while keys[j] != best:  # the lowest index among ties
            j += 1
        order[place] = j
        steps[place] = best
        keys[j] = -none


@kernel
def prim_points(
    points: Array,
    flat: Array,
    apart: float,
    absolute: bool,
    rest: Array,
    rest_flat: Array,
    samples: Array,
    keys: Array,
    size: int,
    order: Array,
    steps: Array,
    start: int,
    stop: int,
) -> int:
    """Like `prim`, with distances computed when they are needed.

    Args:
        points: (d, n) float32.
        flat, apart: samples of which just one is flat are `apart`.
        rest, rest_flat, samples, keys: copies of points and flat, their indices, and their
            distances to the ordered samples. The first `size` columns are in use; ordered
            samples, whose key is -inf, are thrown out of them now and then.

    Returns: the new `size`.
    """
    none = np.float32(np.inf)
    taken = 0
    sums = np.empty(CANDIDATES_AT_ONCE, np.float32)
    for place in range(start, stop):
        last = order[place - 1]
        one = points[:, last].copy()
        own = flat[last]
        best = none
        best_first = 0
        for first in range(0, size, CANDIDATES_AT_ONCE):
            end = min(size, first + CANDIDATES_AT_ONCE)
            news = sums[: end - first]
            news[:] = np.float32(0.0)
            if absolute:
                add_absolutes(rest, first, one, news)
            else:
                add_squares(rest, first, one, news)
            mine = keys[first:end]
            others = rest_flat[first:end]
            least = none
            for j in range(len(news)):
                value = np.float32(apart) if others[j] != own else news[j]
                key = min(mine[j], value)
                mine[j] = key
                least = min(least, key if key > -none else none)
            if least < best:
                best = least
                best_first = first
        j = best_first
        while keys[j] != best:
            j += 1
        order[place] = samples[j]
        steps[place] = best
        keys[j] = -none
        taken += 1
        if taken * 16 > size:
            size = throw_out(rest, rest_flat, samples, keys, size)
            taken = 0
    return size


@kernel
def throw_out(rest: Array, flat: Array, samples: Array, keys: Array, size: int) -> int:
    """Close the gaps of samples whose key is -inf, in place and in order; returns the new size."""
    for f in range(rest.shape[0]):
        row = rest[f]
        kept = 0
        for j in range(size):
            row[kept] = row[j]
            kept += keys[j] > -np.inf
    kept = 0
    for j in range(size):
        if keys[j] > -np.inf:
            samples[kept] = samples[j]
            keys[kept] = keys[j]
            flat[kept] = flat[j]
            kept += 1
    return kept
